"""Scenarios: list, clone, rename, compare, publish."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from planner.core.errors import InputError
from planner.quotas.ownership import ownership_of
from planner.quotas.ownership import supersede
from planner.scenarios.publish import freeze
from planner.services.territory import TerritoryView
from planner.services.territory import load_alignment
from planner.services.territory import overview
from planner.services.territory import travel_of
from planner.services.workspace import Workspace
from planner.store import accounts as account_rows
from planner.store import companies as company_rows
from planner.store import publications as publication_rows
from planner.store import quotas as quota_rows
from planner.store import scenarios as scenario_rows
from planner.store import team as team_rows
from planner.store.publications import Publication
from planner.store.scenarios import Scenario

__all__ = [
    "Comparison",
    "Publication",
    "PublishPreview",
    "Scenario",
    "clone",
    "compare",
    "history",
    "in_force",
    "preview_publish",
    "publications",
    "publish",
    "publish_parts",
    "quota_total",
    "quotas_by_year",
    "rename",
    "scenario",
    "scenarios",
    "start",
    "suggested_start",
]

MINUTES_PER_HOUR = 60


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


def start(ws: Workspace, name: str) -> Scenario:
    """
    Make an empty scenario.

    Raises
    ------
    InputError
        If the name is empty or taken.
    """
    wanted = _free_name(ws, name)
    with ws.store.transaction() as conn:
        return scenario_rows.create_scenario(
            conn, str(ws.company_id), name=wanted, user=ws.user
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


def clone(ws: Workspace, scenario_id: str, name: str) -> Scenario:
    """
    Copy a scenario under a new name; the copy can be changed, the original stays.

    Raises
    ------
    InputError
        If the name is empty or taken.
    """
    wanted = _free_name(ws, name)
    with ws.store.transaction() as conn:
        return scenario_rows.copy_scenario(conn, scenario_id, name=wanted, user=ws.user)


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
    return [
        (label, "share", float(a.index[name]), float(b.index[name]), True)
        for name, label in labels.items()
    ]


def _both(a: TerritoryView, b: TerritoryView, name: str) -> tuple[Any, Any]:
    return getattr(a, name), getattr(b, name)


def _mean_km(view: TerritoryView) -> float:
    return travel_of(view)["weighted_mean_km"]


def _top_hours(view: TerritoryView) -> float:
    return float(view.territories["workload_min"].max()) / MINUTES_PER_HOUR


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


@dataclass(frozen=True, kw_only=True)
class PublishPreview:
    """
    What publishing a scenario would change.

    Parameters
    ----------
    scenario
        The scenario and its version.
    effective_from
        First day of the new owners.
    changes
        Accounts whose owner changes: `name`, `from_owner`, `to_owner`,
        `our_sales_minor`, `potential_minor`.
    problems
        What should be looked at first, in words; publishing is still possible.
    n_accounts, n_owned
        Accounts in all, and those that will have an owner.
    """

    scenario: Scenario
    effective_from: dt.date
    changes: pd.DataFrame
    problems: tuple[str, ...]
    n_accounts: int
    n_owned: int


def suggested_start(ws: Workspace) -> dt.date:
    """
    Suggest the first day of the next publication.

    Returns
    -------
    The first of January after the company's date; for a first publication the first of
    January before it, so that this year's deals have owners.
    """
    with ws.store.reading() as conn:
        company = company_rows.load_company(conn, str(ws.company_id))
        published = publication_rows.list_publications(conn, company.company_id)
    year = company.as_of.year + (1 if published else 0)
    return dt.date(year, 1, 1)


def preview_publish(
    ws: Workspace, scenario_id: str, effective_from: dt.date
) -> PublishPreview:
    """Say who would own what from a day on, before anything is published."""
    view = overview(ws, scenario_id)
    with ws.store.reading() as conn:
        new = _new_ownership(conn, ws, scenario_id, effective_from)
        old = quota_rows.load_ownership(conn, str(ws.company_id), on=effective_from)
        quotas = quota_rows.load_quotas(conn, scenario_id)
    was = _owners(old).reindex(view.accounts.index)
    will = _owners(new).reindex(view.accounts.index)
    changes = view.accounts.loc[
        was.fillna("") != will.fillna(""),
        ["name", "our_sales_minor", "potential_minor"],
    ]
    changes = changes.assign(
        from_owner=was.reindex(changes.index), to_owner=will.reindex(changes.index)
    )
    vacant = view.territories.index[view.territories["rep_name"] == "vacant"]
    problems = []
    if view.n_unassigned_accounts:
        n_left = view.n_unassigned_accounts
        are = "1 account is" if n_left == 1 else f"{n_left:,} accounts are"
        problems.append(f"{are} in no territory and will have no owner")
    if len(vacant):
        problems.append(f"{', '.join(vacant)}: the position is vacant")
    if quotas.empty:
        problems.append("no quotas are set in this scenario")
    return PublishPreview(
        scenario=view.scenario,
        effective_from=effective_from,
        changes=changes,
        problems=tuple(problems),
        n_accounts=len(view.accounts),
        n_owned=int(will.notna().sum()),
    )


def _owners(ownership: pd.DataFrame) -> pd.Series:
    owners = ownership[ownership["role"] == "owner"]
    return owners.drop_duplicates("account_id").set_index("account_id")["position_id"]


def _new_ownership(
    conn: Connection, ws: Workspace, scenario_id: str, effective_from: dt.date
) -> pd.DataFrame:
    """Turn the scenario's alignment into ownership from a day on."""
    company_id = str(ws.company_id)
    accounts = account_rows.load_accounts(conn, company_id)
    territories = scenario_rows.load_territories(conn, scenario_id)
    if territories.empty:
        raise InputError(
            "this scenario has no territories yet: balance it or assign units first"
        )
    by_account = load_alignment(conn, scenario_id).territory_of(accounts["unit_id"])
    return ownership_of(
        by_account,
        dict(territories["position_id"]),
        effective_from,
        overlays=team_rows.load_overlays(conn, company_id),
        accounts=accounts,
    )


def publish(
    ws: Workspace, scenario_id: str, version: int, effective_from: dt.date
) -> Publication:
    """
    Freeze a scenario and hand it out from a day on.

    Raises
    ------
    ConflictError
        If someone saved since `version`.
    InputError
        If it has no territories, or an earlier publication starts on or after the day.
    """
    company_id = str(ws.company_id)
    with (
        ws.store.transaction() as conn,
        scenario_rows.editing(
            conn, scenario_id, version=version, user=ws.user, action="publish"
        ) as edit,
    ):
        later = [
            known.effective_from
            for known in publication_rows.list_publications(conn, company_id)
            if known.effective_from >= effective_from
        ]
        if later:
            raise InputError(
                f"a plan is already published from {max(later)}: choose a later day, "
                f"got {effective_from}"
            )
        ownership = supersede(
            quota_rows.load_ownership(conn, company_id),
            _new_ownership(conn, ws, scenario_id, effective_from),
            effective_from,
        )
        name = scenario_rows.load_scenario(conn, scenario_id).name
        return publish_parts(
            conn, edit, name=name, ownership=ownership, effective_from=effective_from
        )


def publish_parts(
    conn: Connection,
    edit: Any,
    *,
    name: str,
    ownership: pd.DataFrame,
    effective_from: dt.date,
) -> Publication:
    """
    Write the frozen parts of a scenario and the dated ownership, in one transaction.

    Parameters
    ----------
    edit
        The open edit of the scenario.
    ownership
        All ownership of the company, past and new.
    """
    frozen = freeze(
        name,
        alignment=scenario_rows.load_alignment(conn, edit.scenario_id),
        named_accounts=scenario_rows.load_named_accounts(conn, edit.scenario_id),
        territories=scenario_rows.load_territories(conn, edit.scenario_id),
        ownership=ownership,
        quotas=quota_rows.load_quotas(conn, edit.scenario_id),
        positions=team_rows.load_positions(conn, edit.company_id),
        effective_from=effective_from,
    )
    quota_rows.save_ownership(conn, edit.company_id, ownership)
    return publication_rows.save_publication(
        conn,
        edit,
        effective_from=effective_from,
        content_hash=frozen.content_hash,
        parts=frozen.parts,
    )


def publications(ws: Workspace) -> list[Publication]:
    """List what was published, as the store keeps it."""
    with ws.store.reading() as conn:
        return publication_rows.list_publications(conn, str(ws.company_id))


def in_force(ws: Workspace, on: dt.date) -> Publication | None:
    """Return the publication in force on a day; None: none yet."""
    with ws.store.reading() as conn:
        return publication_rows.publication_in_force(conn, str(ws.company_id), on)
