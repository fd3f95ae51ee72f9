"""Company overview: are we on course, and where not."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.services.company import companies
from planner.services.company.overview import CompanyView
from planner.services.pay import runs
from planner.services.scenarios import publishing
from planner.ui import cache, session, tables, widgets
from planner.ui.charts import bars as charts
from planner.ui.downloads import export_menu
from planner.ui.simulated import signed
from planner.ui.tables import Column
from planner.ui.widgets import Metric

ON_COURSE = 0.1  # of the quota to date


def main() -> None:
    """Draw the page."""
    ws = session.company()
    fmt = session.formats(ws)
    company = companies.company(ws)
    published = publishing.in_force(ws, company.today)
    run = runs.shown_run(ws, runs.latest_period(ws))
    stamp = f"{published.content_hash if published else ''}{run.run_id if run else ''}"
    view = cache.company_view(ws, stamp)
    context = f"in force: {view.published_name}" if view.published_name else ""
    with widgets.page_header(
        "Company overview",
        "Bookings against quota, pipeline, coverage and pay at a glance.",
        context=context,
    ):
        export_menu(
            ws, ("reps", "positions", "deals", "splits", "visits_made"), key="com"
        )
    _figures(view, fmt)
    if not view.published_name:
        widgets.empty_state(
            "No plan in force yet",
            "Publish a scenario: owners, quotas and pay follow from it.",
        )
    _months(view, fmt)
    left, right = st.columns(2, gap="large")
    with left:
        _attained(view, fmt)
    with right:
        _regions(view, fmt)
        _coverage(view, fmt)
        _pipeline(view, fmt)


def _figures(view: CompanyView, fmt: Formats) -> None:
    ahead, until = view.ahead_minor, fmt.month(view.whole_until)
    widgets.metric_row(
        [
            Metric(
                f"Bookings {view.year} to date",
                fmt.money_short(view.bookings_minor),
                change="no quota in force"
                if ahead is None
                else f"{fmt.signed_money(ahead)} against quota, to {until}",
                good=None if ahead is None else ahead >= 0,
                of=("bookings", "quotas"),
            ),
            Metric(
                "Open pipeline",
                fmt.money_short(view.pipeline["amount_minor"].sum()),
                of=("deals",),
            ),
            Metric(
                "Win rate, 12 months",
                fmt.share(view.win_share),
                change=f"{fmt.number(view.cycle_days)} days to win, median",
                of=("deals",),
            ),
            Metric(
                "Pay",
                fmt.money_short(view.pay_minor),
                change=fmt.month(view.pay_period),
                of=("pay",),
            ),
            Metric(
                "Vacant positions",
                fmt.number(len(view.vacant)),
                change=", ".join(view.vacant.head(2)),
                good=False if len(view.vacant) else None,
                of=("team",),
            ),
        ]
    )


def _months(view: CompanyView, fmt: Formats) -> None:
    of = ("bookings", "quotas")
    st.subheader(signed("Bookings by month", *of))
    lines = view.months.apply(fmt.whole_money)
    lines.columns = ["Bookings", "Quota"]
    if lines["Quota"].isna().all():
        lines = lines[["Bookings"]]
    st.altair_chart(
        charts.month_line(lines, label=f"Bookings, {fmt.currency}", of=of),
        width="stretch",
    )
    st.caption(f"{fmt.month(lines.index[-1])} is not over yet.")


def _attained(view: CompanyView, fmt: Formats) -> None:
    of = ("attainment", "owners")
    until = fmt.month(view.whole_until)
    st.subheader(signed(f"Reps against quota, to {until}", *of))
    table = view.attained[view.attained["role"] == "rep"]
    table = table.dropna(subset="attained_share")
    if table.empty:
        widgets.empty_state("No quotas in force", "Set and publish them.", key="quota")
        return
    shares = pd.to_numeric(table["attained_share"]).astype(float) - 1
    names = [
        f"{territory} {name}" if isinstance(territory, str) and territory else name
        for territory, name in zip(table["territory_id"], table["name"], strict=True)
    ]
    bars = pd.Series(shares.to_numpy(), index=names).sort_values(ascending=False)
    st.altair_chart(
        charts.deviation_bars(
            bars, ON_COURSE, label="Above or below quota to date", of=of
        ),
        width="stretch",
    )


def _regions(view: CompanyView, fmt: Formats) -> None:
    table = view.attained[view.attained["role"] == "manager"]
    if table["attained_share"].isna().all():
        return
    st.subheader(signed("Regions", "attainment", "owners"))
    tables.table(
        table,
        {
            "title": Column("Region"),
            "credit_minor": Column("Bookings", "money"),
            "quota_minor": Column("Quota", "money"),
            "attained_share": Column("Attainment", "share"),
        },
        fmt=fmt,
        key="regions",
        label="Regions against quota",
    )


def _coverage(view: CompanyView, fmt: Formats) -> None:
    st.subheader(signed("Customers visited within 90 days", "coverage"))
    if view.coverage.empty:
        widgets.empty_state(
            "No customers", "There is nobody to visit yet.", key="cover"
        )
        return
    tables.table(
        view.coverage.reset_index(names="visit_class"),
        {
            "visit_class": Column("Class"),
            "accounts": Column("Customers", "number", of=("status",)),
            "covered": Column("Visited", "number"),
            "covered_share": Column("Covered", "bar"),
        },
        fmt=fmt,
        key="coverage",
        label="Coverage by visit class",
    )


def _pipeline(view: CompanyView, fmt: Formats) -> None:
    st.subheader(signed("Open pipeline", "deals"))
    table = view.pipeline.reset_index(names="stage")
    table["stage"] = table["stage"].str.capitalize()
    tables.table(
        table,
        {
            "stage": Column("Stage"),
            "deals": Column("Deals", "number"),
            "amount_minor": Column("Amount", "money", of=("deals",)),
        },
        fmt=fmt,
        key="pipeline",
        label="Open pipeline by stage",
    )


main()
