"""What an import, a refresh or a repair changes: rows of tables, before and after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class TableChange:
    """
    The rows of one table that come, go or become others.

    Parameters
    ----------
    table
        Its name in the store.
    before, after
        Those rows whole, indexed by their key; one that is only in `after` comes, one
        that is only in `before` goes.
    n_same
        Rows that stay as they are.
    """

    table: str
    before: pd.DataFrame
    after: pd.DataFrame
    n_same: int = 0

    @classmethod
    def between(
        cls, table: str, before: pd.DataFrame, after: pd.DataFrame
    ) -> TableChange:
        """
        Compare two states of a table.

        Parameters
        ----------
        table
            Its name in the store.
        before, after
            All rows, or all that are touched, indexed by their key.
        """
        both = after.index.intersection(before.index)
        is_same = ~differing(before.loc[both], after.loc[both])
        same = both[is_same.to_numpy().all(axis=1)]
        return cls(
            table=table,
            before=before[~before.index.isin(same)],
            after=after[~after.index.isin(same)],
            n_same=len(same),
        )

    @classmethod
    def removal(cls, table: str, rows: pd.DataFrame) -> TableChange:
        """Take rows out of a table."""
        return cls(table=table, before=rows, after=rows.iloc[:0])

    def __len__(self) -> int:
        """Count the rows touched."""
        return len(self.before) + len(self.after) - len(self.changed)

    @property
    def added(self) -> pd.Index:
        """Keys of the rows that come."""
        return self.after.index.difference(self.before.index)

    @property
    def changed(self) -> pd.Index:
        """Keys of the rows that become others."""
        return self.before.index.intersection(self.after.index)

    @property
    def removed(self) -> pd.Index:
        """Keys of the rows that go."""
        return self.before.index.difference(self.after.index)

    @property
    def counts(self) -> dict[str, int]:
        """Rows `added`, `changed`, `removed`, and those that stay the `same`."""
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "removed": len(self.removed),
            "same": self.n_same,
        }

    def cells(self) -> pd.DataFrame:
        """
        List the cells of changed rows that differ.

        Returns
        -------
        The name of the key, `column`, `before` and `after` as text, by key and column.
        """
        before, after = self.before.loc[self.changed], self.after.loc[self.changed]
        key = str(self.after.index.name)
        parts = [
            pd.DataFrame(
                {
                    key: self.changed[is_other.to_numpy()],
                    "column": column,
                    "before": cell_texts(before[column])[is_other].to_numpy(),
                    "after": cell_texts(after[column])[is_other].to_numpy(),
                }
            )
            for column, is_other in differing(before, after).items()
        ]
        table = pd.concat(parts, ignore_index=True).astype("str")
        return table.sort_values([key, "column"], ignore_index=True)


@dataclass(frozen=True, eq=False, slots=True)
class ChangeSet:
    """
    All that one load or repair changes; written, or taken back, as a whole.

    Parameters
    ----------
    tables
        In the order they are written in.
    """

    tables: tuple[TableChange, ...] = ()

    def __len__(self) -> int:
        """Count the rows touched."""
        return sum(map(len, self.tables))

    def __getitem__(self, table: str) -> TableChange:
        """Give what changes in one table."""
        return next(change for change in self.tables if change.table == table)

    @property
    def n_rows(self) -> dict[str, int]:
        """Count the rows touched by table, without those in which nothing changes."""
        return {change.table: len(change) for change in self.tables if len(change)}


def differing(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """
    Say which cells differ; two empty ones do not.

    Parameters
    ----------
    before, after
        Frames of the same rows; the columns that both have are compared.
    """
    names = [name for name in after.columns if name in before.columns]
    return pd.DataFrame(
        {name: differs(before[name], after[name]) for name in names}, after.index
    )


def differs(before: pd.Series, after: pd.Series) -> np.ndarray:
    """Say which cells of a column differ; two empty ones do not."""
    was_empty, is_empty = before.isna().to_numpy(), after.isna().to_numpy()
    is_other: np.ndarray = was_empty != is_empty
    is_filled = ~was_empty & ~is_empty
    was, now = (side.to_numpy(dtype=object)[is_filled] for side in (before, after))
    is_other[is_filled] = was != now
    return is_other


def cell_texts(cells: pd.Series) -> pd.Series:
    """Write cells as a person reads them; empty ones as empty text."""
    if str(cells.dtype).startswith("datetime64"):
        return cells.dt.strftime("%Y-%m-%d").astype("str").fillna("")
    return cells.astype("str").fillna("")
