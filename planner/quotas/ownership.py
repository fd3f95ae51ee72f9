"""Who owns which account when: half-open spans [from, to), shares and overlays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from planner.core.errors import InputError
from planner.core.schemas import OWNERSHIP, check
from planner.core.units import PPM
from planner.quotas.overlays import overlay_rows

COLUMNS = ("account_id", "position_id", "role", "share_ppm", "valid_from", "valid_to")
_KEY = ["account_id", "role", "position_id", "share_ppm"]


def as_day(date: str | dt.date | pd.Timestamp) -> pd.Timestamp:
    """
    Read a date as the midnight that the frames hold.

    Raises
    ------
    InputError
        If it is no date.
    """
    try:
        return pd.Timestamp(date).normalize().as_unit("s")
    except (ValueError, TypeError):
        raise InputError(f"a date must look like 2026-01-31, got {date!r}") from None


def ownership_of(
    territory_by_account: pd.Series,
    position_by_territory: Mapping[str, str],
    valid_from: str | dt.date | pd.Timestamp,
    overlays: pd.DataFrame | None = None,
    accounts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    Turn an alignment into dated ownership.

    Parameters
    ----------
    territory_by_account : shape (n_accounts,)
        `territory_id` by `account_id`; empty where an account has none.
    position_by_territory
        The position that works each territory.
    valid_from
        First day of the ownership; it has no end yet.
    overlays
        Second positions beside the owner: `position_id`, one or more of `account_id`,
        `territory_id`, `industry`, `product` (an account must fit all that are not
        empty), and maybe `share_ppm` (default: the whole).
    accounts
        ACCOUNTS frame; where given, closed accounts get no owner. Overlays by industry
        or product need it.

    Returns
    -------
    OWNERSHIP frame, one owner row per account that has a worked territory; `problems`
    names the accounts left over when it is given all account ids.
    """
    territories = territory_by_account.dropna()
    if accounts is not None:
        closed = accounts.index[accounts["status"].eq("closed")]
        territories = territories[~territories.index.isin(closed)]
    owners = pd.DataFrame(
        {
            "account_id": territories.index.astype("str"),
            "position_id": territories.map(dict(position_by_territory)).to_numpy(),
            "role": "owner",
            "share_ppm": PPM,
        }
    ).dropna(subset=["position_id"])
    parts = [owners]
    if overlays is not None and len(overlays):
        parts.append(overlay_rows(overlays, territories, accounts))
    frame = pd.concat(parts, ignore_index=True)
    frame["valid_from"] = as_day(valid_from)
    frame["valid_to"] = pd.NaT
    return _checked(frame)


def supersede(
    old: pd.DataFrame,
    new: pd.DataFrame,
    effective_from: str | dt.date | pd.Timestamp,
    *,
    is_whole: bool = False,
) -> pd.DataFrame:
    """
    Let new ownership take over from a date, and keep all history before it.

    Parameters
    ----------
    old
        OWNERSHIP in force; not changed.
    new
        OWNERSHIP that holds from `effective_from` on.
    effective_from
        First day of the new ownership.
    is_whole
        Whether the rows of accounts that `new` does not mention end too.

    Returns
    -------
    OWNERSHIP in which a row is closed on `effective_from` only where the account's
    owner, overlay or share really changes; an unchanged row runs on under its first
    date. Accounts that `new` does not mention keep their rows, unless it is the whole.
    An overlay ends where `new` gives the account an owner and no such overlay.
    """
    cut = as_day(effective_from)
    old, new = _checked(old), _checked(new)
    covered = set(zip(new["account_id"], new["role"], strict=True)) | {
        (account_id, "overlay") for account_id in new["account_id"].unique()
    }
    pairs = zip(old["account_id"], old["role"], strict=True)
    touched = pd.Series(
        [is_whole or pair in covered for pair in pairs], index=old.index, dtype=bool
    )
    before = old[touched & (old["valid_from"] < cut)].copy()
    runs_past = before["valid_to"].isna() | (before["valid_to"] > cut)
    before.loc[runs_past, "valid_to"] = cut
    after = new[new["valid_to"].isna() | (new["valid_to"] > cut)].copy()
    after.loc[after["valid_from"] < cut, "valid_from"] = cut
    joined = pd.concat([old[~touched], before, after], ignore_index=True)
    return _checked(rejoined(joined, cut))


def rejoined(frame: pd.DataFrame, cut: pd.Timestamp) -> pd.DataFrame:
    """Make one row again of those that differ in nothing but the cut between them."""
    ends = frame["valid_to"].eq(cut)
    starts = frame["valid_from"].eq(cut)
    pairs = frame[ends].merge(
        frame[starts].reset_index(names="next_row"),
        on=_KEY,
        suffixes=("", "_next"),
    )
    pairs = pairs.drop_duplicates(_KEY)
    others = frame.drop(index=pairs["next_row"])
    reopened = others.merge(pairs[[*_KEY, "valid_to_next"]], on=_KEY, how="left")
    runs_on = reopened["valid_to"].eq(cut) & pd.MultiIndex.from_frame(
        reopened[_KEY]
    ).isin(pd.MultiIndex.from_frame(pairs[_KEY]))
    reopened.loc[runs_on, "valid_to"] = reopened.loc[runs_on, "valid_to_next"]
    return reopened[list(COLUMNS)]


def owner_at(
    ownership: pd.DataFrame,
    account_ids: Sequence[str] | pd.Series,
    dates: Sequence[pd.Timestamp] | pd.Series,
    role: str | None = "owner",
) -> pd.DataFrame:
    """
    Look up who held each account on its date.

    Parameters
    ----------
    ownership
        OWNERSHIP frame.
    account_ids : shape (n,)
        The accounts to look up; may repeat.
    dates : shape (n,)
        The day to look at, account by account.
    role
        ``owner``, ``overlay``, or None for both.

    Returns
    -------
    shape (n_matches, 4)
        `row` (place in the input, from 0), `position_id`, `role` and `share_ppm`, in
        order of row, role and position; an account without holder has no row here.
    """
    questions = pd.DataFrame(
        {
            "row": range(len(account_ids)),
            "account_id": pd.Series(list(account_ids), dtype="str"),
            "date": pd.Series(list(dates), dtype="datetime64[s]"),
        }
    )
    owners = ownership if role is None else ownership[ownership["role"].eq(role)]
    spans = questions.merge(owners, on="account_id")
    inside = (spans["valid_from"] <= spans["date"]) & (
        spans["valid_to"].isna() | (spans["date"] < spans["valid_to"])
    )
    columns = ["row", "position_id", "role", "share_ppm"]
    return (
        spans.loc[inside, columns]
        .sort_values(["row", "role", "position_id"])
        .reset_index(drop=True)
    )


def problems(
    ownership: pd.DataFrame,
    account_ids: Sequence[str] | None = None,
    start: str | dt.date | pd.Timestamp | None = None,
    end: str | dt.date | pd.Timestamp | None = None,
) -> pd.DataFrame:
    """
    List the days on which the owner shares of an account are not the whole.

    Parameters
    ----------
    ownership
        OWNERSHIP frame.
    account_ids
        Accounts that should have an owner; None: those that have a row.
    start, end
        Days between which [start, end) each must be owned; None: a missing beginning
        or end is no gap.

    Returns
    -------
    One row per fault: `account_id`, `problem` (``gap``, ``overlap``, ``short``,
    ``backwards``), `from_on`, `to_on` (NaT: open), `share_ppm`, `message`.
    """
    owners = ownership[ownership["role"].eq("owner")]
    backwards = owners["valid_to"].notna() & (
        owners["valid_to"] <= owners["valid_from"]
    )
    faults = [
        (row.account_id, "backwards", row.valid_from, row.valid_to, row.share_ppm)
        for row in owners[backwards].itertuples()
    ]
    spans = _share_spans(owners[~backwards], account_ids, start, end)
    wrong = spans[spans["share_ppm"] != PPM]
    for row in wrong.itertuples():
        share = int(row.share_ppm)
        kind = "gap" if share == 0 else "overlap" if share > PPM else "short"
        faults.append((row.account_id, kind, row.from_on, row.to_on, share))
    columns = ["account_id", "problem", "from_on", "to_on", "share_ppm"]
    frame = pd.DataFrame(faults, columns=columns)
    frame["message"] = [_say(row) for row in frame.itertuples()]
    return frame.sort_values(["account_id", "from_on"]).reset_index(drop=True)


def _share_spans(
    owners: pd.DataFrame,
    account_ids: Sequence[str] | None,
    start: str | dt.date | pd.Timestamp | None,
    end: str | dt.date | pd.Timestamp | None,
) -> pd.DataFrame:
    """Sum the owner shares of each account over each span between changes."""
    ids = pd.Index(
        owners["account_id"].unique() if account_ids is None else account_ids
    )
    opens = owners[["account_id", "valid_from", "share_ppm"]]
    closes = owners.loc[owners["valid_to"].notna()][
        ["account_id", "valid_to", "share_ppm"]
    ]
    names = ["account_id", "from_on", "share_ppm"]
    steps = [opens.set_axis(names, axis=1), closes.set_axis(names, axis=1)]
    steps[1] = steps[1].assign(share_ppm=-steps[1]["share_ppm"])
    marks = [as_day(date) for date in (start, end) if date is not None]
    steps += [
        pd.DataFrame({"account_id": ids, "from_on": mark, "share_ppm": 0})
        for mark in marks
    ]
    events = pd.concat(steps, ignore_index=True)
    events = events.groupby(["account_id", "from_on"], as_index=False)[
        "share_ppm"
    ].sum()
    by_account = events.groupby("account_id")
    events["share_ppm"] = by_account["share_ppm"].cumsum().astype("int64")
    events["to_on"] = by_account["from_on"].shift(-1)
    is_tail = events["to_on"].isna() & events["share_ppm"].eq(0)
    inside = ~is_tail
    if start is not None:
        inside &= events["from_on"] >= as_day(start)
    if end is not None:
        inside &= events["from_on"] < as_day(end)
    return events[inside]


def _say(row: Any) -> str:
    """Word one fault."""
    until = "on" if pd.isna(row.to_on) else f"to {row.to_on:%Y-%m-%d}"
    span = f"account {row.account_id} from {row.from_on:%Y-%m-%d} {until}"
    if row.problem == "backwards":
        return f"{span}: valid_to must lie after valid_from"
    if row.problem == "gap":
        return f"{span}: has no owner; give it one for these days"
    share = f"{row.share_ppm / PPM:.4%}"
    return f"{span}: owner shares sum to {share}, must be 100 %"


def _checked(frame: pd.DataFrame) -> pd.DataFrame:
    """Bring rows into the order and types of OWNERSHIP."""
    ordered = frame[list(COLUMNS)].sort_values(
        ["account_id", "role", "valid_from", "position_id"], kind="stable"
    )
    return check(ordered.reset_index(drop=True), OWNERSHIP)
