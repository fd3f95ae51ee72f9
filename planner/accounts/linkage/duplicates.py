"""Accounts that may be the same one, though no cell of them is equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from planner.accounts.linkage.blocking import candidate_pairs
from planner.accounts.linkage.keys import read_keys
from planner.accounts.linkage.similarity import (
    Likeness,
    points_of,
    reasons_of,
    score_of,
)
from planner.core.errors import InputError, ParamsError

_CHUNK = 250_000  # pairs compared at a time, which bounds the memory


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateParams:
    """
    How doubles are looked for.

    Parameters
    ----------
    least_score
        Pairs from this score on are told, 0-1.
    block_rows
        Largest block of accounts that share a key in which all pairs are compared.
    neighbours
        How many following accounts each one is compared with in a larger block.
    """

    least_score: float = 0.5
    block_rows: int = 50
    neighbours: int = 10

    def __post_init__(self) -> None:
        if not 0 < self.least_score < 1:
            raise ParamsError(
                f"least_score must lie between 0 and 1, got {self.least_score}"
            )
        if self.block_rows < 2 or self.neighbours < 1:
            raise ParamsError(
                "block_rows must be at least 2 and neighbours at least 1, got "
                f"{self.block_rows} and {self.neighbours}"
            )


@dataclass(frozen=True, eq=False, kw_only=True)
class Duplicates:
    """
    Accounts that may be the same.

    Parameters
    ----------
    pairs
        `account_id`, `other_id` (the later in the table), `score` (0-1), `reason` in
        words; the most alike first.
    clusters : shape (n_in_pairs,)
        `cluster_id` (the id of its first account) indexed `account_id`, of the accounts
        in pairs: all that are linked, also over others.
    skipped
        Blocks too large to compare in full: `block`, `value`, `n_rows`,
        `n_pairs_compared`, `n_pairs_skipped`.
    n_compared
        Pairs that were compared.
    """

    pairs: pd.DataFrame
    clusters: pd.Series
    skipped: pd.DataFrame
    n_compared: int

    @property
    def n_pairs_skipped(self) -> int:
        """Pairs in blocks too large that no block compared for that reason, at most."""
        return int(self.skipped["n_pairs_skipped"].sum())


def find_duplicates(
    accounts: pd.DataFrame, params: DuplicateParams | None = None
) -> Duplicates:
    """
    Find accounts that may be the same one.

    Parameters
    ----------
    accounts : shape (n_accounts, n_columns)
        Indexed `account_id`: `name` and what there is of `street`, `city`, `postcode`,
        `lat`, `lon`, `geo_precision`, `phone`, `custom` (whose phone is used).
    params
        How to look; None: the defaults.

    Raises
    ------
    InputError
        If the names are missing or an id stands twice.

    Notes
    -----
    No training and no chance: the points of `accounts.likeness`, for the pairs of
    `accounts.blocking`. The score is no probability that was calibrated.
    """
    limits = params or DuplicateParams()
    if "name" not in accounts:
        raise InputError("accounts need the column name to look for doubles")
    if not accounts.index.is_unique:
        doubled = accounts.index[accounts.index.duplicated()][0]
        raise InputError(f"account_id must be unique, {doubled!r} stands twice")
    keys = read_keys(accounts)
    candidates = candidate_pairs(
        keys, block_rows=limits.block_rows, neighbours=limits.neighbours
    )
    likeness = Likeness(keys)
    least = points_of(limits.least_score)
    chunks = [
        _alike(likeness, first, second, least)
        for first, second in zip(
            _chunks(candidates.first), _chunks(candidates.second), strict=True
        )
    ]
    pairs = pd.concat(chunks, ignore_index=True).sort_values(
        ["points", "first", "second"],
        ascending=[False, True, True],
        ignore_index=True,
        kind="stable",
    )
    return Duplicates(
        pairs=_with_ids(pairs, keys.account_id),
        clusters=_clusters(pairs, keys.account_id),
        skipped=candidates.skipped,
        n_compared=len(candidates.first),
    )


def _chunks(values: np.ndarray) -> list[np.ndarray]:
    return np.array_split(values, max(1, -(-len(values) // _CHUNK)))


def _alike(
    likeness: Likeness, first: np.ndarray, second: np.ndarray, least: float
) -> pd.DataFrame:
    """Keep the pairs of enough points, with their reasons."""
    rows, evidence = likeness.points(first, second, least=least)
    enough = (evidence["points"] >= least).to_numpy()
    evidence = evidence[enough]
    return pd.DataFrame(
        {
            "first": first[rows][enough],
            "second": second[rows][enough],
            "points": evidence["points"].to_numpy(),
            "reason": reasons_of(evidence).to_numpy(),
        }
    )


def _with_ids(pairs: pd.DataFrame, account_id: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "account_id": pd.array(account_id[pairs["first"]], dtype="str"),
            "other_id": pd.array(account_id[pairs["second"]], dtype="str"),
            "score": score_of(pairs["points"].to_numpy()),
            "reason": pairs["reason"].astype("str"),
        }
    )


def _clusters(pairs: pd.DataFrame, account_id: np.ndarray) -> pd.Series:
    """Join what is linked; a cluster is named after its first account."""
    n_rows = len(account_id)
    links = sp.coo_matrix(
        (np.ones(len(pairs)), (pairs["first"], pairs["second"])), shape=(n_rows, n_rows)
    )
    label = connected_components(links, directed=False)[1] if n_rows else np.array([])
    linked = np.unique(pairs[["first", "second"]].to_numpy(dtype=int))
    _, first_of, inverse = np.unique(
        label[linked], return_index=True, return_inverse=True
    )
    names = account_id[linked][first_of][inverse] if len(linked) else []
    index = pd.Index(account_id[linked], dtype="str", name="account_id")
    return pd.Series(pd.array(names, dtype="str"), index=index, name="cluster_id")
