"""Pay terms of a company: a plan document per version, each with the days it pays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.simulation.rollforward import plan_until
from planner.commissions.plans.plan import CompPlan, load_plan
from planner.commissions.plans.template import PlanForm, document_text, plan_of_form
from planner.core.errors import InputError, NotFoundError
from planner.core.reasons import Reason
from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.store.company.settings import mark_simulated
from planner.store.pay import comp_plans
from planner.store.pay.comp_plans import CompPlanVersion

_SAMPLES_CURRENCY = "USD"
_LENT = "# Lent from the sample until this company has pay terms of its own."


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """
    One version of a company's pay terms.

    Parameters
    ----------
    version, created_at, created_by
        As stored.
    plan
        The compiled plan.
    is_samples
        Whether it is the sample company's plan: in another company it pays nobody.
    """

    version: int
    plan: CompPlan
    created_at: str
    created_by: str
    is_samples: bool

    def holds(self, first: dt.date, last: dt.date) -> bool:
        """Tell whether it pays a day of the span, its last day among them."""
        return self.plan.valid_from <= last and first < self.plan.valid_to


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsView:
    """
    The pay terms of a company as pages show them.

    Parameters
    ----------
    versions
        Those that count, the newest first.
    samples
        The sample's plan where an older version of this program left it as the only
        one of another company; None: it is not there.
    currency
        The company's.
    """

    versions: tuple[Terms, ...]
    samples: Terms | None
    currency: str

    def on(self, day: dt.date) -> Terms | None:
        """Find the newest version that pays a day; None: none does."""
        return next((terms for terms in self.versions if terms.holds(day, day)), None)


def terms_view(ws: OpenCompany) -> TermsView:
    """Read all versions of the company's pay terms."""
    with ws.store.reading() as conn:
        return _view(conn, ws)


def _view(conn: Connection, ws: OpenCompany) -> TermsView:
    company = company_rows.load_company(conn, ws.company_id)
    stored = comp_plans.list_comp_plans(conn, ws.company_id)
    versions = [_terms(row, _samples_text(ws)) for row in stored]
    own = versions
    if company.kind != "sample":
        own = [terms for terms in versions if not terms.is_samples]
    return TermsView(
        versions=tuple(own),
        samples=versions[0] if versions and not own else None,
        currency=company.currency,
    )


def _terms(row: CompPlanVersion, samples_text: str) -> Terms:
    return Terms(
        version=row.version,
        plan=load_plan(row.document),
        created_at=row.created_at,
        created_by=row.created_by,
        is_samples=row.document == samples_text,
    )


def _samples_text(ws: OpenCompany) -> str:
    return (ws.settings.data_dir / "sample" / "comp_plan.yaml").read_text("utf-8")


def plan_of_month(ws: OpenCompany, period: str) -> tuple[int, CompPlan]:
    """
    Find the plan that pays a month.

    Parameters
    ----------
    period
        The month, ``2026-10``.

    Returns
    -------
    The version's number and its plan.

    Raises
    ------
    NotFoundError
        If the company has no pay terms of its own.
    """
    view = terms_view(ws)
    if not view.versions:
        code = "pay_no_terms" if view.samples is None else "pay_samples_terms"
        raise NotFoundError(Reason(code))
    terms = _in_month(view.versions, period)
    return terms.version, terms.plan


def plan_of_version(ws: OpenCompany, version: int | None, period: str) -> CompPlan:
    """
    Read a version of the plan, whosever it was: what was paid by it stays explained.

    Parameters
    ----------
    version
        Its number; None: it was not kept, so the newest that pays the month.
    period
        The month, ``2026-10``.
    """
    with ws.store.reading() as conn:
        stored = comp_plans.list_comp_plans(conn, ws.company_id)
    versions = [_terms(row, _samples_text(ws)) for row in stored]
    same = [terms.plan for terms in versions if terms.version == version]
    return same[0] if same else _in_month(versions, period).plan


def _in_month(versions: Sequence[Terms], period: str) -> Terms:
    """Find the newest version that pays a day of a month, else the one ending last."""
    month = pd.Period(period, "M")
    first, last = month.start_time.date(), month.end_time.date()
    holding = [terms for terms in versions if terms.holds(first, last)]
    if holding:
        return holding[0]
    # one that has ended refuses by itself, and may still correct what it paid
    return max(versions, key=lambda terms: terms.plan.valid_to)


def save_terms(ws: OpenCompany, document: str | bytes) -> Terms:
    """
    Check a plan document and keep it as the newest version, with a line in the audit.

    Parameters
    ----------
    document
        YAML or JSON by ``commission-plan/1``.

    Raises
    ------
    InputError
        Naming the place in the document, the value, the rule and the repair; also if
        its currency is not the company's.
    """
    text = document if isinstance(document, str) else _decoded(document)
    # a line break tells the reader that this is the text and not the name of a file
    text = text if text.endswith("\n") else f"{text}\n"
    plan = load_plan(text)
    with ws.store.transaction() as conn:
        company = company_rows.load_company(conn, ws.company_id)
        _refuse_currency(plan, company.currency)
        if company.kind != "sample" and text == _samples_text(ws):
            text = _confirmed(text, company.today, ws.user)
        row = comp_plans.save_comp_plan(conn, ws.company_id, text, user=ws.user)
        mark_simulated(conn, ws.company_id, "terms", is_simulated=False)
    return _terms(row, _samples_text(ws))


def lend_samples(ws: OpenCompany) -> Terms:
    """Pay by the sample's plan in the company's money, marked as simulated."""
    with ws.store.transaction() as conn:
        company = company_rows.load_company(conn, ws.company_id)
        text = plan_until(_samples_text(ws), company.today.year)
        text = text.replace(_SAMPLES_CURRENCY, company.currency)
        row = comp_plans.save_comp_plan(
            conn, ws.company_id, f"{_LENT}\n{text}", user=ws.user
        )
        mark_simulated(conn, ws.company_id, "terms")
    return _terms(row, _samples_text(ws))


def save_form(ws: OpenCompany, form: PlanForm) -> Terms:
    """Keep the plan of a filled-in form as the newest version."""
    return save_terms(ws, document_text(plan_of_form(form)))


def confirm_samples(ws: OpenCompany) -> Terms:
    """Keep the sample's plan as this company's own, said in its first line."""
    return save_terms(ws, _samples_text(ws))


def _decoded(document: bytes) -> str:
    try:
        return document.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("the plan must be UTF-8 text") from None


def _refuse_currency(plan: CompPlan, currency: str) -> None:
    """Refuse a plan in money that no deal of the company is in."""
    if plan.currency != currency:
        values = {"plan": plan.plan_id, "got": plan.currency, "currency": currency}
        raise InputError(Reason("pay_other_currency", values))


def _confirmed(text: str, today: dt.date, user: str) -> str:
    head, _, rest = text.partition("\n")
    origin = head.removeprefix("# ")
    return f"# Confirmed as this company's own on {today} by {user}: {origin}\n{rest}"
