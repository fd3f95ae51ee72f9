"""Which pairs of accounts are compared at all: those that share a block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.accounts.linkage.keys import AccountKeys

_CELL_DEG = 0.002  # about 200 m
_PREFIX = 7  # letters of a name that stand for it where nothing else is known


@dataclass(frozen=True, eq=False, kw_only=True)
class Candidates:
    """
    Pairs worth comparing.

    Parameters
    ----------
    first, second : shape (n_pairs,)
        Places of the two accounts, first < second, each pair once.
    skipped
        Blocks too large to compare in full: `block` (what its rows share), `value`,
        `n_rows`, `n_pairs_compared`, `n_pairs_skipped`.
    """

    first: np.ndarray
    second: np.ndarray
    skipped: pd.DataFrame


def candidate_pairs(
    keys: AccountKeys, *, block_rows: int, neighbours: int
) -> Candidates:
    """
    Pair the accounts that share a phone, a house, a name or a place.

    Parameters
    ----------
    keys
        Of the accounts.
    block_rows
        Largest block in which all pairs are compared.
    neighbours
        In a larger block each account is compared with so many that follow it when
        the block is sorted by street, number and name.

    Notes
    -----
    At most `n_accounts` x blocks x max(`block_rows` / 2, `neighbours`) pairs, whatever
    the data. Sorting a block that is too large is the sorted neighbourhood method
    (Hernández and Stolfo 1995).
    """
    order = _sorted_places(keys)
    n_rows = len(keys)
    codes, omissions = [], []
    for block, values in _blocks(keys):
        pairs, skipped = _pairs_of(values[order], block_rows, neighbours)
        first, second = order[pairs[0]], order[pairs[1]]
        codes.append(np.minimum(first, second) * n_rows + np.maximum(first, second))
        omissions.append(skipped.assign(block=block))
    unique = np.unique(np.concatenate(codes))
    columns = ["block", "value", "n_rows", "n_pairs_compared", "n_pairs_skipped"]
    skipped = pd.concat(omissions, ignore_index=True)[columns]
    return Candidates(
        first=unique // max(n_rows, 1),
        second=unique % max(n_rows, 1),
        skipped=skipped.sort_values(
            ["n_pairs_skipped", "block", "value"],
            ascending=[False, True, True],
            ignore_index=True,
        ),
    )


def _sorted_places(keys: AccountKeys) -> np.ndarray:
    frame = pd.DataFrame(
        {"street": keys.street, "number": keys.number, "name": keys.name}
    )
    return frame.sort_values(
        ["street", "number", "name"], kind="stable"
    ).index.to_numpy()


def _blocks(keys: AccountKeys) -> Iterator[tuple[str, np.ndarray]]:
    """Yield what rows may share, and for each row its value; empty: no block."""
    text = {
        name: pd.Series(getattr(keys, name), dtype="str")
        for name in ("name", "number", "street", "phone", "postcode", "city")
    }
    number, street = text["number"], text["street"]
    rare = _rare_words(text["name"])
    yield "phone", text["phone"].str[-7:].to_numpy(dtype=object)
    yield "street", _joined(number, street.str.replace(" ", "").str[:4])
    yield "house number and postcode", _joined(number, text["postcode"])
    yield "street and postcode", _joined(street.str[:6], text["postcode"])
    yield "name", text["name"].to_numpy(dtype=object)
    yield "name and postcode", _joined(rare[0], text["postcode"])
    yield "name and city", _joined(rare[0], text["city"])
    yield "second word of the name and city", _joined(rare[1], text["city"])
    beginning = text["name"].str.replace(" ", "").str[:_PREFIX]
    yield "beginning of the name and city", _joined(beginning, text["city"])
    for half in (0.0, 0.5):
        yield "place", _cells(keys, half)


def _joined(first: pd.Series, second: pd.Series) -> np.ndarray:
    """Join two parts; a row that lacks one belongs to no block."""
    both = first + " " + second
    return both.mask((first == "") | (second == ""), "").to_numpy(dtype=object)


def _cells(keys: AccountKeys, offset: float) -> np.ndarray:
    is_known = np.isfinite(keys.lat) & np.isfinite(keys.lon)
    row = np.floor(np.where(is_known, keys.lat, 0) / _CELL_DEG + offset).astype(int)
    column = np.floor(np.where(is_known, keys.lon, 0) / _CELL_DEG + offset).astype(int)
    cells = pd.Series(row).astype("str") + " " + pd.Series(column).astype("str")
    return cells.where(is_known, "").to_numpy(dtype=object)


def _rare_words(names: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Find the two words of each name that the fewest names have."""
    words = names.str.split().explode().dropna()
    words = words[words.str.len() > 1]
    counts = words.map(words.value_counts())
    frame = pd.DataFrame({"row": words.index, "word": words, "n": counts})
    frame = frame.drop_duplicates(["row", "word"]).sort_values(["row", "n", "word"])
    rank = frame.groupby("row").cumcount()
    words_by_row = []
    for place in (0, 1):
        of_rank = frame[rank == place].set_index("row")["word"]
        words_by_row.append(of_rank.reindex(names.index).astype("str").fillna(""))
    return words_by_row[0], words_by_row[1]


def _pairs_of(
    values: np.ndarray, block_rows: int, neighbours: int
) -> tuple[tuple[np.ndarray, np.ndarray], pd.DataFrame]:
    """Pair the rows of equal value, each with those that follow it in its block."""
    codes, distinct = pd.factorize(pd.Series(values, dtype="str"))
    places = np.argsort(codes, kind="stable")
    places = places[np.array(distinct[codes[places]] != "", dtype=bool)]
    sorted_codes = codes[places]
    n_rows = np.bincount(codes, minlength=len(distinct))
    reach = np.where(n_rows > block_rows, neighbours, block_rows)
    reach_of_row = reach[sorted_codes]
    first, second = [], []
    for step in range(1, max(block_rows, neighbours) + 1):
        if step >= len(places):
            break
        pairs = (sorted_codes[step:] == sorted_codes[:-step]) & (
            reach_of_row[step:] >= step
        )
        if not pairs.any():
            break
        first.append(places[:-step][pairs])
        second.append(places[step:][pairs])
    nothing = np.array([], dtype=int)
    pairs_found = (
        np.concatenate(first) if first else nothing,
        np.concatenate(second) if second else nothing,
    )
    return pairs_found, _skipped(distinct, n_rows, block_rows, neighbours)


def _skipped(
    words: pd.Index, n_rows: np.ndarray, block_rows: int, neighbours: int
) -> pd.DataFrame:
    """Count what is not compared in the blocks that are too large."""
    is_large = (n_rows > block_rows) & np.array(words != "", dtype=bool)
    rows = n_rows[is_large].astype(int)
    compared = neighbours * rows - neighbours * (neighbours + 1) // 2
    return pd.DataFrame(
        {
            "value": pd.array(words[is_large], dtype="str"),
            "n_rows": rows,
            "n_pairs_compared": compared,
            "n_pairs_skipped": rows * (rows - 1) // 2 - compared,
        }
    )
