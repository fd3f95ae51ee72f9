"""Pay runs: calculate a month, look at it, close it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from planner.core.errors import InputError
from planner.core.files.spreadsheets import csv_bytes
from planner.core.files.tables import in_money
from planner.core.formats import Formats
from planner.jobs import queue
from planner.services.company import companies
from planner.services.pay import runs, terms
from planner.services.pay.months import refuse_closing
from planner.services.pay.runs import PayView
from planner.services.people.holders import VACANT
from planner.services.scenarios import FIELD, publishing
from planner.services.workspace import OpenCompany, Workspace
from planner.ui import cache, session, tables, widgets
from planner.ui.maps.text import markdown_text
from planner.ui.tables import Column
from planner.ui.views.freshness import older_note
from planner.ui.views.ownerless import ownerless_part
from planner.ui.views.pay.terms_panel import terms_notice, terms_panel
from planner.ui.widgets import Download, Metric


def main() -> None:
    """Draw the page."""
    ws = session.company()
    fmt = session.formats(ws)
    slot = widgets.page_header(
        "Pay runs", "Credits by the published owner at each deal's date, then the plan."
    )
    today = companies.company(ws).today
    view = terms.terms_view(ws)
    has_terms = not terms_notice(view, fmt)
    published = publishing.in_force(ws, today)
    if published is None:
        _nothing_in_force(ws, fmt)
    else:
        _month(ws, fmt, slot, published.scenario_id, has_terms=has_terms)
    terms_panel(ws, fmt, view, today)


def _month(
    ws: OpenCompany,
    fmt: Formats,
    slot: DeltaGenerator,
    scenario_id: str,
    *,
    has_terms: bool,
) -> None:
    """Choose a month, run it, look at it, close it."""
    period = st.selectbox("Month", runs.periods(ws), format_func=fmt.month)
    run = runs.shown_run(ws, period)
    is_closed = run is not None and run.kind == "final"
    is_stopped = is_closed or not has_terms
    with slot:
        if st.button("Run", type="primary", key="run-pay", disabled=is_stopped):
            session.submit(ws, "pay", scenario_id, {"period": period})
    _job(ws, scenario_id)
    if run is None:
        widgets.empty_state(
            f"{fmt.month(period)} has not been run yet",
            "Press Run: a trial can be repeated as often as you like."
            if has_terms
            else "Set the pay terms below, then press Run.",
            key="run",
        )
        return
    if not is_closed:
        older_note(
            ws,
            fmt,
            "pay",
            run.created_at,
            what="This trial is",
            repair="Press Run for a new one.",
        )
    view = cache.pay_view(ws, period, run.run_id)
    if view is not None:
        _view(view, replace(fmt, currency=run.summary.get("currency", fmt.currency)))
        if ownerless_part(ws, fmt, view.problems, is_closed=is_closed):
            if not is_closed:
                params: dict[str, object] = {"period": period}
                session.submit(ws, "pay", scenario_id, params)
            st.rerun()
    if not is_stopped:
        _close(ws, scenario_id, period, fmt)


def _nothing_in_force(ws: OpenCompany, fmt: Formats) -> None:
    """Say what pay waits for: a plan, or the day on which the first one begins."""
    coming = publishing.publications(ws, FIELD)
    if not coming:
        widgets.empty_state(
            "Nothing is published yet",
            "Pay reads only published, dated ownership. Publish a scenario first.",
        )
        return
    first = min(publication.effective_from for publication in coming)
    widgets.empty_state(
        f"The first plan begins on {fmt.day(first)}",
        f"{fmt.month(f'{first:%Y-%m}')} is the first month to be paid. To pay an "
        "earlier one, clone the plan and publish the copy for an earlier day.",
    )


def _job(ws: Workspace, scenario_id: str) -> None:
    job = queue.latest(ws.store, "pay", scenario_id)
    if job is not None and job.state in ("queued", "running", "failed"):
        widgets.job_panel(
            lambda job_id: session.job_view(ws, job_id),
            lambda job_id: queue.request_cancel(ws.store, job_id),
            job.job_id,
            key="pay",
        )


def _view(view: PayView, fmt: Formats) -> None:
    """Show a run: its totals, the pay of each position, what was not paid, a file."""
    _totals(view, fmt)
    _positions(view, fmt)
    if len(view.problems):
        st.subheader("What could not be credited or paid")
        _problems(view, fmt)
    table = in_money(view.positions, fmt.currency, has_currency_column=True)
    file_name = f"pay-{view.run.period}.csv"
    widgets.download_row(
        [Download("Positions as CSV", csv_bytes(table), file_name, "text/csv")],
        key="pay-files",
    )


def _totals(view: PayView, fmt: Formats) -> None:
    """Show what a run comes to, and by which plan."""
    totals = view.run.summary
    state = "closed" if view.run.kind == "final" else "trial"
    of = ("pay",)
    widgets.metric_row(
        [
            Metric("Pay", fmt.money(totals["pay_minor"]), change=state, of=of),
            Metric("Credited", fmt.money(totals["credit_minor"]), of=of),
            Metric("Deals", fmt.number(totals["n_deals"]), of=("deals",)),
            Metric("Positions paid", fmt.number(totals["n_positions"]), of=of),
            Metric(
                "Problems",
                fmt.number(totals["n_problems"]),
                good=False if totals["n_problems"] else None,
            ),
        ]
    )
    plan_id = markdown_text(totals["plan_id"], 60)
    st.caption(
        f"Plan {plan_id} · run {view.run.run_id} · content hash "
        f"{view.run.content_hash[:12]}"
    )
    n_vacant = int((view.positions["name"] == VACANT).sum())
    if n_vacant:
        one = "1 position is" if n_vacant == 1 else f"{n_vacant} positions are"
        st.caption(f"{one} vacant: what closes there is credited, and paid to nobody.")


def _positions(view: PayView, fmt: Formats) -> None:
    """Show the pay of each position."""
    tables.table(
        view.positions,
        {
            "title": Column("Position", is_pinned=True),
            "name": Column("Held by", of=("owners",)),
            "credit_minor": Column("Credit", "money"),
            "quota_minor": Column("Quota", "money"),
            "ytd_share": Column("Attainment, year to date", "share"),
            "pay_minor": Column("Pay", "money"),
        },
        fmt=fmt,
        key="pay-positions",
        label="Pay by position",
    )


def _problems(view: PayView, fmt: Formats) -> None:
    """List deals and positions with the reason and the repair."""
    columns = ["deal_id", "position_id", "problem", "close_on", "amount_minor"]
    problems = view.problems.reindex(columns=[*columns, "message"])
    tables.table(
        problems.assign(
            what=problems["deal_id"].fillna(problems["position_id"]),
            title=problems["problem"].str.replace("_", " ").str.capitalize(),
        ),
        {
            "what": Column("Deal or position", is_pinned=True),
            "title": Column("Problem"),
            "close_on": Column("Closed", "day"),
            "amount_minor": Column("Amount", "money", of=("deals",)),
            "message": Column("Why, and how to repair it", width="large"),
        },
        fmt=fmt,
        key="pay-problems",
        height=min(320, (len(problems) + 2) * 32),
        label="What could not be credited or paid",
    )


def _close(ws: OpenCompany, scenario_id: str, period: str, fmt: Formats) -> None:
    with st.expander(f"Close {fmt.month(period)}"):
        try:
            today = companies.company(ws).today
            refuse_closing(period, runs.closed_periods(ws), today)
        except InputError as error:
            st.caption(markdown_text(str(error), 300))
            return
        st.write(
            "Closing runs the month once more, keeps it for good and posts the "
            "earnings to the ledger. A closed month is never run again: a deal that "
            "arrives for it later posts its difference in the next month you close."
        )
        sure = st.checkbox("I have looked at the figures", key=f"sure-{period}")
        if st.button(f"Close {fmt.month(period)}", disabled=not sure):
            params: dict[str, object] = {"period": period, "kind": "final"}
            session.submit(ws, "pay", scenario_id, params)
            st.rerun()


main()
