"""Deals into credits: by ownership and split at the deal's date, then rolled up."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.core.money import format_minor, round_ratio
from planner.core.reasons import Reason
from planner.core.results import Result, SolveStatus
from planner.core.run import RunControl
from planner.core.units import PPM
from planner.quotas.exchange import PROBLEM_COLUMNS
from planner.quotas.hierarchy import ancestors
from planner.quotas.ownership import as_day, owner_at
from planner.quotas.refunds import refund_faults, refund_rooms, sale_of

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
        One row per won deal that could not be credited: its amount and why; for a
        cancellation of more than was left of its deal, the part that is held.
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
    A cancellation is credited as far as its deal has something left, cancellations in
    order of date and id; what is above is held. Part k of a deal A in order of position
    is ``R(A·S_k) − R(A·S_(k−1))`` with S_k the share of the first k: parts sum to A,
    and a full cancellation mirrors them. Credits roll up as distinct deals: a superior
    gets the sum of the parts under it, once.
    """
    run = run or RunControl()
    params = CreditParams(
        from_on=None if start is None else as_day(start),
        to_on=None if end is None else as_day(end),
    )
    sources = _sources(_in_span(deals, params), deals)
    parts = _parts(sources[sources["problem"].eq("")], ownership, splits)
    sources = _judge(sources, parts, positions)
    good = sources[sources["problem"].eq("")]
    direct = _amounts(parts[parts["deal_id"].isin(good.index)], good)
    run.report(0.5, "rolling credits up")
    rolled = _rolled(direct, positions)
    return CreditResult(
        status=SolveStatus.OPTIMAL,
        params=params,
        elapsed_s=run.elapsed_s,
        credits=_finished(pd.concat([direct, rolled], ignore_index=True), good),
        problems=_problem_rows(sources),
    )


def _in_span(deals: pd.DataFrame, params: CreditParams) -> pd.DataFrame:
    inside = deals["stage"].eq("won")
    if params.from_on is not None:
        inside &= deals["close_on"] >= params.from_on
    if params.to_on is not None:
        inside &= deals["close_on"] < params.to_on
    return deals[inside]


def _sources(sources: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Find the deal whose date, splits and facts each deal is credited by."""
    frame = sources.copy()
    cancels = frame["kind"].eq("cancellation")
    frame["event"] = cancels.map({True: "cancellation", False: "booking"})
    frame["source_id"] = sale_of(frame)
    frame["problem"] = refund_faults(frame, deals)
    rooms = refund_rooms(deals).reindex(frame.index)
    frame["given_minor"] = frame["amount_minor"]
    frame["room_minor"] = rooms["room_minor"].astype("Int64")
    frame["earlier"] = rooms["earlier"]
    is_over = frame["room_minor"].notna() & (
        -frame["amount_minor"] > frame["room_minor"]
    )
    frame.loc[is_over, "amount_minor"] = -frame.loc[is_over, "room_minor"]
    frame.loc[is_over & frame["room_minor"].eq(0), "problem"] = "over_refunded"
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
    sources: pd.DataFrame, ownership: pd.DataFrame, splits: pd.DataFrame | None
) -> pd.DataFrame:
    """Say which positions share each deal: by split, by owner, and overlays beside."""
    ids = sources.index.to_series().reset_index(drop=True)
    owners = owner_at(
        ownership, sources["source_account"], sources["source_on"], role=None
    )
    owners["deal_id"] = owners["row"].map(ids).astype("str")
    owners["rule"] = owners["role"]
    owners["credit_type"] = owners["role"].map(
        {"owner": "revenue", "overlay": "overlay"}
    )
    columns = ["deal_id", "position_id", "credit_type", "rule", "share_ppm"]
    parts = owners[columns]
    if splits is not None and len(splits):
        split_parts = splits.rename(columns={"deal_id": "source_id"}).merge(
            sources["source_id"].rename_axis("deal_id").reset_index(), on="source_id"
        )
        split_parts = split_parts.assign(rule="split", credit_type="revenue")
        by_owner = parts["rule"].eq("owner") & parts["deal_id"].isin(
            split_parts["deal_id"]
        )
        parts = pd.concat([parts[~by_owner], split_parts[columns]], ignore_index=True)
    parts = parts.groupby(columns[:-1], as_index=False)["share_ppm"].sum()
    return parts.sort_values(["deal_id", "credit_type", "position_id"])


def _judge(
    sources: pd.DataFrame, parts: pd.DataFrame, positions: pd.DataFrame
) -> pd.DataFrame:
    """Mark the deals whose shares are not the whole or go to nobody known."""
    frame = sources.copy()
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


def _problem_rows(wanted: pd.DataFrame) -> pd.DataFrame:
    """List what was not credited: whole deals, and parts above what was sold."""
    wrong = wanted[wanted["problem"].ne("")]
    held = wanted["problem"].eq("") & wanted["amount_minor"].ne(wanted["given_minor"])
    parts = wanted[held].assign(problem="over_refunded")
    frame = pd.concat([wrong, parts]).rename_axis("deal_id").reset_index()
    frame["message"] = [str(_reason(row)) for row in frame.itertuples()]
    part = frame["given_minor"] - frame["amount_minor"]
    is_over = frame["problem"].eq("over_refunded")
    frame["amount_minor"] = frame["given_minor"].mask(is_over, part)
    ordered = frame.sort_values("deal_id", ignore_index=True)
    return ordered[list(PROBLEM_COLUMNS)]


def _reason(row: Any) -> Reason:
    """Say why a deal was not credited, or not all of it, and how to repair it."""

    def money(amount_minor: int) -> str:
        return format_minor(int(amount_minor), row.currency)

    values = {
        "deal": row.deal_id,
        "original": row.related_deal_id,
        "kind": row.kind,
        "day": f"{row.close_on:%Y-%m-%d}",
        "sold_on": "" if pd.isna(row.source_on) else f"{row.source_on:%Y-%m-%d}",
        "account_id": row.source_account,
        "position": row.stranger,
        "total": f"{row.held_ppm / PPM:.4%}",
        "currency": row.currency,
        "amount": money(
            abs(row.given_minor) if row.kind == "cancellation" else row.given_minor
        ),
    }
    if row.problem == "over_refunded":
        values |= {
            "sold": money(row.deal_amount_minor),
            "room": money(row.room_minor),
            "held": money(row.amount_minor - row.given_minor),
            "earlier": row.earlier,
        }
    return Reason(f"credit_{row.problem}", values)
