"""What loading a list again would change, worked out and held against the plans."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.changes import ChangeSet, TableChange
from planner.accounts.findings import ImportReport
from planner.accounts.placing import join_units
from planner.accounts.reading.tables import RawTable
from planner.accounts.reading.values.texts import clean_text
from planner.accounts.reload.alarms import find_alarms
from planner.accounts.reload.choices import (
    Fate,
    RefreshChoices,
    by_own_ids,
    check_choices,
    fate_of,
    file_wins,
)
from planner.accounts.reload.compare import (
    ListChanges,
    compare_lists,
    guess_renamed,
    take_changes,
)
from planner.accounts.simulation.business import simulate_business
from planner.core.money import minor_digits
from planner.core.schemas import ACCOUNTS, check
from planner.segmentation.rules import DEFAULT_RULES, apply_rules, rules_from_json
from planner.services.imports.effects import territory_effects
from planner.services.imports.new_counties import unit_changes, with_new_counties
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company.companies import Company
from planner.store.company.settings import CompanySettings
from planner.store.imports import sources as source_rows
from planner.store.imports.changes import load_rows_by_key


@dataclass(frozen=True, eq=False, kw_only=True)
class RefreshPreview:
    """
    What loading a source again would change.

    Parameters
    ----------
    source
        Name of the list.
    report
        What the check of the file said.
    version
        Version of the company's data that was looked at.
    choices
        What is decided so far; the figures below count with it.
    list_changes
        New, gone, changed and contested accounts; see `ListChanges`.
    renamed
        Gone accounts that a new id may stand for: `account_id`, `new_id`, `score`,
        `reason`; the user may link them.
    warnings
        What looks suspicious, in words; look before you apply.
    territories
        Plans held against their tolerance; see `effects.territory_effects`.
    changes
        What is to be written: accounts, their segments, which lists brought them.
    closed_instead
        Accounts to be closed though they were to be removed: other records speak of
        them.
    n_source
        Accounts the last load of the source brought.
    loaded_ids
        Accounts that this load brings, by our ids.
    is_same_list
        Whether the last load brought the same accounts.
    raw
        The table, if it was given.
    """

    source: str
    report: ImportReport
    version: int
    choices: RefreshChoices
    list_changes: ListChanges
    renamed: pd.DataFrame
    warnings: tuple[str, ...]
    territories: pd.DataFrame
    changes: ChangeSet
    closed_instead: tuple[str, ...]
    n_source: int
    loaded_ids: tuple[str, ...]
    is_same_list: bool
    raw: RawTable | None = None

    @property
    def leaving(self) -> pd.DataFrame:
        """Territories in force or published that leave their tolerance, or lose it."""
        rows = self.territories
        is_ours = rows["status"].isin(["in force", "published"])
        return rows[is_ours & rows["verdict"].isin(["leaves", "lost"])]

    @property
    def counts(self) -> dict[str, int]:
        """New, gone, changed, contested, kept-out, refused and unchanged accounts."""
        return {
            "new": len(self.list_changes.new),
            "gone": len(self.list_changes.gone),
            "changed": int(self.list_changes.changes["account_id"].nunique()),
            "contested": int(self.list_changes.conflicts["account_id"].nunique()),
            "kept_out": len(self.list_changes.kept_out),
            "refused": len(self.list_changes.unread),
            "unchanged": self.list_changes.n_unchanged,
        }

    @property
    def is_unchanged(self) -> bool:
        """Whether applying it would write nothing."""
        has_gone = len(self.list_changes.gone) > 0
        return self.is_same_list and not (has_gone or len(self.changes["account"]))


@dataclass(frozen=True, eq=False, kw_only=True)
class _Stored:
    """What the store says of a company and a list before it is loaded again."""

    company: Company
    accounts: pd.DataFrame
    segments: pd.DataFrame
    links: dict[str, str]
    source_ids: list[str]
    is_first: bool  # no earlier load of the list is known


def _stored(conn: Connection, company_id: str, source: str) -> _Stored:
    source_ids = source_rows.load_source_ids(conn, company_id, source)
    is_first = not source_ids
    if is_first:
        source_ids = source_rows.load_source_ids(conn, company_id, None)
    return _Stored(
        company=company_rows.load_company(conn, company_id),
        accounts=account_rows.load_accounts(conn, company_id),
        segments=account_rows.load_segments(conn, company_id),
        links=source_rows.load_links(conn, company_id, source),
        source_ids=source_ids,
        is_first=is_first,
    )


def work_out(
    conn: Connection,
    company_id: str,
    report: ImportReport,
    source: str,
    choices: RefreshChoices,
    raw: RawTable | None,
    data_dir: Path,
) -> RefreshPreview:
    """Work out what a load changes, and what hangs on that."""
    stored = _stored(conn, company_id, source)
    check_choices(choices, stored.accounts, report)
    links = stored.links | dict(choices.links)
    incoming = by_own_ids(report.accounts, links, stored.accounts)
    incoming, grown = _in_units(conn, company_id, incoming, report, data_dir)
    rejected_ids = [links.get(name, name) for name in refused_ids(report, raw)]
    list_changes = _compare(conn, stored, incoming, report, rejected_ids)
    in_use = source_rows.accounts_in_use(conn, company_id) if choices.removes else ()
    fate = fate_of(list_changes.gone, choices, in_use)
    accounts = _accounts_after(stored, list_changes, choices, fate, report)
    segments = _segments(conn, stored.company, accounts)
    loaded_ids = sorted(set(incoming.index) - set(list_changes.kept_out.index))
    loaded_ids += list_changes.unread
    return RefreshPreview(
        source=source,
        report=report,
        version=stored.company.version,
        choices=choices,
        list_changes=list_changes,
        renamed=guess_renamed(list_changes.gone, list_changes.new),
        warnings=(
            *_notes(source, report, raw, stored),
            *find_alarms(
                stored.accounts,
                incoming,
                list_changes,
                report,
                stored.source_ids,
                is_whole=choices.gone != "keep",
            ),
        ),
        territories=territory_effects(
            conn,
            stored.company,
            (stored.accounts, stored.segments["visit_class"]),
            (accounts, segments["visit_class"]),
        ),
        changes=ChangeSet(
            (
                *grown,
                TableChange.between("account", stored.accounts, accounts),
                TableChange.between("segment", stored.segments, segments),
                TableChange.removal(
                    "account_source",
                    load_rows_by_key(conn, "account_source", company_id, fate.removed),
                ),
            )
        ),
        closed_instead=fate.closed_instead,
        n_source=len(stored.source_ids),
        loaded_ids=tuple(loaded_ids),
        is_same_list=not stored.is_first
        and set(stored.source_ids) == set(loaded_ids)
        and links == stored.links,
        raw=raw,
    )


def _compare(
    conn: Connection,
    stored: _Stored,
    incoming: pd.DataFrame,
    report: ImportReport,
    rejected_ids: list[str],
) -> ListChanges:
    company_id = stored.company.company_id
    return compare_lists(
        stored.accounts,
        incoming,
        source_ids=stored.source_ids,
        given=_given_columns(report),
        mine=source_rows.load_user_cells(conn, company_id),
        kept_out=source_rows.load_taken_out(conn, company_id),
        rejected_ids=rejected_ids,
    )


def _accounts_after(
    stored: _Stored,
    list_changes: ListChanges,
    choices: RefreshChoices,
    fate: Fate,
    report: ImportReport,
) -> pd.DataFrame:
    """Give all accounts of the company as they will be."""
    before = stored.accounts
    taken_over = take_changes(before, list_changes, file_wins(list_changes, choices))
    new = _filled(list_changes.new, stored.company, _given_columns(report))
    rows = check(pd.concat([new, taken_over, fate.closed]), ACCOUNTS)
    others = before.drop(index=[*rows.index, *fate.removed], errors="ignore")
    return pd.concat([others, rows]).sort_index()


def _given_columns(report: ImportReport) -> set[str]:
    return set(report.given_columns) & set(ACCOUNTS.columns)


def refused_ids(report: ImportReport, raw: RawTable | None) -> list[str]:
    """Name the accounts whose rows the check refused; none without the table."""
    column = report.mapping.get("account_id")
    if raw is None or column is None or column not in raw.frame:
        return []
    findings = report.findings
    is_refused = (findings["severity"] == "reject") & findings["row"].notna()
    rows = findings.loc[is_refused, "row"].astype(int).unique()
    ids = clean_text(raw.frame[column].reindex(rows).dropna())
    return [name for name in ids.unique() if name]


def _notes(
    source: str,
    report: ImportReport,
    raw: RawTable | None,
    stored: _Stored,
) -> list[str]:
    notes = []
    n_source = len(stored.source_ids)
    if stored.is_first and n_source:
        notes.append(
            f"no earlier load of {source!r} is known: the {n_source:,} accounts "
            "that came from no named source are taken as what it brought"
        )
    elif stored.is_first:
        notes.append(
            f"no earlier load of {source!r} is known: nothing counts as gone. Choose "
            "the name it was loaded under, if it was"
        )
    if report.rows_rejected and raw is None:
        notes.append(
            f"{report.rows_rejected:,} rows of the file were refused; their accounts "
            "may stand among the gone ones: repair the file first"
        )
    return notes


def _in_units(
    conn: Connection,
    company_id: str,
    incoming: pd.DataFrame,
    report: ImportReport,
    data_dir: Path,
) -> tuple[pd.DataFrame, tuple[TableChange, ...]]:
    """Put the file's accounts into the company's units, unless the file says where."""
    units = company_rows.load_units(conn, company_id)
    if "unit_id" in report.mapping or not len(units):
        return incoming, ()
    grown = with_new_counties(units, incoming, data_dir)
    edges = company_rows.load_edges(conn, company_id)
    placed = incoming.assign(unit_id=join_units(incoming, grown).astype("str"))
    return placed, unit_changes(units, edges, grown)


def _filled(new: pd.DataFrame, company: Company, columns: set[str]) -> pd.DataFrame:
    """Simulate what new accounts lack, where the company's list was filled so."""
    if new.empty or not CompanySettings.from_details(company.details).fills_gaps:
        return new
    filled = simulate_business(
        new, seed=0, currency=company.currency, as_of=company.today, given=columns
    )
    return check(filled[list(ACCOUNTS.columns)], ACCOUNTS)


def _segments(
    conn: Connection, company: Company, accounts: pd.DataFrame
) -> pd.DataFrame:
    """Decide the segments by the company's rules, as at an import."""
    rule_set = account_rows.load_segment_rules(conn, company.company_id)
    rules = (
        DEFAULT_RULES if rule_set is None else tuple(rules_from_json(rule_set.rules))
    )
    return apply_rules(
        accounts,
        rules,
        pd.Timestamp(company.today),
        minor_digits=minor_digits(company.currency),
    )
