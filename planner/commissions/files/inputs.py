"""The CSV files of a pay run into frames; each fault names file, row, column, value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from planner.accounts.kinds.hierarchy import find_loops
from planner.accounts.mapping.vocabulary import words_of
from planner.core.errors import InputError
from planner.core.files.cells import (
    Table,
    day,
    day_or_open,
    filled,
    flag,
    one_of,
    read_table,
    share_ppm,
    word_of,
)
from planner.core.money import parse_minor
from planner.core.schemas import (
    DEALS,
    OWNER_ROLES,
    OWNERSHIP,
    POSITIONS,
    QUOTAS,
    ROLES,
    SPLITS,
    check,
)
from planner.core.units import PPM


def _shares(table: Table) -> list[int]:
    """Read shares given as ``share_ppm`` or as ``share``; neither: the whole."""
    if table.has("share_ppm"):
        return table.each("share_ppm", lambda text: share_ppm(f"{text}e-6"), str(PPM))
    return table.each("share", share_ppm, "1")


def _amounts(table: Table, currencies: Sequence[str]) -> list[int]:
    pairs = iter(currencies)
    return table.each("amount", lambda text: parse_minor(text, next(pairs)))


def read_deals(path: Path, currency: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Read deals and the splits written beside them.

    Parameters
    ----------
    path
        Columns deal_id, account_id, close_on, amount; known optional ones: currency
        (default: the plan's), kind (``new``), stage (``won``; or
        IsWon and IsClosed), product, opened_on
        (close_on), term_months (0), related_deal_id, splits (``P-1:0.6;P-2:0.4``).
    currency
        The plan's.

    Returns
    -------
    DEALS and SPLITS frames.
    """
    table = read_table(path, ["deal_id", "account_id", "close_on", "amount"])
    table.unique(["deal_id"])
    close_on = table.each("close_on", day)
    currencies = table.each("currency", filled, currency)
    opened = table.each("opened_on", day_or_open)
    frame = pd.DataFrame(
        {
            "account_id": table.each("account_id", filled),
            "product": table.each("product", str),
            "kind": table.each("kind", word_of(words_of("kind")), "new"),
            "stage": _stages(table),
            "opened_on": pd.Series(opened, dtype="datetime64[s]").fillna(
                pd.Series(close_on, dtype="datetime64[s]")
            ),
            "close_on": close_on,
            "amount_minor": _amounts(table, currencies),
            "currency": currencies,
            "term_months": table.each("term_months", int, "0"),
            "related_deal_id": pd.Series(
                table.each("related_deal_id", lambda text: text or None), dtype="str"
            ),
        }
    )
    ids = table.each("deal_id", filled)
    frame.index = pd.Index(ids, dtype="str", name="deal_id")
    parts = table.each("splits", _split_parts)
    rows = [
        (deal_id, name, share)
        for deal_id, shares in zip(ids, parts, strict=True)
        for name, share in shares.items()
    ]
    splits = pd.DataFrame(rows, columns=["deal_id", "position_id", "share_ppm"])
    return check(frame, DEALS), check(splits.astype({"share_ppm": "Int64"}), SPLITS)


def _stages(table: Table) -> list[str]:
    """Read stages by the words that import knows; else ``IsWon`` and ``IsClosed``."""
    won = table.column("is_won")
    if table.has("stage") or won is None:
        return table.each("stage", word_of(words_of("stage")), "won")
    closed = table.column("is_closed")
    is_won = table.each(won, flag, "false")
    is_closed = [False] * len(is_won)
    if closed is not None:
        is_closed = table.each(closed, flag, "false")
    return [
        "won" if is_gain else "lost" if is_end else "qualify"
        for is_gain, is_end in zip(is_won, is_closed, strict=True)
    ]


def _split_parts(text: str) -> dict[str, int]:
    """Read ``P-1:0.6;P-2:0.4``."""
    shares: dict[str, int] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, colon, share = part.rpartition(":")
        if not colon or not name.strip() or name.strip() in shares:
            raise ValueError("must look like P-1:0.6;P-2:0.4, each position once")
        shares[name.strip()] = share_ppm(share.strip())
    return shares


def read_splits(path: Path) -> pd.DataFrame:
    """Read a SPLITS file: deal_id, position_id, share or share_ppm."""
    table = read_table(path, ["deal_id", "position_id"])
    table.unique(["deal_id", "position_id"])
    frame = table.rows[["deal_id", "position_id"]].assign(share_ppm=_shares(table))
    return check(frame, SPLITS)


def read_ownership(path: Path) -> pd.DataFrame:
    """Read an OWNERSHIP file: account_id, position_id, valid_from; more optional."""
    table = read_table(path, ["account_id", "position_id", "valid_from"])
    frame = pd.DataFrame(
        {
            "account_id": table.each("account_id", filled),
            "position_id": table.each("position_id", filled),
            "role": table.each("role", one_of(OWNER_ROLES), "owner"),
            "share_ppm": _shares(table),
            "valid_from": table.each("valid_from", day),
            "valid_to": table.each("valid_to", day_or_open),
        }
    )
    backwards = frame["valid_to"] <= frame["valid_from"]
    if backwards.any():
        number = int(backwards.idxmax())
        raise InputError(
            f"{table.name}: row {number + 1}, valid_to = "
            f"{frame.at[number, 'valid_to']:%Y-%m-%d}: must lie after valid_from"
        )
    return check(frame, OWNERSHIP)


def read_quotas(path: Path, currency: str) -> pd.DataFrame:
    """Read a QUOTAS file: position_id, measure, period, amount; currency optional."""
    table = read_table(path, ["position_id", "measure", "period", "amount"])
    table.unique(["position_id", "measure", "period"])
    frame = pd.DataFrame(
        {
            "position_id": table.each("position_id", filled),
            "measure": table.each("measure", filled),
            "period": pd.Series(table.each("period", _period), dtype="str"),
            "amount_minor": table.each(
                "amount", lambda text: _not_negative(parse_minor(text, currency))
            ),
            "currency": table.each("currency", _exactly(currency), currency),
        }
    )
    return check(frame, QUOTAS)


def _period(text: str) -> str:
    year, _, month = text.partition("-")
    is_year = len(year) == 4 and year.isdigit()
    if not is_year or (month and month not in {f"{n:02d}" for n in range(1, 13)}):
        raise ValueError("must be a year (2026) or a month (2026-03)")
    return text


def _not_negative(amount_minor: int) -> int:
    if amount_minor < 0:
        raise ValueError("must be at least 0")
    return amount_minor


def _exactly(currency: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text != currency:
            raise ValueError(f"must be the plan's currency {currency}")
        return text

    return read


def read_hierarchy(path: Path) -> pd.DataFrame:
    """Read a POSITIONS file: position_id, parent_id; role and title optional."""
    table = read_table(path, ["position_id", "parent_id"])
    table.unique(["position_id"])
    ids = table.each("position_id", filled)
    parents = table.each("parent_id", _known_or_none(set(ids)))
    _refuse_loop(table.name, dict(zip(ids, parents, strict=True)))
    leading = set(filter(None, parents))
    role_cells = table.each("role", _role_or_none)
    roles = [
        role or ("rep" if name not in leading else "manager" if parent else "vp")
        for name, parent, role in zip(ids, parents, role_cells, strict=True)
    ]
    frame = pd.DataFrame(
        {
            "title": table.each("title", str),
            "role": roles,
            "parent_id": pd.Series(parents, dtype="str"),
            "territory_id": pd.Series([None] * len(ids), dtype="str"),
        }
    )
    frame.index = pd.Index(ids, dtype="str", name="position_id")
    return check(frame, POSITIONS)


def _known_or_none(ids: set[str]) -> Callable[[str], str | None]:
    """Take a position of the file, or nothing."""

    def read(text: str) -> str | None:
        if text and text not in ids:
            raise ValueError(
                "is no position_id of this file; add its row, or leave the cell empty "
                "if nobody is above"
            )
        return text or None

    return read


def _refuse_loop(name: str, parent_by_id: dict[str, str | None]) -> None:
    """Refuse positions that report to themselves, as import does."""
    loops = find_loops({key: parent or "" for key, parent in parent_by_id.items()})
    if not loops:
        return
    row_by_id = {key: row for row, key in enumerate(parent_by_id, start=1)}
    line = " → ".join(f"{key} (row {row_by_id[key]})" for key in loops[0])
    first = loops[0][0]
    raise InputError(
        f"{name}: row {row_by_id[first]}, parent_id = {parent_by_id[first]!r}: "
        f"position {first} reports to itself: {line} → {first}; correct one of the rows"
    )


def _role_or_none(text: str) -> str:
    return one_of(ROLES)(text) if text else ""


def positions_of(ownership: pd.DataFrame, splits: pd.DataFrame) -> pd.DataFrame:
    """
    Name the positions of a run without a hierarchy.

    Parameters
    ----------
    ownership, splits
        OWNERSHIP and SPLITS frames.

    Returns
    -------
    POSITIONS frame without superiors; an overlay is a position that owns nothing.
    """
    owning = set(ownership.loc[ownership["role"].eq("owner"), "position_id"])
    owning |= set(splits["position_id"])
    ids = sorted(owning | set(ownership["position_id"]))
    frame = pd.DataFrame(
        {
            "title": pd.Series([""] * len(ids), dtype="str"),
            "role": ["rep" if name in owning else "overlay" for name in ids],
            "parent_id": pd.Series([None] * len(ids), dtype="str"),
            "territory_id": pd.Series([None] * len(ids), dtype="str"),
        }
    )
    frame.index = pd.Index(ids, dtype="str", name="position_id")
    return check(frame, POSITIONS)
