"""The report's visits and pay: a day on the map, what does not fit, a statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from planner.commissions.statements.statement import Statement
from planner.core.formats import Formats
from planner.core.languages import Language
from planner.demo.line import DemoLine
from planner.demo.report_maps import safe_svg
from planner.demo.steps import MEASURE
from planner.geography.colours import INK
from planner.maps.picture import svg_picture
from planner.maps.sheet import MapSheet, Route, Swatch
from planner.quotas.attainment import attainment
from planner.services.people.holders import owner_names
from planner.visits.reasons.unserved import in_words

BAR_REACH = 1.0  # deviation shown at the end of a bar
MOST_LINES = 12
MOST_REASONS = 10
CLIP_DEG = 0.05  # ground shown around a route
ROUTE = "#0B6E99"
VISITS_WORDS = {4: "every week", 2: "every second week", 1: "every fourth week"}


def visits_part(
    line: DemoLine, summary: Mapping[str, Any], fmt: Formats
) -> dict[str, Any]:
    """Say what is planned, draw the fullest day, list what does not fit."""
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
    return {
        "map_day": safe_svg(svg_picture(_day_sheet(line, home, places, fmt), 560, 440)),
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


def _day_sheet(
    line: DemoLine, home: pd.Series, places: pd.DataFrame, fmt: Formats
) -> MapSheet:
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
        ground=line.units.geometry,
        routes=[route],
        legend=[
            Swatch(label="home", colour=INK),
            Swatch(label="stops in order", colour=ROUTE, mark="point"),
        ],
        fit=fit,
        distance_unit=fmt.distance_unit,
    )


def pay_part(
    line: DemoLine,
    summary: Mapping[str, Any],
    statements: Mapping[str, Statement],
    fmt: Formats,
) -> dict[str, Any]:
    """List each position's pay, and one statement line by line."""
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
