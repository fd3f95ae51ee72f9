"""A plan as an offer: what it changes, how good it is and why; a job row keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import pandas as pd

from planner.core.errors import InputError
from planner.core.reasons import Reason

Reasons = tuple[Reason | str, ...]  # a text: from before reasons had codes


def _nothing() -> pd.Series:
    return pd.Series(dtype="str")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proposal:
    """
    A balance's answer.

    Parameters
    ----------
    territory_by_unit
        The plan.
    territory_by_account
        Of the accounts that are in another territory than their unit.
    today_by_unit
        Where the units that move were when the plan was asked; None: not known.
    today_by_account
        Accounts apart from their unit when it was asked; None: not known.
    ended_accounts
        Accounts that follow their unit again; None: all that are apart now.
    shares
        Wanted load by territory, a multiple of the mean; empty: equal.
    district_by_territory
        None: districts were not asked, and stay as they are.
    report
        As in the contract's ``balance`` report, with codes for words.
    reasons
        Why its units, and accounts of divided units, move.
    move_cost
        By moved account; empty: moves were not weighed.
    summary
        The report in a few lines.
    note
        What else there is to say, such as whether hours settled.
    by_travel
        Where few moves were asked, what the shortest way at the same limits would be:
        `n_moved_accounts`, `rms_km` (root mean square to the middle), `is_met` (1 or
        0); empty: not looked for.
    params
        What was asked; see `services.balance.request.BalanceRequest.to_dict`.
    """

    territory_by_unit: pd.Series
    territory_by_account: pd.Series = field(default_factory=_nothing)
    today_by_unit: pd.Series | None = None
    today_by_account: pd.Series | None = None
    ended_accounts: frozenset[str] | None = None
    shares: Mapping[str, float] = field(default_factory=dict)
    district_by_territory: Mapping[str, str] | None = None
    report: Mapping[str, Any] = field(default_factory=dict)
    reasons: Mapping[str, Reasons] = field(default_factory=dict)
    move_cost: Mapping[str, float] = field(default_factory=dict)
    summary: Reasons = ()
    note: str = ""
    by_travel: Mapping[str, float] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON: the result of a job."""
        ended, districts = self.ended_accounts, self.district_by_territory
        return {
            "territory_by_unit": _plain(self.territory_by_unit),
            "territory_by_account": _plain(self.territory_by_account),
            "today_by_unit": _plain(self.today_by_unit),
            "today_by_account": _plain(self.today_by_account),
            "ended_accounts": None if ended is None else sorted(ended),
            "shares": dict(self.shares),
            "district_by_territory": None if districts is None else dict(districts),
            "report": dict(self.report),
            "reasons": {row: _dicts(causes) for row, causes in self.reasons.items()},
            "move_cost": dict(self.move_cost),
            "summary": _dicts(self.summary),
            "note": self.note,
            "by_travel": dict(self.by_travel),
            "params": dict(self.params),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """
        Make the proposal from what `to_dict` returned, or from an older job's result.

        Raises
        ------
        InputError
            If it holds no plan.

        Notes
        -----
        Older results lack what their version did not tell yet, and hold sentences where
        reasons have codes now: they are kept as they stand.
        """
        if not isinstance(plain.get("territory_by_unit"), Mapping):
            raise InputError(
                "this result holds no plan: territory_by_unit must name the territory "
                f"of each unit, got {plain.get('territory_by_unit')!r}; balance again"
            )
        ended = plain.get("ended_accounts")
        summary = plain.get("summary") or ()
        lines = summary.splitlines() if isinstance(summary, str) else summary
        return cls(
            territory_by_unit=_series(plain["territory_by_unit"]),
            territory_by_account=_series(plain.get("territory_by_account") or {}),
            today_by_unit=_series_or_none(plain.get("today_by_unit")),
            today_by_account=_series_or_none(plain.get("today_by_account")),
            ended_accounts=None if ended is None else frozenset(map(str, ended)),
            shares={
                str(name): float(share)
                for name, share in (plain.get("shares") or {}).items()
            },
            district_by_territory=plain.get("district_by_territory"),
            report=plain.get("report") or {},
            reasons={
                str(row): _reasons([causes] if isinstance(causes, str) else causes)
                for row, causes in (plain.get("reasons") or {}).items()
            },
            move_cost=plain.get("move_cost") or {},
            summary=_reasons(lines),
            note=str(plain.get("note") or ""),
            by_travel=plain.get("by_travel") or {},
            params=plain.get("params") or {},
        )


def _series(territory_by_id: Mapping[str, str | None]) -> pd.Series:
    return pd.Series(dict(territory_by_id), dtype="str")


def _series_or_none(
    territory_by_id: Mapping[str, str | None] | None,
) -> pd.Series | None:
    return None if territory_by_id is None else _series(territory_by_id)


def _plain(territory: pd.Series | None) -> dict[str, str | None] | None:
    """Name territories by id, None where there is none."""
    if territory is None:
        return None
    return territory.astype(object).where(territory.notna(), None).to_dict()


def _reasons(plain: Iterable[Mapping[str, Any] | str]) -> Reasons:
    return tuple(
        reason if isinstance(reason, str) else Reason.from_dict(reason)
        for reason in plain
    )


def _dicts(reasons: Reasons) -> list[Any]:
    return [
        reason if isinstance(reason, str) else reason.to_dict() for reason in reasons
    ]
