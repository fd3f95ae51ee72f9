"""Segments: the ordered rules, what they would change, and the cross table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.core.errors import PlannerError
from planner.core.formats import Formats
from planner.segmentation.rules import Rule
from planner.services.accounts import segments
from planner.services.accounts.segments import SegmentView
from planner.services.workspace import OpenCompany
from planner.ui import cache, faults, session, tables, widgets
from planner.ui.pages import PAGES
from planner.ui.simulated import signed
from planner.ui.views.accounts.heat_table import cross_frame, heat_table

CLASSES = ("A", "B", "C", "D", "")
BY = {
    "industry": "Industry",
    "employees": "Employees",
    "rating": "Rating",
    "annual_revenue": "Annual revenue",
}
COLUMN_OF = {"annual_revenue": "annual_revenue_minor"}  # as accounts have it
SHOWN = {"accounts": "Accounts", "potential_minor": "Potential"}
LANGUAGE = """
A condition compares columns with values and joins comparisons with `and`, `or`, `not`:

- `status = 'customer' and employees >= 500`
- `industry contains 'hospital' or industry in ('Clinic', 'Laboratory')`
- `annual_revenue >= 20000000` (whole currency units)
- `days_since(last_visit_on) > 90`
- `rating is empty`, `custom.channel = 'online'` (your own columns)

Rules are asked from top to bottom; the first one that holds decides. Accounts that fit
no rule become `Other`, closed ones `Closed`. Visit class A is weekly, B every second
week, C every fourth, D where a day has room.
"""


def main() -> None:
    """Draw the page."""
    ws = session.company()
    fmt = session.formats(ws)
    slot = widgets.page_header(
        "Segments",
        "Ordered rules give each account its segment and how often it is visited.",
    )
    rules_before, version = segments.rules_and_version(ws)
    if cache.account_list(ws, None).empty:
        widgets.empty_state(
            "No accounts yet",
            "Segments are made of accounts. Import a list first.",
            key="no-accounts",
        )
        st.page_link(f"{PAGES}/import_data.py", label="Go to Import")
        return
    edited = _editor(ws, rules_before, version)
    rules, fault = _read(edited)
    is_changed = rules is None or tuple(rules) != rules_before
    view, fault = _outcome(ws, rules, rules_before, fault, is_changed)
    with slot:
        save = st.button(
            "Save and apply",
            type="primary",
            key="seg-save",
            disabled=not is_changed or fault is not None,
        )
    if save and rules is not None:
        with faults.guard("Saving the rules"):
            segments.save_rules(ws, rules, st.session_state.get("seg-version"))
            _forget_edits()
            st.rerun()
    if fault is not None:
        faults.error_box(
            fault,
            where="A rule cannot be read",
            repair="Nothing was saved. The table below shows the rules as saved.",
        )
    elif is_changed and view is not None:
        _changes(fmt, view)
    if view is not None:
        _cross(fmt, view)


def _editor(ws: OpenCompany, rules: tuple[Rule, ...], version: int) -> pd.DataFrame:
    """Let the rules be edited as a table, and moved by their place."""
    turn = st.session_state.setdefault("seg-turn", 0)
    frame = st.session_state.get("seg-frame")
    is_other = st.session_state.get("seg-of") != ws.company_id
    is_stale = st.session_state.get("seg-version") != version and not _has_edits(turn)
    if frame is None or is_other or is_stale:
        frame = _frame(rules)
        st.session_state["seg-frame"] = frame
        st.session_state["seg-of"] = ws.company_id
        st.session_state["seg-version"] = version
    edited = st.data_editor(
        frame,
        key=f"seg-editor-{turn}",
        num_rows="dynamic",
        hide_index=True,
        column_order=["place", "name", "expression", "segment", "visit_class"],
        column_config={
            "place": st.column_config.NumberColumn(
                "Place",
                help="Change it to move a rule; between 2 and 3 is 2.5",
                step=0.5,
                format="%g",
                width=64,
            ),
            "name": st.column_config.TextColumn("Rule", required=True, width=140),
            "expression": st.column_config.TextColumn(
                "Holds when", required=True, width=520
            ),
            "segment": st.column_config.TextColumn("Segment", required=True, width=140),
            "visit_class": st.column_config.SelectboxColumn(
                "Visit class", options=list(CLASSES), width=96
            ),
        },
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Put in order", key="seg-order"):
            st.session_state["seg-frame"] = _in_order(edited)
            st.session_state["seg-turn"] = turn + 1
            st.rerun()
        if st.button("Undo my changes", key="seg-undo"):
            _forget_edits()
            st.rerun()
        with st.popover("How to write a condition"):
            st.markdown(LANGUAGE)
    return edited


def _frame(rules: tuple[Rule, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "place": [float(number) for number in range(1, len(rules) + 1)],
            "name": pd.Series([rule.name for rule in rules], dtype="str"),
            "expression": pd.Series([rule.expression for rule in rules], dtype="str"),
            "segment": pd.Series([rule.segment for rule in rules], dtype="str"),
            "visit_class": pd.Series([rule.visit_class for rule in rules], dtype="str"),
            "explanation": pd.Series([rule.explanation for rule in rules], dtype="str"),
        }
    )


def _in_order(edited: pd.DataFrame) -> pd.DataFrame:
    """Sort by place, new rules last, and number anew."""
    ordered = edited.sort_values("place", na_position="last", kind="stable")
    ordered = ordered.reset_index(drop=True)
    ordered["place"] = [float(number) for number in range(1, len(ordered) + 1)]
    return ordered


def _has_edits(turn: int) -> bool:
    """Tell whether the user typed anything that is not saved yet."""
    return any((st.session_state.get(f"seg-editor-{turn}") or {}).values())


def _forget_edits() -> None:
    st.session_state.pop("seg-frame", None)
    st.session_state["seg-turn"] = st.session_state.get("seg-turn", 0) + 1


def _read(edited: pd.DataFrame) -> tuple[list[Rule] | None, PlannerError | None]:
    """Make rules of the table; what is wrong is said, not raised."""
    rules = []
    for row in _in_order(edited).to_dict("records"):
        values = {
            name: "" if pd.isna(row[name]) else str(row[name]).strip()
            for name in ("name", "expression", "segment", "visit_class", "explanation")
        }
        if not any(values.values()):
            continue
        try:
            rules.append(Rule(**values))
        except PlannerError as error:
            return None, error
    return rules, None


def _outcome(
    ws: OpenCompany,
    rules: list[Rule] | None,
    before: tuple[Rule, ...],
    fault: PlannerError | None,
    is_changed: bool,
) -> tuple[SegmentView | None, PlannerError | None]:
    """Decide all accounts by the edited rules, or by the saved ones if they fail."""
    if rules is not None and is_changed:
        try:
            return segments.preview(ws, rules), None
        except PlannerError as error:
            fault = error
    return cache.saved_segments(ws, before), fault


def _changes(fmt: Formats, view: SegmentView) -> None:
    """Say what saving would change."""
    n_changed = fmt.number(view.n_changed)
    n_all = fmt.number(len(view.segments))
    st.subheader(f"Saving would change {n_changed} of {n_all} accounts")
    changes = view.changes()
    if changes.empty:
        st.caption("No account changes its segment; visit classes may.")
        return
    tables.table(
        changes,
        {
            "before": tables.Column("Segment before", of=("segment",)),
            "after": tables.Column("After", of=("segment",)),
            "accounts": tables.Column("Accounts", "number"),
            "potential_minor": tables.Column("Potential", "money"),
        },
        fmt=fmt,
        key="seg-changes",
        label="Accounts that change their segment",
    )


def _cross(fmt: Formats, view: SegmentView) -> None:
    """Show segments against a grouping as a heat table."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader(signed("Segments by", "segment"), width="content")
        by = st.segmented_control(
            "By",
            list(BY),
            default="industry",
            format_func=lambda name: signed(
                BY[str(name)], COLUMN_OF.get(str(name), str(name))
            ),
            key="seg-by",
            required=True,
            label_visibility="collapsed",
        )
        value = st.segmented_control(
            "Show",
            list(SHOWN),
            default="accounts",
            format_func=lambda name: signed(SHOWN[str(name)], str(name)),
            key="seg-value",
            required=True,
            label_visibility="collapsed",
        )
    table = cross_frame(view.cross(by or "industry"), value or "accounts")
    order = [rule.segment for rule in view.rules]
    rank = {name: place for place, name in reversed(list(enumerate(order)))}
    table = table.loc[sorted(table.index, key=lambda name: rank.get(name, len(rank)))]
    write = fmt.number if value == "accounts" else fmt.money_short
    title = _cross_title(by or "industry", value or "accounts")
    st.html(heat_table(table, write, title))


def _cross_title(by: str, value: str) -> str:
    """Name the cross table, with the mark if what it holds is simulated."""
    figures = ("segment", value, COLUMN_OF.get(by, by))
    return signed(f"{SHOWN[value]} of segments by {BY[by]}", *figures)


main()
