"""Segments: the rules, what they decide, and the cross table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from planner.core.money import minor_digits
from planner.segmentation.rules import Rule
from planner.segmentation.rules import apply_rules
from planner.segmentation.rules import cross_table
from planner.segmentation.rules import rules_from_json
from planner.segmentation.rules import rules_to_json
from planner.services.workspace import Workspace
from planner.store import accounts as account_rows
from planner.store import companies as company_rows


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
        moved = frame[self.saved != self.segments["segment"]]
        counted = moved.groupby(["before", "after"], as_index=False).sum()
        return counted.sort_values("accounts", ascending=False, ignore_index=True)

    def cross(self, by: str) -> pd.DataFrame:
        """Count accounts and sums by segment and `by`; see `cross_table`."""
        return cross_table(
            self.accounts, self.segments, by, minor_digits=self.minor_digits
        )


def saved_rules(ws: Workspace) -> tuple[Rule, ...]:
    """Return the rules of the open company, in order."""
    with ws.store.reading() as conn:
        rule_set = account_rows.load_segment_rules(conn, str(ws.company_id))
    return tuple(rules_from_json(rule_set.rules)) if rule_set else ()


def preview(ws: Workspace, rules: Sequence[Rule]) -> SegmentView:
    """
    Say what rules would decide, without saving.

    Raises
    ------
    InputError
        If a rule cannot be read; the message names the rule and the place in it.
    """
    company_id = str(ws.company_id)
    with ws.store.reading() as conn:
        company = company_rows.load_company(conn, company_id)
        accounts = account_rows.load_accounts(conn, company_id)
        saved = account_rows.load_segments(conn, company_id)
    digits = minor_digits(company.currency)
    segments = apply_rules(
        accounts, tuple(rules), pd.Timestamp(company.as_of), minor_digits=digits
    )
    return SegmentView(
        rules=tuple(rules),
        accounts=accounts,
        segments=segments,
        saved=saved["segment"].reindex(segments.index).fillna(""),
        minor_digits=digits,
    )


def save_rules(ws: Workspace, rules: Sequence[Rule]) -> SegmentView:
    """
    Save rules and apply them to all accounts, in one transaction.

    Raises
    ------
    InputError
        If a rule cannot be read; nothing is saved then.
    """
    view = preview(ws, rules)
    company_id = str(ws.company_id)
    with ws.store.transaction() as conn:
        account_rows.save_segment_rules(
            conn, company_id, rules_to_json(view.rules), user=ws.user
        )
        account_rows.save_segments(conn, company_id, view.segments)
    return view
