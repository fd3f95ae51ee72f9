"""
Frames that pass their schema as they stand, told without pandera.

Pandera asks each column through layers that cost a millisecond, also for five rows.
Nearly all frames are right already; only the others need its coercion and its words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pandera.pandas as pa

_Rule = Callable[[pd.Series], bool]

_TEXT = pd.StringDtype("pyarrow", na_value=np.nan)
_SECONDS = np.dtype("datetime64[s]")
_KINDS = {
    "string[pyarrow]": _TEXT,
    "datetime64[ns]": _SECONDS,
    "Int64": pd.Int64Dtype(),
    "int64": np.dtype("int64"),
    "float64": np.dtype("float64"),
    "bool": np.dtype("bool"),
    "geometry": "geometry",
}
# Types that become the one wanted without a doubt, as pandera does it too.
_WIDENED = {
    (np.dtype("int64"), pd.Int64Dtype()),
    (np.dtype("datetime64[ns]"), _SECONDS),
}
# Pandera reads dates as nanoseconds and refuses what lies beyond them.
_EARLIEST = pd.Timestamp.min.ceil("D").as_unit("s")
_LATEST = pd.Timestamp.max.floor("D").as_unit("s")


class _Asked(NamedTuple):
    """What a schema asks: the type of each column, and what its cells must hold."""

    kinds: dict[str, Any]
    rules: list[tuple[str, _Rule]]


# A schema has no hash; it is kept here too, so that no other takes over its number.
_ASKED: dict[int, tuple[pa.DataFrameSchema, _Asked | None]] = {}


def passed(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame | None:
    """
    Give the frame that `check` returns, if that can be told without pandera.

    Parameters
    ----------
    frame
        Any frame; not changed.
    schema
        One of `core.schemas`.

    Returns
    -------
    A copy with whole numbers and dates brought to their types, if ids, columns, types,
    nulls and values are right; None if something is not, or cannot be told here, as of
    a kind of check that is not known.
    """
    demand = _asked(schema)
    if demand is None or not _has_its_index(frame.index, schema):
        return None
    types = dict(zip(frame.columns, frame.dtypes, strict=True))
    if len(types) != frame.shape[1] or not demand.kinds.keys() <= types.keys():
        return None
    if schema.strict and len(types) != len(demand.kinds):
        return None
    other = {name: kind for name, kind in demand.kinds.items() if types[name] != kind}
    if any((types[name], kind) not in _WIDENED for name, kind in other.items()):
        return None
    typed = frame.astype(other) if other else frame.copy()
    if not all(rule(typed[name]) for name, rule in demand.rules):
        return None
    unique = list(schema.unique or ())
    return None if unique and typed.duplicated(unique).any() else typed


def _asked(schema: pa.DataFrameSchema) -> _Asked | None:
    if id(schema) not in _ASKED:
        _ASKED[id(schema)] = (schema, _asked_by(schema))
    return _ASKED[id(schema)][1]


def _asked_by(schema: pa.DataFrameSchema) -> _Asked | None:
    """Write a schema as types and rules; None if it asks what is not known here."""
    kinds: dict[str, Any] = {}
    rules: list[tuple[str, _Rule]] = []
    for name, column in schema.columns.items():
        kind = _KINDS.get(str(column.dtype))
        if kind is None or column.unique or column.regex or not column.required:
            return None
        kinds[name] = kind
        if not column.nullable:
            rules.append((name, _is_full))
        if kind is _SECONDS:
            rules.append((name, _within(_EARLIEST, _LATEST)))
        for check in column.checks:
            rule = _rule_of(check)
            if rule is None:
                return None
            rules.append((name, rule))
    return _Asked(kinds, rules)


def _rule_of(check: pa.Check) -> _Rule | None:
    """Write a check as a function; nulls pass it."""
    limits = check.statistics or {}
    if check.name == "greater_than_or_equal_to":
        return _within(limits["min_value"], None)
    if check.name == "in_range" and limits["include_min"] and limits["include_max"]:
        return _within(limits["min_value"], limits["max_value"])
    if check.name == "isin":
        return _among(frozenset(limits["allowed_values"]))
    if check.name == "str_matches":
        return _like(str(limits["pattern"]))
    return None


def _has_its_index(index: pd.Index, schema: pa.DataFrameSchema) -> bool:
    if schema.index is None:
        return True
    has_type = index.dtype == _TEXT and index.name == schema.index.name
    return bool(has_type and not index.hasnans and index.is_unique)


def _is_full(cells: pd.Series) -> bool:
    return not cells.hasnans


def _within(least: Any, most: Any) -> _Rule:
    def is_within(cells: pd.Series) -> bool:
        smallest = cells.min()
        if pd.isna(smallest):  # not one value
            return True
        return bool(smallest >= least and (most is None or cells.max() <= most))

    return is_within


def _among(allowed: frozenset[str]) -> _Rule:
    def are_among(cells: pd.Series) -> bool:
        return allowed.issuperset(cells.dropna().unique())

    return are_among


def _like(pattern: str) -> _Rule:
    def are_like(cells: pd.Series) -> bool:
        return bool(cells.dropna().str.match(pattern).all())

    return are_like
