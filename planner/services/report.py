"""The demo's report: one self-contained page with maps and charts, no script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
import shapely

from planner.commissions.statement import Statement
from planner.core.formats import Formats
from planner.core.settings import Settings
from planner.geography.boundaries import dissolve
from planner.geography.boundaries import load_states
from planner.geography.colours import TERRITORY
from planner.geography.colours import colour_territories
from planner.geography.colours import neighbours_of
from planner.geography.drawing import Area
from planner.geography.drawing import Dot
from planner.geography.drawing import Drawing
from planner.geography.drawing import Label
from planner.geography.drawing import Path as Line
from planner.geography.drawing import svg_map
from planner.quotas.attainment import attainment
from planner.services.demo import MEASURE
from planner.services.demo import DemoLine
from planner.services.team import owner_names
from planner.territory.basis import MEASURES
from planner.visits.params import CadenceParams

TEMPLATE = Path(__file__).with_name("report.html.j2")
BAR_REACH = 1.0  # deviation shown at the end of a bar
MOST_LINES = 12
MOST_REASONS = 10
CLIP_DEG = 0.05  # ground shown around a route
VISITS_WORDS = {4: "every week", 2: "every second week", 1: "every fourth week"}


def report_html(
    line: DemoLine,
    summary: Mapping[str, Any],
    statements: Mapping[str, Statement],
    settings: Settings,
) -> str:
    """
    Write the report of a run.

    Parameters
    ----------
    line, summary, statements
        What the run made.
    settings
        Formats, and where the state outlines are.

    Returns
    -------
    One HTML page; everything in it is escaped by the template.
    """
    fmt = Formats(
        locale=settings.locale,
        distance_unit=settings.distance_unit,
        currency=line.currency,
    )
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    context = {
        "title": f"{line.name}: territories, visits and pay",
        "subtitle": (
            f"As of {fmt.day(line.as_of)} · plan from {fmt.day(line.effective_from)}"
        ),
        "simulated": f"Simulated. {line.simulated}.",
        "figures": _figures(line, summary, fmt),
        **_territories(line, summary, settings, fmt),
        "segments": _segments(line, fmt),
        **_quotas(line, summary, fmt),
        **_visits(line, summary, fmt),
        **_pay(line, summary, statements, fmt),
        "problems": _problems(line, summary),
        "footer": (
            "Made by `python -m planner demo`. Methods and sources: docs/methods.md. "
            "Places: GeoNames (CC BY 4.0); borders: US Census Bureau."
        ),
    }
    return template.render(context)


def _figures(
    line: DemoLine, summary: Mapping[str, Any], fmt: Formats
) -> list[dict[str, str]]:
    balance, visits = summary["balance"], summary["visits"]
    label = MEASURES[balance["measure"]].lower()
    before = _worst_before(line, balance["measure"])
    planned = visits["served"] + visits["missed"]
    gap = balance["gap"]
    return [
        {
            "label": "Accounts",
            "value": fmt.number(summary["counts"]["accounts"]),
            "note": f"{fmt.number(summary['counts']['rows_rejected'])} rows rejected",
        },
        {
            "label": f"Worst deviation of {label}",
            "value": fmt.share(balance["max_deviation"]),
            "note": f"was {fmt.share(before)}" if before is not None else "",
        },
        {
            "label": "Mean distance to the territory's centre",
            "value": fmt.distance(summary["travel"]["weighted_mean_km"] * 1000),
            "note": ""
            if gap is None
            else f"proven within {fmt.share(gap)} of the best possible travel",
        },
        {
            "label": "Visits planned in four weeks",
            "value": fmt.number(visits["served"]),
            "note": f"{fmt.share(visits['served'] / max(1, planned))} of those owed",
        },
        {
            "label": f"Pay of {fmt.month(line.period)}",
            "value": fmt.money(int(line.paid.lines["amount_minor"].sum())),
            "note": f"{summary['pay']['positions']} positions, every line traced",
        },
    ]


def _worst_before(line: DemoLine, measure: str) -> float | None:
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


def _territories(
    line: DemoLine, summary: Mapping[str, Any], settings: Settings, fmt: Formats
) -> dict[str, Any]:
    balance = summary["balance"]
    measure, tolerance = balance["measure"], balance["tolerance"]
    after = line.balanced.alignment.territory_by_unit
    deviation = _deviation(line, line.territory_by_account, measure)
    before = None
    map_before = None
    if line.sample is not None:
        before = _deviation(line, line.before, measure)
        map_before = _territory_map(
            line, line.sample.alignment["territory_id"], settings, "Before", 560, 480
        )
    size = (560, 480) if map_before else (1120, 620)
    return {
        "map_before": map_before,
        "map_after": _territory_map(line, after, settings, "After", *size),
        "before_text": ""
        if before is None
        else f"worst deviation {fmt.share(before.abs().max())}",
        "after_text": (
            f"After: worst deviation {fmt.share(balance['max_deviation'])}, "
            f"{balance['extra_pieces']} extra pieces"
        ),
        "balance_text": _in_words(balance["summary"]),
        "measure_label": MEASURES[measure],
        "tolerance_text": fmt.share(tolerance),
        "territories": _territory_rows(
            line, measure, tolerance, deviation, before, fmt
        ),
    }


def _in_words(summary: str) -> str:
    """Write a solver's summary with the measures' names as people know them."""
    for measure, label in MEASURES.items():
        summary = summary.replace(measure, label)
    return summary


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
    title: str,
    width: int,
    height: int,
) -> Any:
    colours = colour_territories(neighbours_of(by_unit, line.edges))
    polygons = dissolve(line.units, by_unit)
    places = polygons.geometry.representative_point()
    unassigned = line.units.geometry[~line.units.index.isin(by_unit.dropna().index)]
    drawing = Drawing(
        title=f"Territories of {line.name}: {title}",
        areas=[
            *(
                Area(
                    geometry=polygons.geometry[territory_id],
                    fill=TERRITORY[colours[territory_id]],
                    title=str(territory_id),
                )
                for territory_id in polygons.index
            ),
            *(Area(geometry=geometry) for geometry in unassigned),
        ],
        base=_states(line, settings),
        outlines=list(polygons.geometry),
        dots=[
            Dot(lon=lon, lat=lat, radius=0.8)
            for lon, lat in zip(line.accounts["lon"], line.accounts["lat"], strict=True)
        ],
        labels=[
            Label(lon=place.x, lat=place.y, text=str(territory_id))
            for territory_id, place in places.items()
        ],
    )
    return _safe(svg_map(drawing, width, height))


def _safe(svg: str) -> Any:
    """Mark an SVG as safe: its builder escaped every text in it."""
    from markupsafe import Markup

    return Markup(svg)  # noqa: S704


def _states(line: DemoLine, settings: Settings) -> list[Any]:
    try:
        states = load_states(settings.data_dir)
    except OSError:
        return []
    known = states[states.index.isin(line.units["region"].dropna().unique())]
    return [shapely.boundary(geometry) for geometry in known.geometry]


def _segments(line: DemoLine, fmt: Formats) -> list[dict[str, str]]:
    grouped = line.accounts.groupby("segment", sort=False)
    visits = CadenceParams().visits_per_4_weeks
    rows = []
    for segment, accounts in sorted(
        grouped, key=lambda part: -part[1]["potential_minor"].fillna(0).sum()
    ):
        main = accounts["visit_class"].mode()
        often = visits.get(main.iloc[0] if len(main) else "", 0)
        rows.append(
            {
                "segment": str(segment),
                "accounts": fmt.number(len(accounts)),
                "potential": fmt.money(
                    int(accounts["potential_minor"].fillna(0).sum())
                ),
                "sales": fmt.money(int(accounts["our_sales_minor"].fillna(0).sum())),
                "visits": f"mostly {VISITS_WORDS.get(often, 'none owed')}",
            }
        )
    return rows


def _quotas(line: DemoLine, summary: Mapping[str, Any], fmt: Formats) -> dict[str, Any]:
    year = summary["quotas"]["year"]
    yearly = line.quotas[line.quotas["period"] == str(year)]
    amount = yearly.set_index("position_id")["amount_minor"]
    names = owner_names(line.positions, line.reps, line.as_of)
    position = line.positions["territory_id"].dropna()
    by_territory = (
        line.accounts["potential_minor"]
        .fillna(0)
        .groupby(line.territory_by_account)
        .sum()
    )
    rows = []
    levels = {"vp": 0, "manager": 1, "rep": 2}
    for position_id, row in line.positions.iterrows():
        if position_id not in amount.index:
            continue
        territory_id = position.get(position_id, "")
        potential = by_territory.get(territory_id)
        quota = int(amount[position_id])
        rows.append(
            {
                "level": levels.get(row["role"], 2),
                "title": row["title"],
                "name": names[position_id],
                "territory_id": territory_id,
                "potential": fmt.money(None if potential is None else int(potential)),
                "quota": fmt.money(quota),
                "ratio": fmt.share(None if not potential else quota / float(potential)),
            }
        )
    published = summary["published"]
    return {
        "quota_year": year,
        "quota_text": (
            f"The target of {fmt.money(_top(rows, amount, line))} is split by "
            "potential and ramp down the hierarchy; every level sums exactly. Owners "
            "hold from "
            f"{fmt.day(line.effective_from)}; the published plan has the content hash "
            f"{published['content_hash'][:12]}."
        ),
        "quotas": rows,
    }


def _top(rows: list[dict[str, Any]], amount: pd.Series, line: DemoLine) -> int:
    tops = line.positions.index[line.positions["parent_id"].isna()]
    return int(amount.reindex(tops).fillna(0).sum()) if rows else 0


def _visits(line: DemoLine, summary: Mapping[str, Any], fmt: Formats) -> dict[str, Any]:
    visits, unserved = line.visits.visits, line.visits.unserved
    figures = summary["visits"]
    text = (
        f"{fmt.number(figures['served'])} visits on {fmt.number(figures['days'])} "
        f"working days, {fmt.number(figures['travel_h'])} hours of driving "
        "(travel times are estimated from straight distances); "
        f"{fmt.number(figures['missed'])} visits do not fit, each with its reason."
    )
    context: dict[str, Any] = {
        "visits_text": text,
        "map_day": None,
        "day_caption": "",
        "day_stops": [],
        "unserved": [],
        "n_more_unserved": 0,
    }
    if len(unserved):
        known = line.accounts[["name", "visit_class"]]
        listed = unserved.join(known, on="account_id")
        listed["rep"] = listed["rep_id"].map(line.reps["name"]).fillna("nobody")
        top = listed.sort_values(["visit_class", "account_id"]).head(MOST_REASONS)
        context["unserved"] = top.to_dict("records")
        context["n_more_unserved"] = len(listed) - len(top)
    if len(visits):
        context.update(_one_day(line, fmt))
    return context


def _one_day(line: DemoLine, fmt: Formats) -> dict[str, Any]:
    """Draw the day with the most stops of the rep with the most visits."""
    visits = line.visits.visits
    sizes = visits.groupby(["rep_id", "visit_on"]).size()
    rep_id, day = sizes.idxmax()
    stops = visits[(visits["rep_id"] == rep_id) & (visits["visit_on"] == day)]
    stops = stops.sort_values("sequence")
    places = line.accounts.loc[stops["account_id"]]
    home = line.reps.loc[rep_id]
    lon = [float(home["lon"]), *places["lon"], float(home["lon"])]
    lat = [float(home["lat"]), *places["lat"], float(home["lat"])]
    drawing = Drawing(
        title=f"Route of {home['name']}",
        areas=[
            Area(geometry=geometry, fill="#EFEEE9")
            for geometry in line.units.geometry.cx[
                min(lon) - 0.4 : max(lon) + 0.4, min(lat) - 0.3 : max(lat) + 0.3
            ]
        ],
        base=[],
        paths=[Line(lon=lon, lat=lat, colour="#0B6E99", is_numbered=True)],
    )
    return {
        "map_day": _safe(svg_map(_clipped(drawing, lon, lat), 560, 440)),
        "day_caption": f"{home['name']}, {fmt.weekday(day)}: {len(stops)} visits",
        "day_stops": [
            {
                "sequence": int(stop.sequence),
                "arrive": fmt.clock(stop.arrive_s),
                "name": places["name"][stop.account_id],
                "leave": fmt.clock(stop.leave_s),
                "travel": fmt.duration(stop.travel_s / 60),
            }
            for stop in stops.itertuples()
        ],
    }


def _clipped(drawing: Drawing, lon: list[float], lat: list[float]) -> Drawing:
    """Keep only the ground around a route, so that the route fills the map."""
    from dataclasses import replace

    frame = shapely.box(
        min(lon) - CLIP_DEG,
        min(lat) - CLIP_DEG,
        max(lon) + CLIP_DEG,
        max(lat) + CLIP_DEG,
    )
    kept = [
        replace(area, geometry=shapely.intersection(area.geometry, frame))
        for area in drawing.areas
    ]
    return replace(drawing, areas=[a for a in kept if not a.geometry.is_empty])


def _pay(
    line: DemoLine,
    summary: Mapping[str, Any],
    statements: Mapping[str, Statement],
    fmt: Formats,
) -> dict[str, Any]:
    quotas = line.quotas if line.sample is None else line.sample.quotas
    reached = attainment(line.credited.credits, quotas, MEASURE, int(line.period[:4]))
    month = reached.xs(line.period, level="period")
    names = owner_names(line.positions, line.reps, line.as_of)
    pay = line.paid.lines.groupby("position_id")["amount_minor"].sum()
    rows = [
        {
            "title": line.positions.at[position_id, "title"],
            "name": names[position_id],
            "credit": fmt.money(
                _whole(month[_credit_of(line, position_id)].get(position_id))
            ),
            "attainment": fmt.share(month["ytd_share"].get(position_id))
            if _credit_of(line, position_id) == "credit_minor"
            else "–",
            "pay": fmt.money(int(amount)),
        }
        for position_id, amount in pay.sort_values(ascending=False).items()
    ]
    return {
        "pay_text": (
            f"{fmt.number(summary['pay']['deals_credited'])} deals of the year up to "
            f"{fmt.month(line.period)} were credited to the owner at each deal's date, "
            "or by its split; the comp plan is a document, not code."
        ),
        "pay_period": fmt.month(line.period),
        "pay_rows": rows,
        "statement": _one_statement(line, pay, statements, fmt),
    }


def _credit_of(line: DemoLine, position_id: str) -> str:
    """Name the credit a position is paid on: its own, or what it shares."""
    is_overlay = line.positions.at[position_id, "role"] == "overlay"
    return "overlay_minor" if is_overlay else "credit_minor"


def _whole(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _one_statement(
    line: DemoLine,
    pay: pd.Series,
    statements: Mapping[str, Statement],
    fmt: Formats,
) -> dict[str, Any] | None:
    """Show the rep in the middle of the field, not the best or the worst."""
    reps = line.positions.index[line.positions["role"] == "rep"]
    known = pay[pay.index.isin(reps) & pay.index.isin(list(statements))].sort_values()
    if known.empty:
        return None
    position_id = str(known.index[len(known) // 2])
    statement = statements[position_id]
    mine = line.paid.lines[line.paid.lines["position_id"] == position_id]
    shown = mine.sort_values("amount_minor", ascending=False).head(MOST_LINES)
    return {
        "title": f"{statement.holder}, {fmt.month(line.period)}",
        "sentence": statement.sentence,
        "lines": [
            {
                "deal_id": row.deal_id,
                "account": line.accounts["name"].get(row.account_id, ""),
                "credit": fmt.money(_whole(row.credit_minor)),
                "rule": row.rule,
                "pay": fmt.money(int(row.amount_minor)),
            }
            for row in shown.itertuples()
        ],
    }


def _problems(line: DemoLine, summary: Mapping[str, Any]) -> list[str]:
    counts = summary["counts"]
    said = []
    if counts["rows_rejected"]:
        said.append(
            f"{counts['rows_rejected']:,} rows of the list were rejected; "
            "findings.csv says why, row by row."
        )
    by_zip = counts["geo_source"].get("postcode", 0)
    by_city = counts["geo_source"].get("city", 0)
    if by_zip or by_city:
        said.append(
            f"{by_zip:,} accounts were placed by ZIP code and {by_city:,} by city: "
            "good enough for territories, not for arrival times."
        )
    if counts["unassigned_accounts"]:
        said.append(f"{counts['unassigned_accounts']:,} accounts lie in no unit.")
    if summary["balance"]["bridges"]:
        said.append(
            f"{summary['balance']['bridges']} links over water or gaps were assumed so "
            "that islands and far states can belong to a territory."
        )
    if summary["visits"]["missed"]:
        said.append(
            f"{summary['visits']['missed']:,} visits do not fit into the four weeks."
        )
    if summary["pay"]["deals_with_problems"]:
        said.append(
            f"{summary['pay']['deals_with_problems']:,} deals could not be credited."
        )
    names = owner_names(line.positions, line.reps, line.as_of)
    vacant = [name for name in line.positions.index if names[name] == "vacant"]
    if vacant:
        said.append(f"Vacant: {', '.join(vacant)}.")
    return said or ["Nothing."]
