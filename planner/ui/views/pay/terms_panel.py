"""Pay terms: what is in force, its versions, a plan from a file or from a form."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from planner.commissions.plans.plan import CompPlan
from planner.commissions.plans.readable import parts_for, readable_terms
from planner.core.formats import Formats
from planner.core.languages import Language
from planner.core.reasons import Reason
from planner.services.pay import terms
from planner.services.pay.terms import TermsView
from planner.services.workspace import OpenCompany
from planner.ui import faults, tables
from planner.ui.maps.text import markdown_text
from planner.ui.views.pay.terms_form import terms_form

_TURN = "terms-turn"
PAGE = "planner/ui/pages/pay_runs.py"


def terms_notice(view: TermsView, fmt: Formats, *, leads_there: bool = False) -> bool:
    """
    Say if a company has no pay terms of its own.

    Parameters
    ----------
    view
        Its pay terms.
    leads_there
        Whether to link to the page where they are set.

    Returns
    -------
    Whether it has none.
    """
    if view.versions:
        return False
    code = "pay_no_terms" if view.samples is None else "pay_samples_terms"
    st.warning(Language(formats=fmt).sentence([Reason(code)]))
    if leads_there:
        st.page_link(PAGE, label="Set the pay terms")
    return True


def terms_panel(ws: OpenCompany, fmt: Formats, view: TermsView, today: dt.date) -> None:
    """
    Show the pay terms, and let the user load or make others.

    Parameters
    ----------
    view
        The company's pay terms.
    today
        Its day: the terms of that day are shown.
    """
    with st.expander("Pay terms", expanded=not view.versions, key="pay-terms"):
        current = view.on(today)
        if current is not None:
            owner = " (the sample company's plan)" if current.is_samples else ""
            st.markdown(
                f"**{markdown_text(current.plan.name)}**{owner}, version "
                f"{current.version}, {_days(current.plan, fmt)}"
            )
            _sentences(readable_terms(current.plan), fmt)
        elif view.versions:
            st.warning(f"No version pays {fmt.day(today)}: load or make one that does.")
        if view.samples is not None:
            _samples(ws, fmt, view.samples.plan, view.currency)
        if len(view.versions) > 1:
            _versions(view, fmt)
        upload, form = st.tabs(["Load a plan", "Make one by a form"])
        with upload:
            _upload(ws)
        with form:
            terms_form(ws, today, view.currency)
        if view.versions:
            st.caption(
                "New terms are a new version; of those that pay a day the newest "
                "counts. What they change of closed months is posted with the next "
                "month that closes."
            )


def own_terms(plan: CompPlan, position_id: str, role: str, fmt: Formats) -> None:
    """Show the terms of one position."""
    with st.expander("Your terms", key="my-terms"):
        st.markdown(f"**{markdown_text(plan.name)}**, {_days(plan, fmt)}")
        _sentences(parts_for(plan, position_id, role), fmt)


def _sentences(parts: list[Reason], fmt: Formats) -> None:
    language = Language(formats=fmt)
    lines = [markdown_text(language.sentence([part]), 1000) for part in parts]
    st.markdown("\n".join(f"- {line}" for line in lines) or "Nothing is paid.")


def _days(plan: CompPlan, fmt: Formats) -> str:
    last = plan.valid_to - dt.timedelta(days=1)
    return f"{fmt.day(plan.valid_from)} to {fmt.day(last)}"


def _samples(ws: OpenCompany, fmt: Formats, plan: CompPlan, currency: str) -> None:
    """Offer the sample's plan, which nobody chose, to be confirmed."""
    st.markdown("**The sample company's plan**, as it was loaded into this company:")
    _sentences(readable_terms(plan), fmt)
    is_same = plan.currency == currency
    reason = None if is_same else f"It pays in {plan.currency}, not in {currency}."
    if st.button("Confirm as ours", key="terms-confirm", disabled=not is_same):
        with faults.guard("Confirming the terms"):
            terms.confirm_samples(ws)
            st.rerun()
    if reason:
        st.caption(reason)


def _versions(view: TermsView, fmt: Formats) -> None:
    rows = [
        {
            "version": each.version,
            "name": each.plan.name,
            "first": each.plan.valid_from,
            "last": each.plan.valid_to - dt.timedelta(days=1),
            "by": each.created_by,
            "on": pd.Timestamp(each.created_at).date(),
        }
        for each in view.versions
    ]
    tables.table(
        pd.DataFrame(rows).set_index("version", drop=False),
        {
            "version": tables.Column("Version", "number"),
            "name": tables.Column("Terms"),
            "first": tables.Column("From", "day"),
            "last": tables.Column("To", "day"),
            "by": tables.Column("Saved by"),
            "on": tables.Column("Saved on", "day"),
        },
        fmt=fmt,
        key="terms-versions",
        height=min(260, (len(rows) + 2) * 32),
        label="Versions of the pay terms",
    )


def _upload(ws: OpenCompany) -> None:
    """Take a plan document; each turn has a field of its own."""
    turn = int(st.session_state.get(_TURN, 0))
    file = st.file_uploader(
        "A plan as YAML or JSON", type=["yaml", "yml", "json"], key=f"terms-file-{turn}"
    )
    if file is None:
        return
    with faults.guard("Loading the plan"):
        terms.save_terms(ws, file.getvalue())
        st.session_state[_TURN] = turn + 1
        st.rerun()
