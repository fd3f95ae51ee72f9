"""The maps that one can send: which frame becomes which sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from planner.core.formats import Formats
from planner.geography.colours import GREY
from planner.maps.sheet import MapSheet, Route, Swatch
from planner.maps.territories import territory_areas
from planner.services.scenarios.listing import Comparison
from planner.services.territories.view import TerritoryView
from planner.services.visits.plans import RepWeeks
from planner.territory.model.unit_table import MEASURES
from planner.ui.maps.accounts import Classes, account_facts, on_globe, short_money
from planner.ui.maps.palette import ACCENT
from planner.ui.maps.territory import bounds_of, territory_labels
from planner.ui.simulated import signed

MOST_MEASURES = 5  # beside the rep, the travel and the pieces: eight facts
SOURCE = "Borders: US Census Bureau. Places: GeoNames (CC BY 4.0)."
UNASSIGNED = "unassigned"


def territory_sheet(
    view: TerritoryView,
    colours: Mapping[str, str],
    fmt: Formats,
    *,
    subtitle: str,
    simulated: str,
    ground: gpd.GeoSeries | None = None,
) -> MapSheet:
    """
    Show the territories of a plan, each with its figures.

    Parameters
    ----------
    view
        The plan, as it is or as it would be.
    colours
        Colour by territory, as on the screen.
    fmt
        How figures are written.
    subtitle, simulated, ground
        As in `MapSheet`.
    """
    return MapSheet(
        title=f"Territories: {view.scenario.name}",
        subtitle=subtitle,
        simulated=simulated,
        areas=_areas(view, colours, fmt),
        ground=ground,
        legend=_legend(view, colours, fmt),
        legend_title=signed("Accounts by territory", "owners"),
        fit=_fit(view),
        distance_unit=fmt.distance_unit,
        source=SOURCE,
    )


def account_sheet(
    accounts: pd.DataFrame,
    classes: Classes,
    fmt: Formats,
    *,
    subtitle: str,
    simulated: str,
    ground: gpd.GeoSeries | None = None,
) -> MapSheet:
    """
    Show accounts in the colours of their classes.

    Parameters
    ----------
    accounts
        Rows of the service's account list.
    classes
        What the colours mean.
    fmt
        How figures are written.
    subtitle, simulated, ground
        As in `MapSheet`.
    """
    accounts = on_globe(accounts)
    of_account = classes.of_account.reindex(accounts.index)
    points = accounts[["lon", "lat"]].assign(
        label=accounts["name"],
        colour=of_account.map(dict(classes.colours)).fillna(GREY),
        **account_facts(accounts, fmt),
    )
    return MapSheet(
        title=f"Accounts by {classes.title.lower()}",
        subtitle=subtitle,
        simulated=simulated,
        points=points,
        ground=ground,
        legend=[
            Swatch(
                label=name,
                colour=classes.colours[name],
                count=fmt.number(count),
                mark="point",
            )
            for name, count in classes.counts.items()
        ],
        legend_title=classes.heading,
        distance_unit=fmt.distance_unit,
        source=SOURCE,
    )


def comparison_sheet(
    comparison: Comparison,
    colours: Mapping[str, str],
    fmt: Formats,
    *,
    simulated: str,
    ground: gpd.GeoSeries | None = None,
) -> MapSheet:
    """
    Show two plans, one at a time, and the accounts whose territory differs.

    Parameters
    ----------
    comparison
        The two plans.
    colours
        Colour by territory of both.
    fmt
        How figures are written.
    simulated, ground
        As in `MapSheet`.
    """
    before, after = comparison.a, comparison.b
    names = f"{before.scenario.name} → {after.scenario.name}"
    layers = [
        _areas(view, colours, fmt).assign(layer=f"{when}: {view.scenario.name}")
        for when, view in (("After", after), ("Before", before))
    ]
    return MapSheet(
        title=f"Territories: {names}",
        subtitle=(
            f"Versions {before.scenario.version} and {after.scenario.version} · "
            f"{fmt.number(len(comparison.moved))} accounts with another territory"
        ),
        simulated=simulated,
        areas=pd.concat(layers),
        ground=ground,
        points=_moved_points(comparison, colours, fmt),
        legend=_legend(after, colours, fmt),
        legend_title=signed("Accounts by territory, after", "owners"),
        fit=_fit(after),
        distance_unit=fmt.distance_unit,
        source=SOURCE,
    )


def day_sheet(
    weeks: RepWeeks,
    day: dt.date,
    fmt: Formats,
    *,
    simulated: str,
    ground: gpd.GeoSeries | None = None,
) -> MapSheet:
    """
    Show one day of a rep: home, way, numbered stops.

    Parameters
    ----------
    weeks
        The rep's weeks.
    day
        One of its days.
    fmt
        How times and dates are written.
    simulated, ground
        As in `MapSheet`.
    """
    stops = weeks.on(day)
    name = str(weeks.rep["name"])
    facts = {
        "Arrive": stops["arrive_s"].map(fmt.clock),
        "Leave": stops["leave_s"].map(fmt.clock),
        "Street": stops["street"].fillna(""),
        "City": stops["city"].fillna(""),
        signed("Class", "visit_class"): stops["visit_class"].fillna(""),
        signed("Last visit", "last_visit_on"): stops["last_visit_on"].map(fmt.day),
    }
    route = Route(
        stops=stops[["lon", "lat"]].assign(label=stops["name"], **facts),
        home=(float(weeks.rep["lon"]), float(weeks.rep["lat"])),
        label=f"Home of {name}",
        colour=ACCENT,
    )
    return MapSheet(
        title=f"Route of {name}",
        subtitle=f"{fmt.weekday(day)} · {len(stops)} visits · times are estimated",
        simulated=simulated,
        routes=[route],
        ground=ground,
        distance_unit=fmt.distance_unit,
        source=SOURCE,
    )


def _areas(
    view: TerritoryView, colours: Mapping[str, str], fmt: Formats
) -> gpd.GeoDataFrame:
    return territory_areas(
        view.units,
        view.units["territory_id"],
        view.edges,
        colours=colours,
        facts=_territory_facts(view, fmt),
    )


def _territory_facts(view: TerritoryView, fmt: Formats) -> pd.DataFrame:
    """Write what each territory holds, and how far that is from what is wanted."""
    table = view.territories
    facts = {signed("Rep", "owners"): table["rep_name"].fillna("vacant")}
    for measure in view.measures[:MOST_MEASURES]:
        amounts = table[measure].map(lambda value, m=measure: _amount(value, m, fmt))
        deviations = table[f"{measure}_deviation"].map(fmt.signed_share)
        facts[signed(MEASURES[measure], measure)] = amounts + " (" + deviations + ")"
    facts["Travel to the centre"] = (table["travel_km"] * 1000).map(fmt.distance)
    facts["Pieces"] = (table["extra_pieces"] + 1).map(fmt.number)
    return pd.DataFrame(facts, index=table.index)


def _amount(value: float, measure: str, fmt: Formats) -> str:
    if measure.endswith("_minor"):
        return fmt.money_short(int(value))
    return fmt.duration(value) if measure.endswith("_min") else fmt.number(value)


def _legend(
    view: TerritoryView, colours: Mapping[str, str], fmt: Formats
) -> list[Swatch]:
    labels = territory_labels(view)
    swatches = [
        Swatch(label=labels[name], colour=colours.get(name), count=fmt.number(count))
        for name, count in view.territories["accounts"].items()
    ]
    if view.units["territory_id"].isna().any():
        count = fmt.number(view.n_unassigned_accounts)
        swatches.append(Swatch(label=UNASSIGNED, colour=None, count=count))
    return swatches


def _moved_points(
    comparison: Comparison, colours: Mapping[str, str], fmt: Formats
) -> pd.DataFrame | None:
    moves = comparison.moved
    if moves.empty:
        return None
    places = comparison.b.accounts[["lon", "lat"]].reindex(moves.index)
    points = places.assign(
        label=moves["name"],
        colour=moves["b_territory"].map(dict(colours)).fillna(GREY),
        **{
            "Before": moves["a_territory"].fillna("none"),
            "After": moves["b_territory"].fillna("none"),
            "Owner before": moves["a_owner"].fillna(""),
            "Owner after": moves["b_owner"].fillna(""),
            "Our sales": short_money(moves["our_sales_minor"], fmt),
            "Potential": short_money(moves["potential_minor"], fmt),
        },
    )
    return points.dropna(subset=["lon", "lat"])


def _fit(view: TerritoryView) -> tuple[float, float, float, float]:
    south, west, north, east = bounds_of(view)
    return west, south, east, north
