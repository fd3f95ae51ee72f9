"""A plan document from the few figures of a usual plan: rates, bonus, cap, shares."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

from planner.core.errors import ParamsError

SCHEMA = "commission-plan/1"
CAP_SPANS = ("month", "year")
_BOOKINGS = "bookings"
_TEAM = "team_bookings"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanForm:
    """
    What the form of a usual plan asks.

    Parameters
    ----------
    currency
        The company's.
    valid_from, valid_to
        The days it pays; the last is not counted.
    first_month
        The month its year begins with, 1 to 12.
    base_rate
        Share of its bookings that a rep is paid.
    accelerators
        Attainment of the year's quota, rising, and the rate from there on; empty: the
        base rate on everything, without a quota.
    bonus
        Paid once a year for reaching the quota; None: none.
    cap, cap_per
        The most that the commission pays, and per what of `CAP_SPANS`; None: no cap.
    manager_rate, vp_rate
        Share of their people's bookings that they are paid; None: none.
    name
        Of the plan.

    Raises
    ------
    ParamsError
        Naming the field, the value and the rule.
    """

    currency: str
    valid_from: dt.date
    valid_to: dt.date
    base_rate: Decimal
    first_month: int = 1
    accelerators: tuple[tuple[Decimal, Decimal], ...] = ()
    bonus: Decimal | None = None
    cap: Decimal | None = None
    cap_per: str = "month"
    manager_rate: Decimal | None = None
    vp_rate: Decimal | None = None
    name: str = ""

    def __post_init__(self) -> None:
        if self.valid_to <= self.valid_from:
            raise ParamsError(
                f"valid to: {self.valid_to} must lie after {self.valid_from}"
            )
        rates = {
            "base rate": self.base_rate,
            "managers' share": self.manager_rate,
            "vice presidents' share": self.vp_rate,
            **{f"rate from {at:%}": rate for at, rate in self.accelerators},
        }
        for field, rate in rates.items():
            if rate is not None and not 0 <= rate < 1:
                raise ParamsError(f"{field} must be at least 0 % and below 100 %")
        before = Decimal(0)
        for at, _ in self.accelerators:
            if at <= before:
                raise ParamsError(f"attainment {at:%} must lie above {before:%}")
            before = at
        for field, amount in (("bonus", self.bonus), ("cap", self.cap)):
            if amount is not None and amount <= 0:
                raise ParamsError(f"{field} must be above 0, got {amount}")
        if self.cap_per not in CAP_SPANS:
            raise ParamsError(f"a cap is per month or year, got {self.cap_per}")


def plan_of_form(form: PlanForm) -> dict[str, Any]:
    """
    Make the plan document of a form.

    Returns
    -------
    A document by ``plan_schema.json``; `document_text` writes it.
    """
    year = str(form.valid_from.year)
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "plan": {
            "id": f"{_code(form.name) or 'PAY'}-{year}",
            "name": form.name or f"Pay terms {year}",
            "currency": form.currency,
            "valid_from": form.valid_from.isoformat(),
            "valid_to": form.valid_to.isoformat(),
            "fiscal_year_start": form.first_month,
        },
        "measures": [_measure(_BOOKINGS, "direct")],
        "components": [_commission(form)],
    }
    if form.accelerators:
        document["rate_tables"] = [_rate_table(form)]
    if form.bonus is not None:
        document["components"].append(
            {
                "id": "quota_bonus",
                "name": "Bonus for the quota",
                "type": "bonus",
                "roles": ["rep"],
                "measure": _BOOKINGS,
                "quota": {"measure": _BOOKINGS},
                "amount": form.bonus,
            }
        )
    shares = {"manager": form.manager_rate, "vp": form.vp_rate}
    leaders = {role: rate for role, rate in shares.items() if rate}
    if leaders:
        document["measures"].append(_measure(_TEAM, "rolled"))
    for role, rate in leaders.items():
        document["components"].append(
            {
                "id": f"{role}_override",
                "name": "Team override" if role == "manager" else "Company override",
                "type": "override",
                "roles": [role],
                "measure": _TEAM,
                "rate": rate,
            }
        )
    return document


def document_text(document: dict[str, Any]) -> str:
    """Write a plan document as YAML, its numbers exact."""
    return yaml.dump(document, Dumper=_PlanDumper, sort_keys=False, allow_unicode=True)


def _code(name: str) -> str:
    """Make an id of a name; empty where it has no letter for one."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-0123456789")[:50].upper()


def _measure(code: str, kind: str) -> dict[str, Any]:
    return {
        "code": code,
        "name": code.replace("_", " "),
        "credit_type": "revenue",
        "kind": kind,
        "accumulation": "year",
    }


def _commission(form: PlanForm) -> dict[str, Any]:
    """Pay reps a share of their bookings, up to the cap."""
    component: dict[str, Any] = {
        "id": "commission",
        "name": "Commission",
        "type": "marginal" if form.accelerators else "flat",
        "roles": ["rep"],
        "measure": _BOOKINGS,
    }
    if form.accelerators:
        component |= {"quota": {"measure": _BOOKINGS}, "rates": "commission"}
    else:
        component["rate"] = form.base_rate
    if form.cap is not None:
        component["cap"] = {"amount": form.cap, "per": form.cap_per}
    return component


def _rate_table(form: PlanForm) -> dict[str, Any]:
    lowers = [Decimal(0), *(at for at, _ in form.accelerators)]
    rates = [form.base_rate, *(rate for _, rate in form.accelerators)]
    tiers = [
        {"from": lower, "to": upper, "rate": rate}
        for lower, upper, rate in zip(lowers, [*lowers[1:], None], rates, strict=True)
    ]
    return {"id": "commission", "dimension": "attainment", "tiers": tiers}


class _PlanDumper(yaml.SafeDumper):
    """A SafeDumper that writes Decimal numbers as they are."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - plans have none
        return True


def _plain_number(dumper: yaml.SafeDumper, number: Decimal) -> yaml.ScalarNode:
    text = f"{number.normalize():f}"
    tag = "tag:yaml.org,2002:float" if "." in text else "tag:yaml.org,2002:int"
    return dumper.represent_scalar(tag, text)


_PlanDumper.add_representer(Decimal, _plain_number)
