"""A company is paid by its own terms, in versions, and by nobody else's."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from planner.commissions.plans.template import PlanForm, document_text, plan_of_form
from planner.core import clock
from planner.core.errors import InputError, NotFoundError
from planner.core.run import RunControl
from planner.services.accounts.simulated import simulated_of
from planner.services.company.companies import start_empty_company
from planner.services.pay import runs, terms
from planner.store.audit.log import load_audit
from planner.store.pay import comp_plans

FORM = PlanForm(
    currency="USD",
    valid_from=dt.date(2026, 1, 1),
    valid_to=dt.date(2027, 1, 1),
    base_rate=Decimal("0.05"),
)
SUMMER = replace(FORM, valid_from=dt.date(2026, 7, 1), base_rate=Decimal("0.06"))
OCTOBER = "2026-10"


def samples_text(ws):
    return (ws.settings.data_dir / "sample" / "comp_plan.yaml").read_text("utf-8")


@pytest.fixture
def older(small):
    """Open a company of a store that an older version of this program wrote."""
    with small.store.transaction() as conn:
        comp_plans.save_comp_plan(
            conn, small.company_id, samples_text(small), user="ann"
        )
    return small


def test_a_new_company_has_no_terms_and_pay_says_so(small):
    view = terms.terms_view(small)
    assert (view.versions, view.samples, view.currency) == ((), None, "USD")
    with pytest.raises(NotFoundError, match=r"has no pay terms yet.*Pay terms on"):
        runs.run_period(small, {"period": OCTOBER}, RunControl())
    with small.store.reading() as conn:
        assert runs.shown_run(small, OCTOBER) is None
        assert comp_plans.list_comp_plans(conn, small.company_id) == []


def test_an_empty_company_has_none_either(ws):
    empty = start_empty_company(ws, "Blank", "EUR", dt.date(2026, 11, 20))
    assert terms.terms_view(empty).versions == ()


def test_the_samples_plan_counts_in_the_sample_alone(sample, older):
    assert [t.is_samples for t in terms.terms_view(sample).versions] == [True]
    view = terms.terms_view(older)
    assert (view.versions, view.samples.is_samples) == ((), True)
    with pytest.raises(NotFoundError, match="sample company's, which pay nobody here"):
        terms.plan_of_month(older, OCTOBER)


def test_the_samples_plan_can_be_confirmed_or_replaced(older):
    """Confirmed, it is a version of one's own, which says who did so."""
    confirmed = terms.confirm_samples(older)
    assert (confirmed.version, confirmed.is_samples) == (2, False)
    assert terms.plan_of_month(older, OCTOBER)[1].plan_id == "FIELD-2026"
    assert "by ann" in confirmed.plan.text.splitlines()[0]
    replaced = terms.save_form(older, FORM)
    view = terms.terms_view(older)
    assert [t.version for t in view.versions] == [replaced.version, 2]
    assert terms.plan_of_month(older, OCTOBER)[1].plan_id == "PAY-2026"


def test_what_the_samples_plan_paid_stays_explained(older):
    plan = terms.plan_of_version(older, 1, OCTOBER)
    assert plan.plan_id == "FIELD-2026"
    terms.save_form(older, FORM)
    assert terms.plan_of_version(older, 1, OCTOBER).plan_id == "FIELD-2026"
    assert terms.plan_of_version(older, None, OCTOBER).plan_id == "PAY-2026"


def test_the_newest_version_that_pays_a_day_is_in_force(small):
    """The year's from January, the summer's from July; nothing outside 2026."""
    terms.save_form(small, FORM)
    terms.save_form(small, SUMMER)
    view = terms.terms_view(small)
    assert view.on(dt.date(2026, 6, 30)).version == 1
    assert view.on(dt.date(2026, 7, 1)).version == 2
    assert view.on(dt.date(2026, 12, 31)).version == 2
    assert view.on(dt.date(2027, 1, 1)) is None
    assert terms.plan_of_month(small, "2026-06")[0] == 1
    assert terms.plan_of_month(small, "2026-07")[0] == 2


def test_saving_adds_a_version_and_a_line_in_the_audit(small):
    first = terms.save_form(small, FORM)
    again = terms.save_form(small, FORM)
    assert first.version == again.version == 1
    second = terms.save_terms(small, document_text(plan_of_form(SUMMER)).encode())
    with small.store.reading() as conn:
        log = load_audit(conn, small.company_id)
    actions = pd.DataFrame(log)["action"].tolist()
    assert second.version == 2
    assert actions.count("save comp plan, version 1") == 1
    assert actions.count("save comp plan, version 2") == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("currency: USD", "currency: EUR", "PAY-2026 pays in EUR, must be USD"),
        ("rate: 0.05", "rate: 5", r"components\[0\].rate: 5 is 500 %; for 5 per cent"),
        ("type: flat", "type: formula", r"components\[0\].type: formula must be one"),
        ("schema:", "schema", "plan: line 2"),
    ],
)
def test_a_plan_that_cannot_pay_is_refused_where_it_is_wrong(small, old, new, words):
    text = document_text(plan_of_form(FORM))
    assert old in text
    with pytest.raises(InputError, match=words):
        terms.save_terms(small, text.replace(old, new))
    assert terms.terms_view(small).versions == ()


def test_json_is_read_and_other_bytes_are_refused(small):
    line = (
        '{"schema": "commission-plan/1", "plan": {"id": "J", "currency": "USD", '
        '"valid_from": "2026-01-01", "valid_to": "2027-01-01"}, "measures": [{"code": '
        '"b", "credit_type": "revenue", "kind": "direct"}], "components": [{"id": "c", '
        '"type": "flat", "measure": "b", "rate": "5 %"}]}'
    )
    assert terms.save_terms(small, line.encode()).plan.plan_id == "J"
    with pytest.raises(InputError, match="must be UTF-8"):
        terms.save_terms(small, b"\xff\xfe\x00")


def test_a_statement_keeps_to_the_terms_that_paid_it(sample):
    """New terms after a run change the next run, not the statement of the last."""
    runs.run_period(sample, {"period": OCTOBER}, RunControl())
    before = runs.statement(sample, "P-R01", OCTOBER)
    terms.save_form(sample, FORM)
    assert runs.statement(sample, "P-R01", OCTOBER).sentence == before.sentence
    again = runs.run_period(sample, {"period": OCTOBER}, RunControl())
    assert (again["plan_id"], again["plan_version"]) == ("PAY-2026", 2)
    after = runs.statement(sample, "P-R01", OCTOBER).sentence
    assert after != before.sentence
    assert "of bookings at 5 %" in after


def test_terms_lent_from_the_sample_are_marked_until_there_are_own(small):
    terms.lend_samples(small)
    assert "terms" in simulated_of(small).among("pay")
    plan = terms.plan_of_month(small, OCTOBER)[1]
    assert plan.currency == "USD"
    terms.save_form(small, FORM)
    assert simulated_of(small).among("pay") == ("deals",)


def test_terms_lent_are_in_the_companys_money_and_pay_its_year(ws):
    euros = start_empty_company(ws, "Blank", "EUR", dt.date(2026, 11, 20))
    plan = terms.lend_samples(euros).plan
    today = clock.today()
    assert plan.currency == "EUR"
    assert plan.valid_from <= today < plan.valid_to
