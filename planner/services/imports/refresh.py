"""Loading a source again: say what would change, then change it in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection

from planner.accounts.findings import ImportReport
from planner.accounts.placing import join_units
from planner.accounts.reading.tables import RawTable
from planner.accounts.reading.texts import clean_text
from planner.accounts.reload.alarms import find_alarms
from planner.accounts.reload.compare import (
    FILE,
    YOURS,
    ListChanges,
    compare_lists,
    guess_renamed,
    take_changes,
)
from planner.accounts.simulation.business import simulate_business
from planner.core.errors import InputError
from planner.core.money import minor_digits
from planner.core.names import checked_name
from planner.core.schemas import ACCOUNTS, check
from planner.segmentation.rules import DEFAULT_RULES, apply_rules, rules_from_json
from planner.services.imports.effects import territory_effects
from planner.services.imports.log import record_import
from planner.services.quotas.owners import own_later_accounts
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company.companies import Company
from planner.store.imports import sources as source_rows
from planner.store.scenarios.editing import editing_company

GONE = ("close", "keep", "remove")
_TOLD_IDS = 200  # ids of each sort that the audit line names; beyond that counts


@dataclass(frozen=True, kw_only=True)
class RefreshChoices:
    """
    What the user decided about a refresh.

    Parameters
    ----------
    gone
        What becomes of accounts the file has no more: ``close`` (marked closed, kept
        for the past), ``keep`` (stay as they are), ``remove`` (deleted, unless deals,
        visits, owners or a plan speak of them: those are closed).
    gone_by_account
        The same for single accounts.
    conflicts
        ``yours`` or ``file`` by account and column, of contested cells; those not
        named follow their default.
    links
        Account of ours that a new id of the file stands for, by that id.
    """

    gone: str = "close"
    gone_by_account: Mapping[str, str] = field(default_factory=dict)
    conflicts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for said in (self.gone, *self.gone_by_account.values()):
            if said not in GONE:
                raise InputError(f"gone must be one of {', '.join(GONE)}, got {said!r}")
        for said in self.conflicts.values():
            if said not in {YOURS, FILE}:
                raise InputError(f"a conflict is decided yours or file, got {said!r}")


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
    found
        New, gone, changed and contested accounts; see `ListChanges`.
    renamed
        Gone accounts that a new id may stand for: `account_id`, `new_id`, `score`,
        `reason`; the user may link them.
    warnings
        What looks suspicious, in words; look before you apply.
    territories
        Plans held against their tolerance; see `tolerances.territory_effects`.
    after
        ACCOUNTS rows to be written: new ones, and those that differ.
    removed
        Accounts to be deleted.
    closed_instead
        Accounts to be closed though they were to be removed: other records speak of
        them.
    segments
        Segments of all accounts as they would be.
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
    found: ListChanges
    renamed: pd.DataFrame
    warnings: tuple[str, ...]
    territories: pd.DataFrame
    after: pd.DataFrame
    removed: tuple[str, ...]
    closed_instead: tuple[str, ...]
    segments: pd.DataFrame
    n_source: int
    loaded_ids: tuple[str, ...]
    is_same_list: bool
    raw: RawTable | None = None

    @property
    def leaving(self) -> pd.DataFrame:
        """Territories in force or published that leave their tolerance."""
        told = self.territories
        is_ours = told["status"].isin(["in force", "published"])
        return told[is_ours & (told["verdict"] == "leaves")]

    @property
    def counts(self) -> dict[str, int]:
        """New, gone, changed, contested, kept-out, refused and unchanged accounts."""
        return {
            "new": len(self.found.new),
            "gone": len(self.found.gone),
            "changed": int(self.found.changes["account_id"].nunique()),
            "contested": int(self.found.conflicts["account_id"].nunique()),
            "kept_out": len(self.found.kept_out),
            "refused": len(self.found.unread),
            "unchanged": self.found.n_unchanged,
        }

    @property
    def is_unchanged(self) -> bool:
        """Whether applying it would write nothing."""
        return self.after.empty and self.found.gone.empty and self.is_same_list


@dataclass(frozen=True, kw_only=True)
class RefreshResult:
    """
    What a refresh did.

    Parameters
    ----------
    is_unchanged
        Nothing was written: the file says what is stored.
    import_id
        The record of the load; empty if nothing was written.
    counts
        Accounts added, changed, closed, removed, kept though gone, linked.
    version
        Version of the company's data now.
    """

    is_unchanged: bool
    import_id: str
    counts: dict[str, int]
    version: int

    def summary(self) -> str:
        """Say in a sentence what was done."""
        if self.is_unchanged:
            return "The file says what is stored already: nothing was written."
        told = [f"{number:,} {what}" for what, number in self.counts.items() if number]
        return f"Refreshed: {', '.join(told) or 'the list of the source'}."


def sources(ws: OpenCompany) -> pd.DataFrame:
    """List the sources of the open company: `n_accounts`, `loaded_at` by `source`."""
    with ws.store.reading() as conn:
        return source_rows.list_sources(conn, ws.company_id)


def preview_refresh(
    ws: OpenCompany,
    report: ImportReport,
    source: str,
    choices: RefreshChoices | None = None,
    *,
    raw: RawTable | None = None,
) -> RefreshPreview:
    """
    Say what loading a source again would change; nothing is written.

    Parameters
    ----------
    ws
        The open company.
    report
        The check of the file.
    source
        The list it is a load of; see `sources`.
    choices
        What the user decided; None: the defaults.
    raw
        The table the report is of. With it accounts whose row was refused are known:
        they are not gone.

    Raises
    ------
    InputError
        If no row of the file can be taken, it holds no accounts, or a choice names what
        is not there.
    """
    if not report.is_usable:
        raise InputError(f"{report.file}: no row was accepted, so nothing is refreshed")
    source = checked_name(source, "the list that this file is a load of")
    with ws.store.reading() as conn:
        return _preview(
            conn,
            ws.company_id,
            report,
            source,
            choices or RefreshChoices(),
            raw,
        )


def apply_refresh(
    ws: OpenCompany, preview: RefreshPreview, choices: RefreshChoices | None = None
) -> RefreshResult:
    """
    Write what a preview said, in one transaction with one audit line.

    Parameters
    ----------
    preview
        From `preview_refresh`.
    choices
        What the user decided since; None: those of the preview.

    Returns
    -------
    What was done. If nothing would change, nothing at all is written.

    Raises
    ------
    ConflictError
        If someone changed the company's data since the preview.
    InputError
        If a choice names what is not there.

    Notes
    -----
    Owners, plans and ownership stay as they are, but new accounts get the owners of
    their places from the published plans; segments are decided anew by the rules, as at
    an import.
    """
    company_id = ws.company_id
    with ws.store.transaction() as conn:
        if choices is not None and choices != preview.choices:
            preview = _again(conn, company_id, preview, choices)
        if preview.is_unchanged:
            return RefreshResult(
                is_unchanged=True, import_id="", counts={}, version=preview.version
            )
        with editing_company(
            conn,
            company_id,
            version=preview.version,
            user=ws.user,
            action=f"refresh {preview.source} from {preview.report.file}",
        ) as edit:
            import_id = _write(conn, company_id, preview, ws.user)
            own_later_accounts(conn, ws, preview.found.new.index)
            counts = _counts(preview)
            edit.before["n_accounts_of_source"] = preview.n_source
            edit.after.update(import_id=import_id, **_told(preview, counts))
            return RefreshResult(
                is_unchanged=False,
                import_id=import_id,
                counts=counts,
                version=edit.version,
            )


def _again(
    conn: Connection, company_id: str, preview: RefreshPreview, choices: RefreshChoices
) -> RefreshPreview:
    """Preview with other choices, on the version that the user looked at."""
    made = _preview(
        conn, company_id, preview.report, preview.source, choices, preview.raw
    )
    return replace(made, version=preview.version)


def _preview(
    conn: Connection,
    company_id: str,
    report: ImportReport,
    source: str,
    choices: RefreshChoices,
    raw: RawTable | None,
) -> RefreshPreview:
    company = company_rows.load_company(conn, company_id)
    stored = account_rows.load_accounts(conn, company_id)
    known_links = source_rows.load_links(conn, company_id, source)
    links = known_links | dict(choices.links)
    incoming = _incoming(report, links, stored)
    incoming = _in_units(incoming, company_rows.load_units(conn, company_id), report)
    source_ids = source_rows.load_source_ids(conn, company_id, source)
    is_first = not source_ids
    if is_first:
        source_ids = source_rows.load_source_ids(conn, company_id, None)
    given = set(report.given_columns) & set(ACCOUNTS.columns)
    found = compare_lists(
        stored,
        incoming,
        source_ids=source_ids,
        given=given,
        mine=source_rows.load_user_cells(conn, company_id),
        kept_out=source_rows.load_taken_out(conn, company_id),
        rejected_ids=[links.get(name, name) for name in refused_ids(report, raw)],
    )
    _check_choices(choices, stored, report)
    changed = take_changes(stored, found, _file_wins(found, choices))
    fate = _fate(conn, company_id, found.gone, choices)
    new = _filled(found.new, company, given)
    after = check(pd.concat([new, changed, fate.closed]), ACCOUNTS)
    every = pd.concat(
        [stored.drop(index=[*after.index, *fate.removed], errors="ignore"), after]
    ).sort_index()
    segments = _segments(conn, company, every)
    loaded_ids = sorted(set(incoming.index) - set(found.kept_out.index))
    alarms = find_alarms(stored, incoming, found, report, source_ids)
    return RefreshPreview(
        source=source,
        report=report,
        version=company.version,
        choices=choices,
        found=found,
        renamed=guess_renamed(found.gone, found.new),
        warnings=(*_notes(source, report, raw, source_ids, is_first=is_first), *alarms),
        territories=territory_effects(
            conn,
            company,
            (stored, account_rows.load_segments(conn, company_id)["visit_class"]),
            (every, segments["visit_class"]),
        ),
        after=after,
        removed=fate.removed,
        closed_instead=fate.closed_instead,
        segments=segments,
        n_source=len(source_ids),
        loaded_ids=(*loaded_ids, *found.unread),
        is_same_list=not is_first
        and set(source_ids) == {*loaded_ids, *found.unread}
        and links == known_links,
        raw=raw,
    )


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
    source_ids: list[str],
    *,
    is_first: bool,
) -> list[str]:
    notes = []
    if is_first and source_ids:
        notes.append(
            f"no earlier load of {source!r} is known: the {len(source_ids):,} accounts "
            "that came from no named source are taken as what it brought"
        )
    elif is_first:
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


def _incoming(
    report: ImportReport, links: Mapping[str, str], stored: pd.DataFrame
) -> pd.DataFrame:
    """Read the file's accounts by the ids the company uses."""
    accounts = report.accounts
    for file_id, account_id in links.items():
        if account_id not in stored.index:
            raise InputError(
                f"{file_id!r} cannot stand for {account_id!r}: there is no such account"
            )
    named = pd.Series(accounts.index, index=accounts.index).replace(dict(links))
    twice = named[named.duplicated(keep=False)]
    if len(twice):
        both = " and ".join(repr(str(name)) for name in twice.index[:2])
        raise InputError(
            f"{both} would both be the account {twice.iloc[0]!r}: "
            "take back the link, or take one row out of the file"
        )
    return accounts.set_axis(pd.Index(named, dtype="str", name="account_id"))


def _in_units(
    incoming: pd.DataFrame, units: gpd.GeoDataFrame, report: ImportReport
) -> pd.DataFrame:
    """Put the file's accounts into the company's units, unless the file says where."""
    if "unit_id" in report.mapping or not len(units):
        return incoming
    return incoming.assign(unit_id=join_units(incoming, units).astype("str"))


def _check_choices(
    choices: RefreshChoices, stored: pd.DataFrame, report: ImportReport
) -> None:
    for file_id in choices.links:
        if file_id not in report.accounts.index:
            raise InputError(f"{file_id!r} is not in the file, so it cannot be linked")
    for account_id in choices.gone_by_account:
        if account_id not in stored.index:
            raise InputError(f"there is no account {account_id!r} to decide about")


def _file_wins(found: ListChanges, choices: RefreshChoices) -> list[tuple[str, str]]:
    """Choose the contested cells in which the file stands."""
    cells = found.conflicts[["account_id", "column", "default"]]
    return [
        (str(account_id), str(column))
        for account_id, column, default in cells.itertuples(index=False)
        if choices.conflicts.get((account_id, column), default) == FILE
    ]


@dataclass(frozen=True, kw_only=True)
class _Fate:
    """What becomes of gone accounts: rows to be closed, ids to be removed."""

    closed: pd.DataFrame
    removed: tuple[str, ...]
    closed_instead: tuple[str, ...]


def _fate(
    conn: Connection, company_id: str, gone: pd.DataFrame, choices: RefreshChoices
) -> _Fate:
    said = pd.Series(
        [choices.gone_by_account.get(name, choices.gone) for name in gone.index],
        index=gone.index,
        dtype="str",
    )
    asked = gone.index[said == "remove"]
    used = source_rows.accounts_in_use(conn, company_id) if len(asked) else set()
    instead = asked[asked.isin(list(used))]
    closes = (said == "close") | said.index.isin(instead)
    rows = gone[closes & (gone["status"] != "closed")]
    return _Fate(
        closed=rows.assign(status="closed").astype(gone.dtypes.to_dict()),
        removed=tuple(asked.difference(instead)),
        closed_instead=tuple(instead),
    )


def _filled(new: pd.DataFrame, company: Company, given: set[str]) -> pd.DataFrame:
    """Simulate what new accounts lack, where the company's list was filled so."""
    if new.empty or not company.details.get("is_simulated"):
        return new
    filled = simulate_business(
        new, seed=0, currency=company.currency, as_of=company.today, given=given
    )
    return check(filled[list(ACCOUNTS.columns)], ACCOUNTS)


def _segments(
    conn: Connection, company: Company, accounts: pd.DataFrame
) -> pd.DataFrame:
    """Decide the segments by the company's rules, as at an import."""
    saved = account_rows.load_segment_rules(conn, company.company_id)
    rules = DEFAULT_RULES if saved is None else tuple(rules_from_json(saved.rules))
    return apply_rules(
        accounts,
        rules,
        pd.Timestamp(company.today),
        minor_digits=minor_digits(company.currency),
    )


def _write(
    conn: Connection, company_id: str, preview: RefreshPreview, user: str
) -> str:
    """Write accounts, segments and the record of the load."""
    source_rows.remove_accounts(conn, company_id, preview.removed)
    account_rows.update_accounts(conn, company_id, preview.after)
    account_rows.save_segments(conn, company_id, preview.segments)
    import_id = record_import(
        conn, company_id, preview.report, user=user, source=preview.source
    )
    source_rows.save_source(
        conn, company_id, preview.source, import_id, preview.loaded_ids
    )
    source_rows.save_links(
        conn, company_id, preview.source, dict(preview.choices.links), user
    )
    return import_id


def _counts(preview: RefreshPreview) -> dict[str, int]:
    new, gone = preview.found.new.index, preview.found.gone.index
    written = preview.after.index
    closed = int(written.isin(gone).sum())
    n_new = int(written.isin(new).sum())
    return {
        "added": n_new,
        "changed": len(written) - n_new - closed,
        "closed": closed,
        "removed": len(preview.removed),
        "kept though gone": len(gone) - closed - len(preview.removed),
        "linked": len(preview.choices.links),
    }


def _told(preview: RefreshPreview, counts: dict[str, int]) -> dict[str, object]:
    """Write a refresh for the audit log: counts, and ids as far as they are few."""
    found = preview.found
    ids = {
        "new": found.new.index,
        "gone": found.gone.index,
        "removed": preview.removed,
        "changed": found.changes["account_id"].unique(),
    }
    return {
        "source": preview.source,
        "file": preview.report.file,
        **counts,
        "ids": {
            name: sorted(map(str, which))
            for name, which in ids.items()
            if len(which) <= _TOLD_IDS
        },
        "links": dict(preview.choices.links),
    }
