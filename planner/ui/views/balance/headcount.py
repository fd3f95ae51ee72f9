"""How many territories: travel, hours, coverage and cost of each number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.core.units import M_PER_KM, MIN_PER_HOUR
from planner.services.territories.view import TerritoryView
from planner.services.territories.wording import language_of, lines_of
from planner.services.workspace import OpenCompany
from planner.ui import tables
from planner.ui.charts.decisions import headcount_line
from planner.ui.maps.text import markdown_text
from planner.ui.views.balance.frontier import panel_head, point_key


def headcount_panel(ws: OpenCompany, fmt: Formats, job: Any) -> str | None:
    """
    Show the comparison of a finished job.

    Returns
    -------
    The chosen number, a key of the job's `plans`; None: none is chosen.
    """
    result = job.result
    points = pd.DataFrame(result["points"]).set_index("n_territories")
    solved = points.loc[[n for n in points.index if str(n) in result["plans"]]]
    key = point_key(job.job_id)
    with st.container(key="pl-job-headcount"):
        panel_head(ws, job, "How many territories", _help(fmt, result))
        if len(solved):
            around = int(result["around"])
            choice = int(st.session_state.get(key) or around)
            st.markdown(headcount_sentence(fmt, solved, around, choice))
            _charts(fmt, solved, choice, float(result["reach_min"]))
            _table(fmt, solved, float(result["reach_min"]))
        refused = points.get("problem", pd.Series(dtype=object)).dropna()
        for n, reasons in refused.items():
            text = lines_of(reasons, language_of(ws))
            st.caption(f"{n} territories: {markdown_text(text, 400)}")
        st.pills(
            "Show the plan of so many territories",
            [str(n) for n in solved.index],
            key=key,
        )
    return st.session_state.get(key)


def with_next_head(view: TerritoryView, job: Any, choice: str | None) -> TerritoryView:
    """
    Put a house where the next rep should live among the homes of a view.

    Parameters
    ----------
    view
        What the map shows.
    job
        A finished headcount job.
    choice
        Number whose plan is shown; None: that of today.
    """
    number = int(choice or job.result["around"])
    points = [p for p in job.result["points"] if p["n_territories"] == number]
    unit_id = points[0].get("next_head_unit") if points else None
    if unit_id not in view.units.index:
        return view
    place = view.units.geometry[unit_id].representative_point()
    home = pd.DataFrame(
        {
            "name": [f"Next rep, around {points[0]['next_head']}"],
            "lat": [place.y],
            "lon": [place.x],
            "territory_id": [view.units["territory_id"][unit_id]],
        },
        index=["next"],
    )
    return replace(view, homes=pd.concat([view.homes, home]))


def _help(fmt: Formats, result: dict[str, Any]) -> str:
    return (
        "Each number is balanced by itself, within the limits asked. Coverage: the "
        f"share within {result['reach_min']:.0f} minutes' drive of the middle of its "
        "territory. Hours: visits by class and the driving of each plan, estimated; a "
        f"rep can give {fmt.number(result['capacity_h'])} h a year. Cost: reps of the "
        "mean cost of today's."
    )


def headcount_sentence(
    fmt: Formats, points: pd.DataFrame, around: int, choice: int
) -> str:
    """Say what one more and one fewer would change, and where the next head lives."""
    sentences = []
    if around in points.index:
        now = points.loc[around]
        for n, what in ((around + 1, "One more rep"), (around - 1, "One rep fewer")):
            if n not in points.index:
                continue
            then = points.loc[n]
            km = fmt.length(
                (then["weighted_mean_km"] - now["weighted_mean_km"]) * M_PER_KM
            )
            text = f"{what} changes the mean way by {fmt.signed(km, 1)} "
            text += fmt.distance_unit
            if _knows(points, "cost_minor") and points["cost_minor"].any():
                cost = then["cost_minor"] - now["cost_minor"]
                text += f" and the cost by {fmt.signed_money(round(cost))} a year"
            sentences.append(f"{text}.")
    row = points.loc[choice] if choice in points.index else points.iloc[-1]
    if isinstance(row.get("next_head"), str):
        sentences.append(
            f"With {row.name} territories the next rep should live around "
            f"**{markdown_text(row['next_head'])}**, a house on the map."
        )
    return " ".join(sentences)


def _knows(points: pd.DataFrame, column: str) -> bool:
    return column in points and bool(points[column].notna().any())


def _charts(fmt: Formats, points: pd.DataFrame, choice: int, reach_min: float) -> None:
    km = points["weighted_mean_km"].astype(float)
    charts: list[tuple[str, pd.Series, str, tuple[str, ...]]] = [
        (
            f"Mean way, {fmt.distance_unit}",
            km.map(lambda value: fmt.length(value * M_PER_KM)),
            ".1f",
            (),
        )
    ]
    if _knows(points, "busiest_share"):
        busiest = points["busiest_share"].astype(float)
        charts.append(
            ("Busiest rep, of capacity", busiest, ".0%", ("workload", "team"))
        )
    covered = points["coverage_share"].astype(float)
    charts.append((f"Within {reach_min:.0f} min", covered, ".0%", ()))
    if points["cost_minor"].any():
        cost = fmt.whole_money(points["cost_minor"])
        charts.append((f"Cost a year, {fmt.currency}", cost, ".3s", ("team",)))
    for place, (label, values, number, of) in zip(
        st.columns(len(charts)), charts, strict=True
    ):
        place.altair_chart(
            headcount_line(values, label=label, number=number, choice=choice, of=of)
        )


def _table(fmt: Formats, points: pd.DataFrame, reach_min: float) -> None:
    table = points.reset_index()
    table["way_m"] = table["weighted_mean_km"].astype(float) * M_PER_KM
    columns = {
        "n_territories": tables.Column(
            "Territories", "number", width=84, is_pinned=True
        ),
        "is_met": tables.Column("Within limits", "check", width=96),
        "way_m": tables.Column("Mean way", "distance", width=96),
    }
    if _knows(table, "hours"):
        for name, source in (("all_min", "hours"), ("road_min", "travel_hours")):
            table[name] = table[source].astype(float) * MIN_PER_HOUR
        columns |= {
            "all_min": tables.Column("All hours", "hours", width=104, of=("workload",)),
            "road_min": tables.Column(
                "On the road", "hours", width=112, of=("workload",)
            ),
            "busiest_share": tables.Column(
                "Busiest rep",
                "share",
                help="Hours of the busiest rep, of what a rep can give in a year",
                width=104,
                of=("workload", "team"),
            ),
        }
    columns["coverage_share"] = tables.Column(
        f"Within {reach_min:.0f} min", "share", width=128
    )
    if table["cost_minor"].any():
        columns["cost_minor"] = tables.Column(
            "Cost a year", "money", width=112, of=("team",)
        )
    if "next_head" in table:
        columns["next_head"] = tables.Column("Next rep around", width=140)
    tables.table(
        table, columns, fmt=fmt, key="terr-headcount", label="Numbers of territories"
    )
