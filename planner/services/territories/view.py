"""Territories of a scenario as they are, and as they would be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection

from planner.geography.adjacency import count_pieces
from planner.geography.compactness import polsby_popper, unit_outlines
from planner.services.accounts.known import known_accounts, owned
from planner.services.people.holders import owner_names, with_homes
from planner.services.territories.alignments import alignment_of
from planner.services.territories.deviations import has_shares, shares_in_ppm
from planner.services.territories.tallies import (
    held,
    measure_values,
    worst_deviations,
)
from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.store.company import team as team_rows
from planner.store.scenarios.lineage import Scenario
from planner.store.scenarios.reading import SavedPlan, load_saved_plan
from planner.territory.model.measures import centroids, distance_to_centre_km, travel
from planner.territory.model.unit_table import MEASURES, measures_among, unit_table
from planner.territory.solve.proposal import Proposal


@dataclass(frozen=True, kw_only=True)
class TerritoryView:
    """
    One scenario's territories, ready to be drawn.

    Parameters
    ----------
    scenario
        The scenario, with the version that an edit must name.
    units
        Polygons indexed `unit_id`, with `territory_id`, the measures, and `area_m2` and
        `perimeter_m` of `unit_outlines`.
    edges
        Which units touch.
    accounts
        `account_list` without the closed ones.
    territories
        Indexed `territory_id`: `name`, `position_id`, `district`, `share_ppm` (wanted
        share; missing: equal), `rep_name`, each measure, each measure's
        `<measure>_deviation` from what is wanted, `travel_km` (weighted mean to the
        centre), `extra_pieces` and `compactness` (1: a circle).
    index
        Worst absolute deviation by measure.
    homes
        Reps' homes in the scenario: `name`, `lat`, `lon`, `territory_id`, and where
        they live today: `lives_lat`, `lives_lon`.
    """

    scenario: Scenario
    units: gpd.GeoDataFrame
    edges: pd.DataFrame
    accounts: pd.DataFrame
    territories: pd.DataFrame
    index: pd.Series
    homes: pd.DataFrame

    @cached_property
    def values(self) -> pd.DataFrame:
        """What each account counts by measure; see `measure_values`."""
        return measure_values(self.accounts)

    @cached_property
    def travel(self) -> dict[str, float]:
        """Weighted travel to the centres; see `travel_of`."""
        table = pd.DataFrame(self.units.drop(columns="geometry"))
        by_unit = table["territory_id"]
        centres = centroids(table, table["accounts"], by_unit)
        km = distance_to_centre_km(table, centres, by_unit)
        return travel(km, table["accounts"])

    @property
    def measures(self) -> list[str]:
        """Measures that hold anything to balance."""
        names = measures_among(self.territories.columns)
        return [name for name in names if self.territories[name].sum() > 0]

    @property
    def has_shares(self) -> bool:
        """Whether deviations are from wanted shares instead of equal ones."""
        return has_shares(self.territories)

    @property
    def n_unassigned_accounts(self) -> int:
        """Accounts that no territory holds."""
        return int(self.accounts["territory_id"].isna().sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """
    What no scenario of a company changes: read once, seen under each of them.

    Parameters
    ----------
    as_of
        The company's today.
    accounts
        `known_accounts`, the closed ones too.
    units, edges
        Of the company.
    table
        `unit_table` of the open accounts.
    """

    as_of: dt.date
    accounts: pd.DataFrame
    units: gpd.GeoDataFrame
    edges: pd.DataFrame
    table: pd.DataFrame

    @cached_property
    def outlines(self) -> pd.DataFrame:
        """Area and perimeter of the units; see `unit_outlines`."""
        return unit_outlines(self.units)

    @cached_property
    def open_accounts(self) -> pd.DataFrame:
        """Accounts that territories are made of: not closed, and with a place."""
        return _open(self.accounts)

    @cached_property
    def values(self) -> pd.DataFrame:
        """What each open account counts by measure; see `measure_values`."""
        return measure_values(self.open_accounts)


def _open(accounts: pd.DataFrame) -> pd.DataFrame:
    """Leave out closed accounts, and those that wait for a place in Data health."""
    is_placed = accounts["lat"].notna() & accounts["lon"].notna()
    return accounts[(accounts["status"] != "closed") & is_placed]


def company_facts(ws: OpenCompany) -> Facts:
    """Read what no scenario of the open company changes."""
    with ws.store.reading() as conn:
        return _facts(conn, ws.company_id)


def _facts(conn: Connection, company_id: str) -> Facts:
    """Read what no scenario of a company changes, its record once."""
    company = company_rows.load_company(conn, company_id)
    accounts = known_accounts(conn, company)
    units = company_rows.load_units(conn, company_id)
    edges = company_rows.load_edges(conn, company_id)
    placed = _open(accounts)
    table = unit_table(placed, units) if len(units) else _no_units(units)
    return Facts(
        as_of=company.today, accounts=accounts, units=units, edges=edges, table=table
    )


def overview(
    ws: OpenCompany, scenario_id: str, facts: Facts | None = None
) -> TerritoryView:
    """
    Read one scenario's territories.

    Parameters
    ----------
    facts
        Of the open company as they are now; None: they are read.
    """
    company_id = ws.company_id
    with ws.store.reading() as conn:
        facts = facts or _facts(conn, company_id)
        plan = load_saved_plan(conn, scenario_id)
        positions = team_rows.load_positions(conn, company_id)
        reps = team_rows.load_reps(conn, company_id)
    return _seen(facts, plan, positions, with_homes(reps, plan.marks))


def _seen(
    facts: Facts, plan: SavedPlan, positions: pd.DataFrame, reps: pd.DataFrame
) -> TerritoryView:
    """See the facts of a company under a plan and the people who work it."""
    alignment, territories = alignment_of(plan), plan.territories
    names = owner_names(positions, reps, facts.as_of)
    accounts, table, units = facts.open_accounts, facts.table, facts.units
    by_account = alignment.territory_of(accounts["unit_id"])
    accounts = owned(accounts, by_account, territories["position_id"], names)
    by_unit = alignment.territory_by_unit.reindex(units.index)
    tallies = held(facts.values, by_account, territories)
    territories = territories.assign(
        rep_name=territories["position_id"].map(names).fillna("vacant").astype("str")
    ).join(tallies)
    territories["travel_km"] = _mean_travel_km(table, by_unit)
    shapes = _shapes(facts.outlines, facts.edges, by_unit, territories.index)
    territories = territories.join(shapes)
    columns = measures_among(table.columns)
    view = TerritoryView(
        scenario=plan.scenario,
        units=units.join(table[["x_km", "y_km", *columns]])
        .join(facts.outlines)
        .assign(territory_id=by_unit),
        edges=facts.edges,
        accounts=accounts,
        territories=territories,
        index=worst_deviations(tallies),
        homes=_homes(reps, territories, facts.as_of),
    )
    return _valued(view, facts.values)


def _valued(view: TerritoryView, values: pd.DataFrame) -> TerritoryView:
    """Hand a view the values of its accounts, known already from another view."""
    vars(view)["values"] = values
    return view


def _no_units(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Make the unit table of a company that has no units yet."""
    columns = ["x_km", "y_km", *MEASURES]
    table = pd.DataFrame(columns=columns, index=units.index, dtype=float)
    return table.assign(name=units["name"])


def _mean_travel_km(table: pd.DataFrame, by_unit: pd.Series) -> pd.Series:
    """Weighted mean distance of a territory's accounts to its centre, kilometres."""
    weight = table["accounts"]
    centres = centroids(table, weight, by_unit)
    km = distance_to_centre_km(table, centres, by_unit).fillna(0.0)
    grouped = (km * weight).groupby(by_unit.to_numpy()).sum()
    total = weight.groupby(by_unit.to_numpy()).sum()
    return grouped / total.where(total > 0)


def _shapes(
    outlines: pd.DataFrame,
    edges: pd.DataFrame,
    by_unit: pd.Series,
    territory_ids: pd.Index,
) -> pd.DataFrame:
    """Measure the shapes of territories: `extra_pieces` and `compactness`."""
    outlines = pd.DataFrame(outlines).reindex(columns=["area_m2", "perimeter_m"])
    pieces = count_pieces(by_unit, edges).reindex(territory_ids)
    score = polsby_popper(outlines, edges, by_unit).reindex(territory_ids)
    figures = {"extra_pieces": pieces.fillna(0).astype(int), "compactness": score}
    return pd.DataFrame(figures, index=territory_ids)


def _homes(
    reps: pd.DataFrame, territories: pd.DataFrame, as_of: object
) -> pd.DataFrame:
    territory_by_position = pd.Series(
        territories.index, index=territories["position_id"]
    )
    active = reps[reps["left_on"].isna() | (reps["left_on"] > pd.Timestamp(str(as_of)))]
    homes = active[["name", "lat", "lon", "lives_lat", "lives_lon"]].assign(
        territory_id=active["position_id"].map(territory_by_position)
    )
    return homes.dropna(subset=["lat", "lon", "territory_id"])


def planned(view: TerritoryView, plan: Proposal) -> TerritoryView:
    """Show a scenario as it would be under a plan."""
    by_unit = plan.territory_by_unit
    apart = plan.territory_by_account.reindex(view.accounts.index)
    follows = view.accounts["unit_id"].map(by_unit).astype("str")
    by_account = apart.where(apart.notna(), follows)
    return as_if(
        view,
        by_unit,
        by_account,
        is_whole=True,
        shares=plan.shares,
        districts=plan.district_by_territory,
    )


def targeted(view: TerritoryView, shares: Mapping[str, float]) -> TerritoryView:
    """Take deviations from these shares of the whole; empty: from equal ones."""
    share_ppm = shares_in_ppm(shares, view.territories.index)
    territories = view.territories.assign(share_ppm=share_ppm)
    tallies = held(view.values, view.accounts["territory_id"], territories)
    territories = territories.assign(**{name: tallies[name] for name in tallies})
    index = worst_deviations(tallies)
    return _valued(replace(view, territories=territories, index=index), view.values)


def as_if(
    view: TerritoryView,
    by_unit: pd.Series,
    by_account: pd.Series,
    *,
    is_whole: bool = False,
    shares: Mapping[str, float] | None = None,
    districts: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> TerritoryView:
    """
    Show a scenario as it would be under another alignment.

    Parameters
    ----------
    by_unit, by_account
        Territory of units and of accounts.
    is_whole
        Whether it is a plan of its own: territories that hold nothing are no more.
    shares
        Wanted load by territory, a multiple of the mean; empty: equal; None: as it is.
    districts
        District by territory; None: as it is.
    names
        Names by territory: these are all there are; None: those of the scenario, and
        what the alignment names beyond them.
    """
    by_unit = by_unit.reindex(view.units.index)
    accounts = view.accounts.assign(territory_id=by_account.astype("str"))
    ids = sorted(
        names or {*_used(by_unit), *_used(by_account), *view.territories.index}
    )
    columns = ["name", "position_id", "district", "share_ppm", "rep_name"]
    territories = view.territories[columns].reindex(pd.Index(ids, name="territory_id"))
    if shares is not None:
        territories["share_ppm"] = shares_in_ppm(shares, territories.index)
    if districts is not None:
        territories["district"] = pd.Series(districts, dtype="str").reindex(
            territories.index
        )
    names_by_id = pd.Series(dict(names or zip(ids, ids, strict=True)), dtype="str")
    territories["name"] = territories["name"].fillna(
        names_by_id.reindex(territories.index)
    )
    territories["rep_name"] = territories["rep_name"].fillna("vacant")
    used = {*_used(by_unit), *_used(by_account)}
    in_use = territories[territories.index.isin(used)] if is_whole else territories
    tallies = held(view.values, accounts["territory_id"], in_use)
    territories = in_use.join(tallies)
    units = view.units.assign(territory_id=by_unit)
    territories["travel_km"] = _mean_travel_km(
        pd.DataFrame(units.drop(columns="geometry")), by_unit
    )
    territories = territories.join(
        _shapes(units, view.edges, by_unit, territories.index)
    )
    view_as_if = TerritoryView(
        scenario=view.scenario,
        units=units,
        edges=view.edges,
        accounts=accounts,
        territories=territories,
        index=worst_deviations(tallies),
        homes=view.homes,
    )
    return _valued(view_as_if, view.values)


def _used(territory: pd.Series) -> list[str]:
    """Name the territories in use; iterating over accounts would cost the most."""
    return list(territory.dropna().unique())


def travel_of(view: TerritoryView) -> dict[str, float]:
    """Weighted travel of a view: ``weighted_rms_km`` and ``weighted_mean_km``."""
    return dict(view.travel)
