"""The same source loaded again: which accounts are new, gone, changed, or contested."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.accounts.linkage.duplicates import DuplicateParams, find_duplicates
from planner.core.errors import InputError
from planner.core.schemas import ACCOUNTS

PLACE = ("lat", "lon", "geo_source", "geo_precision")
ADDRESS = ("street", "city", "region", "postcode", "country")
OWNER = ("owner_id", "owned_since")
YOURS, FILE = "yours", "file"
_DERIVED = ("postcode", "city")  # a place that is only that of the address
_NOT_PLAIN = {*PLACE, "unit_id", "status", "custom", "simulated"}
CHANGE_COLUMNS = ("account_id", "column", "before", "after")
CONFLICT_COLUMNS = ("account_id", "column", "yours", "file", "why", "default")


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
    changed. Owners that differ are contested, as what the user set by a repair.
    """
    out = pd.Series(dict(kept_out or {}), dtype="str")
    held = out[out.index.isin(incoming.index) & ~out.index.isin(stored.index)]
    incoming = incoming.drop(index=held.index)
    is_known = incoming.index.isin(stored.index)
    both = incoming.index[is_known]
    mine_of_both = _cells_of(mine)
    known = pd.Index(sorted(set(source_ids) & set(stored.index)), dtype="str")
    unread = known[known.isin(list(rejected_ids)) & ~known.isin(incoming.index)]
    gone = known[~known.isin(incoming.index) & ~known.isin(unread)]
    diff = _Difference(stored.loc[both], incoming.loc[both], set(given), mine_of_both)
    diff.compare(is_back=~both.isin(list(source_ids)))
    return ListChanges(
        new=incoming[~is_known],
        gone=stored.loc[gone],
        changes=diff.changes(),
        conflicts=diff.conflicts(),
        merged=diff.merged,
        kept_out=held,
        unread=tuple(unread),
        n_unchanged=len(both) - len(diff.touched()),
    )


def take_changes(
    stored: pd.DataFrame,
    found: ListChanges,
    file_wins: Collection[tuple[str, str]],
) -> pd.DataFrame:
    """
    Decide the contested cells.

    Parameters
    ----------
    stored
        As of `compare_lists`.
    found
        Its answer.
    file_wins
        Contested cells, as pairs of account and column, in which the file stands.

    Returns
    -------
    The rows of `found.merged` that differ from what is stored, contested cells decided.
    """
    after = found.merged.copy()
    contested = found.conflicts
    chosen = pd.MultiIndex.from_tuples(list(file_wins), names=["account_id", "column"])
    keys = pd.MultiIndex.from_frame(contested[["account_id", "column"]])
    stays = contested[~keys.isin(chosen)] if len(chosen) else contested
    for column, rows in stays.groupby("column"):
        ids = rows["account_id"].to_list()
        columns = [*PLACE, "unit_id"] if column == "place" else [str(column)]
        after.loc[ids, columns] = stored.loc[ids, columns]
    before = stored.loc[after.index]
    differs = np.zeros(len(after), dtype=bool)
    for column in ACCOUNTS.columns:
        differs |= _differs(before[column], after[column])
    return after[differs]


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
    taken: set[str] = set()
    kept = []
    for row in pairs[columns].itertuples(index=False):
        if not {f"-{row.account_id}", f"+{row.new_id}"} & taken:
            taken |= {f"-{row.account_id}", f"+{row.new_id}"}
            kept.append(row)
    return pd.DataFrame(kept, columns=columns)


class _Difference:
    """Cells of accounts in both lists, column by column."""

    def __init__(
        self,
        before: pd.DataFrame,
        after: pd.DataFrame,
        given: set[str],
        mine: dict[tuple[str, str], str],
    ) -> None:
        self.before, self.after, self.given, self.mine = before, after, given, mine
        self.merged = before.copy()
        self._changes: list[pd.DataFrame] = []
        self._conflicts: list[pd.DataFrame] = []

    def compare(self, *, is_back: np.ndarray) -> None:
        for column in ACCOUNTS.columns:
            if column in self.given and column not in _NOT_PLAIN:
                self._plain(column)
        self._status(is_back)
        self._place()
        self._custom()
        self._forget_simulated()

    def changes(self) -> pd.DataFrame:
        return _stacked(self._changes, CHANGE_COLUMNS)

    def conflicts(self) -> pd.DataFrame:
        return _stacked(self._conflicts, CONFLICT_COLUMNS)

    def touched(self) -> set[str]:
        return set(self.changes()["account_id"]) | set(self.conflicts()["account_id"])

    def _plain(self, column: str) -> None:
        before, after = self.before[column], self.after[column]
        differs = _differs(before, after) & ~(
            after.isna().to_numpy() & self._is_simulated(column)
        )
        self._take(column, differs)

    def _status(self, is_back: np.ndarray) -> None:
        before, after = self.before["status"], self.after["status"]
        differs = _differs(before, after)
        if "status" not in self.given:  # a word in another column closes an account
            differs = differs & (after == "closed").to_numpy()
        returns = (
            is_back & (before == "closed").to_numpy() & (after != "closed").to_numpy()
        )
        why = "it was closed here, and the file has it again"
        self._take("status", differs & ~returns)
        self._contest("status", "status", returns, why=why, default=FILE)

    def _place(self) -> None:
        before, after = self.before, self.after
        moved = _differs(before["lat"], after["lat"]) | _differs(
            before["lon"], after["lon"]
        )
        own = (after["geo_source"] == "given").to_numpy() & (
            {"lat", "lon"} <= self.given
        )
        address = np.zeros(len(before), dtype=bool)
        for column in ADDRESS:
            if column in self.given:
                address |= _differs(before[column], after[column])
        rough = before["geo_source"].isin(_DERIVED).to_numpy()
        better = moved | (own & rough)
        takes = better & (own | ((rough | address) & bool(self.given & set(ADDRESS))))
        is_set = (before["geo_source"] == "set").to_numpy()
        is_mine = self._is_mine("lat") | self._is_mine("lon") | is_set
        texts = (_place_text(before), _place_text(after))
        self._tell("place", takes & ~is_mine, *texts)
        why = [self._why(name, "lat", "you set this place") for name in before.index]
        self._dispute("place", takes & is_mine, *texts, why, YOURS)
        ids = before.index[takes]
        self.merged.loc[ids, list(PLACE)] = after.loc[ids, list(PLACE)]
        if "unit_id" in self.given:
            self._take("unit_id", _differs(before["unit_id"], after["unit_id"]))
        else:  # the unit goes with the place
            self.merged.loc[ids, "unit_id"] = after.loc[ids, "unit_id"]

    def _custom(self) -> None:
        before, after = self.before["custom"], self.after["custom"]
        asked = np.flatnonzero(_differs(before, after))
        fields = {name for text in after.dropna().unique() for name in json.loads(text)}
        told: list[tuple[str, str, str, str]] = []
        texts = self.merged["custom"].astype(object).to_numpy(copy=True)
        for place in asked:
            was, now = _fields(before.iloc[place]), _fields(after.iloc[place])
            kept = {name: cell for name, cell in was.items() if name not in fields}
            differing = [n for n in fields if was.get(n) != now.get(n)]
            if differing:
                texts[place] = json.dumps(kept | now, ensure_ascii=False) or None
                account_id = str(before.index[place])
                told += [
                    (
                        account_id,
                        f"custom: {n}",
                        str(was.get(n, "")),
                        str(now.get(n, "")),
                    )
                    for n in sorted(differing)
                ]
        self.merged["custom"] = pd.Series(texts, self.before.index).astype("str")
        rows = pd.DataFrame(told, columns=list(CHANGE_COLUMNS), dtype="str")
        contested = rows["account_id"].map(lambda name: (name, "custom") in self.mine)
        self._changes.append(rows[~contested.astype(bool)])
        fought = rows[contested.astype(bool)].drop_duplicates("account_id")
        self._conflicts.append(
            pd.DataFrame(
                {
                    "account_id": fought["account_id"],
                    "column": "custom",
                    "yours": fought["before"],
                    "file": fought["after"],
                    "why": [self._why(n, "custom", "") for n in fought["account_id"]],
                    "default": YOURS,
                }
            )
        )

    def _forget_simulated(self) -> None:
        """Take the label off cells that are now the file's."""
        changes = self.changes()
        plain = changes[changes["column"].isin(list(ACCOUNTS.columns))]
        given = plain.groupby("account_id")["column"].agg(set)
        labels = self.before["simulated"].reindex(given.index)
        for account_id, label in labels.dropna().items():
            left = [n for n in label.split(";") if n not in given[account_id]]
            text = ";".join(left) or None
            if text != label:
                self.merged.loc[account_id, "simulated"] = text

    def _take(self, column: str, differs: np.ndarray) -> None:
        is_mine = self._is_mine(column)
        why = "you set it"
        if column in OWNER:
            is_mine = is_mine | self.before[column].notna().to_numpy()
            why = "the owner of the plan here is another"
        self._contest(column, column, differs & is_mine, why=why, default=YOURS)
        texts = _texts(self.before[column]), _texts(self.after[column])
        self._tell(column, differs & ~is_mine, *texts)
        ids = self.before.index[differs]
        self.merged.loc[ids, column] = self.after.loc[ids, column]

    def _contest(
        self, column: str, mine: str, rows: np.ndarray, *, why: str, default: str
    ) -> None:
        texts = _texts(self.before[column]), _texts(self.after[column])
        reasons = [self._why(name, mine, why) for name in self.before.index[rows]]
        full = np.full(len(rows), "", dtype=object)
        full[rows] = reasons
        self._dispute(column, rows, *texts, list(full), default)
        ids = self.before.index[rows]
        self.merged.loc[ids, column] = self.after.loc[ids, column]

    def _tell(
        self, column: str, rows: np.ndarray, before: pd.Series, after: pd.Series
    ) -> None:
        self._changes.append(
            pd.DataFrame(
                {
                    "account_id": self.before.index[rows],
                    "column": column,
                    "before": before.to_numpy()[rows],
                    "after": after.to_numpy()[rows],
                }
            )
        )

    def _dispute(
        self,
        column: str,
        rows: np.ndarray,
        yours: pd.Series,
        file: pd.Series,
        why: list[str],
        default: str,
    ) -> None:
        self._conflicts.append(
            pd.DataFrame(
                {
                    "account_id": self.before.index[rows],
                    "column": column,
                    "yours": yours.to_numpy()[rows],
                    "file": file.to_numpy()[rows],
                    "why": np.array(why, dtype=object)[rows],
                    "default": default,
                }
            )
        )

    def _is_mine(self, column: str) -> np.ndarray:
        names = {name for name, of_cell in self.mine if of_cell == column}
        return self.before.index.isin(list(names))

    def _is_simulated(self, column: str) -> np.ndarray:
        labels = self.before["simulated"].astype("str").fillna("")
        is_listed = (";" + labels + ";").str.contains(f";{column};", regex=False)
        return (is_listed | (labels == "all")).to_numpy(dtype=bool)

    def _why(self, account_id: object, column: str, otherwise: str) -> str:
        return self.mine.get((str(account_id), column), otherwise)


def _cells_of(mine: pd.DataFrame | None) -> dict[tuple[str, str], str]:
    if mine is None or mine.empty:
        return {}
    missing = {"account_id", "column", "why"} - set(mine.columns)
    if missing:
        raise InputError(f"cells the user set need {', '.join(sorted(missing))}")
    columns = [mine[name].tolist() for name in ("account_id", "column", "why")]
    return {(a, c): w for a, c, w in zip(*columns, strict=True)}


def _stacked(parts: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in columns})
    if not filled:
        return empty
    stacked = pd.concat(filled, ignore_index=True)[list(columns)].astype("str")
    return stacked.sort_values(["account_id", "column"], ignore_index=True)


def _differs(before: pd.Series, after: pd.Series) -> np.ndarray:
    """Compare cells; two empty ones are equal."""
    was_empty, is_empty = before.isna().to_numpy(), after.isna().to_numpy()
    differs: np.ndarray = was_empty != is_empty
    known = ~was_empty & ~is_empty
    was, now = (side.to_numpy(dtype=object)[known] for side in (before, after))
    differs[known] = was != now
    return differs


def _texts(cells: pd.Series) -> pd.Series:
    if str(cells.dtype).startswith("datetime64"):
        return cells.dt.strftime("%Y-%m-%d").astype("str").fillna("")
    return cells.astype("str").fillna("")


def _place_text(frame: pd.DataFrame) -> pd.Series:
    lat, lon = (
        frame[name].map("{:.6g}".format).astype("str") for name in ("lat", "lon")
    )
    return lat + ", " + lon + " (" + frame["geo_source"].astype("str") + ")"


def _fields(text: object) -> dict[str, object]:
    found = json.loads(text) if isinstance(text, str) and text else {}
    return found if isinstance(found, dict) else {}
