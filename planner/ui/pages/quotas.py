"""Quotas: split a company target over the hierarchy, and see how fair it is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import streamlit as st

from planner.core.errors import ConflictError
from planner.core.formats import EMPTY, Formats
from planner.core.money import minor_digits
from planner.quotas.setting import Equity
from planner.services.quotas import setting
from planner.services.quotas.setting import QuotaView, target_question
from planner.services.quotas.weights import BASES
from planner.services.scenarios import Scenario, publish_preview, publishing
from planner.services.territories.wording import language_of
from planner.services.workspace import OpenCompany
from planner.ui import cache, faults, session, tables, widgets
from planner.ui.charts import bars
from planner.ui.downloads import export_menu
from planner.ui.pages import PAGES
from planner.ui.simulated import signed
from planner.ui.tables import Column
from planner.ui.views.scenarios.stale import stale_note
from planner.ui.widgets import Metric

TARGET = "quo-target"
PERCENT_PPM = 10_000
EVEN_ENOUGH = 0.1  # quota ÷ potential against the mean
STEP = 100_000
LACKED = ("potential_minor", "quota_per_potential", "last_minor", "ramp_share")
STRETCH = ("quotas", "potential_minor")  # what quota ÷ potential is made of
SAME = 0.0005  # of the mean: less is not worth a chart


def main() -> None:
    """Draw the page."""
    ws = session.company()
    fmt = session.formats(ws)
    scenario = session.scenario(ws)
    context = (
        ""
        if scenario is None
        else f"{scenario.name} · team {scenario.team} · v{scenario.version}"
    )
    slot = widgets.page_header(
        "Quotas",
        "Split the target by what the territories hold, top down.",
        context=context,
    )
    if scenario is None:
        widgets.empty_state(
            "No scenario yet",
            "Quotas belong to a scenario: import accounts, or start one on the "
            "Scenarios page.",
        )
        return
    view = cache.quota_view(ws, scenario)
    if view.positions.empty:
        widgets.empty_state(
            "No positions yet",
            "Quotas are split over the people who work the territories: balance the "
            "territories first.",
        )
        st.page_link(f"{PAGES}/territories.py", label="Go to Territories")
        return
    with slot:
        what = ("quotas", "positions", "reps")
        export_menu(ws, what, key="quo", scenario_id=scenario.scenario_id)
    if not view.is_editable:
        st.info(
            "This scenario is published and does not change. Clone it on the Scenarios "
            "page to set other quotas."
        )
    _form(ws, scenario, view, fmt)
    if view.is_sales_from_deals:
        st.caption(
            "The list names no sales: they are the deals won in the last twelve months."
        )
    if view.year:
        _staleness(ws, scenario, view)
        _figures(view, fmt)
        _question(ws, view)
    _hierarchy(view, fmt)
    left, right = st.columns(2, gap="large")
    with left:
        _equity(view)
    with right:
        _months(view, fmt)


def _staleness(ws: OpenCompany, scenario: Scenario, view: QuotaView) -> None:
    """Say that the quotas are older than what they stand on, and offer to mend it."""
    reason = publish_preview.stale_quotas(ws, view, scenario.scenario_id)
    if reason is None:
        return
    st.warning(f"{language_of(ws).sentence([reason])}.")
    if reason.code != "publish_stale_quotas" or not view.is_editable:
        return
    if st.button("Set the quotas anew", key="quo-again"):
        with faults.guard("Setting quotas", "They stay as they were."), _told_above():
            version = setting.set_again(
                ws, scenario.scenario_id, session.seen_version(scenario)
            )
            session.look_at(scenario.scenario_id, version)
            st.rerun()


def _form(ws: OpenCompany, scenario: Scenario, view: QuotaView, fmt: Formats) -> None:
    """Ask for the target and save the split."""
    scale = 10 ** minor_digits(fmt.currency)
    key = f"{TARGET}-{scenario.scenario_id}"
    if key not in st.session_state:
        # The keyed widgets of a page are forgotten when it is left: a fresh look.
        session.look_at(scenario.scenario_id, scenario.version)
        suggested = view.target_minor or int(view.positions["last_minor"].max() or 0)
        st.session_state[key] = round(suggested / scale / STEP) * STEP
    repair = "Your target stays in the form; the figures are those saved now."
    stale_note(ws, scenario, repair, key="quo")
    with st.form("quotas", border=True):
        slots = st.columns([1, 2, 2, 2, 2], vertical_alignment="bottom")
        year = slots[0].number_input("Year", 2000, 2100, publishing.planned_year(ws))
        target = slots[1].number_input(
            f"Target of the company, {fmt.currency}",
            min_value=0,
            step=STEP,
            key=key,
        )
        by = slots[2].selectbox(
            "Split by",
            list(view.weights),
            index=list(view.weights).index(view.by) if view.by in view.weights else 0,
            format_func=lambda name: signed(BASES[str(name)], str(name)),
            key=f"quo-by-{scenario.scenario_id}",
            help="A territory with twice as much of it carries twice the quota; a rep "
            "in ramp carries less. Last attainment: what each position was credited "
            "with in the last twelve months.",
        )
        over_pct = slots[3].slider(
            "Over-assignment, %",
            0,
            20,
            5,
            help="How much more the reps carry together than their manager.",
        )
        with_season = slots[4].toggle(
            "By season", value=True, help="Months follow last years' orders; else even."
        )
        pressed = st.form_submit_button(
            "Set quotas", type="primary", disabled=not view.is_editable
        )
    if pressed:
        with faults.guard("Setting quotas"), _told_above():
            version = setting.set_quotas(
                ws,
                scenario.scenario_id,
                session.seen_version(scenario),
                target_minor=int(target) * scale,
                year=int(year),
                over_assignment_ppm=over_pct * PERCENT_PPM,
                with_season=with_season,
                by=by,
            )
            session.look_at(scenario.scenario_id, version)
            st.rerun()


@contextmanager
def _told_above() -> Iterator[None]:
    """Leave it to the note above the form to say who saved meanwhile."""
    try:
        yield
    except ConflictError:
        st.rerun()


def _figures(view: QuotaView, fmt: Formats) -> None:
    reps = view.positions[view.positions["role"] == "rep"]
    carried = int(reps["quota_minor"].fillna(0).sum())
    widgets.metric_row(
        [
            Metric(f"Target {view.year}", fmt.money(view.target_minor)),
            Metric(
                "Carried by the reps",
                fmt.money(carried),
                change=f"{fmt.signed_money(carried - view.target_minor)} over-assigned",
                of=("quotas",),
            ),
            *_equity_metrics(view.equity, fmt),
        ]
    )


def _question(ws: OpenCompany, view: QuotaView) -> None:
    """Ask about a target that its potential cannot carry, instead of passing it by."""
    reason = target_question(view)
    if reason is not None:
        st.warning(language_of(ws).sentence([reason]))


def _equity_metrics(equity: Equity | None, fmt: Formats) -> list[Metric]:
    """Say how evenly the quotas lie on the potential: spread, extremes, Gini."""
    if equity is None:
        return [Metric("Quota ÷ potential, spread", EMPTY, of=STRETCH)]
    ratio = equity.spread_ratio
    extremes = EMPTY if math.isinf(ratio) else f"{fmt.number(ratio, 2)} ×"
    return [
        Metric(
            "Quota ÷ potential, spread",
            fmt.share(equity.variation_share),
            change="0 % would be the same stretch for everyone",
            of=STRETCH,
        ),
        Metric(
            "Highest ÷ lowest stretch",
            extremes,
            change=f"Gini {fmt.number(equity.gini, 2)}; 0 would be even",
            of=STRETCH,
        ),
    ]


def _hierarchy(view: QuotaView, fmt: Formats) -> None:
    st.subheader("Hierarchy")
    table = view.positions
    indented = [
        "\N{EM SPACE}" * level + title
        for level, title in zip(table["level"], table["title"], strict=True)
    ]
    tables.table(
        table.assign(position=indented),
        {
            "position": Column("Position", is_pinned=True),
            "name": Column("Held by", of=("owners",)),
            "territory_id": Column("Territory"),
            "segment": Column("Main segment"),
            "quota_minor": Column(f"Quota {view.year}".strip(), "money"),
            "potential_minor": Column("Potential", "money"),
            "quota_per_potential": Column("Quota ÷ potential", "share"),
            "last_minor": Column("Sales, last 12 months", "money"),
            "ramp_share": Column("Ramp", "share", of=("team",)),
        },
        fmt=fmt,
        key="hierarchy",
        height=560,
        label="Positions with their quota",
        optional=("segment", *LACKED),
    )


def _equity(view: QuotaView) -> None:
    st.subheader(signed("Quota ÷ potential against the mean", *STRETCH))
    reps = view.positions[view.positions["role"] == "rep"]
    ratio = reps.set_index("territory_id")["quota_per_potential"].dropna()
    ratio = pd.to_numeric(ratio).astype(float).sort_index()
    if ratio.empty and view.year:
        st.caption("The list names no potential, so there is nothing to compare with.")
        return
    if ratio.empty:
        if view.year:
            st.caption("The territories hold no potential to compare quotas with.")
        else:
            widgets.empty_state("No quotas yet", "Set them above.", key="ratio")
        return
    if (ratio / ratio.mean() - 1).abs().max() < SAME:
        st.caption(
            f"All {len(ratio)} territories carry the same share of their potential."
        )
        return
    st.altair_chart(
        bars.deviation_bars(
            ratio / ratio.mean() - 1,
            EVEN_ENOUGH,
            label="Above or below the mean",
            of=STRETCH,
        ),
        width="stretch",
    )
    st.caption("A rep in ramp carries less on purpose.")


def _months(view: QuotaView, fmt: Formats) -> None:
    st.subheader(signed("By month", "quotas"))
    if view.months.empty:
        widgets.empty_state("No quotas yet", "Set them above.", key="months")
        return
    tops = view.positions.index[view.positions["level"] == 0]
    months = fmt.whole_money(view.months.reindex(tops).sum())
    st.altair_chart(
        bars.month_line(
            months.rename("Quota").to_frame(),
            label=f"Quota, {fmt.currency}",
            of=("quotas",),
        ),
        width="stretch",
    )


main()
