"""My day: where a rep goes today, when, and how to get there."""

from __future__ import annotations

import datetime as dt
from itertools import zip_longest
from typing import Any

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.core.languages import Language
from planner.core.text import map_text
from planner.geography.basemap import extent_of
from planner.jobs import queue
from planner.services.company import companies
from planner.services.exports import sharing
from planner.services.scenarios import Scenario, listing, publishing
from planner.services.visits import plans
from planner.services.visits.plans import RepWeeks
from planner.services.workspace import OpenCompany, Workspace
from planner.ui import cache, session, tables, widgets
from planner.ui.components.planmap import planmap
from planner.ui.faults import guarded
from planner.ui.maps.route import route_map
from planner.ui.maps.sharing import day_sheet
from planner.ui.maps.text import markdown_text
from planner.ui.simulated import signed
from planner.ui.tables import Column
from planner.ui.views.freshness import older_note
from planner.ui.views.sharing import ground_of, share_button
from planner.ui.widgets import Download, Metric
from planner.visits.reasons.unserved import in_words

REP, DAY, OPENED_ON = "my_rep", "my_day", "my_day_opened_on"
MOST_REASONS = 30
LINKS_NOTE = (
    "A link hands the stop's coordinates to Google, Apple or Waze when it is opened, "
    "not before and nothing else."
)


def main() -> None:
    """Draw the page."""
    ws = session.company()
    fmt = session.formats(ws)
    scenario = _plan_in_force(ws)
    slot = widgets.page_header(
        "My day", "Your visits in driving order, with times, route and files."
    )
    if scenario is None:
        widgets.empty_state(
            "No plan yet",
            "Visits follow a plan: balance territories and publish a scenario first.",
        )
        return
    with slot:
        pressed = st.button("Plan four weeks", key="plan-visits")
    if pressed:
        params = plans.default_params(ws)
        session.submit(ws, "visits", scenario.scenario_id, params)
    is_running = _job(ws, scenario)
    plan = plans.visit_plan(ws, scenario.scenario_id)
    if plan is None and is_running:
        st.caption(
            "The first plan takes a minute or a few, by the size of the team; it shows "
            "here when it is done, also if you close this page meanwhile."
        )
        return
    if plan is None:
        widgets.empty_state(
            "No visits planned yet",
            "Press Plan four weeks: every rep gets a route for each working day.",
        )
        return
    older_note(
        ws,
        fmt,
        "visits",
        plan.created_at,
        what="These visits are",
        repair="Press Plan four weeks for new ones.",
    )
    reps = plans.reps_with_visits(ws, scenario.scenario_id)
    if reps.empty:
        widgets.empty_state(
            "Nobody to visit for",
            "The people these visits were planned for are not in the company any more. "
            "Import the people, then press Plan four weeks.",
            key="nobody",
        )
        return
    rep_id, day = _choose(reps, plan.visits, companies.company(ws).today, fmt)
    weeks = cache.rep_weeks(ws, scenario, rep_id, plan.run_id)
    _day(ws, weeks, day, fmt)
    with slot:
        facts = cache.company_facts(ws)
        share_button(
            ws,
            "day",
            lambda: day_sheet(
                weeks,
                day,
                fmt,
                simulated=sharing.simulated_note(ws, facts.accounts),
                ground=ground_of(ws, facts.units),
            ),
            key="day",
            scenario=scenario,
        )
    _weeks(weeks, fmt)


def _plan_in_force(ws: OpenCompany) -> Scenario | None:
    """Return the published scenario in force, else the one being worked on."""
    as_of = companies.company(ws).today
    published = publishing.in_force(ws, as_of)
    if published is not None:
        return listing.scenario(ws, published.scenario_id)
    return session.scenario(ws)


def _job(ws: Workspace, scenario: Scenario) -> bool:
    """Show a planning that runs, or why it failed; tell whether it runs."""
    job = queue.latest(ws.store, "visits", scenario.scenario_id)
    if job is not None and job.state in ("queued", "running", "failed"):
        widgets.job_panel(
            lambda job_id: session.job_view(ws, job_id),
            lambda job_id: queue.request_cancel(ws.store, job_id),
            job.job_id,
            key="visits",
        )
    return job is not None and job.state in ("queued", "running")


def _choose(
    reps: pd.DataFrame, visits: pd.DataFrame, today: dt.date, fmt: Formats
) -> tuple[str, dt.date]:
    """Let the user be a rep, and turn the days; the first one shown is today's."""
    if st.session_state.get(REP) not in reps.index:
        st.session_state[REP] = reps.index[0]
    who, which = st.columns([1, 2], vertical_alignment="bottom")
    rep_id = who.selectbox(
        "Rep", list(reps.index), key=REP, format_func=lambda name: reps.at[name, "name"]
    )
    mine = visits[visits["rep_id"] == rep_id]
    days = sorted({day.date() for day in mine["visit_on"]})
    is_new = st.session_state.get(OPENED_ON) != today
    if is_new or st.session_state.get(DAY) not in days:
        st.session_state[DAY] = plans.first_day(days, today)
        st.session_state[OPENED_ON] = today
    with which:
        day = _turn_days(days, fmt)
    if days[-1] < today:
        st.caption("These weeks are over: press Plan four weeks for the next ones.")
    elif today not in days:
        st.caption(f"No visits today, {fmt.weekday(today)}.")
    return str(rep_id), day


def _turn_days(days: list[dt.date], fmt: Formats) -> dt.date:
    """Offer the day before, any day, the day after."""
    place = days.index(st.session_state[DAY])
    turns = {"Previous": place - 1, "Next": place + 1}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for label, other in turns.items():
            is_there = 0 <= other < len(days)
            st.button(
                label,
                key=f"day-{label.lower()}",
                disabled=not is_there,
                on_click=guarded(
                    _show_day, "Turning the day", days[other if is_there else place]
                ),
            )
        day: dt.date = st.selectbox("Day", days, key=DAY, format_func=fmt.weekday)
    return day


def _show_day(day: dt.date) -> None:
    st.session_state[DAY] = day


def _day(ws: OpenCompany, weeks: RepWeeks, day: dt.date, fmt: Formats) -> None:
    stops = weeks.on(day)
    files = plans.day_files(ws, weeks, day)
    travel_min = float(stops["travel_s"].sum()) / 60
    service_min = float((stops["leave_s"] - stops["start_s"]).sum()) / 60
    of = ("visits planned",)
    widgets.metric_row(
        [
            Metric("Visits", fmt.number(len(stops)), of=of),
            Metric("First visit", fmt.clock(stops["start_s"].iloc[0]), of=of),
            Metric("Driving", fmt.duration(travel_min), change="estimated", of=of),
            Metric("With customers", fmt.duration(service_min), of=of),
        ]
    )
    listed, mapped = st.columns([2, 3], gap="medium")
    with listed:
        legs = files.links.to_dict("records")
        for stop, leg in zip_longest(stops.to_dict("records"), legs[: len(stops)]):
            _stop(stop, leg, fmt)
        if legs:
            st.caption(LINKS_NOTE)
    with mapped, st.container(key="my-route"):
        base = cache.ground_around(ws, extent_of(stops))
        planmap(route_map(weeks, stops, base, fmt), key="route", height=520)
        if (stops["geo_precision"] != "exact").any():
            st.caption("Stops placed by ZIP code can be a few kilometres off.")
    name = f"{weeks.rep['name']} {day}".replace(" ", "-")
    widgets.download_row(
        [
            Download(
                "Calendar, this day", files.calendar, f"{name}.ics", "text/calendar"
            ),
            Download(
                "Calendar, all weeks",
                plans.weeks_calendar(weeks),
                f"{weeks.rep['name']}.ics",
                "text/calendar",
            ),
            Download("Stops as CSV", files.table, f"{name}.csv", "text/csv"),
            Download("Route as GPX", files.gpx, f"{name}.gpx", "application/gpx+xml"),
        ],
        key="day-files",
    )


def _stop(stop: dict[str, Any], leg: dict[str, Any] | None, fmt: Formats) -> None:
    """Show one stop: time, name, why, and where to tap to drive there."""
    with st.container(border=True):
        st.markdown(
            f"**{fmt.clock(stop['start_s'])}–{fmt.clock(stop['leave_s'])}** &nbsp; "
            f"{stop['sequence']}. **{markdown_text(stop['name'])}**"
        )
        parts = [stop[name] for name in ("street", "city", "postcode")]
        place = ", ".join(str(part) for part in parts if isinstance(part, str) and part)
        visit_class = markdown_text(stop["visit_class"], 20)
        class_head = signed("class", "visit_class")
        visit_head = signed("last visit", "last_visit_on")
        st.caption(
            f"{markdown_text(place)} · {class_head} {visit_class} · {visit_head} "
            f"{fmt.day(stop['last_visit_on'])} · "
            f"{fmt.duration(stop['travel_s'] / 60)} drive"
        )
        if leg is None:
            return
        with st.container(horizontal=True, gap="small"):
            for app in ("google", "apple", "waze"):
                st.link_button(app.capitalize(), leg[app])


def _weeks(weeks: RepWeeks, fmt: Formats) -> None:
    """Show the four weeks as a table, and what does not fit."""
    of = ("visits planned",)
    st.subheader(signed("Four weeks", *of))
    grouped = weeks.stops.groupby("visit_on")
    table = pd.DataFrame(
        {
            "day": [fmt.weekday(day) for day in grouped.groups],
            "visits": grouped.size().to_numpy(),
            "travel_min": (grouped["travel_s"].sum() / 60).to_numpy(),
            "first": grouped["start_s"].min().to_numpy(),
            "last": grouped["leave_s"].max().to_numpy(),
        }
    )
    tables.table(
        table,
        {
            "day": Column("Day"),
            "visits": Column("Visits", "number", of=of),
            "travel_min": Column("Driving", "hours", of=of),
            "first": Column("First visit", "clock", of=of),
            "last": Column("Last visit ends", "clock", of=of),
        },
        fmt=fmt,
        key="weeks",
        label="Days of the four weeks",
    )
    if len(weeks.unserved):
        n_missing = fmt.number(weeks.unserved["missing"].sum())
        st.subheader(signed(f"Does not fit: {n_missing} visits", *of))
        _unserved(in_words(weeks.unserved, Language(formats=fmt)), fmt)


def _unserved(unserved: pd.DataFrame, fmt: Formats) -> None:
    """List what does not fit with its whole reason: a table would cut it off."""
    items = "".join(
        f"<li><b>{map_text(row['name'])}</b> · class {map_text(row['visit_class'])} · "
        f"{_missing(int(row['missing']), fmt)}<br>"
        f"{map_text(_sentence(row['reason']), 600)} "
        f'<span class="pl-line">{map_text(_sentence(row["repair"]), 600)}</span></li>'
        for row in unserved.head(MOST_REASONS).to_dict("records")
    )
    st.html(f'<ul class="pl-reasons">{items}</ul>')
    if len(unserved) > MOST_REASONS:
        st.caption(f"and {fmt.number(len(unserved) - MOST_REASONS)} more accounts")


def _missing(n_visits: int, fmt: Formats) -> str:
    return "1 visit" if n_visits == 1 else f"{fmt.number(n_visits)} visits"


def _sentence(text: object) -> str:
    """Write a reason as a sentence of its own."""
    plain = str(text or "").strip().rstrip(".")
    return f"{plain[:1].upper()}{plain[1:]}." if plain else ""


main()
