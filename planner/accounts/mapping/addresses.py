"""Several addresses in one file (billing, shipping) and the columns of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from planner.accounts.mapping.columns import KNOWN_COLUMNS
from planner.accounts.mapping.headers import header_key

PLACE = ("street", "postcode", "city", "region", "country", "lat", "lon", "coordinates")
_PLACING = {"postcode", "city", "lat", "lon", "coordinates"}
_PLAIN = ""
# What stands before (or behind) the name of a column, by the address; best first.
_MARKS = {
    "billing": "billing|billto|bill|invoice|invoicing|rechnungs|rechnung|facturation"
    "|facturacion|fatturazione|faturamento|factuur",
    "main": "address1|primary|main|company|headquarters|hq|haupt|principal",
    "shipping": "shipping|shipto|ship|delivery|liefer|lieferung|livraison|envio|entrega"
    "|spedizione|consegna|aflever|levering",
    "visit": "visit|visiting|site|physical|besuchs",
    "mailing": "mailing|postal|post",
    "second": "address2|other|secondary|alternate",
}


def addresses(columns: Iterable[str]) -> dict[str, dict[str, str]]:
    """
    Sort the columns of places by the address they belong to.

    Parameters
    ----------
    columns
        Header of the file.

    Returns
    -------
    Column of the file by column of ours, by address; that of columns without a mark
    is empty text.
    """
    sorted_columns: dict[str, dict[str, str]] = {}
    for column in columns:
        mark, target = _address_of(header_key(column))
        if target:
            sorted_columns.setdefault(mark, {}).setdefault(target, column)
    return sorted_columns


def main_address(by_mark: Mapping[str, Mapping[str, str]]) -> str:
    """Choose the address that places best: the plain one, else by columns and order."""
    if set(by_mark.get(_PLAIN, {})) & _PLACING:
        return _PLAIN
    order = [mark for mark in _MARKS if set(by_mark.get(mark, {})) & _PLACING]
    return max(order, key=lambda mark: len(by_mark[mark]), default=_PLAIN)


def in_turn(
    frame: pd.DataFrame, mapping: Mapping[str, str]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """
    Fill rows without an address from the other addresses of the file, whole.

    Parameters
    ----------
    frame : shape (n_rows, n_columns)
        Text cells.
    mapping
        Column of the file by column of ours.

    Returns
    -------
    frame
        With the mapped columns filled in where all of them were empty.
    n_taken
        Rows by the address that was taken.
    """
    by_mark = addresses(frame.columns)
    mapped = {target: mapping[target] for target in PLACE if target in mapping}
    used = set(mapped.values())
    n_taken: dict[str, int] = {}
    if not used:
        return frame, n_taken
    placing = [column for name, column in mapped.items() if name in _PLACING]
    is_open = (frame[placing].apply(lambda cells: cells.str.strip()) == "").all(axis=1)
    for mark, columns in by_mark.items():
        other = {name: columns[name] for name in mapped if name in columns}
        if not set(other) & _PLACING or set(other.values()) & used:
            continue
        filled = frame[[other[name] for name in other if name in _PLACING]]
        has_place = (filled.apply(lambda cells: cells.str.strip()) != "").any(axis=1)
        rows = is_open & has_place
        if rows.any():
            frame = frame.copy(deep=False)
            for name, column in mapped.items():
                taken = frame[other[name]] if name in other else ""
                frame[column] = frame[column].mask(rows, taken)
            n_taken[mark or "plain"] = int(rows.sum())
            is_open = is_open & ~rows
    return frame, n_taken


def _address_of(key: str) -> tuple[str, str]:
    """Name the address and our column of a header; empty where it is no place."""
    targets = _targets()
    if key in targets:
        return _PLAIN, targets[key]
    for mark, words in _MARKS.items():
        for word in words.split("|"):
            for bare in (key.removeprefix(word), key.removesuffix(word)):
                if bare != key and bare.removeprefix("address") in targets:
                    return mark, targets[bare.removeprefix("address")]
                if bare != key and bare in targets:
                    return mark, targets[bare]
    return _PLAIN, ""


def _targets() -> dict[str, str]:
    columns = KNOWN_COLUMNS["accounts"]
    return {
        header_key(name): target
        for target in reversed(PLACE)
        for name in columns[target]
    }
