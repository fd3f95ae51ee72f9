"""What importing a file needs besides the file: one value, made in one place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from planner.accounts.corrections import Correction
from planner.accounts.mapping.columns import KNOWN_COLUMNS
from planner.accounts.mapping.guess import Mapped
from planner.accounts.mapping.readings import DATE_FORMS
from planner.accounts.placing import Gazetteer
from planner.core.errors import InputError, ParamsError
from planner.core.money import minor_digits

ROLL_UPS = ("sum", "mean", "count", "last", "first")


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """
    What the rows of a file may refer to; None: not looked up.

    Parameters
    ----------
    account_ids, position_ids, rep_ids, deal_ids
        Ids that the company holds.
    units
        UNITS frame, for market data by area.
    account_by_alias
        Our account by an id that a merge or a change of ids retired.
    """

    account_ids: pd.Index | None = None
    position_ids: pd.Index | None = None
    rep_ids: pd.Index | None = None
    deal_ids: pd.Index | None = None
    units: gpd.GeoDataFrame | None = None
    account_by_alias: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportContext:
    """
    Under what a file is read; the defaults decide nothing for the user.

    Parameters
    ----------
    kind
        One of `columns.KINDS`.
    mapping
        Column of the file by column of ours, or an object that says how to read it, see
        `readings.reading_of`; None: guessed.
    currency
        Currency of the company; amounts in another are refused, not converted.
    country
        Country of rows without one, two letters; None: found out from the list.
    likely_country
        Taken where the list does not decide: the company's; empty: the user is asked.
    turn_signs
        Whether places that lost a minus get it back; else they are questioned.
    date_form
        ``mdy``, ``dmy`` or ``serial`` for dates that are not ISO; None: found out.
    decimal
        ``.`` or ``,``; None: found out column by column.
    far_km
        Distance from its postcode above which a place is questioned.
    as_of
        The company's today: later visits, owners and closings are questioned; None:
        they are not.
    gazetteer
        Places for rows without coordinates; as it stands: none is known.
    references
        What rows may refer to; as it stands: nothing is looked up.
    roll_up
        Of several rows of an account: ``sum``, ``mean``, ``count``, ``last`` or
        ``first`` by column of the file; others as `kinds.rolling` finds.
    corrections
        Cells that the user typed anew; all else of the file stands as it is.

    Raises
    ------
    InputError
        If the kind is none of ours.
    ParamsError
        If another value cannot be.
    """

    kind: str
    mapping: Mapping[str, Mapped] | None = None
    currency: str = "USD"
    country: str | None = None
    likely_country: str = ""
    turn_signs: bool = False
    date_form: str | None = None
    decimal: str | None = None
    far_km: float = 50.0
    as_of: dt.date | None = None
    gazetteer: Gazetteer = field(default_factory=Gazetteer.empty)
    references: References = field(default_factory=References)
    roll_up: Mapping[str, str] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KNOWN_COLUMNS:
            kinds = ", ".join(KNOWN_COLUMNS)
            raise InputError(f"kind must be one of {kinds}, got {self.kind!r}")
        minor_digits(self.currency)
        if self.date_form is not None and self.date_form not in DATE_FORMS:
            forms = ", ".join(DATE_FORMS)
            raise ParamsError(f"date_form must be one of {forms}, got {self.date_form}")
        if self.decimal not in {None, ".", ","}:
            raise ParamsError(f"decimal must be '.' or ',', got {self.decimal!r}")
        wrong = {how for how in self.roll_up.values() if how not in ROLL_UPS}
        if wrong:
            raise ParamsError(
                f"roll_up must say {', '.join(ROLL_UPS)}, got {sorted(wrong)}"
            )
        if not self.far_km > 0:
            raise ParamsError(f"far_km must be above 0, got {self.far_km}")
