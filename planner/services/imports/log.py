"""What imports said, kept: which file, which hash, what was found."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.findings import ImportReport
from planner.services.workspace import OpenCompany, Workspace
from planner.store.company import accounts as account_rows


def imports(ws: OpenCompany) -> pd.DataFrame:
    """List the imports of the open company, newest first, indexed `import_id`."""
    with ws.store.reading() as conn:
        return account_rows.list_imports(conn, ws.company_id)


def import_findings(ws: Workspace, import_id: str) -> pd.DataFrame:
    """Read what an import found; NotFoundError if there is no such import."""
    with ws.store.reading() as conn:
        return account_rows.load_findings(conn, import_id)


def record_import(
    conn: Connection,
    company_id: str,
    report: ImportReport,
    *,
    user: str,
    source: str | None = None,
) -> str:
    """Keep what an import said, inside a transaction; return its id."""
    return account_rows.record_import(
        conn,
        company_id,
        file_name=report.file,
        kind=report.kind,
        mapping=dict(report.readings) or dict(report.mapping),
        rows_read=report.rows_read,
        rows_accepted=report.rows_accepted,
        rows_rejected=report.rows_rejected,
        verdict=report.verdict,
        findings=report.findings,
        user=user,
        source=source,
        sha256=report.sha256 or None,
    )


def audit_line(report: ImportReport, import_id: str) -> dict[str, Any]:
    """Say what the audit line tells of an import, cells typed anew among it."""
    line = {
        "import_id": import_id,
        "kind": report.kind,
        "file": report.file,
        "sha256": report.sha256,
        "rows_read": report.rows_read,
        "rows_accepted": report.rows_accepted,
        "rows_rejected": report.rows_rejected,
    }
    return line | corrections_line(report)


def corrections_line(report: ImportReport) -> dict[str, Any]:
    """List what the user typed in place of which cells; empty: nothing."""
    rows = report.corrections.astype(object).to_dict("records")
    return {"corrections": rows} if rows else {}
