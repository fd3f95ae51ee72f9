"""Quotas of a scenario: set them from a target, look at them, see how fair they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from planner.core.errors import InputError
from planner.core.reasons import Reason
from planner.quotas.setting import Equity, equity, split_top_down
from planner.services.people.holders import owner_names
from planner.services.quotas.weights import (
    EVENLY,
    base_weights,
    chosen_weights,
    credited_last_year,
)
from planner.services.territories.view import overview
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.scenarios import editing, lineage
from planner.store.scenarios import quotas as quota_rows

MEASURE = "bookings"


@dataclass(frozen=True, kw_only=True)
class QuotaView:
    """
    A scenario's quotas for its latest year.

    Parameters
    ----------
    year
        As text; empty without quotas.
    target_minor
        What was split: the sum over the top of the hierarchy.
    positions
        In the order of the hierarchy, indexed `position_id`: `title`, `role`, `level`
        (0 at the top), `name`, `territory_id`, `segment` (the one holding most of its
        potential), `potential_minor`, `ramp_share`, `quota_minor`, `last_minor` (sales
        of the last twelve months) and `quota_per_potential` (None without potential).
    months
        A row for each position, a column for each month, minor units.
    equity
        How evenly the year's quotas of the reps lie on their potential; None: no rep
        has both.
    version
        Of the scenario.
    is_editable
        False once it is published.
    weights
        What a target can be split by: the reps' weights by base, see `base_weights`.
    by
        What the quotas were split by; without any the base offered first.
    is_sales_from_deals
        Whether the list names no sales, so that they are what its deals won.
    """

    year: str
    target_minor: int
    positions: pd.DataFrame
    months: pd.DataFrame
    equity: Equity | None
    version: int
    is_editable: bool
    weights: Mapping[str, pd.Series] = field(default_factory=dict)
    by: str = EVENLY
    is_sales_from_deals: bool = False


def quota_view(ws: OpenCompany, scenario_id: str) -> QuotaView:
    """Read a scenario's quotas beside the potential they stand on."""
    view = overview(ws, scenario_id)
    company_id = ws.company_id
    with ws.store.reading() as conn:
        as_of = company_rows.load_company(conn, company_id).today
        quotas = quota_rows.load_quotas(conn, scenario_id)
        params = quota_rows.load_quota_params(conn, scenario_id)
        listed = account_rows.load_accounts(conn, company_id)["our_sales_minor"]
        positions = team_rows.load_positions(conn, company_id)
        reps = team_rows.load_reps(conn, company_id)
    quotas = quotas[quotas["measure"] == MEASURE]
    yearly = quotas[quotas["period"].str.len() == len("2026")]
    year = str(yearly["period"].max()) if len(yearly) else ""
    amount = yearly[yearly["period"] == year].set_index("position_id")["amount_minor"]
    table = _in_order(positions)
    by_position = view.territories.reset_index().drop_duplicates("position_id")
    by_position = by_position.set_index("position_id")
    table["territory_id"] = by_position["territory_id"].reindex(table.index)
    table["name"] = owner_names(positions, reps, as_of).reindex(table.index)
    table["segment"] = _main_segment(view.accounts).reindex(table.index)
    active = reps[reps["left_on"].isna()].drop_duplicates("position_id")
    table["ramp_share"] = (
        active.set_index("position_id")["ramp_share"].reindex(table.index).fillna(1.0)
    )
    sums = {"potential_minor": "potential_minor", "last_minor": "our_sales_minor"}
    for name, column in sums.items():
        table[name] = _rolled_up(table, by_position[column])
    table["quota_minor"] = amount.reindex(table.index).astype("Int64")
    potential = table["potential_minor"].where(table["potential_minor"] > 0)
    table["quota_per_potential"] = table["quota_minor"].astype(float) / potential
    months = quotas[quotas["period"].str.startswith(f"{year}-")] if year else quotas
    tops = table["level"] == 0
    field_reps = table[(table["role"] == "rep") & table["territory_id"].notna()]
    is_from_deals = bool(
        listed.isna().all() and view.accounts["our_sales_minor"].notna().any()
    )
    weights = base_weights(field_reps, by_position, credited_last_year(ws))
    return QuotaView(
        year=year,
        target_minor=int(table.loc[tops, "quota_minor"].fillna(0).sum()),
        positions=table,
        months=months.pivot_table(
            index="position_id", columns="period", values="amount_minor", aggfunc="sum"
        ),
        equity=_equity(table),
        version=view.scenario.version,
        is_editable=view.scenario.status == "draft",
        weights=weights,
        by=str(params.get("by") or next(iter(weights))),
        is_sales_from_deals=is_from_deals,
    )


def target_question(view: QuotaView) -> Reason | None:
    """Ask about a target far above what its potential and sales come to; else None."""
    top = view.positions[view.positions["level"] == 0]
    ground_minor = float(top[["potential_minor", "last_minor"]].sum().sum())
    if not view.year or top["potential_minor"].sum() <= 0:
        return None
    ratio = view.target_minor / ground_minor
    return Reason("quota_above_potential", {"ratio": ratio}) if ratio > 1 else None


def _equity(table: pd.DataFrame) -> Equity | None:
    reps = table[(table["role"] == "rep") & table["quota_minor"].notna()]
    reps = reps[reps["potential_minor"] > 0]
    if reps.empty:
        return None
    return equity(reps["quota_minor"], reps["potential_minor"])


def _in_order(positions: pd.DataFrame) -> pd.DataFrame:
    """Order positions from the top down, each under its superior."""
    children: dict[str, list[str]] = {}
    for position_id, parent_id in positions["parent_id"].items():
        is_top = pd.isna(parent_id) or parent_id not in positions.index
        children.setdefault("" if is_top else str(parent_id), []).append(
            str(position_id)
        )
    ordered: list[tuple[str, int]] = []
    waiting = [(name, 0) for name in reversed(children.get("", []))]
    while waiting:
        name, level = waiting.pop()
        ordered.append((name, level))
        below = sorted(children.get(name, []), reverse=True)
        waiting += [(child, level + 1) for child in below]
    table = positions.loc[[name for name, _ in ordered]].copy()
    table["level"] = [level for _, level in ordered]
    return table


def _main_segment(accounts: pd.DataFrame) -> pd.Series:
    """Name the segment that holds most of each position's potential."""
    sums = accounts.groupby(["position_id", "segment"])["potential_minor"].sum()
    top = sums.sort_values(ascending=False).reset_index()
    top = top.drop_duplicates("position_id")
    return top.set_index("position_id")["segment"]


def _rolled_up(table: pd.DataFrame, by_position: pd.Series) -> pd.Series:
    """Sum the reps' figures up the hierarchy."""
    own = by_position.reindex(table.index).fillna(0.0).astype(float)
    total = own.copy()
    for position_id in reversed(list(table.index)):
        parent_id = table.at[position_id, "parent_id"]
        if parent_id in total.index:
            total[parent_id] += total[position_id]
    return total


def set_quotas(
    ws: OpenCompany,
    scenario_id: str,
    version: int,
    *,
    target_minor: int,
    year: int,
    over_assignment_ppm: int = 0,
    with_season: bool = True,
    by: str | None = None,
) -> int:
    """
    Split a company target by a base and ramp down the hierarchy, and save it.

    Parameters
    ----------
    version
        Version of the scenario that the user was looking at.
    target_minor
        Of the whole year.
    over_assignment_ppm
        How much more the reps carry together than their superiors.
    with_season
        Whether the months follow last years' sales; else they are even.
    by
        What is split by, of `weights.BASES`; None: the first that the territories have.

    Returns
    -------
    The new version.

    Raises
    ------
    ConflictError
        If someone saved since `version`.
    InputError
        If the target is not above zero, no position works a territory, none has
        anything of the base, or the scenario is of another team than the field team.
    """
    if target_minor <= 0:
        raise InputError(f"the target must be above 0, got {target_minor / 100:,.2f}")
    with ws.store.reading() as conn:
        team = lineage.load_scenario(conn, scenario_id).team
    if team != lineage.FIELD:
        raise InputError(
            f"quotas are set in a scenario of the {lineage.FIELD} team, whose "
            f"positions own the accounts; this one is of {team}"
        )
    view = quota_view(ws, scenario_id)
    reps = view.positions[
        (view.positions["role"] == "rep") & view.positions["territory_id"].notna()
    ]
    if reps.empty:
        raise InputError(
            "no position works a territory of this scenario, so there is nobody to "
            "carry a quota: balance the territories first"
        )
    by = next(iter(view.weights)) if by is None else by
    weight = chosen_weights(view.weights, by)
    company_id = ws.company_id
    with ws.store.reading() as conn:
        currency = company_rows.load_company(conn, company_id).currency
        positions = team_rows.load_positions(conn, company_id)
        deals = deal_rows.load_deals(conn, company_id)
    off = (positions["role"] == "rep") & ~positions.index.isin(reps.index)
    season = season_ppm(deals) if with_season else None
    quotas = split_top_down(
        target_minor,
        weight.to_dict(),
        positions[~off],
        measure=MEASURE,
        year=year,
        currency=currency,
        ramp_by_position=reps["ramp_share"].to_dict(),
        season_ppm=season,
        over_assignment_ppm=over_assignment_ppm,
    )
    params = {
        "target_minor": target_minor,
        "year": year,
        "over_assignment_ppm": over_assignment_ppm,
        "season_ppm": season,
        "by": by,
        "weights": weight.to_dict(),  # to see later whether territories changed
    }
    with (
        ws.store.transaction() as conn,
        editing.editing(
            conn,
            scenario_id,
            version=version,
            user=ws.user,
            action=f"set quotas for {year}",
        ) as edit,
    ):
        quota_rows.save_quotas(conn, edit, quotas, params)
        return edit.version


def set_again(ws: OpenCompany, scenario_id: str, version: int) -> int:
    """
    Split the same target in the same way over the territories as they are now.

    Returns
    -------
    The new version.

    Raises
    ------
    ConflictError
        If someone saved since `version`.
    InputError
        If the quotas were imported, or nothing is left to split by.
    """
    with ws.store.reading() as conn:
        params = quota_rows.load_quota_params(conn, scenario_id)
    if "target_minor" not in params:
        raise InputError(
            "these quotas were imported, not split from a target: import them again, "
            "or set them on the page Quotas"
        )
    return set_quotas(
        ws,
        scenario_id,
        version,
        target_minor=int(params["target_minor"]),
        year=int(params["year"]),
        over_assignment_ppm=int(params["over_assignment_ppm"]),
        with_season=params["season_ppm"] is not None,
        by=params.get("by"),
    )


def season_ppm(deals: pd.DataFrame) -> list[int] | None:
    """
    Read the season from the orders of the last whole years.

    Returns
    -------
    shape (12,)
        Share of each month, summing to 1,000,000; None if any month is without orders.
    """
    from planner.core.money import allocate_minor
    from planner.core.units import PPM

    won = deals[(deals["stage"] == "won") & (deals["amount_minor"] > 0)]
    by_month = won.groupby(won["close_on"].dt.to_period("M"))["amount_minor"].sum()
    mean = by_month.groupby(by_month.index.month).mean().reindex(range(1, 13))
    if mean.isna().any() or (mean <= 0).any():
        return None
    return allocate_minor(PPM, [int(value) for value in mean])
