"""What of the open company's figures is simulated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from planner.core.english import simulated as words
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company.companies import Company
from planner.store.company.settings import CompanySettings

# What else is simulated where something is: figures made of figures.
MADE_OF = {
    "quotas": ("potential_minor", "our_sales_minor"),
    "pay": ("deals", "team"),
    "bookings": ("deals",),
    "visits planned": ("visit_class", "open_days", "opens_s", "closes_s", "team"),
    "workload": ("visit_class",),
    "owners": ("team",),
    "score": ("potential_minor", "rating", "propensity_share"),
}


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """
    What of a company is simulated.

    Parameters
    ----------
    is_everything
        Whether the company itself is invented.
    columns
        Accounts whose value is simulated, by column of ACCOUNTS.
    parts
        Of `settings.PARTS`.
    """

    is_everything: bool
    columns: Mapping[str, int]
    parts: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """All that is simulated: columns and parts."""
        return (*self.columns, *self.parts)

    def among(self, *figures: str) -> tuple[str, ...]:
        """
        Keep what is simulated of some figures, and of what they are made of.

        Parameters
        ----------
        figures
            Columns of ACCOUNTS, parts, or keys of `MADE_OF`.
        """
        sources = [code for name in figures for code in MADE_OF.get(name, (name,))]
        return tuple(code for code in dict.fromkeys(sources) if code in self.codes)

    def note(self, *figures: str) -> str:
        """Say what of some figures (without any: of all) is simulated; "": nothing."""
        codes = self.among(*figures) if figures else self.codes
        return words.note(codes, is_everything=self.is_everything)


def simulated_of(ws: OpenCompany) -> Simulated:
    """Read what of the open company is simulated."""
    with ws.store.reading() as conn:
        return load_simulated(conn, ws.company_id)


def labels(ws: OpenCompany) -> dict[str, int]:
    """Count the accounts of the open company by their label of simulated columns."""
    with ws.store.reading() as conn:
        return account_rows.count_simulated(conn, ws.company_id)


def load_simulated(conn: Connection, company_id: str) -> Simulated:
    """Read what of a company is simulated."""
    company = company_rows.load_company(conn, company_id)
    return simulated_in(company, account_rows.count_simulated(conn, company_id))


def simulated_in(company: Company, counts: Mapping[str, int]) -> Simulated:
    """
    Tell what of a company is simulated.

    Parameters
    ----------
    counts
        Number of accounts by the text of `account.simulated`.
    """
    columns: Counter[str] = Counter()
    for text, n_rows in counts.items():
        columns.update(dict.fromkeys(filter(None, text.split(";")), n_rows))
    is_sample = company.kind == "sample"
    settings = CompanySettings.from_details(company.details)
    return Simulated(
        is_everything=is_sample,
        columns={} if is_sample else columns,
        parts=() if is_sample else settings.simulated,
    )
