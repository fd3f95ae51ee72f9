"""The list of what is wrong with a plan: show it, or cure it."""

from __future__ import annotations

import zlib
from typing import Literal

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.services.drafts.problems import BALANCE, KINDS
from planner.ui import widgets
from planner.ui.maps.text import markdown_text

Asked = tuple[Literal["show", "fix"], pd.Series]
AT_A_TIME = 20
_LONGEST = 300  # letters of a sentence that are shown


def problem_list(
    fmt: Formats, problems: pd.DataFrame, *, is_editable: bool = True, key: str = "terr"
) -> Asked | None:
    """
    List problems, each with the buttons to show it and to cure it.

    Parameters
    ----------
    fmt
        How figures are written.
    problems
        As of `find_problems`.
    is_editable
        Whether curing is offered.
    key
        Unique on the page.

    Returns
    -------
    What was asked for, and the row it was asked for: ``show``, or ``fix``, for which
    `fix_of` makes the edit; it makes none where the row's `fix_label` is `BALANCE`.
    """
    if problems.empty:
        widgets.empty_state(
            "No problems",
            "Every account has one owner, every territory hangs together, and nobody "
            "has more work than hours.",
            key=f"{key}-problems",
        )
        return None
    counts = problems["kind"].value_counts()
    kinds = [kind for kind in KINDS if kind in counts]
    selection = st.pills(
        "Kinds of problems",
        kinds,
        selection_mode="multi",
        format_func=lambda kind: f"{KINDS[kind]} {fmt.number(counts[kind])}",
        key=f"{key}-problem-kinds",
        label_visibility="collapsed",
    )
    rows = problems[problems["kind"].isin(selection)] if selection else problems
    place = f"{key}-problems-shown"
    n_shown = st.session_state.setdefault(place, AT_A_TIME)
    request = None
    with st.container(gap=None, key=f"{key}-problems"):
        for _, problem in rows.head(n_shown).iterrows():
            name = f"{key}-problem-{_name_of(problem)}"
            request = _row(problem, name, is_editable) or request
    n_more = len(rows) - n_shown
    if n_more > 0 and st.button(
        f"Show {fmt.number(min(n_more, AT_A_TIME))} more",
        key=f"{key}-problems-more",
        type="tertiary",
    ):
        st.session_state[place] = n_shown + AT_A_TIME
        st.rerun()
    return request


def _name_of(problem: pd.Series) -> int:
    """Name a row by what it says: no click lands on the one that took its place."""
    first = [problem[name][:1] for name in ("unit_ids", "account_ids")]
    parts = [problem[name] for name in ("kind", "what", "territory_id")]
    return zlib.crc32(repr((parts, first)).encode())


def _row(problem: pd.Series, key: str, is_editable: bool) -> Asked | None:
    """Draw one problem; return what was asked of it."""
    request: Asked | None = None
    text, show, fix = st.columns([12, 1, 5], vertical_alignment="center", gap="xsmall")
    kind = KINDS[problem["kind"]]
    line = markdown_text(problem["what"], _LONGEST)
    text.markdown(f":small[:gray[{kind}:] {line}]")
    has_place = bool(
        problem["unit_ids"] or problem["account_ids"] or problem["territory_id"]
    )
    if has_place and show.button(
        "",
        key=f"{key}-show",
        icon=":material/my_location:",
        type="tertiary",
        help=f"Show: {line}",
    ):
        request = ("show", problem)
    label = problem["fix_label"]
    if (
        is_editable
        and label
        and fix.button(
            f":small[{markdown_text(label)}]",
            key=f"{key}-fix",
            type="tertiary",
            help="Opens the balance form" if label == BALANCE else None,
        )
    ):
        request = ("fix", problem)
    return request
