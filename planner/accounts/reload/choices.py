"""What the user decides about a list loaded again, and what follows from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pandas as pd

from planner.accounts.findings import ImportReport
from planner.accounts.reload.compare import ListChanges
from planner.accounts.reload.difference import FILE, YOURS
from planner.core.errors import InputError

GONE = ("close", "keep", "remove")


@dataclass(frozen=True, kw_only=True)
class RefreshChoices:
    """
    What the user decided about a refresh.

    Parameters
    ----------
    gone
        What becomes of accounts the file has no more: ``close`` (marked closed, kept
        for the past), ``keep`` (stay as they are), ``remove`` (deleted, unless deals,
        visits, owners or a plan speak of them: those are closed).
    gone_by_account
        The same for single accounts.
    conflicts
        ``yours`` or ``file`` by account and column, of contested cells; those not
        named follow their default.
    links
        Account of ours that a new id of the file stands for, by that id.
    """

    gone: str = "close"
    gone_by_account: Mapping[str, str] = field(default_factory=dict)
    conflicts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for fate in (self.gone, *self.gone_by_account.values()):
            if fate not in GONE:
                raise InputError(f"gone must be one of {', '.join(GONE)}, got {fate!r}")
        for side in self.conflicts.values():
            if side not in {YOURS, FILE}:
                raise InputError(f"a conflict is decided yours or file, got {side!r}")

    @property
    def removes(self) -> bool:
        """Whether any account may be removed."""
        return "remove" in {self.gone, *self.gone_by_account.values()}


@dataclass(frozen=True, eq=False, kw_only=True)
class Fate:
    """
    What becomes of accounts that the file has no more.

    Parameters
    ----------
    closed
        Rows to be written, now closed.
    removed
        Ids to be deleted.
    closed_instead
        Ids closed though they were to be removed: other records speak of them.
    """

    closed: pd.DataFrame
    removed: tuple[str, ...]
    closed_instead: tuple[str, ...]


def fate_of(
    gone: pd.DataFrame, choices: RefreshChoices, in_use: Collection[str]
) -> Fate:
    """
    Decide about accounts that the file has no more.

    Parameters
    ----------
    gone
        ACCOUNTS rows.
    choices
        The user's.
    in_use
        Accounts that other records speak of, so that they cannot be removed.
    """
    fate = pd.Series(
        [choices.gone_by_account.get(name, choices.gone) for name in gone.index],
        index=gone.index,
        dtype="str",
    )
    leavers = gone.index[fate == "remove"]
    instead = leavers[leavers.isin(list(in_use))]
    closes = (fate == "close") | fate.index.isin(instead)
    rows = gone[closes & (gone["status"] != "closed")]
    return Fate(
        closed=rows.assign(status="closed").astype(gone.dtypes.to_dict()),
        removed=tuple(leavers.difference(instead)),
        closed_instead=tuple(instead),
    )


def check_choices(
    choices: RefreshChoices, stored: pd.DataFrame, report: ImportReport
) -> None:
    """Refuse choices about accounts that are not there, with InputError."""
    for file_id in choices.links:
        if file_id not in report.accounts.index:
            raise InputError(f"{file_id!r} is not in the file, so it cannot be linked")
    for account_id in choices.gone_by_account:
        if account_id not in stored.index:
            raise InputError(f"there is no account {account_id!r} to decide about")


def file_wins(changes: ListChanges, choices: RefreshChoices) -> list[tuple[str, str]]:
    """Choose the contested cells, by account and column, in which the file stands."""
    cells = changes.conflicts[["account_id", "column", "default"]]
    return [
        (str(account_id), str(column))
        for account_id, column, default in cells.itertuples(index=False)
        if choices.conflicts.get((account_id, column), default) == FILE
    ]


def by_own_ids(
    accounts: pd.DataFrame, links: Mapping[str, str], stored: pd.DataFrame
) -> pd.DataFrame:
    """
    Name the accounts of a file by the ids the company uses.

    Parameters
    ----------
    accounts
        ACCOUNTS frame by the ids of the file.
    links
        Account of ours by the id of the file that stands for it.
    stored
        ACCOUNTS frame of the company.

    Raises
    ------
    InputError
        If a link leads to no account, or two rows would be one account.
    """
    for file_id, account_id in links.items():
        if account_id not in stored.index:
            raise InputError(
                f"{file_id!r} cannot stand for {account_id!r}: there is no such account"
            )
    ids = pd.Series(accounts.index, index=accounts.index).replace(dict(links))
    twice = ids[ids.duplicated(keep=False)]
    if len(twice):
        both = " and ".join(repr(str(name)) for name in twice.index[:2])
        raise InputError(
            f"{both} would both be the account {twice.iloc[0]!r}: "
            "take back the link, or take one row out of the file"
        )
    return accounts.set_axis(pd.Index(ids, dtype="str", name="account_id"))
