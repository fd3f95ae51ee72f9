"""Settings of the open company, as pages read and change them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.store.company.settings import CompanySettings, load_settings


def company_settings(ws: OpenCompany) -> CompanySettings:
    """Read the settings of the open company."""
    with ws.store.reading() as conn:
        return load_settings(conn, ws.company_id)


def change_settings(ws: OpenCompany, **changes: Any) -> CompanySettings:
    """
    Change settings of the open company, with a line in the audit log.

    Parameters
    ----------
    changes
        Fields of `CompanySettings`.
    """
    with ws.store.transaction() as conn:
        details = company_rows.load_company(conn, ws.company_id).details
        settings = replace(CompanySettings.from_details(details), **changes)
        company_rows.update_company(
            conn, ws.company_id, user=ws.user, details=settings.into_details(details)
        )
    return settings
