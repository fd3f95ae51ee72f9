"""Pay terms on Pay runs and My pay: loaded, made by a form, read, confirmed."""

import datetime as dt

import pytest

from planner.core.run import RunControl
from planner.services.company.companies import start_empty_company
from planner.services.pay import runs, terms
from planner.store.pay import comp_plans
from tests.gestures import give_terms
from tests.ui.test_pages_planner import boxes, turn_to

DAY = dt.date(2026, 11, 20)


@pytest.fixture
def own(app, ws):
    """Open a company without anything, in the app too."""
    opened = start_empty_company(ws, "Blank", "EUR", DAY)
    app.session_state["company_id"] = opened.company_id
    return opened


def texts(app):
    return " ".join(str(block.value) for block in (*app.markdown, *app.warning))


def test_without_terms_pay_says_so_and_leads_to_them(app, own):
    turn_to(app, "pay_runs")
    assert "This company has no pay terms yet" in texts(app)
    turn_to(app, "my_pay")
    assert "This company has no pay terms yet" in texts(app)
    assert not app.exception
    give_terms(own)
    turn_to(app, "my_pay")
    assert "no pay terms" not in texts(app)


def test_the_form_makes_terms_that_are_then_read(app, own):
    turn_to(app, "pay_runs")
    app.number_input(key="terms-base").set_value(5.0)
    app.number_input(key="terms-rate-1").set_value(8.0)
    app.number_input(key="terms-bonus").set_value(1000.0)
    app.number_input(key="terms-cap").set_value(30000.0)
    app.button(key="terms-save").click().run()
    assert not app.exception
    (saved,) = terms.terms_view(own).versions
    assert (saved.plan.currency, len(saved.plan.components)) == ("EUR", 2)
    text = texts(app).replace("\\", "")
    assert "5 % of bookings up to 100 % of the year's quota, 8 % above" in text
    assert "at most €30,000 a month" in text
    assert "no pay terms" not in text


def test_a_plan_is_loaded_from_a_file_and_a_wrong_one_named(app, own):
    turn_to(app, "pay_runs")
    document = give_terms(own).plan.text
    for name, text in (
        ("bad.yaml", document.replace("rate: 0.05", "rate: 5")),
        ("good.yaml", document.replace("rate: 0.05", "rate: 0.07")),
    ):
        field = app.file_uploader[0]
        field.set_value((name, text.encode(), "application/yaml")).run()
        assert not app.exception
        assert ("5 is 500 %" in boxes(app)) == (name == "bad.yaml")
    rates = [
        each.plan.components[0].table.tiers[0].rate_ppm
        for each in terms.terms_view(own).versions
    ]
    assert rates == [70_000, 50_000]


@pytest.mark.parametrize("currency", ["USD", "EUR"])
def test_the_samples_plan_is_offered_to_be_confirmed(app, ws, currency):
    """An older store has it in each company; in other money it cannot be confirmed."""
    own = start_empty_company(ws, "Old", currency, DAY)
    text = (ws.settings.data_dir / "sample" / "comp_plan.yaml").read_text("utf-8")
    with ws.store.transaction() as conn:
        comp_plans.save_comp_plan(conn, own.company_id, text, user="ann")
    app.session_state["company_id"] = own.company_id
    turn_to(app, "pay_runs")
    assert "are the sample company's" in texts(app)
    confirm = app.button(key="terms-confirm")
    assert confirm.disabled == (currency == "EUR")
    if currency == "USD":
        confirm.click().run()
        assert not app.exception
        assert "sample company's" not in " ".join(w.value for w in app.warning)
        assert len(terms.terms_view(own).versions) == 1


def test_the_sample_keeps_its_plan_and_labels_it(app):
    turn_to(app, "pay_runs")
    assert not app.exception
    assert "(the sample company's plan)" in texts(app)
    assert "no pay terms" not in texts(app)


def test_my_pay_reads_ones_own_terms_by_the_plan_that_paid(app, ws):
    """A rep reads the reps' parts; terms saved after the run are not yet theirs."""
    runs.run_period(ws, {"period": runs.latest_period(ws)}, RunControl())
    give_terms(ws)
    turn_to(app, "my_pay")
    assert not app.exception
    text = texts(app).replace("\\", "")
    assert "3.5 % of bookings up to 50 % of the year's quota" in text
    assert "Team override" not in text
