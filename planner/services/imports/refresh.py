"""Loading a source again: say what would change, then change it in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.findings import ImportReport
from planner.accounts.reading.tables import RawTable
from planner.accounts.reload.choices import RefreshChoices
from planner.core.errors import InputError
from planner.core.names import checked_name
from planner.services.imports.log import corrections_line, record_import
from planner.services.imports.refresh_preview import RefreshPreview, work_out
from planner.services.quotas.owners import own_later_accounts
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.imports import sources as source_rows
from planner.store.imports.changes import apply_changes
from planner.store.scenarios.editing import editing_company

_NAMED_IDS = 200  # ids of each sort that the audit line names; beyond that counts


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
        counts = [
            f"{number:,} {what}" for what, number in self.counts.items() if number
        ]
        return f"Refreshed: {', '.join(counts) or 'the list of the source'}."


def sources(ws: OpenCompany) -> pd.DataFrame:
    """List the sources of the open company: `n_accounts`, `loaded_at` by `source`."""
    with ws.store.reading() as conn:
        return source_rows.list_sources(conn, ws.company_id)


def ids_of(ws: OpenCompany, source: str) -> tuple[pd.Index, pd.Index]:
    """
    List the accounts that a list brought, and all of the open company.

    Parameters
    ----------
    ws
        The open company.
    source
        Name of the list.
    """
    with ws.store.reading() as conn:
        listed = source_rows.load_source_ids(conn, ws.company_id, source)
        every = account_rows.account_ids(conn, ws.company_id)
    return pd.Index(listed, dtype="str"), pd.Index(every, dtype="str")


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
        return work_out(
            conn,
            ws.company_id,
            report,
            source,
            choices or RefreshChoices(),
            raw,
            ws.settings.data_dir,
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
    with ws.store.transaction() as conn:
        if choices is not None and choices != preview.choices:
            preview = _again(conn, ws, preview, choices)
        return write_refresh(conn, ws, preview)


def write_refresh(
    conn: Connection, ws: OpenCompany, preview: RefreshPreview
) -> RefreshResult:
    """Do what `apply_refresh` does inside a transaction."""
    company_id = ws.company_id
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
        own_later_accounts(conn, ws, preview.list_changes.new.index)
        counts = _counts(preview)
        edit.before["n_accounts_of_source"] = preview.n_source
        edit.after.update(import_id=import_id, **_audit_line(preview, counts))
        return RefreshResult(
            is_unchanged=False,
            import_id=import_id,
            counts=counts,
            version=edit.version,
        )


def _again(
    conn: Connection, ws: OpenCompany, preview: RefreshPreview, choices: RefreshChoices
) -> RefreshPreview:
    """Preview with other choices, on the version that the user looked at."""
    again = work_out(
        conn,
        ws.company_id,
        preview.report,
        preview.source,
        choices,
        preview.raw,
        ws.settings.data_dir,
    )
    return replace(again, version=preview.version)


def _write(
    conn: Connection, company_id: str, preview: RefreshPreview, user: str
) -> str:
    """Write the changes and the record of the load."""
    apply_changes(conn, company_id, preview.changes)
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
    accounts, gone_ids = preview.changes["account"], preview.list_changes.gone.index
    n_closed = int(accounts.changed.isin(gone_ids).sum())
    return {
        "added": len(accounts.added),
        "changed": len(accounts.changed) - n_closed,
        "closed": n_closed,
        "removed": len(accounts.removed),
        "kept though gone": len(gone_ids) - n_closed - len(accounts.removed),
        "linked": len(preview.choices.links),
    }


def _audit_line(preview: RefreshPreview, counts: dict[str, int]) -> dict[str, object]:
    """Write a refresh for the audit log: counts, and ids as far as they are few."""
    list_changes = preview.list_changes
    ids = {
        "new": list_changes.new.index,
        "gone": list_changes.gone.index,
        "removed": preview.changes["account"].removed,
        "changed": list_changes.changes["account_id"].unique(),
    }
    return {
        "source": preview.source,
        "file": preview.report.file,
        **counts,
        "ids": {
            name: sorted(map(str, which))
            for name, which in ids.items()
            if len(which) <= _NAMED_IDS
        },
        "links": dict(preview.choices.links),
        **corrections_line(preview.report),
    }
