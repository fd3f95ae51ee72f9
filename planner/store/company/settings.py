"""Settings of a company that need no table of their own: a part of its details."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import sqlalchemy as sa

from planner.store.company.companies import day_set, load_company
from planner.store.rows.schema import company

KEY = "settings"
_REGIONAL = ("country", "distance_unit", "locale")
# What can be simulated beside single columns of accounts, which `account.simulated`
# names row by row: people and seats, homes of people that a list names, deals, visits
# made, the pay terms lent from the sample.
PARTS = ("team", "homes", "deals", "visits", "terms")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanySettings:
    """
    What was decided for a company.

    Parameters
    ----------
    country
        ISO code of two letters that its lists are from; None: not said.
    distance_unit
        ``km`` or ``mi``; None: that of the deployment.
    locale
        How numbers and dates are written; None: that of the deployment.
    day
        A today set on purpose; None: the clock's.
    fills_gaps
        Whether what its lists lack is simulated.
    simulated
        The parts of it that are simulated, of `PARTS`; columns of accounts stand with
        the accounts.
    today_id
        The scenario of the territories as its list had them; None: it named no owners.
    calculated
        Measures that are calculated: name and formula of each.
    """

    country: str | None = None
    distance_unit: str | None = None
    locale: str | None = None
    day: dt.date | None = None
    fills_gaps: bool = False
    simulated: tuple[str, ...] = ()
    today_id: str | None = None
    calculated: tuple[tuple[str, str], ...] = ()

    @property
    def of_simulation(self) -> dict[str, Any]:
        """What they say of simulated figures, as JSON values."""
        return {"fills_gaps": self.fills_gaps, "simulated": list(self.simulated)}

    @classmethod
    def from_details(cls, details: Mapping[str, Any]) -> Self:
        """Read the settings out of a company's details; what is missing is not set."""
        stored = dict(details.get(KEY, {}))
        stored.setdefault("fills_gaps", bool(details.get("is_simulated")))
        stored |= {name: details.get(name) for name in _REGIONAL}
        stored["day"] = day_set(details)
        stored["simulated"] = tuple(stored.get("simulated", ()))
        pairs = stored.get("calculated", ())
        stored["calculated"] = tuple((str(name), str(text)) for name, text in pairs)
        names = set(cls.__slots__)
        return cls(**{name: value for name, value in stored.items() if name in names})

    def into_details(self, details: Mapping[str, Any]) -> dict[str, Any]:
        """Put the settings into a company's details."""
        values = asdict(self) | {"simulated": list(self.simulated)}
        values["calculated"] = [list(pair) for pair in self.calculated]
        # These stand by themselves: each look at a company asks for them.
        del values["day"]
        regional = {name: values.pop(name) for name in _REGIONAL}
        day = None if self.day is None else self.day.isoformat()
        settings = dict(details.get(KEY, {})) | values
        return {**details, **regional, "day": day, KEY: settings}


def load_settings(conn: sa.Connection, company_id: str) -> CompanySettings:
    """Read the settings of a company; NotFoundError if there is none."""
    return CompanySettings.from_details(load_company(conn, company_id).details)


def save_settings(
    conn: sa.Connection, company_id: str, settings: CompanySettings
) -> None:
    """Keep the settings of a company; the audit log is told by the gesture around."""
    details = load_company(conn, company_id).details
    query = sa.update(company).where(company.c.company_id == company_id)
    conn.execute(query.values(details=settings.into_details(details)))


def mark_simulated(
    conn: sa.Connection, company_id: str, *parts: str, is_simulated: bool = True
) -> None:
    """Keep that parts of a company are simulated, or are no more."""
    settings = load_settings(conn, company_id)
    old = set(settings.simulated)
    new = old | set(parts) if is_simulated else old - set(parts)
    if new != old:
        new_settings = replace(settings, simulated=tuple(sorted(new)))
        save_settings(conn, company_id, new_settings)
