"""Whether a deal is won, lost or open: by its stage, by IsWon and IsClosed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from planner.accounts.context import ImportContext
from planner.accounts.findings import FindingLog
from planner.accounts.mapping.columns import KNOWN_COLUMNS
from planner.accounts.mapping.headers import header_key
from planner.accounts.mapping.vocabulary import values_in_turn
from planner.accounts.reading.cells import CellReader
from planner.accounts.reading.tables import RawTable

_FIRST = "qualify"


def deal_stages(cells: CellReader) -> pd.Series:
    """
    Read the stage of each deal.

    Parameters
    ----------
    cells
        Reader of the table; its log takes the questions.

    Returns
    -------
    shape (n_rows,)
        One of our stages.

    Notes
    -----
    IsWon and IsClosed decide where they are; then the stage's own word. A word we do
    not know is open and asked about, an empty cell is open and warned of. A file with
    none of the three columns is a list of bookings: all won, and said so.
    """
    stage = cells.choice("stage", "", unknown=_FIRST)
    is_won, is_closed = cells.truth("is_won"), cells.truth("is_closed")
    # A column of outcomes (Won, Lost, Open) beside one of stages says both.
    outcome = values_in_turn(cells.text("is_won"), "stage", {})
    is_won = is_won.mask(outcome == "won", True).mask(outcome == "lost", False)
    is_closed = is_closed.mask(outcome.isin(["won", "lost"]), True)
    if not any(map(cells.has, ("stage", "is_won", "is_closed"))):
        cells.log.file(
            "all_won",
            "notice",
            "the file has no column of stages: all its deals count as won; map stage "
            "if some are open",
        )
        return stage.mask(stage == "", "won")
    says_won = is_won.fillna(value=False).astype(bool)
    says_lost = (is_closed & ~is_won).fillna(value=False).astype(bool)
    says_open = (~is_closed).fillna(value=False).astype(bool) & ~says_won
    is_ended = stage.isin(["won", "lost"])
    stage = stage.mask(says_open & is_ended, _FIRST)
    stage = stage.mask(says_lost, "lost").mask(says_won, "won")
    stage = stage.mask(
        (stage == "won") & (~is_won).fillna(value=False).astype(bool), _FIRST
    )
    is_missing = stage == ""
    column = cells.mapping.get("stage", cells.mapping.get("is_won", "stage"))
    cells.log.rows(
        "missing_stage",
        "warn",
        cells.text("deal_id")[is_missing],
        "deal {value} has no stage and counts as open, not as won; give its stage",
        column=column,
    )
    return stage.mask(is_missing, _FIRST)


def close_dates_in_turn(
    raw: RawTable, mapping: Mapping[str, str], _: ImportContext, log: FindingLog
) -> RawTable:
    """
    Take the other closing date of the file where the one mapped is empty.

    Open deals have no day they were won on, but one they are expected to close.
    """
    column = mapping.get("close_on")
    names = {header_key(name) for name in KNOWN_COLUMNS["deals"]["close_on"]}
    others = [
        name
        for name in raw.frame.columns
        if header_key(str(name)) in names and name not in set(mapping.values())
    ]
    if column is None or not others:
        return raw
    frame = raw.frame.copy(deep=False)
    for other in others:
        is_open = (frame[column].str.strip() == "") & (frame[other].str.strip() != "")
        if is_open.any():
            frame[column] = frame[column].mask(is_open, frame[other])
            log.file(
                "other_date",
                "notice",
                f"in {int(is_open.sum()):,} rows {column!r} is empty and {other!r} was "
                "taken as the day of closing",
                column=column,
            )
    return replace(raw, frame=frame)


def refuse_deleted(cells: CellReader) -> None:
    """Refuse deals that are deleted where they come from."""
    is_deleted = cells.truth("is_deleted").fillna(value=False).astype(bool)
    cells.log.rows(
        "deleted_row",
        "reject",
        cells.text("deal_id")[is_deleted],
        "deal {value} is marked as deleted; leave it out of the file",
        column=cells.mapping.get("is_deleted", "is_deleted"),
    )
