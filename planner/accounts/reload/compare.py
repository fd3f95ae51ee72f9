"""The same source loaded again: which accounts are new, gone, changed, or contested."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from planner.accounts.changes import differing
from planner.accounts.linkage.duplicates import DuplicateParams, find_duplicates
from planner.accounts.reload.difference import PLACE, Difference
from planner.core.errors import InputError


@dataclass(frozen=True, eq=False, kw_only=True)
class ListChanges:
    """
    What a new load of a list changes.

    Parameters
    ----------
    new
        ACCOUNTS rows that are not stored yet.
    gone
        Stored ACCOUNTS rows of the source that the file has no more.
    changes
        `account_id`, `column`, `before`, `after` as text, of cells that the file sets;
        ``place`` stands for the coordinates and what is known of them, ``custom: X``
        for the field X of the file.
    conflicts
        Cells the user set that the file says otherwise: `account_id`, `column`,
        `yours`, `file`, `why`, `default` (who stands unless the user says so).
    merged
        Of all accounts in both, the rows as the file has them wherever it says
        anything, contested cells too.
    kept_out
        Why rows of the file stay out, by id: the user merged or dropped the account.
    unread
        Ids of the source whose rows the file has, but refused: they stay as they are.
    n_unchanged
        Accounts in both without change or conflict.
    """

    new: pd.DataFrame
    gone: pd.DataFrame
    changes: pd.DataFrame
    conflicts: pd.DataFrame
    merged: pd.DataFrame
    kept_out: pd.Series
    unread: tuple[str, ...]
    n_unchanged: int


def compare_lists(
    stored: pd.DataFrame,
    incoming: pd.DataFrame,
    *,
    source_ids: Collection[str],
    given: Collection[str],
    mine: pd.DataFrame | None = None,
    kept_out: Mapping[str, str] | None = None,
    rejected_ids: Collection[str] = (),
) -> ListChanges:
    """
    Compare a list with the accounts it brought the last time.

    Parameters
    ----------
    stored
        ACCOUNTS frame of all accounts of the company.
    incoming
        ACCOUNTS frame of the file's accepted rows, by the ids the company uses.
    source_ids
        Accounts that the last load of this source brought.
    given
        Columns of ACCOUNTS that the file brings; all others are kept.
    mine
        Cells the user set: `account_id`, `column`, `why`.
    kept_out
        Why the user took accounts out, by id.
    rejected_ids
        Ids of rows of the file that were refused; they are not gone.

    Notes
    -----
    A cell that is empty in the file and simulated here keeps its figure. Coordinates
    are replaced by others of their kind; by those of a postcode only if the address
    changed. The middle of the list's own rows, which moves with each of them, stays
    until the address changes or something more precise is known. Owners that differ
    are contested, as what the user set by a repair.
    """
    out = pd.Series(dict(kept_out or {}), dtype="str")
    taken_out = out[out.index.isin(incoming.index) & ~out.index.isin(stored.index)]
    incoming = incoming.drop(index=taken_out.index)
    is_known = incoming.index.isin(stored.index)
    both = incoming.index[is_known]
    mine_of_both = _cells_of(mine)
    own_ids = pd.Index(sorted(set(source_ids) & set(stored.index)), dtype="str")
    unread = own_ids[own_ids.isin(list(rejected_ids)) & ~own_ids.isin(incoming.index)]
    gone = own_ids[~own_ids.isin(incoming.index) & ~own_ids.isin(unread)]
    diff = Difference(stored.loc[both], incoming.loc[both], set(given), mine_of_both)
    diff.compare(is_back=~both.isin(list(source_ids)))
    return ListChanges(
        new=incoming[~is_known],
        gone=stored.loc[gone],
        changes=diff.changes(),
        conflicts=diff.conflicts(),
        merged=diff.merged,
        kept_out=taken_out,
        unread=tuple(unread),
        n_unchanged=len(both) - len(diff.touched()),
    )


def take_changes(
    stored: pd.DataFrame,
    list_changes: ListChanges,
    file_wins: Collection[tuple[str, str]],
) -> pd.DataFrame:
    """
    Decide the contested cells.

    Parameters
    ----------
    stored
        As of `compare_lists`.
    list_changes
        Its answer.
    file_wins
        Contested cells, as pairs of account and column, in which the file stands.

    Returns
    -------
    The rows of `found.merged` that differ from what is stored, contested cells decided.
    """
    after = list_changes.merged.copy()
    contested = list_changes.conflicts
    winners = pd.MultiIndex.from_tuples(list(file_wins), names=["account_id", "column"])
    keys = pd.MultiIndex.from_frame(contested[["account_id", "column"]])
    stays = contested[~keys.isin(winners)] if len(winners) else contested
    for column, rows in stays.groupby("column"):
        ids = rows["account_id"].to_list()
        columns = [*PLACE, "unit_id"] if column == "place" else [str(column)]
        after.loc[ids, columns] = stored.loc[ids, columns]
    return after[differing(stored.loc[after.index], after).any(axis=1)]


def guess_renamed(
    gone: pd.DataFrame, new: pd.DataFrame, params: DuplicateParams | None = None
) -> pd.DataFrame:
    """
    Guess which new accounts are gone ones under another id.

    Returns
    -------
    `account_id` (gone), `new_id`, `score`, `reason`; each account at most once, the
    most alike first.
    """
    columns = ["account_id", "new_id", "score", "reason"]
    if gone.empty or new.empty:
        return pd.DataFrame(columns=columns).astype({"score": float})
    is_old = pd.concat([pd.Series(True, gone.index), pd.Series(False, new.index)])
    pairs = find_duplicates(pd.concat([gone, new]), params).pairs
    across = is_old[pairs["account_id"]].to_numpy() & ~is_old[
        pairs["other_id"]
    ].to_numpy(dtype=bool)
    pairs = pairs[across].rename(columns={"other_id": "new_id"})
    used: set[str] = set()
    rows = []
    for row in pairs[columns].itertuples(index=False):
        if not {f"-{row.account_id}", f"+{row.new_id}"} & used:
            used |= {f"-{row.account_id}", f"+{row.new_id}"}
            rows.append(row)
    return pd.DataFrame(rows, columns=columns)


def _cells_of(mine: pd.DataFrame | None) -> dict[tuple[str, str], str]:
    if mine is None or mine.empty:
        return {}
    missing = {"account_id", "column", "why"} - set(mine.columns)
    if missing:
        raise InputError(f"cells the user set need {', '.join(sorted(missing))}")
    columns = [mine[name].tolist() for name in ("account_id", "column", "why")]
    return {(a, c): w for a, c, w in zip(*columns, strict=True)}
