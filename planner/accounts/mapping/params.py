"""What the user has decided about a file."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from planner.core.errors import ParamsError
from planner.core.money import minor_digits

DATE_FORMS = ("iso", "mdy", "dmy", "serial")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportParams:
    """
    What the user has decided about a file; the defaults decide nothing for them.

    Parameters
    ----------
    currency
        Currency of the company; amounts in another are refused, not converted.
    default_country
        Country of rows without one.
    date_form
        ``mdy``, ``dmy`` or ``serial`` for dates that are not ISO; None: found out.
    decimal
        ``.`` or ``,``; None: found out column by column.
    far_km
        Distance from its postcode above which a place is questioned.
    as_of
        The company's today: later visits, owners and closings are questioned; None:
        they are not.
    """

    currency: str = "USD"
    default_country: str = "US"
    date_form: str | None = None
    decimal: str | None = None
    far_km: float = 50.0
    as_of: dt.date | None = None

    def __post_init__(self) -> None:
        minor_digits(self.currency)
        if self.date_form is not None and self.date_form not in DATE_FORMS:
            known = ", ".join(DATE_FORMS)
            raise ParamsError(f"date_form must be one of {known}, got {self.date_form}")
        if self.decimal not in {None, ".", ","}:
            raise ParamsError(f"decimal must be '.' or ',', got {self.decimal!r}")
        if not self.far_km > 0:
            raise ParamsError(f"far_km must be above 0, got {self.far_km}")
