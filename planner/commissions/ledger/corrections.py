"""Closed months stay as they are: what changed since is posted as differences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from planner.commissions.ledger.entries import LedgerEntry, entries_of
from planner.commissions.plans.plan import CompPlan
from planner.commissions.wording import money_text
from planner.core.errors import InputError
from planner.core.reasons import Reason
from planner.core.units import PPM
from planner.quotas.crediting import stable_id


def closed_months(ledger: Sequence[LedgerEntry], period: str, first: str) -> list[str]:
    """
    List the months that were paid before.

    Parameters
    ----------
    ledger
        Entries posted before `period`.
    period
        The month to pay.
    first
        First month of the plan year: earlier ones were paid by another plan.

    Returns
    -------
    All months from the ledger's first to the one before `period`.
    """
    begun = min((entry.origin_period for entry in ledger), default=period)
    months = pd.period_range(max(begun, first), period, freq="M").astype(str)
    return [month for month in months if month < period]


def refuse_closed(ledger: Sequence[LedgerEntry], period: str) -> None:
    """
    Refuse to post in a month before the last one posted.

    Parameters
    ----------
    ledger
        Everything posted so far.
    period
        The month.

    Raises
    ------
    InputError
        If the month is closed; says where what changed since is posted.
    """
    last = max((entry.period for entry in ledger), default=period)
    if last <= period:
        return
    raise InputError(Reason("pay_month_closed", {"period": period, "last": last}))


def entries_of_plan(
    ledger: Sequence[LedgerEntry], plan: CompPlan, deals: pd.DataFrame
) -> list[LedgerEntry]:
    """
    Keep what a plan posted, or another one for deals of its days.

    Parameters
    ----------
    ledger
        Entries of any plans.
    plan
        The plan that corrects its own.
    deals
        DEALS frame.

    Returns
    -------
    Its entries in their order: two plans that share a month leave each other's alone,
    and one that takes another's place corrects what that one posted.
    """
    in_plan = (deals["close_on"] >= pd.Timestamp(plan.valid_from)) & (
        deals["close_on"] < pd.Timestamp(plan.valid_to)
    )
    own = set(deals.index[in_plan])
    return [
        entry
        for entry in ledger
        if entry.note.startswith(f"{plan.plan_id}/") or entry.deal_id in own
    ]


def deltas(
    lines: pd.DataFrame,
    trace: pd.DataFrame,
    ledger: Sequence[LedgerEntry],
    months: Sequence[str],
    period: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Make the lines that bring closed months to what they are worth by today's data.

    Parameters
    ----------
    lines, trace
        Lines of the closed months recalculated today, and their trace.
    ledger
        Entries posted before `period`.
    months
        The closed months.
    period
        The month the differences are posted in.

    Returns
    -------
    Lines of type ``delta``, one for each line that pays something else than was posted
    for it; `stable_id` names that line. Their trace: today's working, less the posted.
    """
    posted: dict[str, int] = defaultdict(int)
    entry_of: dict[str, LedgerEntry] = {}
    for entry in ledger:
        if entry.stable_id and entry.origin_period in months:
            posted[entry.stable_id] += entry.amount_minor
            entry_of.setdefault(entry.stable_id, entry)
    shadow = lines[lines["origin_period"].isin(months)]
    vanished = [
        key for key, amount in posted.items() if amount and key not in shadow.index
    ]
    now = pd.concat([shadow, _vanished(lines, [entry_of[key] for key in vanished])])
    before = pd.Series([posted.get(key, 0) for key in now.index], index=now.index)
    change = now["amount_minor"] - before
    now, before, change = (table[change != 0] for table in (now, before, change))
    rows = now.assign(
        stable_id=now.index,
        period=period,
        entry_type="delta",
        amount_minor=change,
        rule=[
            f"{row.rule}: {row.origin_period} now {money_text(worth, row.currency)}, "
            f"posted {money_text(paid, row.currency)}"
            for row, worth, paid in zip(
                now.itertuples(), now["amount_minor"], before, strict=True
            )
        ],
    )
    ids = {key: stable_id(key, "delta", period) for key in now.index}
    rows.index = pd.Index(list(ids.values()), dtype="str", name="line_id")
    return rows, _trace(trace, ids, before)


def _vanished(lines: pd.DataFrame, entries: Sequence[LedgerEntry]) -> pd.DataFrame:
    """Lay out lines that were posted and are worth nothing any more."""
    rows = [
        {
            "position_id": entry.position_id,
            "period": entry.origin_period,
            "origin_period": entry.origin_period,
            "component_id": entry.component_id,
            "entry_type": entry.entry_type,
            "rule": entry.note,
            "credit_id": entry.credit_id,
            "deal_id": entry.deal_id,
            "account_id": "",
            "close_on": pd.NaT,
            "measure": "",
            "credit_minor": 0,
            "amount_minor": 0,
            "currency": entry.currency,
        }
        for entry in entries
    ]
    frame = pd.DataFrame(rows, columns=lines.columns)
    frame.index = pd.Index([entry.stable_id for entry in entries], dtype="str")
    return frame.astype(lines.dtypes.to_dict())


def _trace(trace: pd.DataFrame, ids: dict[str, str], before: pd.Series) -> pd.DataFrame:
    """Repeat today's working under the new ids and take off what was posted."""
    today = trace[trace["line_id"].isin(ids)]
    last = today.groupby("line_id")["seq"].max()
    less = pd.DataFrame(
        {
            "line_id": list(ids),
            "seq": [int(last.get(key, 0)) + 1 for key in ids],
            "formula": "posted",
            "portion_minor": pd.Series(before.to_numpy(), dtype="Int64"),
            "exact_micro": [-int(amount) * PPM for amount in before],
        }
    )
    less = less[less["portion_minor"] != 0]
    both = pd.concat([today, less.reindex(columns=trace.columns)], ignore_index=True)
    both["line_id"] = both["line_id"].map(ids)
    return both.astype(trace.dtypes.to_dict()).sort_values(["line_id", "seq"])


def new_entries(
    lines: pd.DataFrame, ledger: Sequence[LedgerEntry], period: str
) -> list[LedgerEntry]:
    """
    Say what is to be posted so that the ledger of the month equals its lines.

    Parameters
    ----------
    lines
        All lines of the month, corrections of earlier months among them.
    ledger
        Everything posted so far, maybe some of this month.
    period
        The month.

    Returns
    -------
    An entry per line; on a second run of the month only the differences, as
    adjustments.
    """
    posted: dict[str, int] = defaultdict(int)
    last: dict[str, LedgerEntry] = {}
    for entry in ledger:
        if entry.period == period and entry.line_id:
            posted[entry.line_id] += entry.amount_minor
            last[entry.line_id] = entry
    entries = []
    for entry in entries_of(lines):
        paid = posted.pop(entry.line_id, None)
        if paid is None:
            entries.append(entry)
        elif paid != entry.amount_minor:
            entries.append(_adjusted(entry, entry.amount_minor - paid))
    entries += [_adjusted(last[key], -paid) for key, paid in posted.items() if paid]
    return entries


def _adjusted(entry: LedgerEntry, amount_minor: int) -> LedgerEntry:
    return replace(entry, entry_type="adjustment", amount_minor=amount_minor)
