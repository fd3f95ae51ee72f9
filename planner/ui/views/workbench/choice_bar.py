"""What is chosen, and what can be done with it: assign, lock, divide, merge, filter."""

from __future__ import annotations

import streamlit as st

from planner.services.company import companies
from planner.services.drafts.editing import redo, undo
from planner.services.drafts.gestures import barrier_edit
from planner.services.drafts.log import OpenDraft
from planner.territory.editing.dividing import By, divide, merge, next_territory_id
from planner.territory.editing.edits import AddTerritory
from planner.territory.model.unit_table import MEASURES
from planner.ui import faults
from planner.ui.faults import guarded
from planner.ui.maps.territory import territory_labels
from planner.ui.maps.text import markdown_text
from planner.ui.views.accounts.filter import account_filter
from planner.ui.views.workbench.balance_figures import writer_of
from planner.ui.views.workbench.workbench import (
    ACCOUNTS,
    NO_TERRITORY,
    PICK,
    TARGET,
    UNITS,
    Workbench,
    drawn_line,
    drop_line,
    last_fault,
    last_said,
)

SHOW_ACCOUNTS = "terr-show-accounts"  # what was chosen would not be seen otherwise
HINT = "Click, lasso or paint on the map, or choose below it."


def choice_bar(bench: Workbench) -> None:
    """Offer what can be done with the choice; always in the same place."""
    draft = bench.opened.draft
    labels = territory_labels(bench.shown)
    fresh = next_territory_id(draft.names)
    options = [*labels, fresh, NO_TERRITORY]
    if st.session_state.get(TARGET) not in (None, *options):
        st.session_state[TARGET] = None
    picks_accounts = st.session_state.get(PICK) == ACCOUNTS
    none = "With their unit" if picks_accounts else "No territory"
    names = {**labels, fresh: f"{fresh} (new)", NO_TERRITORY: none}
    with st.container(horizontal=True, vertical_alignment="center", key="terr-bar"):
        st.segmented_control(
            "Choose",
            [UNITS, ACCOUNTS],
            default=UNITS,
            key=PICK,
            label_visibility="collapsed",
            required=True,
            help="What clicks and shapes on the map choose: whole units, or accounts.",
        )
        target = st.selectbox(
            "Assign to",
            options,
            index=None,
            placeholder="Assign to …",
            format_func=lambda name: names.get(name, name),
            key=TARGET,
            label_visibility="collapsed",
            width=190,
            help="With a territory chosen here, the brush assigns what it paints.",
        )
        st.button(
            "Assign",
            key="terr-apply",
            disabled=not bench.choice or target is None,
            on_click=guarded(_assign, "Assigning", bench),
        )
        st.button(
            "Unlock" if bench.is_choice_locked else "Lock",
            key="terr-lock",
            disabled=not bench.choice,
            on_click=guarded(bench.lock_choice, "Locking"),
            help="What is locked stays where it is, whoever moves or balances.",
        )
        st.button(
            "Clear",
            key="terr-clear",
            disabled=not bench.choice and not drawn_line(),
            on_click=guarded(_clear, "Clearing the choice", bench),
        )
        _filter(bench)
        with st.popover("More", width="content"):
            _more(bench, labels, fresh)
        history = bench.opened.history
        st.button(
            "Undo",
            key="terr-undo",
            disabled=not history.position,
            on_click=guarded(_step_back, "Undo", bench),
            help=_next_undo(bench.opened),
        )
        st.button(
            "Redo",
            key="terr-redo",
            disabled=history.position == len(history.entries),
            on_click=guarded(_step_on, "Redo", bench),
        )
    if drawn_line():
        _line_bar(bench)
    _told()


def _told() -> None:
    """Say what went wrong with the last gesture, or what it left out."""
    place = st.empty()  # always there, so that nothing below changes its place
    fault, message = last_fault(), last_said()
    if fault is not None:
        with place.container(key="terr-fault"):
            faults.error_box(fault[1], where=fault[0])
    elif message:
        place.caption(message)


def _assign(bench: Workbench) -> None:
    # Read now: the button may have been drawn before the last choice of a target.
    target = st.session_state.get(TARGET)
    if target is not None:
        bench.assign(None if target == NO_TERRITORY else target)


def _clear(bench: Workbench) -> None:
    bench.choice.clear()
    drop_line()


def _step_back(bench: Workbench) -> None:
    opened = bench.opened
    bench.change("Undo", lambda: undo(bench.ws, opened))


def _step_on(bench: Workbench) -> None:
    opened = bench.opened
    bench.change("Redo", lambda: redo(bench.ws, opened))


def _next_undo(opened: OpenDraft) -> str | None:
    if not opened.history.position:
        return None
    label = opened.history.entries[opened.history.position - 1].label
    return f"Undo: {markdown_text(label, 200)}"


def choice_text(bench: Workbench, measure: str) -> str:
    """Say what is chosen and what it comes to."""
    choice, fmt = bench.choice, bench.fmt
    if not choice:
        return f":gray[{HINT}]"
    accounts = bench.shown.accounts
    is_meant = accounts["unit_id"].isin(list(choice.units))
    is_meant |= accounts.index.isin(list(choice.accounts))
    rows = accounts[is_meant]
    n_units, n_own = len(choice.units), len(choice.accounts)
    parts = []
    if n_units:
        parts.append(f"**{fmt.number(n_units)} unit{'s' if n_units > 1 else ''}**")
    if n_own:
        parts.append(f"**{fmt.number(n_own)} account{'s' if n_own > 1 else ''}**")
    if n_units:
        parts.append(f"{fmt.number(len(rows))} accounts")
    if measure in rows and measure != "accounts":
        amount = writer_of(measure, fmt)(float(rows[measure].fillna(0).sum()))
        parts.append(f"{markdown_text(amount)} {MEASURES[measure].lower()}")
    return " · ".join(parts)


def _filter(bench: Workbench) -> None:
    as_of = companies.company(bench.ws).today
    matches = account_filter(bench.fmt, bench.shown, as_of)
    if matches:
        bench.choice.accounts |= dict.fromkeys(matches)
        st.session_state[SHOW_ACCOUNTS] = True
        st.rerun()


def _more(bench: Workbench, labels: dict[str, str], fresh: str) -> None:
    """Offer what is done to territories as a whole."""
    st.button(
        f"Start territory {fresh}",
        key="terr-start",
        on_click=guarded(
            bench.do,
            "Starting a territory",
            AddTerritory(territory_id=fresh),
            f"Start territory {fresh}",
        ),
    )
    territories = st.multiselect(
        "Merge territories",
        list(labels),
        format_func=lambda name: labels.get(name, name),
        placeholder="two or more",
        key="terr-merge-ids",
    )
    if st.button("Merge", key="terr-merge", disabled=len(territories) < 2):
        edit = merge(territories, bench.shown.territories["accounts"])
        if bench.do(edit, f"Merge {' and '.join(sorted(territories))}"):
            st.rerun()
    n_barriers = len(bench.opened.draft.barriers)
    st.caption(
        "To divide a territory or to close a border, draw a line on the map."
        + (f" Closed borders: {n_barriers}." if n_barriers else "")
    )


def _line_bar(bench: Workbench) -> None:
    """Offer what a drawn line can mean."""
    line, draft = drawn_line(), bench.opened.draft
    by: By = "account" if st.session_state.get(PICK) == ACCOUNTS else "unit"
    with st.container(horizontal=True, vertical_alignment="center", key="terr-line"):
        st.markdown("**A line is drawn.**", width="content")
        if st.button("Divide the territory", key="terr-divide-line"):
            with faults.guard("Dividing a territory"):
                view = bench.shown
                pieces = divide(view.units, view.accounts, draft, line, by=by)
                label = f"Divide {pieces.territory_id}: {pieces.new_id} begins"
                if bench.do(pieces.edit, label, n_held=pieces.n_held):
                    drop_line()
                st.rerun()
        if st.button("Close the border there", key="terr-barrier"):
            with faults.guard("Drawing a barrier"):
                edit = barrier_edit(bench.shown.units, bench.shown.edges, draft, line)
                n = len(edit.pairs)
                noun = "border" if n == 1 else "borders"
                verb = "Close" if edit.is_drawn else "Open"
                if bench.do(edit, f"{verb} {n} {noun}"):
                    drop_line()
                st.rerun()
        st.caption(
            "Dividing keeps units whole"
            if by == "unit"
            else "Dividing goes by each account's own place"
        )
