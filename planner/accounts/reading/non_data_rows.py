"""Rows of a table that are no data: totals, notes, headers told again, broken cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from planner.accounts.findings import FindingLog
from planner.accounts.reading.tables import RawTable

# The word for a sum, in the languages of spreadsheets (pivot tables, reports).
_SUM = (
    r"totals?|totale|totaal|totaux|totalt|totalsumma|summe|summa|sum|somme|soma|somma"
    r"|suma|som|gesamt|gesamtsumme|gesamtergebnis|gesamtbetrag|insgesamt|endsumme"
    r"|endbetrag|zwischensumme|teilergebnis|ergebnis|eindtotaal|subtotaal|subtotale"
    r"|ensemble|razem|ogółem|yhteensä|celkem|součet|összesen|végösszeg|toplam|i alt"
    r"|итого|всего|общий итог|итог|разом|всього|σύνολο|γενικό σύνολο"
    r"|合計|総計|小計|総合計|总计|合计|小计|總計|合計金額|합계|총계|소계|총합계"
    r"|المجموع|الإجمالي|סה\"כ|סך הכל|[∑Σσς]"
)
_TOTAL = (
    r"(?:(?:grand|sub|sous|gesamt|end|zwischen|overall|genel|celkový|report|suma|saldo)"
    rf"[ -]?)?(?:{_SUM})"
    r"(?: (?:général|générale|general|generale|geral|complessivo|complessiva|parcial"
    r"|parziale|partiel|generaal|końcowa|netto|brutto|gesamt|ogólna|celkem))?"
    r"(?:\s*[:=(].*|:| of .*| rows?.*| accounts?.*| records?.*| \d{4})?"
)
_OF_A_GROUP = rf".+[ -](?:{_SUM})|(?:{_SUM}) (?:for|für|von|de|des|del|di|per|van) .+"
_ERROR = r"#(?:REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!)"
_LONGEST_TOTAL = 60
_SHARE_OF_USUAL = 0.7
_LEAST_NOTE = 12
_LEAST_HEADER = 2

Texts = Mapping[str, pd.Series]  # stripped cells by column


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
    text = {name: frame[name].str.strip() for name in frame.columns}
    open_rows = ~frame.index.isin(list(log.rejected))
    is_filled = np.column_stack([(cells != "").to_numpy() for cells in text.values()])
    filled = pd.Series(is_filled.sum(axis=1), index=frame.index)
    is_header = _repeats_header(text, filled) & open_rows
    ids = text[mapping.get(id_target, frame.columns[0])]
    is_total = _is_total(text, ids, filled) & open_rows & ~is_header
    is_note = _is_note(text, filled) & open_rows & ~is_header & ~is_total
    first = _first_filled(text, is_header | is_total | is_note)
    for code, which, says in (
        ("repeated_header", is_header, "repeats the header; delete the row"),
        ("total_row", is_total, "is a total, not a row of data; delete the row"),
        ("note_row", is_note, "is a note, not a row of data; delete the row"),
    ):
        texts = first.reindex(frame.index[which])
        log.rows(code, "reject", texts, f"{{value}} {says}", column="")
    _hold_errors(raw, mapping, log)
    is_other = is_header | is_total | is_note
    if not is_other.any():
        return raw
    return replace(
        raw,
        frame=frame[~is_other],
        geometry=None if raw.geometry is None else raw.geometry[~is_other],
    )


def _repeats_header(text: Texts, filled: pd.Series) -> pd.Series:
    """Tell rows whose every filled cell is the name of its column."""
    places = np.flatnonzero(filled >= _LEAST_HEADER)
    for name, cells in text.items():
        if not len(places):
            break
        key = str(name).strip().casefold()
        fits = cells.iloc[places].str.casefold().isin(["", key])
        places = places[fits.to_numpy()]
    return pd.Series(np.isin(np.arange(len(filled)), places), index=filled.index)


def _is_total(text: Texts, ids: pd.Series, filled: pd.Series) -> pd.Series:
    """Tell rows whose id names a total, or that lack an id and name one elsewhere."""
    is_total = _names_total(ids, _TOTAL)
    open_rows = ids == ""
    if bool(open_rows.any()):
        says = pd.Series(data=False, index=filled.index[open_rows])
        for cells in list(text.values())[:4]:
            says = says | _names_total(cells[open_rows], f"{_TOTAL}|{_OF_A_GROUP}")
        is_total[open_rows] = says
    is_short = filled <= max(1.0, _SHARE_OF_USUAL * float(filled.median()))
    return is_total | (is_short & _names_total(ids, _OF_A_GROUP))


def _names_total(cells: pd.Series, pattern: str) -> pd.Series:
    is_short = cells.str.len() <= _LONGEST_TOTAL
    return is_short & cells.str.casefold().str.fullmatch(pattern)


def _is_note(text: Texts, filled: pd.Series) -> pd.Series:
    """Tell rows that hold one sentence and nothing else."""
    is_note = pd.Series(data=False, index=filled.index)
    if len(text) < 3 or float(filled.median()) < 2 or not bool((filled == 1).any()):
        return is_note
    alone = _first_filled(text, filled == 1)
    is_note[filled == 1] = (alone.str.len() >= _LEAST_NOTE) & alone.str.contains(" ")
    return is_note


def _first_filled(text: Texts, which: pd.Series) -> pd.Series:
    first = pd.Series("", index=which.index[which], dtype="str")
    if not first.empty:
        for cells in text.values():
            first = first.mask(first == "", cells[which])
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
