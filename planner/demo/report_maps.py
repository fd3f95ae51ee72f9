"""The report's territories: maps before and after, bars, one row a territory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd

from planner.core.errors import InputError
from planner.core.languages import Language
from planner.demo.line import DemoLine
from planner.geography.basemap import base_map, extent_of
from planner.geography.colours import INK
from planner.maps.picture import svg_picture
from planner.maps.sheet import MapSheet, Swatch
from planner.maps.territories import territory_areas
from planner.services.territories.view import TerritoryView
from planner.territory.model.unit_table import MEASURES

BAR_REACH = 1.0  # deviation shown at the end of a bar


def worst_before(line: DemoLine, measure: str) -> float | None:
    """Return the worst deviation of a measure today; None without a plan."""
    return float(line.before.index[measure]) if has_before(line) else None


def has_before(line: DemoLine) -> bool:
    """Tell whether there are territories today."""
    return len(line.before.territories) > 0


def territories_part(line: DemoLine, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Draw the territories before and after, and list each with its bar."""
    fmt, balance = line.formats, summary["balance"]
    measure = balance["measure"]
    map_before, before_text, size = None, "", (1120, 620)
    if has_before(line):
        size = (560, 480)
        map_before = _territory_map(line, line.before, "Before", *size)
        before_text = f"worst deviation {fmt.share(worst_before(line, measure))}"
    language = Language(formats=fmt, names={"measure": MEASURES})
    return {
        "map_before": map_before,
        "map_after": _territory_map(line, line.view, "After", *size),
        "before_text": before_text,
        "after_text": (
            f"After: worst deviation {fmt.share(balance['max_deviation'])}, "
            f"{balance['extra_pieces']} extra pieces"
        ),
        "balance_text": "\n".join(map(language.clause, line.proposal.summary)),
        "measure_label": MEASURES[measure],
        "tolerance_text": fmt.share(balance["tolerance"]),
        "territories": _territory_rows(line, measure, balance["tolerance"]),
    }


def _territory_rows(
    line: DemoLine, measure: str, tolerance: float
) -> list[dict[str, Any]]:
    fmt, table = line.formats, line.view.territories.sort_index()
    deviation = table[f"{measure}_deviation"]
    before = line.before.territories.get(f"{measure}_deviation")
    reach = max(BAR_REACH / 4, float(deviation.abs().max()) * 1.2, tolerance * 1.5)
    rows = []
    for territory_id, row in table.iterrows():
        share, amount = float(deviation[territory_id]), row[measure]
        width = min(50.0, abs(share) / reach * 50)
        was = None if before is None else before.get(territory_id)
        rows.append(
            {
                "territory_id": territory_id,
                "rep_name": row["rep_name"],
                "accounts": fmt.number(row["accounts"]),
                "amount": fmt.money(int(amount))
                if measure.endswith("_minor")
                else fmt.number(amount),
                "deviation": fmt.signed_share(share),
                "before": fmt.signed_share(was),
                "left": round(50 - width if share < 0 else 50, 1),
                "width": round(width, 1),
                "low": round(50 - tolerance / reach * 50, 1),
                "high": round(50 + tolerance / reach * 50, 1),
                "is_over": abs(share) > tolerance,
                "workload": f"{fmt.number(row['workload_min'] / 60)} h",
                "travel": fmt.distance(row["travel_km"] * 1000),
            }
        )
    return rows


def _territory_map(
    line: DemoLine, view: TerritoryView, title: str, width: int, height: int
) -> Any:
    areas = territory_areas(view.units, view.units["territory_id"], view.edges)
    legend = [Swatch(label="account", colour=INK, mark="point")]
    if areas["colour"].isna().any():
        legend.append(Swatch(label="unassigned", colour=None))
    sheet = MapSheet(
        title=f"Territories of {line.company.name}: {title}",
        areas=areas,
        ground=_states(line),
        points=view.accounts[["lon", "lat"]].assign(
            label=view.accounts["name"], colour=INK
        ),
        legend=legend,
        distance_unit=line.formats.distance_unit,
    )
    return safe_svg(svg_picture(sheet, width, height))


def safe_svg(svg: str) -> Any:
    """Mark an SVG as safe: its builder escaped every text in it."""
    from markupsafe import Markup

    return Markup(svg)  # noqa: S704


def _states(line: DemoLine) -> gpd.GeoSeries | None:
    """Return borders around the units; None without a file of them."""
    units, data_dir = line.view.units, line.ws.settings.data_dir
    try:
        return base_map(data_dir, extent_of(units)).outlines.geometry
    except InputError:
        return None
