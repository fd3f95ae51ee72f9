"""Several rows an account: what becomes of their numbers, and if they are deals."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from planner.accounts.findings import ImportReport
from planner.core.formats import Formats
from planner.ui.faults import guarded
from planner.ui.maps.text import markdown_text

HOWS = {
    "sum": "added up",
    "mean": "averaged",
    "count": "counted",
    "last": "the last one",
    "first": "the first one",
}
SHOWN_REASONS = 4


@dataclass(frozen=True, slots=True)
class DealColumns:
    """Columns by which rows are kept as deals."""

    date: str
    amount: str


def chosen_rolling(file_id: str) -> dict[str, str]:
    """Give what the user chose for columns of numbers."""
    return dict(st.session_state.get(f"imp-{file_id}-rolled", []))


def ask_rolling(report: ImportReport, file_id: str) -> None:
    """Ask of each column of numbers what becomes of an account's several cells."""
    if not report.rolled:
        return
    st.subheader("Several rows an account")
    notes = report.findings.loc[report.findings["code"] == "rolled_up", "message"]
    for note in notes:
        st.caption(markdown_text(str(note), 400))
    with st.container(horizontal=True, vertical_alignment="bottom", key="imp-rolling"):
        for name, how in report.rolled.items():
            key = f"imp-{file_id}-roll-{name}"
            st.selectbox(
                markdown_text(name, 40),
                list(HOWS),
                index=list(HOWS).index(how),
                format_func=HOWS.__getitem__,
                key=key,
                width=170,
                on_change=guarded(_choose, "Choosing", file_id, name, key),
            )


def _choose(file_id: str, name: str, key: str) -> None:
    choices = chosen_rolling(file_id) | {name: st.session_state[key]}
    st.session_state[f"imp-{file_id}-rolled"] = [list(one) for one in choices.items()]


def ask_deals(
    columns: tuple[tuple[str, ...], tuple[str, ...]], file_id: str
) -> DealColumns | None:
    """
    Ask whether the rows are kept as deals, and by which columns.

    Parameters
    ----------
    columns
        Of days and of amounts, as of `deal_columns`.
    file_id
        Keys the fields.
    """
    dates, amounts = columns
    if not (dates and amounts):
        return None
    with st.container(horizontal=True, vertical_alignment="bottom", key="imp-as-deals"):
        is_wanted = st.checkbox(
            "Keep the rows as deals",
            key=f"imp-{file_id}-deals",
            help="Each row becomes a deal that was won: quotas, credits and pay can "
            "count it.",
        )
        if not is_wanted:
            return None
        date = st.selectbox("Day", dates, key=f"imp-{file_id}-deal-day", width=190)
        amount = st.selectbox(
            "Amount", amounts, key=f"imp-{file_id}-deal-amount", width=190
        )
    return DealColumns(str(date), str(amount))


def deals_note(fmt: Formats, deals: ImportReport) -> None:
    """Say how many rows are kept as deals, and why others are not."""
    st.caption(
        f"{fmt.number(deals.rows_accepted)} rows are kept as deals, "
        f"{fmt.number(deals.rows_rejected)} are not."
    )
    for line in deals.first_faults(SHOWN_REASONS):
        st.caption(markdown_text(line, 300))
