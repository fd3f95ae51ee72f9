"""What is set for a company as a whole: kept in its details, read and written here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanySettings:
    """
    The settings of a company.

    Parameters
    ----------
    day
        The day it works on, set on purpose; None: the clock's.
    """

    day: dt.date | None = None

    @classmethod
    def from_details(cls, details: Mapping[str, Any]) -> Self:
        """Read them from a company's details."""
        return cls(day=company_rows.day_set(details))

    def to_details(self) -> dict[str, Any]:
        """Write them as they stand in a company's details."""
        return {"day": None if self.day is None else self.day.isoformat()}


def settings_of(ws: OpenCompany) -> CompanySettings:
    """Read the settings of the open company."""
    with ws.store.reading() as conn:
        company = company_rows.load_company(conn, ws.company_id)
    return CompanySettings.from_details(company.details)


def save_settings(ws: OpenCompany, settings: CompanySettings) -> None:
    """Write the settings of the open company, and what changed into the audit log."""
    with ws.store.transaction() as conn:
        company = company_rows.load_company(conn, ws.company_id)
        details = company.details | settings.to_details()
        if details != company.details:
            company_rows.update_company(
                conn, ws.company_id, user=ws.user, details=details
            )
