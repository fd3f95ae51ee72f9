"""Files that come together: out of archives and workbooks, their kinds guessed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd

from planner.accounts.findings import SourceError
from planner.accounts.importing import RULES_BY_KIND
from planner.accounts.mapping.guess import guess_mapping, is_sure
from planner.accounts.pipeline import SAMPLE_ROWS
from planner.accounts.reading.guards import check_archive
from planner.accounts.reading.sources import read_source
from planner.accounts.reading.tables import RawTable
from planner.core.errors import InputError

ORDER = ("positions", "reps", "accounts", "deals", "visits_made")  # each refers back
_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
_HINTS = {
    "accounts": r"accounts?|customers?|kunden|clients?|companies",
    "reps": r"users?|reps?|people|team|employees|owners?|sales ?force",
    "deals": r"deals?|opportunit(?:y|ies)|orders?|invoices?|bookings?",
    "visits_made": r"visits?|events?|tasks?|activit(?:y|ies)|calls?",
    "positions": r"positions?|seats?|roles?|hierarchy",
}
_HINT_POINTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """
    One table of those that came together.

    Parameters
    ----------
    name
        Of the file; of a sheet the workbook's and its own.
    content
        Bytes of the file it is read from.
    filename
        Of that file: its suffix names the format.
    layer
        Sheet; empty: the one of the file.
    """

    name: str
    content: bytes
    filename: str
    layer: str = ""

    def read(self) -> RawTable:
        """Read the table; SourceError if it cannot be."""
        return read_source(self.content, self.filename, layer=self.layer)


def members_of(files: Iterable[tuple[str, bytes]]) -> list[Member]:
    """
    List the tables of files: those in a ZIP of tables, and the sheets of a workbook.

    Parameters
    ----------
    files
        Names and bytes. A ZIP that holds a shapefile is one table, and a workbook whose
        sheets are not of different kinds is its list.

    Raises
    ------
    SourceError
        If an archive is not safe to unpack.
    """
    members: list[Member] = []
    for name, content in files:
        parts = _sheets(name, content) or _packed(name, content)
        members += parts or [Member(name=name, content=content, filename=name)]
    return members


def guess_kind(raw: RawTable, name: str = "") -> str:
    """
    Guess what a table holds, by the columns we are sure of and by its name.

    Parameters
    ----------
    raw
        The table.
    name
        Of the file.

    Returns
    -------
    One of `ORDER`; empty: its columns fit none.
    """
    sample = raw.frame.head(SAMPLE_ROWS)
    points = {kind: _points(raw, sample, kind) for kind in ORDER}
    words = " ".join(re.split(r"[^a-z]+", PurePosixPath(name).stem.casefold()))
    for kind, pattern in _HINTS.items():
        if points[kind] and re.search(rf"\b(?:{pattern})\b", words):
            points[kind] += _HINT_POINTS
    best = max(("accounts", *ORDER), key=lambda kind: points[kind])
    return best if points[best] else ""


def check_kinds(names: Sequence[str], kinds: Sequence[str]) -> None:
    """
    Refuse kinds that cannot come in together.

    Raises
    ------
    InputError
        If one is not known or cannot come with others, or two files are of one kind.
    """
    for name, kind in zip(names, kinds, strict=True):
        if kind not in ORDER:
            what = kind or "none that its columns show"
            raise InputError(
                f"{name}: its kind is {what}; files that come together hold "
                f"{', '.join(ORDER)}. Say its kind, or bring it alone"
            )
    for kind in ORDER:
        same = [name for name, own in zip(names, kinds, strict=True) if own == kind]
        if len(same) > 1:
            raise InputError(
                f"{' and '.join(same)} are both taken as {kind}: say which is which, "
                "or bring them one after the other"
            )


def _points(raw: RawTable, sample: pd.DataFrame, kind: str) -> int:
    """Count the columns a kind is sure of; 0 if it lacks one it needs."""
    mapping = guess_mapping(raw.columns, sample, kind)
    rules = RULES_BY_KIND[kind]
    fits = set(rules.required) <= set(mapping)
    if rules.one_of:
        fits = fits and any(set(group) <= set(mapping) for group in rules.one_of)
    if not fits:
        return 0
    return 1 + sum(is_sure(target, column, kind) for target, column in mapping.items())


def _packed(name: str, content: bytes) -> list[Member]:
    """Take the tables out of an archive; none if it is no archive of tables."""
    if not name.lower().endswith(".zip"):
        return []
    check_archive(content, name)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inner = [
            entry
            for entry in archive.infolist()
            if not entry.is_dir() and PurePosixPath(entry.filename).name[0] not in "._"
        ]
        inner = [one for one in inner if not one.filename.startswith("__MACOSX/")]
        paths = [PurePosixPath(entry.filename) for entry in inner]
        if any(path.suffix.lower() not in _TABLES for path in paths):
            return []
        return [
            Member(name=path.name, content=archive.read(entry), filename=path.name)
            for path, entry in zip(paths, inner, strict=True)
        ]


def _sheets(name: str, content: bytes) -> list[Member]:
    """Give each sheet of a workbook a place of its own if they are of several kinds."""
    if not name.lower().endswith(".xlsx"):
        return []
    try:
        layers = read_source(content, name).layers
        tables = {layer: read_source(content, name, layer=layer) for layer in layers}
    except SourceError:  # the check says what is wrong with it
        return []
    kinds = {
        layer: kind for layer, raw in tables.items() if (kind := guess_kind(raw, layer))
    }
    if len(kinds) < 2 or len(set(kinds.values())) < len(kinds):
        return []
    return [
        Member(name=f"{name}: {layer}", content=content, filename=name, layer=layer)
        for layer in kinds
    ]
