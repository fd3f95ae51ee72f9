"""Scenarios: list, clone, rename, compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from planner.core.errors import InputError
from planner.core.schemas import QUOTAS
from planner.core.schemas import empty
from planner.core.units import MIN_PER_HOUR
from planner.services.staffing import staff_territories
from planner.services.territory import TerritoryView
from planner.services.territory import overview
from planner.services.territory import travel_of
from planner.services.workspace import Workspace
from planner.store import quotas as quota_rows
from planner.store import scenarios as scenario_rows
from planner.store import team as team_rows
from planner.store.scenarios import FIELD
from planner.store.scenarios import Scenario

USUAL_TEAMS = (FIELD, "Service", "Overlay")
MOST_OF_TEAM = 40  # characters


def scenarios(ws: Workspace) -> list[Scenario]:
    """List the scenarios of the open company, latest saved first."""
    if ws.company_id is None:
        return []
    with ws.store.reading() as conn:
        return scenario_rows.list_scenarios(conn, ws.company_id)


def scenario(ws: Workspace, scenario_id: str) -> Scenario:
    """
    Return one scenario as it is now.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    with ws.store.reading() as conn:
        return scenario_rows.load_scenario(conn, scenario_id)


def teams(ws: Workspace) -> list[str]:
    """List the teams that have scenarios, and usual ones; that of the owners first."""
    known = {scenario.team for scenario in scenarios(ws)} - set(USUAL_TEAMS)
    return [*USUAL_TEAMS, *sorted(known)]


def titles(known: Sequence[Scenario]) -> dict[str, str]:
    """Name scenarios for a choice among them: with their teams if there are several."""
    is_many = len({scenario.team for scenario in known}) > 1
    return {
        scenario.scenario_id: f"{scenario.name} · {scenario.team}"
        if is_many
        else scenario.name
        for scenario in known
    }


def start(ws: Workspace, name: str, team: str = FIELD) -> Scenario:
    """
    Make an empty scenario of a team.

    Raises
    ------
    InputError
        If the name is empty or taken, or the team empty or too long.
    """
    wanted = _free_name(ws, name)
    with ws.store.transaction() as conn:
        return scenario_rows.create_scenario(
            conn, str(ws.company_id), name=wanted, user=ws.user, team=_team(team)
        )


def quota_total(ws: Workspace, scenario_id: str) -> tuple[str, int] | None:
    """
    Say what a scenario's quotas come to at the top.

    Returns
    -------
    The latest year and the sum over the positions without superior, minor units; None
    without quotas.
    """
    with ws.store.reading() as conn:
        quotas = quota_rows.load_quotas(conn, scenario_id)
        positions = team_rows.load_positions(conn, str(ws.company_id))
    yearly = quotas_by_year(quotas)
    if yearly.empty:
        return None
    year = str(yearly["period"].max())
    tops = positions.index[positions["parent_id"].isna()]
    rows = yearly[(yearly["period"] == year) & yearly["position_id"].isin(tops)]
    return year, int(rows["amount_minor"].sum())


def quotas_by_year(quotas: pd.DataFrame) -> pd.DataFrame:
    """
    Bring quotas to whole years.

    Parameters
    ----------
    quotas
        QUOTAS frame; a year stands there itself, or only by its months.

    Returns
    -------
    `position_id`, `measure`, `period` (a year), `amount_minor`: the year's own row
    where there is one, else the sum of its months.
    """
    keys = ["position_id", "measure", "period"]
    is_year = quotas["period"].str.len() == len("2026")
    months = quotas[~is_year].assign(period=quotas["period"].str[: len("2026")])
    summed = months.groupby(keys, as_index=False)["amount_minor"].sum()
    both = pd.concat([quotas.loc[is_year, [*keys, "amount_minor"]], summed])
    return both.drop_duplicates(keys, ignore_index=True)


def history(ws: Workspace, scenario_id: str) -> pd.DataFrame:
    """Read the saves of a scenario: `at`, `who`, `action`; newest first."""
    with ws.store.reading() as conn:
        return scenario_rows.history(conn, scenario_id)


def clone(
    ws: Workspace, scenario_id: str, name: str, team: str | None = None
) -> Scenario:
    """
    Copy a scenario under a new name; the copy can be changed, the original stays.

    Parameters
    ----------
    team
        Of the copy; None: that of the original. Territories of another team are worked
        from positions of its own, and begin without quotas.

    Raises
    ------
    InputError
        If the name is empty or taken, or the team empty or too long.
    """
    wanted = _free_name(ws, name)
    team = None if team is None else _team(team)
    with ws.store.transaction() as conn:
        original = scenario_rows.load_scenario(conn, scenario_id)
        made = scenario_rows.copy_scenario(
            conn, scenario_id, name=wanted, user=ws.user, team=team
        )
        if made.team == original.team:
            return made
        with scenario_rows.editing(
            conn,
            made.scenario_id,
            version=made.version,
            user=ws.user,
            action=f"hand the territories to {made.team}",
        ) as edit:
            _reseat(conn, ws, edit)
        return scenario_rows.load_scenario(conn, made.scenario_id)


def _reseat(conn: Connection, ws: Workspace, edit: Any) -> None:
    """Take positions and quotas of another team out of a copy."""
    known = scenario_rows.load_territories(conn, edit.scenario_id)
    if len(known):
        ids = pd.Series(known.index, index=known.index, dtype="str")
        seated = staff_territories(
            conn, ws, edit.scenario_id, ids, is_new_team=True
        ).assign(district=known["district"], share_ppm=known["share_ppm"])
        scenario_rows.save_territories(conn, edit, seated)
    if len(quota_rows.load_quotas(conn, edit.scenario_id)):
        quota_rows.save_quotas(conn, edit, empty(QUOTAS), {})


def _team(team: str) -> str:
    """Check the name of a team."""
    wanted = " ".join(team.split())
    if not 0 < len(wanted) <= MOST_OF_TEAM:
        raise InputError(
            f"the name of a team must have 1 to {MOST_OF_TEAM} characters, got "
            f"{len(wanted)}"
        )
    return wanted


def _free_name(ws: Workspace, name: str) -> str:
    """Check that a scenario can have this name."""
    wanted = name.strip()
    if not wanted:
        raise InputError("a scenario needs a name, got an empty one")
    if any(known.name == wanted for known in scenarios(ws)):
        raise InputError(f"a scenario named {wanted!r} exists: choose another name")
    return wanted


def rename(ws: Workspace, scenario_id: str, version: int, name: str) -> int:
    """
    Rename a scenario.

    Returns
    -------
    The new version.

    Raises
    ------
    ConflictError
        If someone saved since `version`.
    InputError
        If the name is empty or taken.
    """
    wanted = _free_name(ws, name)
    with (
        ws.store.transaction() as conn,
        scenario_rows.editing(
            conn,
            scenario_id,
            version=version,
            user=ws.user,
            action=f"rename to {wanted}",
        ) as edit,
    ):
        scenario_rows.rename_scenario(conn, edit, name=wanted)
        return edit.version


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """
    Two scenarios side by side.

    Parameters
    ----------
    a, b
        Their territories.
    metrics
        A row for each figure: `label`, `kind` (how to format it: number, money, share,
        hours, km), `a`, `b`, `less_is_better`.
    moved
        Accounts whose territory differs: `name`, `a_territory`, `b_territory`,
        `a_owner`, `b_owner`, `our_sales_minor`, `potential_minor`,
        `open_pipeline_minor`.
    """

    a: TerritoryView
    b: TerritoryView
    metrics: pd.DataFrame
    moved: pd.DataFrame


def compare(ws: Workspace, a_id: str, b_id: str) -> Comparison:
    """Put two scenarios of the open company side by side."""
    a, b = overview(ws, a_id), overview(ws, b_id)
    was, will = a.accounts["territory_id"], b.accounts["territory_id"]
    differs = was.fillna("") != will.fillna("")
    moved = a.accounts.loc[
        differs, ["name", "our_sales_minor", "potential_minor", "open_pipeline_minor"]
    ].assign(
        a_territory=was[differs],
        b_territory=will[differs],
        a_owner=a.accounts.loc[differs, "owner_name"],
        b_owner=b.accounts.loc[differs, "owner_name"],
    )
    rows = [
        ("Territories", "number", len(a.territories), len(b.territories), None),
        *_index_rows(a, b),
        ("Travel to the centre, mean", "km", _mean_km(a), _mean_km(b), True),
        ("Workload of the busiest", "hours", _top_hours(a), _top_hours(b), True),
        ("Accounts unassigned", "number", *_both(a, b, "n_unassigned_accounts"), True),
        ("Accounts with another territory", "number", 0, len(moved), True),
        (
            "Our sales that change hands",
            "money",
            0,
            int(moved["our_sales_minor"].fillna(0).sum()),
            True,
        ),
        ("Quota ÷ potential, spread", "share", *_quota_spreads(ws, a, b), True),
    ]
    metrics = pd.DataFrame(rows, columns=["label", "kind", "a", "b", "less_is_better"])
    return Comparison(
        a=a,
        b=b,
        metrics=metrics,
        moved=moved.sort_values("potential_minor", ascending=False),
    )


def _index_rows(a: TerritoryView, b: TerritoryView) -> list[tuple[Any, ...]]:
    labels = {
        "potential_minor": "Potential, worst deviation",
        "our_sales_minor": "Our sales, worst deviation",
        "accounts": "Accounts, worst deviation",
        "workload_min": "Workload, worst deviation",
    }
    wanted = " from wanted shares" if a.has_shares or b.has_shares else ""
    return [
        (f"{label}{wanted}", "share", float(a.index[name]), float(b.index[name]), True)
        for name, label in labels.items()
    ]


def _both(a: TerritoryView, b: TerritoryView, name: str) -> tuple[Any, Any]:
    return getattr(a, name), getattr(b, name)


def _mean_km(view: TerritoryView) -> float:
    return travel_of(view)["weighted_mean_km"]


def _top_hours(view: TerritoryView) -> float:
    return float(view.territories["workload_min"].max()) / MIN_PER_HOUR


def _quota_spreads(
    ws: Workspace, a: TerritoryView, b: TerritoryView
) -> tuple[float, float]:
    """Return standard deviation ÷ mean of quota ÷ potential by territory."""
    spreads = []
    with ws.store.reading() as conn:
        for view in (a, b):
            quotas = quota_rows.load_quotas(conn, view.scenario.scenario_id)
            yearly = quotas_by_year(quotas)
            latest = yearly[yearly["period"] == yearly["period"].max()]
            amount = latest.groupby("position_id")["amount_minor"].sum()
            quota = view.territories["position_id"].map(amount).astype(float)
            ratio = quota / view.territories["potential_minor"].replace(0, float("nan"))
            spreads.append(float(ratio.std(ddof=0) / ratio.mean()))
    return spreads[0], spreads[1]
