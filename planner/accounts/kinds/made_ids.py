"""Ids and names for a list that has none: made of what it has, equal at each load."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from planner.accounts.findings import FindingLog
from planner.accounts.reading.tables import RawTable
from planner.accounts.reading.values.texts import clean_text
from planner.core.text import folded

MADE = "account_id (made)"
MADE_NAME = "name (made)"
_PLACE = ("street", "postcode", "city", "region", "country", "lat", "lon")
_DIGITS = 10  # of the hash: two of a million accounts meet once in a million lists


def with_ids_and_names(
    raw: RawTable, mapping: Mapping[str, str], log: FindingLog
) -> tuple[RawTable, dict[str, str]]:
    """
    Make names of ids where a list of accounts has no names, and ids of names.

    Parameters
    ----------
    raw, mapping, log
        As of `with_ids`.

    Returns
    -------
    The table with the columns made, and the mapping that names them.

    Notes
    -----
    A name that is made is the city and the id: "Rogers 1"; without cities none is.
    """
    if "name" in mapping or not {"account_id", "city"} <= set(mapping):
        return with_ids(raw, mapping, log)
    ids, cities = (
        clean_text(raw.frame[mapping[target]].astype("str"))
        for target in ("account_id", "city")
    )
    names = (cities + " " + ids).str.strip()
    frame = raw.frame.assign(**{MADE_NAME: names.mask(ids == "", "").astype("str")})
    log.file(
        "made_names",
        "notice",
        "the list has no column of names: each account is called after its city and "
        "its id; map name if a column holds them",
        column="name",
    )
    return replace(raw, frame=frame), {**mapping, "name": MADE_NAME}


def with_ids(
    raw: RawTable, mapping: Mapping[str, str], log: FindingLog
) -> tuple[RawTable, dict[str, str]]:
    """
    Make ids where a list of accounts has no column of them.

    Parameters
    ----------
    raw
        The table.
    mapping
        Column of the file by column of ours.
    log
        Takes the notice.

    Returns
    -------
    The table with a column of ids, and the mapping that names it; both as they are
    where the list has ids, or no names that could make one.

    Notes
    -----
    An id is the beginning of the SHA-256 of name and address in plain letters; where
    the list has no address, of name and coordinates. Two rows of one name and place
    are one account.
    """
    if "account_id" in mapping or "name" not in mapping:
        return raw, dict(mapping)
    address = [name for name in _PLACE[:5] if name in mapping]
    columns = ["name", *(address or [name for name in _PLACE[5:] if name in mapping])]
    cells = [clean_text(raw.frame[mapping[name]].astype("str")) for name in columns]
    ids = [
        _id([folded(text) for text in texts]) if texts[0] else f"row {row}"
        for row, texts in zip(raw.frame.index, zip(*cells, strict=True), strict=True)
    ]
    frame = raw.frame.assign(**{MADE: pd.Series(ids, raw.frame.index, dtype="str")})
    log.file(
        "made_ids",
        "notice",
        "the list has no column of ids: each account gets one made of its name and "
        "place, the same whenever the list is loaded",
        column="account_id",
    )
    return replace(raw, frame=frame), {**mapping, "account_id": MADE}


def _id(texts: list[str]) -> str:
    digest = hashlib.sha256("\x1f".join(texts).encode()).hexdigest()
    return f"A-{digest[:_DIGITS].upper()}"
