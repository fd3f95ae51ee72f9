"""Rows that were refused or asked about, mended by typing; no other file is needed."""

from __future__ import annotations

import streamlit as st

from planner.accounts.corrections import Correction
from planner.accounts.findings import ImportReport
from planner.accounts.reading.mending import RowsToMend, edits_of, rows_to_mend
from planner.accounts.reading.tables import RawTable
from planner.core.formats import Formats
from planner.ui.faults import guarded

SHOWN = 300  # rows at once; the next follow when these are mended
HEAD_PX, ROW_PX, MOST_PX = 36, 66, 432  # a row holds three lines of its reason
_REASON = " why"  # headers of files have no blanks around them


def _key(file_id: str, raw: RawTable) -> str:
    return f"imp-{file_id}-typed-{raw.layer}"


def typed_cells(file_id: str, raw: RawTable) -> tuple[Correction, ...]:
    """Give the cells of a file typed so far, on whatever page they were."""
    rows = st.session_state.get(_key(file_id, raw), [])
    return tuple(Correction(row=row, column=col, value=val) for row, col, val in rows)


def ask_mending(
    fmt: Formats, report: ImportReport, raw: RawTable, file_id: str
) -> None:
    """
    Show the rows to mend; what is typed is kept, and the file is checked with it.

    Parameters
    ----------
    fmt
        The user's formats.
    report
        Of the check.
    raw
        The table as read.
    file_id
        Keys the fields.
    """
    rows = rows_to_mend(report, raw)
    typed = typed_cells(file_id, raw)
    if rows.cells.empty and not typed:
        return
    if len(rows.cells):
        n_refused = int(rows.is_refused.sum())
        st.subheader(f"Rows to mend: {fmt.number(len(rows.cells))}")
        st.caption(
            f"{fmt.number(n_refused)} refused, "
            f"{fmt.number(len(rows.cells) - n_refused)} taken with a question. Type "
            "the right values and press the button: the file is checked anew with "
            "them, and stays as it is."
        )
        _table(rows, raw, file_id)
        if len(rows.cells) > SHOWN:
            st.caption(f"The first {fmt.number(SHOWN)}; the others come after them.")
    if typed:
        _typed(fmt, report, raw, file_id)


def _table(rows: RowsToMend, raw: RawTable, file_id: str) -> None:
    shown = rows.cells.head(SHOWN)
    frame = shown.copy()
    state = rows.is_refused[shown.index].map({True: "Refused: ", False: "Asked: "})
    frame.insert(0, _REASON, state + rows.reasons[shown.index])
    turn = len(typed_cells(file_id, raw))
    edited = st.data_editor(
        frame,
        key=f"imp-mend-{file_id}-{raw.layer}-{turn}-{len(shown)}",
        height=min(MOST_PX, HEAD_PX + ROW_PX * len(frame) + 3),
        row_height=ROW_PX,
        disabled=["_index", _REASON],
        column_config={
            "_index": st.column_config.NumberColumn("Row", width=60),
            _REASON: st.column_config.TextColumn("Why", width=320),
            **{
                name: st.column_config.TextColumn(str(name), width=135)
                for name in shown.columns
            },
        },
    )
    edits = edits_of(shown, edited[list(shown.columns)])
    st.button(
        "Check again with what was typed",
        key=f"imp-mend-go-{file_id}",
        type="primary" if edits else "secondary",
        disabled=not edits,
        on_click=guarded(_take, "Taking what was typed", _key(file_id, raw), edits),
    )


def _take(key: str, edits: list[Correction]) -> None:
    cells = {
        (row, column): value for row, column, value in st.session_state.get(key, [])
    }
    cells |= {(one.row, one.column): one.value for one in edits}
    st.session_state[key] = [[row, col, value] for (row, col), value in cells.items()]


def _take_back(key: str) -> None:
    st.session_state[key] = []


def _typed(fmt: Formats, report: ImportReport, raw: RawTable, file_id: str) -> None:
    """Show what was typed in place of what, and offer to take it back."""
    n_typed = len(report.corrections)
    what = "value stands" if n_typed == 1 else "values stand"
    with st.expander(f"{fmt.number(n_typed)} typed {what} in place of the file's"):
        st.dataframe(
            report.corrections.astype({"row": "int64"}),
            hide_index=True,
            key=f"imp-typed-{file_id}",
            column_config={
                "row": "Row",
                "column": "Column",
                "was": "In the file",
                "value": "Typed",
            },
        )
        st.button(
            "Take all back",
            key=f"imp-mend-back-{file_id}",
            on_click=guarded(
                _take_back, "Taking typed values back", _key(file_id, raw)
            ),
        )
