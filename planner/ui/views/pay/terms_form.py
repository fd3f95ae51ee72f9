"""The short form that makes pay terms: rates, bonus, cap, shares, days."""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import Decimal
from typing import Any

import streamlit as st

from planner.commissions.plans.template import CAP_SPANS, PlanForm
from planner.services.pay import terms
from planner.services.scenarios import publishing
from planner.services.workspace import OpenCompany
from planner.ui import faults

_N_ACCELERATORS = 2


def terms_form(ws: OpenCompany, today: dt.date, currency: str) -> None:
    """
    Ask for the figures of a usual plan and save it as the newest version.

    Parameters
    ----------
    today
        The company's day: its year is the first choice.
    currency
        The company's, which the plan is in.
    """
    with st.form("terms-form", border=False):
        values = {
            "base_rate": _percent("Of their bookings reps are paid, %", "base", 5.0),
            "accelerators": _accelerators(),
            **_amounts(currency),
            **_leaders(),
        }
        values |= _days(today, publishing.planned_year(ws))
        if not st.form_submit_button("Save these terms", key="terms-save"):
            return
    with faults.guard("Saving the terms"):
        terms.save_form(ws, PlanForm(currency=currency, **values))
        st.rerun()


def _percent(label: str, key: str, value: float | None) -> Decimal | None:
    """Ask for a percentage; its share of 1, or None where it is empty."""
    percent = st.number_input(
        label, 0.0, value=value, step=0.5, format="%.2f", key=f"terms-{key}"
    )
    return None if percent is None else Decimal(str(percent)) / 100


def _accelerators() -> tuple[tuple[Decimal, Decimal], ...]:
    """Ask for the rates from an attainment on; empty rows are left out."""
    rows = []
    for number in range(1, _N_ACCELERATORS + 1):
        at_column, rate_column = st.columns(2)
        with at_column:
            at = _percent(
                "From this % of the year's quota on",
                f"at-{number}",
                100.0 if number == 1 else None,
            )
        with rate_column:
            rate = _percent(
                "they are paid, % (empty: no other rate)", f"rate-{number}", None
            )
        if at is not None and rate is not None:
            rows.append((at, rate))
    return tuple(rows)


def _amounts(currency: str) -> dict[str, Any]:
    """Ask for the bonus and the cap."""
    bonus_column, cap_column, per_column = st.columns(3)
    bonus = bonus_column.number_input(
        f"Bonus for reaching the quota, {currency}", 0.0, value=None, key="terms-bonus"
    )
    cap = cap_column.number_input(
        f"Commission at most, {currency}", 0.0, value=None, key="terms-cap"
    )
    per = per_column.selectbox("a", CAP_SPANS, key="terms-cap-per")
    return {
        "bonus": None if bonus is None else Decimal(str(bonus)),
        "cap": None if cap is None else Decimal(str(cap)),
        "cap_per": per,
    }


def _leaders() -> dict[str, Any]:
    """Ask for what those are paid whose people sell."""
    manager_column, vp_column = st.columns(2)
    with manager_column:
        manager = _percent("Managers, % of their team's bookings", "manager", None)
    with vp_column:
        vp = _percent("Vice presidents, % of all bookings below", "vp", None)
    return {"manager_rate": manager, "vp_rate": vp}


def _days(today: dt.date, planned_year: int) -> dict[str, Any]:
    """
    Ask for the first and the last day, and the month in which years begin.

    Terms last through the year that is planned next: a plan published in December for
    January is paid by them too.
    """
    first_column, last_column, month_column = st.columns(3)
    first = first_column.date_input(
        "Pays from", dt.date(today.year, 1, 1), key="terms-from"
    )
    last = last_column.date_input(
        "to and with",
        dt.date(max(today.year, planned_year), 12, 31),
        key="terms-to",
    )
    month = month_column.selectbox(
        "Its year begins in",
        range(1, 13),
        format_func=lambda number: calendar.month_name[number],
        key="terms-month",
    )
    return {
        "valid_from": first,
        "valid_to": last + dt.timedelta(days=1),
        "first_month": month,
    }
