"""Deals into credits: by ownership and split at the deal's date, then rolled up."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.core.money import round_ratio
from planner.core.results import Result, SolveStatus
from planner.core.run import RunControl
from planner.core.units import PPM
from planner.quotas.exchange import PROBLEM_COLUMNS
from planner.quotas.hierarchy import ancestors
from planner.quotas.ownership import as_day, owner_at

CREDIT_COLUMNS = (
    "deal_id",
    "account_id",
    "position_id",
    "credit_type",
    "kind",
    "event",
    "rule",
    "share_ppm",
    "amount_minor",
    "currency",
    "close_on",
    "product",
    "deal_kind",
    "term_months",
    "deal_amount_minor",
    "related_deal_id",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditParams:
    """Days [from_on, to_on) whose deals are credited; None: no limit."""

    from_on: pd.Timestamp | None = None
    to_on: pd.Timestamp | None = None


@dataclass(frozen=True, kw_only=True)
class CreditResult(Result):
    """
    Credits of a span of days.

    Parameters
    ----------
    credits : shape (n_credits, 16)
        Indexed by `credit_id`. `credit_type` is ``revenue`` or ``overlay``, `kind`
        ``direct`` or ``rolled``, `event` ``booking`` or ``cancellation``; `rule` says
        what gave the credit; `product`, `deal_kind`, `term_months` and
        `deal_amount_minor` are those of the deal, for a cancellation those of the deal
        it cancels (the amount stays its own).
    problems
        One row per won deal that could not be credited: its amount and why.
    """

    credits: pd.DataFrame
    problems: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the credits."""
        return self.credits

    def summary(self) -> str:
        """Say how many credits came of it and what was left over."""
        return (
            f"{self.credits['deal_id'].nunique()} deals gave {len(self.credits)} "
            f"credits; {len(self.problems)} deals have a problem"
        )


def credit_deals(
    deals: pd.DataFrame,
    ownership: pd.DataFrame,
    splits: pd.DataFrame | None,
    positions: pd.DataFrame,
    start: str | dt.date | pd.Timestamp | None = None,
    end: str | dt.date | pd.Timestamp | None = None,
    run: RunControl | None = None,
) -> CreditResult:
    """
    Credit every won deal that closed in [start, end).

    Parameters
    ----------
    deals
        DEALS frame in one currency; it also holds the deals that cancellations refer
        to, whatever their date.
    ownership
        OWNERSHIP as published.
    splits
        SPLITS frame; a deal with splits goes by them and not by its owner.
    positions
        POSITIONS frame: the hierarchy credits roll up.
    start, end
        Days the deals closed on; None: no limit.
    run
        Run control.

    Returns
    -------
    The credits, and the deals that could not be credited, each with its reason.

    Notes
    -----
    Part k of a deal A in order of position is ``R(A·S_k) − R(A·S_(k−1))`` with S_k the
    share of the first k: parts sum to A, and a full cancellation mirrors them. Credits
    roll up as distinct deals: a superior gets the sum of the parts under it, once.
    """
    run = run or RunControl()
    params = CreditParams(
        from_on=None if start is None else as_day(start),
        to_on=None if end is None else as_day(end),
    )
    wanted = _sources(_in_span(deals, params), deals)
    parts = _parts(wanted[wanted["problem"].eq("")], ownership, splits)
    wanted = _judge(wanted, parts, positions)
    good = wanted[wanted["problem"].eq("")]
    direct = _amounts(parts[parts["deal_id"].isin(good.index)], good)
    run.report(0.5, "rolling credits up")
    rolled = _rolled(direct, positions)
    return CreditResult(
        status=SolveStatus.OPTIMAL,
        params=params,
        elapsed_s=run.elapsed_s,
        credits=_finished(pd.concat([direct, rolled], ignore_index=True), good),
        problems=_problem_rows(wanted[wanted["problem"].ne("")]),
    )


def _in_span(deals: pd.DataFrame, params: CreditParams) -> pd.DataFrame:
    inside = deals["stage"].eq("won")
    if params.from_on is not None:
        inside &= deals["close_on"] >= params.from_on
    if params.to_on is not None:
        inside &= deals["close_on"] < params.to_on
    return deals[inside]


def _sources(wanted: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Find the deal whose date, splits and facts each deal is credited by."""
    frame = wanted.copy()
    cancels = frame["kind"].eq("cancellation")
    frame["event"] = cancels.map({True: "cancellation", False: "booking"})
    ids = pd.Series(frame.index, index=frame.index, dtype="str")
    frame["source_id"] = frame["related_deal_id"].where(cancels, ids)
    originals = deals[deals["stage"].eq("won") & deals["kind"].ne("cancellation")]
    has_original = frame["source_id"].isin(originals.index)
    frame["problem"] = ""
    frame.loc[cancels & ~has_original, "problem"] = "no_original"
    frame.loc[cancels & (frame["amount_minor"] > 0), "problem"] = (
        "positive_cancellation"
    )
    for column, of in [
        ("source_on", "close_on"),
        ("product", "product"),
        ("deal_kind", "kind"),
        ("term_months", "term_months"),
        ("source_account", "account_id"),
        ("deal_amount_minor", "amount_minor"),
    ]:
        frame[column] = deals[of].reindex(frame["source_id"]).array
    return frame


def _parts(
    wanted: pd.DataFrame, ownership: pd.DataFrame, splits: pd.DataFrame | None
) -> pd.DataFrame:
    """Say which positions share each deal: by split, by owner, and overlays beside."""
    ids = wanted.index.to_series().reset_index(drop=True)
    owners = owner_at(
        ownership, wanted["source_account"], wanted["source_on"], role=None
    )
    owners["deal_id"] = owners["row"].map(ids).astype("str")
    owners["rule"] = owners["role"]
    owners["credit_type"] = owners["role"].map(
        {"owner": "revenue", "overlay": "overlay"}
    )
    columns = ["deal_id", "position_id", "credit_type", "rule", "share_ppm"]
    parts = owners[columns]
    if splits is not None and len(splits):
        given = splits.rename(columns={"deal_id": "source_id"}).merge(
            wanted["source_id"].rename_axis("deal_id").reset_index(), on="source_id"
        )
        given = given.assign(rule="split", credit_type="revenue")
        by_owner = parts["rule"].eq("owner") & parts["deal_id"].isin(given["deal_id"])
        parts = pd.concat([parts[~by_owner], given[columns]], ignore_index=True)
    parts = parts.groupby(columns[:-1], as_index=False)["share_ppm"].sum()
    return parts.sort_values(["deal_id", "credit_type", "position_id"])


def _judge(
    wanted: pd.DataFrame, parts: pd.DataFrame, positions: pd.DataFrame
) -> pd.DataFrame:
    """Mark the deals whose shares are not the whole or go to nobody known."""
    frame = wanted.copy()
    revenue = parts[parts["credit_type"].eq("revenue")]
    share = frame.index.map(revenue.groupby("deal_id")["share_ppm"].sum())
    frame["held_ppm"] = pd.Series(share, index=frame.index).fillna(0).astype("int64")
    is_split = frame.index.isin(revenue.loc[revenue["rule"].eq("split"), "deal_id"])
    open_yet = frame["problem"].eq("")
    frame.loc[open_yet & (frame["held_ppm"] != PPM) & ~is_split, "problem"] = "owners"
    frame.loc[open_yet & (frame["held_ppm"] == 0), "problem"] = "no_owner"
    frame.loc[open_yet & (frame["held_ppm"] != PPM) & is_split, "problem"] = "splits"
    unknown = parts[~parts["position_id"].isin(positions.index)]
    strangers = unknown.groupby("deal_id")["position_id"].first()
    frame["stranger"] = frame.index.map(strangers)
    strange = frame["problem"].eq("") & frame["stranger"].notna()
    frame.loc[strange, "problem"] = "unknown_position"
    return frame


def _amounts(parts: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Give each part its money by cumulative rounding."""
    frame = parts.reset_index(drop=True)
    whole = frame["deal_id"].map(deals["amount_minor"]).tolist()
    upto = frame.groupby(["deal_id", "credit_type"])["share_ppm"].cumsum().tolist()
    share = frame["share_ppm"].tolist()
    frame["amount_minor"] = [
        round_ratio(amount * reached, PPM) - round_ratio(amount * (reached - part), PPM)
        for amount, reached, part in zip(whole, upto, share, strict=True)
    ]
    return frame.assign(kind="direct")


def _rolled(direct: pd.DataFrame, positions: pd.DataFrame) -> pd.DataFrame:
    """Sum the revenue credits of a deal under each superior."""
    revenue = direct[direct["credit_type"].eq("revenue")]
    upward = revenue.merge(ancestors(positions), on="position_id")
    rolled = upward.groupby(["deal_id", "above_id"], as_index=False)[
        ["share_ppm", "amount_minor"]
    ].sum()
    rolled = rolled.rename(columns={"above_id": "position_id"})
    return rolled.assign(credit_type="revenue", kind="rolled", rule="roll-up")


def _finished(frame: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Add the facts of the deal and the stable id."""
    facts = deals[
        [
            "account_id",
            "event",
            "currency",
            "close_on",
            "product",
            "deal_kind",
            "term_months",
            "deal_amount_minor",
            "related_deal_id",
        ]
    ]
    full = frame.merge(facts, left_on="deal_id", right_index=True, how="left")
    full["amount_minor"] = full["amount_minor"].astype("int64")
    full["share_ppm"] = full["share_ppm"].astype("int64")
    keys = full[["deal_id", "position_id", "credit_type", "kind"]]
    full.index = pd.Index(
        [stable_id(*key) for key in keys.itertuples(index=False)],
        dtype="str",
        name="credit_id",
    )
    full = full[list(CREDIT_COLUMNS)].rename_axis("credit_id").reset_index()
    ordered = full.sort_values(["close_on", "deal_id", "credit_id"])
    return ordered.set_index("credit_id")


def stable_id(*parts: str) -> str:
    """
    Make an id that depends on its parts alone.

    Parameters
    ----------
    parts
        Texts, in order.

    Returns
    -------
    The first 16 hexadecimal digits of a SHA-256.
    """
    text = "\x1f".join(parts)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _problem_rows(wrong: pd.DataFrame) -> pd.DataFrame:
    frame = wrong.rename_axis("deal_id").reset_index()
    frame["message"] = [_say(row) for row in frame.itertuples()]
    return frame[list(PROBLEM_COLUMNS)]


def _say(row: Any) -> str:
    """Word why a deal was not credited and how to repair it."""
    deal = f"deal {row.deal_id}"
    day = "" if pd.isna(row.source_on) else f"{row.source_on:%Y-%m-%d}"
    total = f"{row.held_ppm / PPM:.4%}"
    words = {
        "no_original": f"cancels {row.related_deal_id}, which is no won deal here; "
        "name the deal it cancels in related_deal_id",
        "positive_cancellation": "is a cancellation, so its amount must be below 0",
        "no_owner": f"account {row.source_account} has no owner on {day}; "
        "give it one from that day on",
        "owners": f"the owner shares of account {row.source_account} sum to {total} on "
        f"{day}, must be 100 %",
        "splits": f"its splits sum to {total}, must be 100 %",
        "unknown_position": f"position {row.stranger} is not in the hierarchy",
    }
    return f"{deal}: {words[row.problem]}"
