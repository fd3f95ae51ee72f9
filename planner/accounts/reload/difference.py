"""Cells of accounts that a list and the store say otherwise: taken, or contested."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from planner.accounts.changes import cell_texts, differs
from planner.core.schemas import ACCOUNTS, GEO_PRECISIONS

PLACE = ("lat", "lon", "geo_source", "geo_precision")
ADDRESS = ("street", "city", "region", "postcode", "country")
OWNER = ("owner_id", "owned_since")
YOURS, FILE = "yours", "file"
_DERIVED = ("list", "postcode", "city", "none")
_NOT_PLAIN = {*PLACE, "unit_id", "status", "custom", "simulated"}
CHANGE_COLUMNS = ("account_id", "column", "before", "after")
CONFLICT_COLUMNS = ("account_id", "column", "yours", "file", "why", "default")


class Difference:
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
        """Compare every column; `is_back` marks accounts the file has again."""
        for column in ACCOUNTS.columns:
            if column in self.given and column not in _NOT_PLAIN:
                self._plain(column)
        self._status(is_back)
        self._place()
        self._custom()
        self._forget_simulated()

    def changes(self) -> pd.DataFrame:
        """List the cells that the file sets."""
        return _stacked(self._changes, CHANGE_COLUMNS)

    def conflicts(self) -> pd.DataFrame:
        """List the cells that user and file say otherwise."""
        return _stacked(self._conflicts, CONFLICT_COLUMNS)

    def touched(self) -> set[str]:
        """Name the accounts with a change or a conflict."""
        return set(self.changes()["account_id"]) | set(self.conflicts()["account_id"])

    def _plain(self, column: str) -> None:
        before, after = self.before[column], self.after[column]
        is_other = differs(before, after) & ~(
            after.isna().to_numpy() & self._is_simulated(column)
        )
        self._take(column, is_other)

    def _status(self, is_back: np.ndarray) -> None:
        before, after = self.before["status"], self.after["status"]
        is_other = differs(before, after)
        if "status" not in self.given:  # a word in another column closes an account
            is_other = is_other & (after == "closed").to_numpy()
        returns = (
            is_back & (before == "closed").to_numpy() & (after != "closed").to_numpy()
        )
        why = "it was closed here, and the file has it again"
        self._take("status", is_other & ~returns)
        self._contest("status", "status", returns, why=why, default=FILE)

    def _place(self) -> None:
        before, after = self.before, self.after
        is_elsewhere = differs(before["lat"], after["lat"]) | differs(
            before["lon"], after["lon"]
        )
        own = (after["geo_source"] == "given").to_numpy() & (
            {"lat", "lon"} <= self.given
        )
        address = np.zeros(len(before), dtype=bool)
        for column in ADDRESS:
            if column in self.given:
                address |= differs(before[column], after[column])
        rough = before["geo_source"].isin(_DERIVED).to_numpy()
        # The middle of a list's own rows drifts with every row; it is no news.
        drifts = before["geo_source"].eq("list") & ~_is_finer(after, before)
        finer = rough & ~drifts.to_numpy()
        better = is_elsewhere | (own & rough)
        takes = better & (own | ((finer | address) & bool(self.given & set(ADDRESS))))
        is_set = (before["geo_source"] == "set").to_numpy()
        is_mine = self._is_mine("lat") | self._is_mine("lon") | is_set
        texts = (_place_text(before), _place_text(after))
        self._tell("place", takes & ~is_mine, *texts)
        why = [self._why(name, "lat", "you set this place") for name in before.index]
        self._dispute("place", takes & is_mine, *texts, why, YOURS)
        ids = before.index[takes]
        self.merged.loc[ids, list(PLACE)] = after.loc[ids, list(PLACE)]
        if "unit_id" in self.given:
            self._take("unit_id", differs(before["unit_id"], after["unit_id"]))
        else:  # the unit goes with the place
            self.merged.loc[ids, "unit_id"] = after.loc[ids, "unit_id"]

    def _custom(self) -> None:
        before, after = self.before["custom"], self.after["custom"]
        places = np.flatnonzero(differs(before, after))
        fields = {name for text in after.dropna().unique() for name in json.loads(text)}
        rows_of_cells: list[tuple[str, str, str, str]] = []
        texts = self.merged["custom"].astype(object).to_numpy(copy=True)
        for place in places:
            was, now = _fields(before.iloc[place]), _fields(after.iloc[place])
            own_fields = {
                name: cell for name, cell in was.items() if name not in fields
            }
            differing = [n for n in fields if was.get(n) != now.get(n)]
            if differing:
                texts[place] = json.dumps(own_fields | now, ensure_ascii=False) or None
                account_id = str(before.index[place])
                rows_of_cells += [
                    (
                        account_id,
                        f"custom: {n}",
                        str(was.get(n, "")),
                        str(now.get(n, "")),
                    )
                    for n in sorted(differing)
                ]
        self.merged["custom"] = pd.Series(texts, self.before.index).astype("str")
        rows = pd.DataFrame(rows_of_cells, columns=list(CHANGE_COLUMNS), dtype="str")
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
        columns_by_account = plain.groupby("account_id")["column"].agg(set)
        labels = self.before["simulated"].reindex(columns_by_account.index)
        for account_id, label in labels.dropna().items():
            labels_left = [
                n for n in label.split(";") if n not in columns_by_account[account_id]
            ]
            text = ";".join(labels_left) or None
            if text != label:
                self.merged.loc[account_id, "simulated"] = text

    def _take(self, column: str, is_other: np.ndarray) -> None:
        is_mine = self._is_mine(column)
        why = "you set it"
        if column in OWNER:
            is_mine = is_mine | self.before[column].notna().to_numpy()
            why = "the owner of the plan here is another"
        self._contest(column, column, is_other & is_mine, why=why, default=YOURS)
        texts = cell_texts(self.before[column]), cell_texts(self.after[column])
        self._tell(column, is_other & ~is_mine, *texts)
        ids = self.before.index[is_other]
        self.merged.loc[ids, column] = self.after.loc[ids, column]

    def _contest(
        self, column: str, mine: str, rows: np.ndarray, *, why: str, default: str
    ) -> None:
        texts = cell_texts(self.before[column]), cell_texts(self.after[column])
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


def _stacked(parts: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in columns})
    if not filled:
        return empty
    stacked = pd.concat(filled, ignore_index=True)[list(columns)].astype("str")
    return stacked.sort_values(["account_id", "column"], ignore_index=True)


def _is_finer(left: pd.DataFrame, right: pd.DataFrame) -> pd.Series:
    """Tell whose places are known more precisely than those of another frame."""
    ranks = {name: rank for rank, name in enumerate(GEO_PRECISIONS)}
    return left["geo_precision"].map(ranks) < right["geo_precision"].map(ranks)


def _place_text(frame: pd.DataFrame) -> pd.Series:
    lat, lon = (
        frame[name].map("{:.6g}".format).astype("str") for name in ("lat", "lon")
    )
    return lat + ", " + lon + " (" + frame["geo_source"].astype("str") + ")"


def _fields(text: object) -> dict[str, object]:
    fields = json.loads(text) if isinstance(text, str) and text else {}
    return fields if isinstance(fields, dict) else {}
