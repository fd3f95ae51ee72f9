"""Segments: the rules, what they decide, and the cross table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection

from planner.core.errors import ConflictError
from planner.core.money import minor_digits
from planner.segmentation.crosstables import cross_table
from planner.segmentation.rules import Rule, apply_rules, rules_from_json, rules_to_json
from planner.services.accounts.known import visited_accounts
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.scenarios.editing import editing_company


@dataclass(frozen=True, kw_only=True)
class SegmentView:
    """
    Rules and what they decide.

    Parameters
    ----------
    rules
        In the order they are asked.
    accounts
        ACCOUNTS frame of the open company.
    segments
        `segment`, `visit_class`, `rule` indexed `account_id`.
    saved
        Segment saved today, indexed `account_id`; empty text: none.
    minor_digits
        Decimals of the company's currency.
    """

    rules: tuple[Rule, ...]
    accounts: pd.DataFrame
    segments: pd.DataFrame
    saved: pd.Series
    minor_digits: int

    @property
    def n_changed(self) -> int:
        """Accounts whose segment differs from what is saved."""
        return int((self.saved != self.segments["segment"]).sum())

    def changes(self) -> pd.DataFrame:
        """
        Count the accounts that would change, by segment before and after.

        Returns
        -------
        `before`, `after`, `accounts`, `potential_minor`; the most accounts first.
        """
        frame = pd.DataFrame(
            {
                "before": self.saved.replace("", "none"),
                "after": self.segments["segment"],
                "accounts": 1,
                "potential_minor": self.accounts["potential_minor"].fillna(0),
            }
        )
        movers = frame[self.saved != self.segments["segment"]]
        counts = movers.groupby(["before", "after"], as_index=False).sum()
        return counts.sort_values("accounts", ascending=False, ignore_index=True)

    def cross(self, by: str) -> pd.DataFrame:
        """Count accounts and sums by segment and `by`; see `cross_table`."""
        return cross_table(
            self.accounts, self.segments, by, minor_digits=self.minor_digits
        )


def saved_rules(ws: OpenCompany) -> tuple[Rule, ...]:
    """Return the rules of the open company, in order."""
    return rules_and_version(ws)[0]


def rules_and_version(ws: OpenCompany) -> tuple[tuple[Rule, ...], int]:
    """Return the rules of the open company, in order, and their version."""
    with ws.store.reading() as conn:
        return _rules(conn, ws.company_id)


def preview(ws: OpenCompany, rules: Sequence[Rule]) -> SegmentView:
    """
    Say what rules would decide, without saving.

    Raises
    ------
    InputError
        If a rule cannot be read; the message names the rule and the place in it.
    """
    with ws.store.reading() as conn:
        return _decide(conn, ws.company_id, rules)


def save_rules(
    ws: OpenCompany, rules: Sequence[Rule], version: int | None = None
) -> SegmentView:
    """
    Save rules and apply them to all accounts, in one transaction.

    Parameters
    ----------
    rules
        In the order they are asked.
    version
        Version of the rules that the user was looking at; None: whatever is saved.

    Raises
    ------
    InputError
        If a rule cannot be read; nothing is saved then.
    ConflictError
        If someone saved other rules since `version`.
    """
    company_id = ws.company_id
    with ws.store.transaction() as conn:
        before, rules_before = _rules(conn, company_id)
        if version is not None and version != rules_before:
            raise _refusal(conn, company_id, version)
        view = _decide(conn, company_id, rules)
        if view.rules == before and not view.n_changed:
            return view
        with editing_company(
            conn,
            company_id,
            version=company_rows.load_company(conn, company_id).version,
            user=ws.user,
            action="change the segment rules",
        ) as edit:
            account_rows.save_segment_rules(
                conn, company_id, rules_to_json(view.rules), user=ws.user
            )
            account_rows.save_segments(conn, company_id, view.segments)
            edit.before["rules"] = rules_to_json(before)
            edit.after["rules"] = rules_to_json(view.rules)
            edit.after["n_accounts_changed"] = view.n_changed
    return view


def _rules(conn: Connection, company_id: str) -> tuple[tuple[Rule, ...], int]:
    rule_set = account_rows.load_segment_rules(conn, company_id)
    if rule_set is None:
        return (), 0
    return tuple(rules_from_json(rule_set.rules)), rule_set.version


def _decide(conn: Connection, company_id: str, rules: Sequence[Rule]) -> SegmentView:
    company = company_rows.load_company(conn, company_id)
    accounts = visited_accounts(conn, company_id, company.today)
    segments_before = account_rows.load_segments(conn, company_id)
    digits = minor_digits(company.currency)
    segments = apply_rules(
        accounts, tuple(rules), pd.Timestamp(company.today), minor_digits=digits
    )
    return SegmentView(
        rules=tuple(rules),
        accounts=accounts,
        segments=segments,
        saved=segments_before["segment"].reindex(segments.index).fillna(""),
        minor_digits=digits,
    )


def _refusal(conn: Connection, company_id: str, version: int) -> ConflictError:
    newest = account_rows.load_segment_rules(conn, company_id)
    who = newest.created_by if newest else "someone"
    at = newest.created_at[:16].replace("T", " ") if newest else ""
    return ConflictError(
        f"the segment rules were changed by {who} at {at} UTC since you opened them "
        f"(version {newest.version if newest else 0}, yours is {version}). Your rules "
        "were not saved: press “Undo my changes” to see theirs, then redo yours"
    )
