"""Filling the gaps of a frame: stable random draws, and a record of what was filled."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


class Draws:
    """
    Random numbers that belong to an account, not to its place in a list.

    Parameters
    ----------
    account_ids
        Ids of the accounts drawn for.
    seed
        Another seed gives other numbers.
    """

    def __init__(self, account_ids: pd.Index, seed: int) -> None:
        self._ids = np.asarray(account_ids.astype(str), dtype=object)
        self._seed = seed

    def uniform(self, name: str) -> Floats:
        """Draw one number in (0, 1) an account, the same for the same name."""
        key = hashlib.sha256(f"{self._seed}:{name}".encode()).hexdigest()[:16]
        hashed = pd.util.hash_array(self._ids, hash_key=key, categorize=False)
        return (hashed.astype(np.float64) + 0.5) / 2.0**64

    def normal(self, name: str) -> Floats:
        """Draw one standard normal number an account (Box and Muller, 1958)."""
        radius = np.sqrt(-2 * np.log(self.uniform(f"{name}:radius")))
        return radius * np.cos(2 * np.pi * self.uniform(f"{name}:angle"))


class Filling:
    """
    A frame being filled: what was given, and what was filled where.

    Parameters
    ----------
    accounts : shape (n_accounts, n_columns)
        The list as given; not changed.
    given
        Columns that count as given; None: every value that is not empty.
    """

    def __init__(self, accounts: pd.DataFrame, given: Collection[str] | None) -> None:
        self.frame = accounts.copy()
        self._given = given
        self._masks: dict[str, npt.NDArray[np.bool_]] = {}

    def column(self, name: str) -> pd.Series:
        """Return a column as it stands; empty if the frame lacks it."""
        if name not in self.frame:
            self.frame[name] = pd.Series(pd.NA, index=self.frame.index, dtype=object)
        return self.frame[name]

    def numbers(self, name: str) -> Floats:
        """Return a column as floats, NaN where empty."""
        return pd.to_numeric(self.column(name)).to_numpy(np.float64, na_value=np.nan)

    def is_missing(self, name: str) -> npt.NDArray[np.bool_]:
        """Tell in which rows a column is to be filled."""
        column = self.column(name)
        if self._given is None or name in self._given:
            return column.isna().to_numpy(bool)
        if name == "status":  # a closed place is a fact, not a default
            return (column.isna() | (column != "closed")).to_numpy(bool)
        return np.ones(len(self.frame), dtype=bool)

    def own_numbers(self, name: str) -> Floats:
        """Return what the list itself says; NaN where a column is to be filled."""
        return np.where(self.is_missing(name), np.nan, self.numbers(name))

    def settle(self, name: str, values: npt.NDArray, dtype: str = "str") -> None:
        """Set the rows to be filled by a rule from given facts: nothing is drawn."""
        old = self.column(name).astype(dtype)
        new = pd.Series(values, index=self.frame.index).astype(dtype)
        self.frame[name] = new.where(self.is_missing(name), old)

    def fill(self, name: str, values: npt.NDArray, dtype: str = "str") -> None:
        """Set the rows of a column that are to be filled; None and NaN stay empty."""
        missing = self.is_missing(name)
        new = pd.Series(values, index=self.frame.index).astype(dtype)
        old = self.column(name).astype(dtype)
        self.frame[name] = new.where(missing, old)
        self._masks[name] = missing & self.frame[name].notna().to_numpy(bool)

    def labelled(self) -> pd.DataFrame:
        """Return the frame with the filled columns named in `simulated`."""
        label = self.column("simulated").fillna("").astype(str).to_numpy(object)
        for name, mask in self._masks.items():
            is_new = mask & np.array(
                [text != "all" and name not in text.split(";") for text in label], bool
            )
            joined = np.where(label == "", name, label + f";{name}")
            label = np.where(is_new, joined, label)
        self.frame["simulated"] = pd.Series(label, index=self.frame.index, dtype="str")
        return self.frame
