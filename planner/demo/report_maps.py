"""The report's territories: maps before and after, bars, one row a territory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from planner.core.errors import InputError
from planner.core.formats import Formats
from planner.core.languages import Language
from planner.core.settings import Settings
from planner.demo.line import DemoLine
from planner.geography.basemap import base_map, extent_of
from planner.geography.colours import INK
from planner.maps.picture import svg_picture
from planner.maps.sheet import MapSheet, Swatch
from planner.maps.territories import territory_areas
from planner.services.people.holders import owner_names
from planner.territory.model.unit_table import MEASURES

BAR_REACH = 1.0  # deviation shown at the end of a bar
MOST_LINES = 12
MOST_REASONS = 10
CLIP_DEG = 0.05  # ground shown around a route
VISITS_WORDS = {4: "every week", 2: "every second week", 1: "every fourth week"}


def worst_before(line: DemoLine, measure: str) -> float | None:
    """Return the worst deviation of a measure today; None without a plan."""
    if line.before is None:
        return None
    deviation = _deviation(line, line.before, measure)
    return float(deviation.abs().max())


def _deviation(line: DemoLine, territory: pd.Series, measure: str) -> pd.Series:
    """Deviation of each territory from the ideal share of a measure."""
    values = line.accounts.assign(accounts=1)[measure].astype("Float64").fillna(0)
    actual = values.groupby(territory).sum()
    ideal = float(values.sum()) / len(actual)
    return (actual / ideal - 1).astype(float)


def territories_part(
    line: DemoLine, summary: Mapping[str, Any], settings: Settings, fmt: Formats
) -> dict[str, Any]:
    """Draw the territories before and after, and list each with its bar."""
    balance = summary["balance"]
    measure, tolerance = balance["measure"], balance["tolerance"]
    after = line.balanced.alignment.territory_by_unit
    deviation = _deviation(line, line.territory_by_account, measure)
    before = None
    map_before = None
    if line.sample is not None:
        before = _deviation(line, line.before, measure)
        map_before = _territory_map(
            line,
            line.sample.alignment["territory_id"],
            settings,
            fmt,
            "Before",
            560,
            480,
        )
    language = Language(formats=fmt, names={"measure": MEASURES})
    size = (560, 480) if map_before else (1120, 620)
    return {
        "map_before": map_before,
        "map_after": _territory_map(line, after, settings, fmt, "After", *size),
        "before_text": ""
        if before is None
        else f"worst deviation {fmt.share(before.abs().max())}",
        "after_text": (
            f"After: worst deviation {fmt.share(balance['max_deviation'])}, "
            f"{balance['extra_pieces']} extra pieces"
        ),
        "balance_text": "\n".join(map(language.clause, line.balanced.findings())),
        "measure_label": MEASURES[measure],
        "tolerance_text": fmt.share(tolerance),
        "territories": _territory_rows(
            line, measure, tolerance, deviation, before, fmt
        ),
    }


def _territory_rows(
    line: DemoLine,
    measure: str,
    tolerance: float,
    deviation: pd.Series,
    before: pd.Series | None,
    fmt: Formats,
) -> list[dict[str, Any]]:
    names = owner_names(line.positions, line.reps, line.as_of)
    by_territory = line.positions.dropna(subset="territory_id")
    holder = pd.Series(
        names.reindex(by_territory.index).to_numpy(), index=by_territory["territory_id"]
    )
    grouped = line.accounts.groupby(line.territory_by_account)
    counts, minutes = grouped.size(), grouped["workload_min"].sum()
    amounts = counts if measure == "accounts" else grouped[measure].sum()
    reach = max(BAR_REACH / 4, float(deviation.abs().max()) * 1.2, tolerance * 1.5)
    rows = []
    for territory_id in sorted(deviation.index):
        share = float(deviation[territory_id])
        width = min(50.0, abs(share) / reach * 50)
        travel_km = line.balanced.territories["mean_km"].get(territory_id)
        rows.append(
            {
                "territory_id": territory_id,
                "rep_name": holder.get(territory_id, "vacant"),
                "accounts": fmt.number(counts.get(territory_id, 0)),
                "amount": fmt.money(int(amounts[territory_id]))
                if measure.endswith("_minor")
                else fmt.number(amounts[territory_id]),
                "deviation": fmt.signed_share(share),
                "before": fmt.signed_share(before.get(territory_id))
                if before is not None
                else "",
                "left": round(50 - width if share < 0 else 50, 1),
                "width": round(width, 1),
                "low": round(50 - tolerance / reach * 50, 1),
                "high": round(50 + tolerance / reach * 50, 1),
                "is_over": abs(share) > tolerance,
                "workload": f"{fmt.number(minutes.get(territory_id, 0) / 60)} h",
                "travel": fmt.distance(None if travel_km is None else travel_km * 1000),
            }
        )
    return rows


def _territory_map(
    line: DemoLine,
    by_unit: pd.Series,
    settings: Settings,
    fmt: Formats,
    title: str,
    width: int,
    height: int,
) -> Any:
    areas = territory_areas(line.units, by_unit, line.edges)
    legend = [Swatch(label="account", colour=INK, mark="point")]
    if areas["colour"].isna().any():
        legend.append(Swatch(label="unassigned", colour=None))
    sheet = MapSheet(
        title=f"Territories of {line.name}: {title}",
        areas=areas,
        ground=_states(line, settings),
        points=line.accounts[["lon", "lat"]]
        .assign(label=line.accounts["name"], colour=INK)
        .dropna(subset=["lon", "lat"]),
        legend=legend,
        distance_unit=fmt.distance_unit,
    )
    return safe_svg(svg_picture(sheet, width, height))


def safe_svg(svg: str) -> Any:
    """Mark an SVG as safe: its builder escaped every text in it."""
    from markupsafe import Markup

    return Markup(svg)  # noqa: S704


def _states(line: DemoLine, settings: Settings) -> gpd.GeoSeries | None:
    """Return borders around the units; None without a file of them."""
    try:
        return base_map(settings.data_dir, extent_of(line.units)).outlines.geometry
    except InputError:
        return None
