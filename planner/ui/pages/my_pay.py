"""My pay: a month's statement, each line down to its deal, tier and rate."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from planner.commissions.statements.statement import Statement, statement_xlsx_bytes
from planner.core.formats import Formats
from planner.services.exports.files import MIMES
from planner.services.pay import runs, terms
from planner.services.people.holders import VACANT
from planner.ui import cache, session, simulated, tables, widgets
from planner.ui.charts import bars
from planner.ui.maps.palette import ACCENT
from planner.ui.maps.text import markdown_text
from planner.ui.tables import Column
from planner.ui.views.freshness import older_note
from planner.ui.views.pay.terms_panel import own_terms, terms_notice
from planner.ui.widgets import Download, Metric

POSITION, PERIOD = "my_position", "my_period"


def main() -> None:
    """Draw the page."""
    ws = session.company()
    fmt = session.formats(ws)
    with widgets.page_header(
        "My pay", "What you earned in a month, and the step that made each part."
    ):
        pass
    terms_notice(terms.terms_view(ws), fmt, leads_there=True)
    who, when = st.columns(2)
    period = when.selectbox(
        "Month", runs.periods(ws), key=PERIOD, format_func=fmt.month
    )
    run = runs.shown_run(ws, period)
    if run is None:
        widgets.empty_state(
            f"{fmt.month(period)} has not been run yet",
            "The analyst runs pay on the Pay runs page; a trial shows here at once.",
        )
        return
    if run.kind != "final":
        older_note(
            ws,
            fmt,
            "pay",
            run.created_at,
            what="This trial is",
            repair="The analyst runs pay again on the Pay runs page.",
        )
    view = cache.pay_view(ws, period, run.run_id)
    if view is None:
        return
    people = view.positions[view.positions["name"] != VACANT]
    if people.empty:
        widgets.empty_state(
            "Nobody holds a position",
            "Vacant positions are not paid. Import the people, or seat them on Team.",
        )
        return
    if st.session_state.get(POSITION) not in people.index:
        reps = people.index[people["role"] == "rep"]
        st.session_state[POSITION] = (reps if len(reps) else people.index)[0]
    position_id = who.selectbox(
        "Who",
        list(people.index),
        key=POSITION,
        format_func=lambda name: (
            f"{people.at[name, 'name']}, {people.at[name, 'title']}"
        ),
    )
    statement = runs.statement(ws, str(position_id), period)
    if statement is not None:
        paid_in = replace(fmt, currency=statement.currency)
        row = people.loc[position_id]
        _statement(statement, row, paid_in)
        plan = runs.plan_of_run(ws, run)
        own_terms(plan, str(position_id), str(row["role"]), paid_in)


def _statement(statement: Statement, row: pd.Series, fmt: Formats) -> None:
    """Show a statement: its sentence, its parts, its lines, how one was worked out."""
    _totals(statement, row, fmt)
    with st.container(border=True):
        st.markdown(f"**{markdown_text(statement.sentence, 2000)}**")
    _parts(statement, fmt)
    st.subheader(simulated.signed("Every line", "pay"))
    _lines(statement, fmt)
    with st.expander("The working of one line"):
        if len(statement.steps):
            _working(statement, fmt)
    widgets.download_row(
        [
            Download(
                "Statement as XLSX",
                statement_xlsx_bytes(statement, simulated=simulated.named_of("pay")),
                f"statement-{statement.position_id}-{statement.period}.xlsx",
                MIMES["xlsx"],
            )
        ],
        key="statement-file",
    )


def _totals(statement: Statement, row: pd.Series, fmt: Formats) -> None:
    state = "closed" if statement.is_final else "trial: can still change"
    of = ("pay",)
    widgets.metric_row(
        [
            Metric("Pay", fmt.money(statement.total_minor), change=state, of=of),
            Metric("Credit of the month", fmt.money(row["credit_minor"]), of=of),
            Metric("Quota of the month", fmt.money(row["quota_minor"]), of=("quotas",)),
            Metric(
                "Attainment, year to date",
                fmt.share(row["ytd_share"]),
                of=("attainment", *of),
            ),
        ]
    )


def _parts(statement: Statement, fmt: Formats) -> None:
    """Draw what each part of the plan pays, if it has several."""
    parts = statement.components.set_index("name")["amount_minor"].astype(float)
    if len(parts) < 2:
        return
    st.subheader(simulated.signed("By part of the plan", "pay"))
    colours = dict.fromkeys(parts.index, ACCENT)
    label = f"Pay, {fmt.currency}"
    chart = bars.legend_bars(
        fmt.whole_money(parts),
        colours,
        label=simulated.signed(label, "pay"),
        heading="Part",
    )
    st.altair_chart(chart, width="stretch")


def _lines(statement: Statement, fmt: Formats) -> None:
    tables.table(
        statement.steps,
        {
            "deal_id": Column("Deal", is_pinned=True, of=("deals",)),
            "account": Column("Account"),
            "close_on": Column("Closed", "day", of=("deals",)),
            "product": Column("Product", of=("deals",)),
            "credit_minor": Column("Credit", "money"),
            "working": Column("Tier × rate", width=160, of=("pay",)),
            "amount_minor": Column("Pay", "cents", of=("pay",)),
            "rule": Column("Rule", width="medium"),
            "measure_before_minor": Column("Measure before", "money", of=("pay",)),
            "measure_after_minor": Column("Measure after", "money", of=("pay",)),
        },
        fmt=fmt,
        key="steps",
        label="Lines of the statement",
    )


def _working(statement: Statement, fmt: Formats) -> None:
    """Ask for a line and show the steps that made it."""
    steps = statement.steps
    line_id = st.selectbox(
        "Line",
        list(steps.index),
        format_func=lambda name: (
            f"{steps.at[name, 'deal_id']}: {steps.at[name, 'account']}"
        ),
    )
    trace = statement.trace[statement.trace["line_id"] == line_id]
    tables.table(
        trace.assign(rate=trace["rate_ppm"].astype(float) / 1e6),
        {
            "seq": Column("Step", "number"),
            "formula": Column("Formula"),
            "tier_no": Column("Tier", "number"),
            "portion_minor": Column("Portion", "money", of=("pay",)),
            "rate": Column("Rate", "share"),
        },
        fmt=fmt,
        key="trace",
        label="Working of the line",
    )


main()
