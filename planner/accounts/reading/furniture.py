"""Rows of a table that are no data: totals, notes, headers told again, broken cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from planner.accounts.findings import FindingLog
from planner.accounts.reading.sources import RawTable

_TOTAL = (
    r"(?:grand|sub|gesamt|end|zwischen|overall)?[ -]?"
    r"(?:totals?|totale|totaal|summe|gesamt|gesamtsumme|insgesamt|somme|suma)"
    r"(?:\s*[:=(].*| of .*| rows?.*| accounts?.*)?"
)
_ERROR = r"#(?:REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!)"
_LONGEST_TOTAL = 60
_SHARE_OF_USUAL = 0.7
_LEAST_NOTE = 12


def without_furniture(
    raw: RawTable, mapping: Mapping[str, str], id_target: str, log: FindingLog
) -> RawTable:
    """
    Refuse the rows that are no data, each with its reason, and take them out.

    Parameters
    ----------
    raw
        The table.
    mapping
        Column of the file by column of ours.
    id_target
        Our column of the id.
    log
        Takes the findings; rows it rejects already are left to it.

    Returns
    -------
    The table without these rows; they still count as read.
    """
    frame = raw.frame
    if frame.empty or not len(frame.columns):
        return raw
    text = frame.apply(lambda column: column.str.strip())
    open_rows = ~frame.index.isin(list(log.rejected))
    filled = (text != "").sum(axis=1)
    is_header = _repeats_header(text, filled) & open_rows
    ids = text[mapping[id_target]] if id_target in mapping else text.iloc[:, 0]
    is_total = _is_total(text, ids, filled) & open_rows & ~is_header
    is_note = _is_note(text, filled) & open_rows & ~is_header & ~is_total
    first = _first_filled(text)
    for code, which, says in (
        ("repeated_header", is_header, "repeats the header; delete the row"),
        ("total_row", is_total, "is a total, not a row of data; delete the row"),
        ("note_row", is_note, "is a note, not a row of data; delete the row"),
    ):
        log.rows(code, "reject", first[which], f"{{value}} {says}", column="")
    _hold_errors(raw, mapping, log)
    gone = is_header | is_total | is_note
    if not gone.any():
        return raw
    return replace(
        raw,
        frame=frame[~gone],
        geometry=None if raw.geometry is None else raw.geometry[~gone],
    )


def _repeats_header(text: pd.DataFrame, filled: pd.Series) -> pd.Series:
    same = pd.DataFrame(
        {
            name: text[name].str.casefold().isin(["", str(name).strip().casefold()])
            for name in text.columns
        }
    )
    return same.all(axis=1) & (filled >= 2)


def _is_total(text: pd.DataFrame, ids: pd.Series, filled: pd.Series) -> pd.Series:
    """Tell rows that name a total, lack an id and hold less than other rows do."""
    says = pd.Series(data=False, index=text.index)
    for name in text.columns[:4]:
        column = text[name]
        short = column.str.len() <= _LONGEST_TOTAL
        says = says | (short & column.str.casefold().str.fullmatch(_TOTAL))
    no_id = (ids == "") | ids.str.casefold().str.fullmatch(_TOTAL)
    usual = float(filled.median())
    return says & no_id & (filled <= max(1.0, _SHARE_OF_USUAL * usual))


def _is_note(text: pd.DataFrame, filled: pd.Series) -> pd.Series:
    """Tell rows that hold one sentence and nothing else."""
    if len(text.columns) < 3 or float(filled.median()) < 2:
        return pd.Series(data=False, index=text.index)
    alone = _first_filled(text)
    is_sentence = (alone.str.len() >= _LEAST_NOTE) & alone.str.contains(" ")
    return (filled == 1) & is_sentence


def _first_filled(text: pd.DataFrame) -> pd.Series:
    first = pd.Series("", index=text.index, dtype="str")
    for name in text.columns:
        first = first.mask(first == "", text[name])
    return first


def _hold_errors(raw: RawTable, mapping: Mapping[str, str], log: FindingLog) -> None:
    """Refuse rows in which a spreadsheet could not compute a column of ours."""
    for column in dict.fromkeys(mapping.values()):
        cells = raw.frame[column]
        suspect = cells[cells.str.startswith("#")]
        if suspect.empty:
            continue
        log.rows(
            "cell_error",
            "reject",
            suspect[suspect.str.strip().str.upper().str.fullmatch(_ERROR)],
            "{value} is an error of the spreadsheet; repair the formula and save it",
            column=column,
        )
