"""Companies renamed, put aside, brought back and deleted."""

from __future__ import annotations

from planner.core.errors import InputError
from planner.services.workspace import Workspace
from planner.store.company import companies as company_rows
from planner.store.company import removal as removal_rows
from planner.store.company.companies import ARCHIVED, Company
from planner.store.rows.records import utc_now


def rename_company(ws: Workspace, company_id: str, name: str) -> Company:
    """
    Give a company another name.

    Raises
    ------
    InputError
        If the name breaks the rule of names.
    NotFoundError
        If there is no such company.
    """
    with ws.store.transaction() as conn:
        return company_rows.update_company(conn, company_id, user=ws.user, name=name)


def archive_company(ws: Workspace, company_id: str) -> Company:
    """Put a company aside: it is no longer opened by itself, and nothing is lost."""
    with ws.store.transaction() as conn:
        details = company_rows.load_company(conn, company_id).details
        return company_rows.update_company(
            conn, company_id, user=ws.user, details=details | {ARCHIVED: utc_now()}
        )


def restore_company(ws: Workspace, company_id: str) -> Company:
    """Bring a company back that was put aside."""
    with ws.store.transaction() as conn:
        details = dict(company_rows.load_company(conn, company_id).details)
        details.pop(ARCHIVED, None)
        return company_rows.update_company(
            conn, company_id, user=ws.user, details=details
        )


def company_counts(ws: Workspace, company_id: str) -> dict[str, int]:
    """Count what would go with a company."""
    with ws.store.reading() as conn:
        return removal_rows.company_counts(conn, company_id)


def delete_company(ws: Workspace, company_id: str, typed_name: str) -> None:
    """
    Delete a company for good; its lines in the audit log stay.

    Parameters
    ----------
    typed_name
        The company's name as the user typed it, so that nobody deletes by accident.

    Raises
    ------
    InputError
        If it is not the company's name.
    ConflictError
        If one of its jobs waits or runs.
    """
    with ws.store.transaction() as conn:
        company = company_rows.load_company(conn, company_id)
        if typed_name.strip() != company.name:
            raise InputError(
                f"type the company's name, {company.name}, to delete it; "
                f"got {typed_name.strip()!r}"
            )
        removal_rows.delete_company(conn, company_id, user=ws.user)
