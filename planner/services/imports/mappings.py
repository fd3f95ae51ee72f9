"""Saved mappings: kept under a name, offered again for the next file of the kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.accounts.mapping.guess import Mapped, check_mapping, plain_mapping
from planner.accounts.mapping.guess import load_mapping as mapping_of_text
from planner.core.errors import InputError
from planner.core.names import checked_name
from planner.services.workspace import OpenCompany
from planner.store.audit.log import append_audit
from planner.store.imports import mappings as mapping_rows
from planner.store.imports.mappings import SavedMapping


def list_mappings(ws: OpenCompany, kind: str | None = None) -> list[SavedMapping]:
    """List the saved mappings of the open company, of one kind or of all, by name."""
    with ws.store.reading() as conn:
        return mapping_rows.list_mappings(conn, ws.company_id, kind)


def load_mapping(ws: OpenCompany, kind: str, name: str) -> dict[str, Any]:
    """
    Read a saved mapping, as `ImportContext` takes it.

    Raises
    ------
    NotFoundError
        If there is none so called; the message names those there are.
    """
    with ws.store.reading() as conn:
        entry = mapping_rows.load_mapping(conn, ws.company_id, kind, name)
    return entry.columns


def save_mapping(
    ws: OpenCompany,
    kind: str,
    name: str,
    mapping: Mapping[str, Mapped],
    header: Sequence[str],
) -> None:
    """
    Keep a mapping under a name; one so called is replaced.

    Parameters
    ----------
    kind, name
        Of which kind of file, and what to call it.
    mapping
        Column of the file by column of ours, or objects that say how to read it.
    header
        All columns of the file (`RawTable.columns`): a file with the same ones gets
        this mapping suggested.

    Raises
    ------
    InputError
        If the name is empty, or the mapping names what neither we nor the header have.
    """
    name = checked_name(name, "a mapping")
    check_mapping(mapping, header, kind)
    columns = plain_mapping(mapping)
    with ws.store.transaction() as conn:
        mapping_rows.save_mapping(
            conn,
            ws.company_id,
            kind,
            name,
            columns,
            list(header),
            user=ws.user,
        )
        append_audit(
            conn,
            who=ws.user,
            action=f"save mapping {name} of {kind}",
            subject=f"mappings of company {ws.company_id}",
            company_id=ws.company_id,
            after={"columns": columns},
        )


def delete_mapping(ws: OpenCompany, kind: str, name: str) -> None:
    """Remove a saved mapping; NotFoundError if there is none so called."""
    company_id = ws.company_id
    with ws.store.transaction() as conn:
        entry = mapping_rows.load_mapping(conn, company_id, kind, name)
        mapping_rows.delete_mapping(conn, company_id, kind, name)
        append_audit(
            conn,
            who=ws.user,
            action=f"delete mapping {name} of {kind}",
            subject=f"mappings of company {company_id}",
            company_id=company_id,
            before={"columns": entry.columns},
        )


def suggest_mapping(
    ws: OpenCompany, kind: str, header: Sequence[str]
) -> SavedMapping | None:
    """
    Find the saved mapping that fits a file.

    Returns
    -------
    One made for exactly these columns, the youngest first; else the one that takes
    the most columns, all of them in the file; None if none fits.
    """
    there = set(header)
    fitting = []
    for entry in list_mappings(ws, kind):
        columns = {
            value if isinstance(value, str) else value["column"]
            for value in entry.columns.values()
        } - {""}
        if columns and columns <= there:
            same = set(entry.header) == there
            fitting.append(((same, len(columns), entry.created_at), entry))
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def read_mapping(
    path: Path | str | None, ws: OpenCompany | None = None, kind: str = "accounts"
) -> dict[str, Any] | None:
    """
    Read a mapping from a JSON file, or one saved under this name.

    Parameters
    ----------
    path
        A file, or a name; None: no mapping.
    ws, kind
        Where to look for a name; without a company only files are read.

    Raises
    ------
    InputError
        If the file is missing or holds anything else.
    NotFoundError
        If it is no file, and nothing is saved so.
    """
    if path is None:
        return None
    if ws is not None and not Path(path).is_file():
        return load_mapping(ws, kind, str(path))
    try:
        return mapping_of_text(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"mapping {path} cannot be read: {error}") from error
