"""Who did what when: searching the audit log and checking its chain."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.services.workspace import Workspace
from planner.store.audit.log import verify_audit
from planner.store.audit.search import (
    AuditQuery,
    audit_subjects,
    audit_users,
    count_audit,
    search_audit,
    subject_names,
)

_LONGEST = 2000  # of a value shown


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """
    What a search found.

    Parameters
    ----------
    lines
        Of this page, newest first, indexed `sequence`: at, who, action, subject,
        before, after (JSON text), company_id, hash, on (the subject by its name).
    n_lines
        Of all pages.
    """

    lines: pd.DataFrame
    n_lines: int


def find(ws: Workspace, query: AuditQuery) -> AuditPage:
    """Search the audit log."""
    with ws.store.reading() as conn:
        lines = search_audit(conn, query)
        n_lines = count_audit(conn, query)
        names = subject_names(conn)
    subjects = lines["subject"]
    labels = [" ".join(names.get(w, w) for w in text.split(" ")) for text in subjects]
    return AuditPage(lines=lines.assign(on=labels), n_lines=n_lines)


def choices(ws: Workspace) -> tuple[list[str], list[str]]:
    """List the users and the kinds of things that stand in the log."""
    with ws.store.reading() as conn:
        return audit_users(conn), audit_subjects(conn)


def verify(ws: Workspace) -> list[str]:
    """Recompute the chain; a sentence for each line that was tampered with."""
    with ws.store.reading() as conn:
        return verify_audit(conn)


def changes_of(before: str | None, after: str | None) -> pd.DataFrame:
    """
    Lay before and after side by side.

    Parameters
    ----------
    before, after
        JSON texts of an audit line; None or empty: nothing.

    Returns
    -------
    Columns what, before, after as text: a row for each value that differs, named by
    its place (``territory › T1 › name``).
    """
    old, new = _flat(_read(before)), _flat(_read(after))
    rows = [
        (place, old.get(place, ""), new.get(place, ""))
        for place in sorted({*old, *new})
        if old.get(place) != new.get(place)
    ]
    return pd.DataFrame(rows, columns=["what", "before", "after"], dtype="str")


def _read(text: str | None) -> Any:
    if text is None or pd.isna(text) or not text:
        return {}
    return json.loads(text)


def _flat(value: Any, place: str = "") -> dict[str, str]:
    """Name each value by its place; lists stay whole."""
    if isinstance(value, dict):
        cells: dict[str, str] = {}
        for key, inner in value.items():
            cells |= _flat(inner, f"{place} › {key}" if place else str(key))
        return cells
    if value is None:
        return {place: "nothing"} if place else {}
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return {place or "value": text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"}
