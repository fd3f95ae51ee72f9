"""Several rows of one account (a row a product, a month, an invoice) made one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from planner.accounts.context import ImportContext
from planner.accounts.findings import FindingLog
from planner.accounts.mapping.addresses import PLACE
from planner.accounts.mapping.headers import header_words
from planner.accounts.reading.tables import RawTable
from planner.accounts.reading.values.numbers import Numbers, read_numbers
from planner.accounts.reading.values.texts import clean_text

_MONEY = ("annual_revenue", "our_sales", "potential")
_MAY_DIFFER = (*_MONEY, "employees", "products", "last_visit_on")
_MEAN_WORDS = {"average", "avg", "mean", "median", "rate", "share", "pct", "percent"}
_MEAN_WORDS |= {"price", "score", "durchschnitt", "mittel", "preis", "moyenne", "prix"}
_MEAN_WORDS |= {"promedio", "precio", "media", "prezzo", "preco", "gemiddelde", "prijs"}
_NO_NUMBERS = {
    "id",
    "no",
    "nr",
    "number",
    "code",
    "key",
    "zip",
    "phone",
    "year",
    "fips",
}
_LONGEST_LIST = 200
_LEAST_NUMERIC = 0.9


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
        `roll_up` says of a column ``sum``, ``mean``, ``count`` or ``first``.
    log
        Takes the notice, and which rows went into which.

    Notes
    -----
    Rows are of one account if id, name and place are equal, and a column of words or
    days, such as a product, tells them apart. Numbers are added, those called an
    average averaged, those equal in all rows of each account taken once; words are
    listed. Rows that contradict each other stay and are refused as before.
    """
    frame = raw.frame
    if raw.geometry is not None or not {"account_id", "name"} <= set(mapping):
        return raw
    ids = clean_text(frame[mapping["account_id"]])
    several = frame[(ids != "") & ids.duplicated(keep=False)]
    several = several[~several.duplicated()]  # the same row again adds nothing
    if several.empty:
        return raw
    groups = several.groupby(ids[several.index], sort=False)
    differing = groups.agg("nunique") != 1
    same = [mapping[name] for name in mapping if name not in _MAY_DIFFER]
    is_one = ~differing[[name for name in same if name in differing]].any(axis=1)
    numbers = _number_columns(frame, mapping)
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
    hows = _hows(frame.columns, numbers, differing[is_one], context.roll_up)
    return _merged(raw, rows, ids[rows.index], hows, numbers, log)


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


def _number_columns(
    frame: pd.DataFrame, mapping: Mapping[str, str]
) -> dict[str, Numbers]:
    """Read the columns that can be added: numbers of no currency, ids or places."""
    targets = {column: target for target, column in mapping.items()}
    numbers = {}
    for name in frame.columns:
        target = targets.get(name, "")
        is_other = target in PLACE or (target and target not in _MAY_DIFFER)
        if is_other or set(header_words(str(name))[-1:]) & _NO_NUMBERS:
            continue
        column = read_numbers(frame[name], digits=2)
        is_given = (column.text != "") | column.is_bad | column.is_held
        n_given, n_read = int(is_given.sum()), int((column.text != "").sum())
        marked = column.currencies is not None and (column.currencies != "").any()
        if n_given and not marked and n_read >= _LEAST_NUMERIC * n_given:
            numbers[str(name)] = column
    return numbers


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
    leaders = pd.Series(ids.index, index=ids.index).groupby(ids).transform("first")
    for name, chosen in hows.items():
        cells, how = rows[name], chosen
        if how in {"sum", "mean"}:
            how = chosen if name in numbers else "first"
        if name in numbers and how in {"sum", "mean"}:
            text = numbers[name].text
            frame[name] = text.where(text != "", frame[name])
            cells = text[rows.index]
        joined = cells.groupby(leaders).agg(lambda group, how=how: _joined(group, how))
        frame.loc[joined.index, name] = joined
    followers = leaders.index[leaders != leaders.index]
    log.merged.update(zip(followers.tolist(), leaders[followers].tolist(), strict=True))
    n_accounts = int(leaders.nunique())
    said = {
        how: [n for n in hows if hows[n] == how] for how in ("sum", "mean", "count")
    }
    words = {"sum": "added", "mean": "averaged", "count": "counted"}
    parts = [
        f"{words[how]}: {', '.join(names[:6])}" for how, names in said.items() if names
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
    if how == "first" or len(values) == 1:
        return str(values[0])
    text = "; ".join(values)
    return text if len(text) <= _LONGEST_LIST else f"{len(values)} different"
