"""Several rows of one account (a row a product, a month, an invoice) made one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from planner.accounts.context import ImportContext
from planner.accounts.findings import FindingLog
from planner.accounts.kinds.rolling.columns import (
    MAY_DIFFER,
    day_columns,
    number_columns,
)
from planner.accounts.mapping.headers import header_words
from planner.accounts.reading.tables import RawTable
from planner.accounts.reading.values.numbers import Numbers
from planner.accounts.reading.values.texts import clean_text
from planner.core.errors import ParamsError

_MEAN_WORDS = {"average", "avg", "mean", "median", "rate", "share", "pct", "percent"}
_MEAN_WORDS |= {"price", "score", "durchschnitt", "mittel", "preis", "moyenne", "prix"}
_MEAN_WORDS |= {"promedio", "precio", "media", "prezzo", "preco", "gemiddelde", "prijs"}
_OF_NUMBERS = ("sum", "mean", "last")  # of cells without the signs of their column
_WORDS = {"sum": "added", "mean": "averaged", "count": "counted"}
_WORDS |= {"last": "the last taken", "first": "the first taken"}
_LONGEST_LIST = 200


def roll_up(
    raw: RawTable,
    mapping: Mapping[str, str],
    context: ImportContext,
    log: FindingLog,
) -> RawTable:
    """
    Make one row of the several of an account, where that is what the list means.

    Parameters
    ----------
    raw
        The table.
    mapping
        Column of the file by column of ours.
    context
        `roll_up` says of a column ``sum``, ``mean``, ``count``, ``last``, ``first``.
    log
        Takes the notice, which rows went into which, and what became of each column of
        numbers.

    Notes
    -----
    Rows are of one account if id, name and place are equal, and a column of words or
    days, such as a product, tells them apart. Numbers are added, those called an
    average averaged, those equal in all rows of each account taken once; words are
    listed. The last is that of the latest day where a column of days differs, else of
    the last row. Rows that contradict each other stay and are refused as before.

    Raises
    ------
    ParamsError
        If `roll_up` names a column that the file does not have, or adds words.
    """
    frame = raw.frame
    _check_choices(context.roll_up, raw)
    if raw.geometry is not None or not {"account_id", "name"} <= set(mapping):
        return raw
    ids = clean_text(frame[mapping["account_id"]])
    several = frame[(ids != "") & ids.duplicated(keep=False)]
    several = several[~several.duplicated()]  # the same row again adds nothing
    if several.empty:
        return raw
    groups = several.groupby(ids[several.index], sort=False)
    differing = groups.agg("nunique") != 1
    same = [mapping[name] for name in mapping if name not in MAY_DIFFER]
    is_one = ~differing[[name for name in same if name in differing]].any(axis=1)
    numbers = number_columns(frame, mapping)
    telling = [
        name
        for name in frame.columns
        if name not in numbers and name not in set(same) and name in differing
    ]
    is_one &= differing[telling].any(axis=1) if telling else False
    rows = several[ids[several.index].isin(is_one.index[is_one])]
    if rows.empty:
        return raw
    frame = _without_repeats(frame, rows, ids, log)
    raw = replace(raw, frame=frame)
    differing = differing[is_one]
    hows = _hows(frame.columns, numbers, differing, context.roll_up)
    log.rolled.update(
        {
            name: hows[name]
            for name in numbers
            if name in differing and bool(differing[name].any())
        }
    )
    rows = _in_turn(rows, [n for n in telling if differing[n].any()], context)
    return _merged(raw, rows, ids[rows.index], hows, numbers, log)


def _check_choices(choices: Mapping[str, str], raw: RawTable) -> None:
    """Refuse a choice for a column that the file does not have."""
    for name, how in choices.items():
        if name not in raw.columns:
            raise ParamsError(
                f"roll_up says {how} of {name!r}; {raw.filename} has "
                f"{', '.join(raw.columns[:30])}"
            )


def _in_turn(
    rows: pd.DataFrame, names: list[str], context: ImportContext
) -> pd.DataFrame:
    """Put rows in the order of the first column of days, where there is one."""
    days = day_columns(rows, names, context.date_form)
    if not days:
        return rows
    order = next(iter(days.values())).dates.sort_values(
        kind="stable", na_position="first"
    )
    return rows.loc[order.index]


def _without_repeats(
    frame: pd.DataFrame, rows: pd.DataFrame, ids: pd.Series, log: FindingLog
) -> pd.DataFrame:
    """Refuse rows of these accounts that repeat an earlier one in every cell."""
    is_repeat = ids.isin(ids[rows.index]) & ~frame.index.isin(rows.index)
    log.rows(
        "repeated_row",
        "reject",
        ids[is_repeat],
        "the row repeats an earlier one in every cell; only the first is kept",
        column="account_id",
    )
    return frame[~is_repeat]


def _hows(
    columns: pd.Index,
    numbers: Mapping[str, Numbers],
    differing: pd.DataFrame,
    given: Mapping[str, str],
) -> dict[str, str]:
    """Say of each column what becomes of its several cells."""
    hows = {}
    for name in columns:
        if name in given:
            hows[name] = given[name]
            if given[name] in {"sum", "mean"} and name not in numbers:
                raise ParamsError(
                    f"roll_up says {given[name]} of {name!r}, which does not hold "
                    "numbers that can be added; say count, last or first"
                )
        elif name not in differing or not bool(differing[name].any()):
            hows[name] = "first"
        elif name not in numbers:
            hows[name] = "list"
        else:
            is_mean = bool(set(header_words(str(name))) & _MEAN_WORDS)
            hows[name] = "mean" if is_mean else "sum"
    return hows


def _merged(
    raw: RawTable,
    rows: pd.DataFrame,
    ids: pd.Series,
    hows: Mapping[str, str],
    numbers: Mapping[str, Numbers],
    log: FindingLog,
) -> RawTable:
    frame = raw.frame.copy()
    leaders = pd.Series(ids.index, index=ids.index).groupby(ids).transform("min")
    for name, chosen in hows.items():
        cells = rows[name]
        if name in numbers and chosen in _OF_NUMBERS:
            text = numbers[name].text
            frame[name] = text.where(text != "", frame[name])
            cells = text[rows.index]
        joined = cells.groupby(leaders).agg(
            lambda group, how=chosen: _joined(group, how)
        )
        frame.loc[joined.index, name] = joined
    followers = leaders.index[leaders != leaders.index].sort_values()
    log.merged.update(zip(followers.tolist(), leaders[followers].tolist(), strict=True))
    n_accounts = int(leaders.nunique())
    parts = [
        f"{word}: {', '.join(names[:6])}"
        for how, word in _WORDS.items()
        if (names := [name for name, chosen in log.rolled.items() if chosen == how])
    ]
    log.file(
        "rolled_up",
        "notice",
        f"{len(rows):,} rows of {n_accounts:,} accounts were made one row an account "
        f"({'; '.join(parts) or 'no numbers differ'}); words that differ are listed",
    )
    return replace(raw, frame=frame.drop(index=followers))


def _joined(cells: pd.Series, how: str) -> str:
    given = cells[cells.str.strip() != ""]
    if how == "count":
        return str(len(given))
    if given.empty:
        return ""
    if how in {"sum", "mean"}:
        total = sum((Decimal(cell) for cell in given), Decimal(0))
        number = total if how == "sum" else round(total / len(given), 6)
        return format(number.normalize(), "f")
    values = list(dict.fromkeys(given.str.strip()))
    if how == "last":
        return str(given.iloc[-1]).strip()
    if how == "first" or len(values) == 1:
        return str(values[0])
    text = "; ".join(values)
    return text if len(text) <= _LONGEST_LIST else f"{len(values)} different"
