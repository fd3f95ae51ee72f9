"""The report's visits and pay: a day on the map, what does not fit, a statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from planner.core.languages import Language
from planner.demo.line import DemoLine
from planner.demo.report_maps import safe_svg
from planner.geography.colours import INK
from planner.maps.picture import svg_picture
from planner.maps.sheet import MapSheet, Route, Swatch
from planner.visits.reasons.unserved import in_words

MOST_LINES = 12
MOST_REASONS = 10
CLIP_DEG = 0.05  # ground shown around a route
ROUTE = "#0B6E99"


def visits_part(line: DemoLine, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Say what is planned, draw the fullest day, list what does not fit."""
    fmt = line.formats
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
        context["unserved"] = in_words(top, Language(formats=fmt)).to_dict("records")
        context["n_more_unserved"] = len(listed) - len(top)
    if len(visits):
        context.update(_one_day(line))
    return context


def _one_day(line: DemoLine) -> dict[str, Any]:
    """Draw the day with the most stops of the rep with the most visits."""
    fmt = line.formats
    visits = line.visits.visits
    sizes = visits.groupby(["rep_id", "visit_on"]).size()
    rep_id, day = sizes.idxmax()
    stops = visits[(visits["rep_id"] == rep_id) & (visits["visit_on"] == day)]
    stops = stops.sort_values("sequence")
    places = line.accounts.loc[stops["account_id"]]
    home = line.reps.loc[rep_id]
    return {
        "map_day": safe_svg(svg_picture(_day_sheet(line, home, places), 560, 440)),
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


def _day_sheet(line: DemoLine, home: pd.Series, places: pd.DataFrame) -> MapSheet:
    """Draw a day's way over the units around it."""
    route = Route(
        stops=places[["lon", "lat"]].assign(label=places["name"]),
        home=(float(home["lon"]), float(home["lat"])),
        label=str(home["name"]),
        colour=ROUTE,
    )
    (west, south), (east, north) = (
        map(float, corner)
        for corner in (route.path.min(axis=0), route.path.max(axis=0))
    )
    fit = (west - CLIP_DEG, south - CLIP_DEG, east + CLIP_DEG, north + CLIP_DEG)
    return MapSheet(
        title=f"Route of {home['name']}",
        ground=line.view.units.geometry,
        routes=[route],
        legend=[
            Swatch(label="home", colour=INK),
            Swatch(label="stops in order", colour=ROUTE, mark="point"),
        ],
        fit=fit,
        distance_unit=line.formats.distance_unit,
    )


def pay_part(line: DemoLine, summary: Mapping[str, Any]) -> dict[str, Any]:
    """List each position's pay, and one statement line by line."""
    fmt, positions = line.formats, line.pay.positions
    paid = positions[positions["pay_minor"] != 0]
    return {
        "pay_text": (
            f"{fmt.number(summary['pay']['deals_credited'])} deals of the year up to "
            f"{fmt.month(line.period)} were credited to the owner at each deal's date, "
            "or by its split; the comp plan is a document, not code."
        ),
        "pay_period": fmt.month(line.period),
        "pay_rows": [
            {
                "title": row.title,
                "name": row.name,
                "credit": fmt.money(_whole(row.credit_minor)),
                "attainment": fmt.share(row.ytd_share),
                "pay": fmt.money(int(row.pay_minor)),
            }
            for row in paid.sort_values("pay_minor", ascending=False).itertuples()
        ],
        "statement": _one_statement(line, paid),
    }


def _whole(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _one_statement(line: DemoLine, paid: pd.DataFrame) -> dict[str, Any] | None:
    """Show the rep in the middle of the field, not the best or the worst."""
    fmt = line.formats
    reps = paid[(paid["role"] == "rep") & paid.index.isin(list(line.statements))]
    if reps.empty:
        return None
    in_order = reps.sort_values("pay_minor").index
    statement = line.statements[str(in_order[len(in_order) // 2])]
    steps = statement.steps.sort_values("amount_minor", ascending=False)
    return {
        "title": f"{statement.holder}, {fmt.month(line.period)}",
        "sentence": statement.sentence,
        "lines": [
            {
                "deal_id": step.deal_id,
                "account": step.account,
                "credit": fmt.money(_whole(step.credit_minor)),
                "rule": step.rule,
                "pay": fmt.money(int(step.amount_minor)),
            }
            for step in steps.head(MOST_LINES).itertuples()
        ],
    }
