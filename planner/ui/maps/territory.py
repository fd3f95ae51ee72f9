"""The map of territories: which unit is whose, and how far from its share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from planner.core.formats import Formats, written
from planner.geography.boundaries import dissolve
from planner.geography.colours import colour_territories, neighbours_of, tinted, tints
from planner.services.territories.view import TerritoryView
from planner.ui.components.planmap import (
    Ground,
    Home,
    Layer,
    MapData,
    Outline,
    Points,
    Units,
    codes_of,
)
from planner.ui.maps.colouring import Colouring, colouring_of
from planner.ui.maps.palette import PALETTES, Palette
from planner.ui.simulated import signed

OUTLYING_SHARE = 0.02  # of the accounts, at each end, that the first look may miss
LEAST_SPAN_DEG = 0.3  # of the first look, for accounts that lie in one place
FAR_OFF = 1.8  # times the span of the rest: units beyond are left out at first
MARGIN = 0.08  # around the accounts, of their span
BESIDE = "#9A1B6E"  # another team's outlines: no territory has this colour
OUTLINE_DETAIL_DEG = 0.005
MARK_LETTERS = 3
DISTRICT = "#0B4F8A"  # outlines of districts


def territory_colours(
    view: TerritoryView,
    before: Mapping[str, str] | None = None,
    palette: Palette = PALETTES[0],
) -> dict[str, str]:
    """
    Give each territory a colour that no neighbour has.

    Parameters
    ----------
    view
        The scenario.
    before
        Colour by territory as the user last saw it: kept wherever two neighbours would
        not get the same, so that a moved border does not recolour the map. Those of
        another palette are not.
    palette
        One of `PALETTES`.

    Returns
    -------
    ``#RRGGBB`` by territory, also for territories without units.
    """
    touching = neighbours_of(view.units["territory_id"], view.edges)
    choice, order = palette.colours, [str(name) for name in view.territories.index]
    of_tint = {tint: nth for nth, c in enumerate(choice) for tint in tints(c)}
    codes = {n: of_tint[c] for n, c in (before or {}).items() if c in of_tint}
    if not codes:
        numbers = colour_territories(touching, len(choice), palette.alike)
        return tinted(
            {
                name: choice[numbers.get(name, place) % len(choice)]
                for place, name in enumerate(order)
            }
        )
    code_by_territory: dict[str, int] = {}
    for name in order:
        near = [
            code_by_territory[other]
            for other in touching.get(name, ())
            if other in code_by_territory
        ]
        last = codes.get(name)
        code_by_territory[name] = (
            last
            if last is not None and last not in near
            else min(
                range(len(choice)),
                key=lambda c: (
                    near.count(c),
                    sum((min(c, n), max(c, n)) in palette.alike for n in near),
                    c == last,
                ),
            )
        )
    colours = {name: choice[place] for name, place in code_by_territory.items()}
    return tinted(colours, before)


def territory_labels(view: TerritoryView) -> dict[str, str]:
    """
    Name each territory by its id and who works it: ``T01 Reyes``.

    Returns
    -------
    Label by territory; only the id where no position works it yet.
    """
    names = view.territories["rep_name"].fillna("").astype("str")
    names = names.where(view.territories["position_id"].notna(), "")
    return {
        str(territory_id): f"{territory_id} {_last_name(name)}".strip()
        for territory_id, name in names.items()
    }


def _last_name(name: str) -> str:
    return name.rsplit(maxsplit=1)[-1] if name.strip() else ""


def territory_map(
    view: TerritoryView,
    fmt: Formats,
    *,
    shapes: Layer,
    base: Ground | None = None,
    places: Layer | None = None,
    colours: dict[str, str] | None = None,
    colouring: Colouring | None = None,
    has_homes: bool = True,
    selected: Sequence[str] = (),
    label: str = "",
    outlines: Sequence[Outline] = (),
    fit: tuple[float, float, float, float] | None = None,
    **more: Any,
) -> MapData:
    """
    Draw the territories of a scenario.

    Parameters
    ----------
    view
        The scenario, as it is or as it would be.
    fmt
        How figures are written.
    shapes
        The units, from `shapes_of`, in the order of ``view.units``.
    base
        Quiet outlines beneath, such as states.
    places
        Accounts to show, in the order of ``view.accounts``; None: none.
    colours
        Colour by territory; None: `territory_colours`.
    colouring
        What the colours mean, from `colouring_of`; None: territories.
    has_homes
        Whether the reps' homes are drawn.
    selected
        Units to mark.
    label
        What the map shows, for screen readers.
    outlines
        Lines over it, such as another team's territories.
    fit
        South, west, north, east to look at; None: where the accounts are.
    more
        Further fields of `MapData`, such as `locked_units`, `barriers` and `title`.
    """
    order = [str(name) for name in view.territories.index]
    labels = territory_labels(view)
    classes = colouring or colouring_of(
        view, fmt, labels=labels, colours=colours or territory_colours(view)
    )
    is_plain = any(entry.short for entry in classes.legend)
    return MapData(
        label=label or _summary(view, fmt, classes),
        units=Units(
            shapes=shapes,
            codes=classes.unit_codes,
            parts=None if is_plain else codes_of(view.units["territory_id"], order),
            names=() if is_plain else order,
            told=() if is_plain else [labels.get(name, name) for name in order],
        ),
        points=None
        if places is None
        else Points(
            places=places,
            codes=classes.point_codes,
            parts=None if is_plain else codes_of(view.accounts["territory_id"], order),
        ),
        base=base,
        legend=classes.legend,
        legend_title=classes.title,
        is_legend_open=not is_plain,  # territories are named on the map itself
        homes=_homes(view, labels) if has_homes else (),
        selected=list(selected),
        outlines=list(outlines),
        fit=fit or bounds_of(view),
        unassigned=classes.none,
        unassigned_count=classes.none_count,
        distance_unit=fmt.distance_unit,
        **more,
    )


def _summary(view: TerritoryView, fmt: Formats, colouring: Colouring) -> str:
    """Tell a screen reader what is on the map."""
    n_none = int(view.units["territory_id"].isna().sum())
    things = (
        f"{fmt.number(len(view.territories))} territories",
        f"{fmt.number(len(view.units))} units, {fmt.number(n_none)} of them unassigned",
        f"{fmt.number(len(view.accounts))} accounts",
    )
    coloured = f"coloured by {colouring.title.lower()}"
    return f"Map of {view.scenario.name}: {', '.join(things)}; {coloured}"


def outlines_of(view: TerritoryView, *, label: str = "") -> list[Outline]:
    """
    Draw the territories of a view as lines, to lie over another's map.

    Parameters
    ----------
    view
        Whose territories.
    label
        What stands before their names; "": the first letters of the team.
    """
    mark = label or view.scenario.team[:MARK_LETTERS]
    return outlines_by(view, view.units["territory_id"], colour=BESIDE, mark=mark)


def outlines_by(
    view: TerritoryView, part_by_unit: pd.Series, *, colour: str, mark: str = ""
) -> list[Outline]:
    """
    Draw parts of the map, such as districts, as lines.

    Parameters
    ----------
    view
        With the units.
    part_by_unit
        Name of the part by `unit_id`; missing: in none.
    colour
        Of the lines.
    mark
        What stands before the names.
    """
    joined = dissolve(view.units, part_by_unit)
    shapes = joined.geometry.simplify(OUTLINE_DETAIL_DEG)
    inside = joined.geometry.representative_point()
    lines = [
        Outline(
            rings=[
                [(round(lat, 4), round(lon, 4)) for lon, lat in ring.coords]
                for part in getattr(shape, "geoms", [shape])
                if part.geom_type == "Polygon"
                for ring in (part.exterior, *part.interiors)
            ],
            colour=colour,
        )
        for shape in shapes
    ]
    # A name stands in the middle of its rings, which of a coast lies in the water: so
    # it has a ring of one point, inside.
    names = [
        Outline(rings=[[(place.y, place.x)]], label=f"{mark} {name}".strip())
        for name, place in inside.items()
    ]
    return lines + names


def _homes(view: TerritoryView, labels: dict[str, str]) -> list[Home]:
    homes = view.homes.reset_index(names="rep_id")
    return [
        Home(
            home_id=str(home["rep_id"]),
            name=str(home["name"]),
            lat=float(home["lat"]),
            lon=float(home["lon"]),
            facts=[("Territory", labels.get(str(home["territory_id"]), ""))],
        )
        for home in homes.to_dict("records")
    ]


def bounds_of(view: TerritoryView) -> tuple[float, float, float, float]:
    """
    Frame the first look: all units, or where nearly all accounts are.

    Returns
    -------
    South, west, north, east in degrees. Units far off, such as Alaska for a company in
    the other states, are left to be panned to, or the rest would be too small to read.
    """
    west, south, east, north = map(float, view.units.total_bounds)
    if view.accounts.empty:
        return south, west, north, east
    low = view.accounts[["lat", "lon"]].quantile(OUTLYING_SHARE)
    high = view.accounts[["lat", "lon"]].quantile(1 - OUTLYING_SHARE)
    tall, wide = ((high - low).clip(lower=LEAST_SPAN_DEG))[["lat", "lon"]]
    if north - south <= FAR_OFF * tall and east - west <= FAR_OFF * wide:
        return south, west, north, east
    return (
        float(low["lat"] - MARGIN * tall),
        float(low["lon"] - MARGIN * wide),
        float(high["lat"] + MARGIN * tall),
        float(high["lon"] + MARGIN * wide),
    )


def unit_facts(view: TerritoryView, fmt: Formats) -> dict[str, pd.Series]:
    """
    Say what each unit holds, for its tooltip; the same in every scenario.

    Returns
    -------
    Texts by heading, indexed `unit_id`.
    """
    units = view.units
    facts = {"State": units["region"]}
    for measure, heading, write in (
        ("accounts", "Accounts", fmt.number),
        ("potential_minor", "Potential", fmt.money_short),
        ("our_sales_minor", "Our sales", fmt.money_short),
        ("workload_min", "Workload", fmt.duration),
    ):
        if measure in units and units[measure].sum() > 0:
            facts[signed(heading, measure)] = written(units[measure], write)
    return facts
