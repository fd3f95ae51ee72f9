"""The comp plan as data: a closed list of components, checked, never executed."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from planner.commissions.plans.calendar import PlanYear
from planner.commissions.plans.compiling import (
    read_component,
    read_date,
    read_measure,
    read_table,
)
from planner.commissions.plans.components import Component
from planner.commissions.plans.documents import read_document
from planner.core.errors import InputError
from planner.core.money import minor_digits


@dataclass(frozen=True, slots=True, kw_only=True)
class CompPlan:
    """A checked plan; `content_hash` is the SHA-256 of its text."""

    plan_id: str
    name: str
    currency: str
    valid_from: dt.date
    valid_to: dt.date
    components: tuple[Component, ...]
    content_hash: str
    text: str
    year: PlanYear

    @property
    def last_month(self) -> str:
        """The month of the last day that the plan pays: ``2026-12``."""
        return f"{self.valid_to - dt.timedelta(days=1):%Y-%m}"

    def pays(self, period: str) -> bool:
        """Tell whether a day of a month lies in the plan."""
        month = _month(period)
        first, last = month.start_time.date(), month.end_time.date()
        return self.valid_from <= last and first < self.valid_to

    def ends_by(self, period: str, day: dt.date) -> bool:
        """Tell whether it pays a month and no day of it from `day` on."""
        end = min(self.valid_to, (_month(period) + 1).start_time.date())
        return self.pays(period) and self.valid_from < end <= day

    def days_to(self, period: str) -> tuple[pd.Timestamp, pd.Timestamp]:
        """
        Tell which days the plan counts when it pays a month.

        Parameters
        ----------
        period
            The month, ``2026-10``.

        Returns
        -------
        From the first day of its year (or of the plan) to the end of the month (or of
        the plan), which is not counted any more.

        Raises
        ------
        InputError
            If no day of the month lies in the plan.
        """
        month = _month(period)
        start = max(month.start_time, pd.Timestamp(self.valid_from))
        end = min((month + 1).start_time, pd.Timestamp(self.valid_to))
        if start >= end:
            raise InputError(
                f"period {period} must lie in the plan {self.plan_id}, which runs from "
                f"{self.valid_from} to {self.valid_to}, that day not counted"
            )
        begin = pd.Timestamp(f"{self.year.first(period)}-01")
        return max(begin, pd.Timestamp(self.valid_from)), end


def _month(period: str) -> pd.Period:
    try:
        month = pd.Period(period, freq="M")
    except ValueError:
        month = None
    if month is None or str(month) != period:
        raise InputError(f"period must look like 2026-10, got {period!r}")
    return month


def load_plan(source: str | Path) -> CompPlan:
    """
    Read, check and compile a plan document.

    Parameters
    ----------
    source
        Path of a YAML or JSON file, or its text.

    Raises
    ------
    InputError
        Naming the place in the document, the value and the rule it breaks.
    """
    document, text = read_document(source)
    head = document["plan"]
    currency = head["currency"]
    minor_digits(currency)
    valid_from = read_date(head["valid_from"], "plan.valid_from")
    valid_to = read_date(head["valid_to"], "plan.valid_to")
    if valid_to <= valid_from:
        raise InputError(f"plan.valid_to: {valid_to} must lie after {valid_from}")
    measures = _unique(
        [
            read_measure(item, currency, n)
            for n, item in enumerate(document["measures"])
        ],
        "code",
        "measures",
    )
    tables = _unique(
        [
            read_table(item, currency, n)
            for n, item in enumerate(document.get("rate_tables", ()))
        ],
        "table_id",
        "rate_tables",
    )
    components = _unique(
        [
            read_component(item, f"components[{n}]", currency, measures, tables)
            for n, item in enumerate(document["components"])
        ],
        "component_id",
        "components",
    )
    return CompPlan(
        plan_id=head["id"],
        name=head.get("name", head["id"]),
        currency=currency,
        valid_from=valid_from,
        valid_to=valid_to,
        components=tuple(components.values()),
        year=PlanYear(_first_month(head, valid_from, valid_to)),
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
    )


def _first_month(head: Any, valid_from: dt.date, valid_to: dt.date) -> int:
    """Take the stated month; else a plan across New Year begins its own years."""
    last = valid_to - dt.timedelta(days=1)
    default = 1 if last.year == valid_from.year else valid_from.month
    return int(head.get("fiscal_year_start", default))


def _unique(items: list[Any], key: str, place: str) -> dict[str, Any]:
    by_key: dict[str, Any] = {}
    for number, item in enumerate(items):
        name = getattr(item, key)
        if name in by_key:
            raise InputError(f"{place}[{number}]: {name} is already taken")
        by_key[name] = item
    return by_key
