"""The forms that open over a page: balance, publish, clone, rename."""

import pytest
from streamlit.testing.v1 import AppTest

from planner.jobs import queue
from planner.services.balance.request import BalanceRequest
from planner.services.drafts import editing
from planner.services.scenarios import listing, publishing
from planner.services.territories import view
from planner.territory.editing.edits import Lock
from planner.territory.model.params import BalanceMeasure
from tests.gestures import assign

RUN_S = 60


def show_form(name):
    """Run a form as a page of its own: AppTest cannot rerun a dialog alone."""
    import importlib

    from planner.ui import session
    from planner.ui.views.workbench.workbench import open_workbench

    module, function = name.rsplit(".", 1)
    form = getattr(importlib.import_module(module), function).__wrapped__
    ws = session.company()
    scenario = session.scenario(ws)
    if function == "balance_form":
        form(open_workbench(ws, session.formats(ws), scenario))
    elif function == "publish_form":
        form(ws, session.formats(ws), scenario)
    else:
        form(ws, scenario)


@pytest.fixture
def form(store_url):  # noqa: ARG001 - it sets where the store is
    def opened(name):
        args = (f"planner.ui.views.{name}",)
        return AppTest.from_function(show_form, args=args, default_timeout=RUN_S).run()

    return opened


def text_of(app):
    return " ".join(str(block.proto.body) for block in app.get("html"))


def draft(ws):
    return next(s for s in listing.scenarios(ws) if s.status == "draft")


def test_balance_asks_and_queues_a_job(form, ws):
    app = form("balance.form.balance_form")
    app.number_input(key="bal-n").set_value(20)
    app.number_input(key="bal-tolerance").set_value(5.0)
    app.selectbox(key="bal-second").set_value("workload_min").run()
    # A plan is in force: few customers come first, counted from it.
    assert app.segmented_control(key="bal-minimise").value == "moves"
    in_force = next(s for s in listing.scenarios(ws) if s.status == "published")
    assert app.selectbox(key="bal-counted").value == in_force.scenario_id
    app.button(key="bal-start").click().run()
    assert not app.exception
    job = queue.latest(ws.store, "balance", draft(ws).scenario_id)
    assert job.state == "queued"
    assert job.params["n_territories"] == 20
    assert job.params["minimise"] == "moves"
    assert job.params["counted_from"] == in_force.scenario_id
    assert job.params["weighs_moves"] is False
    asked = BalanceRequest.from_dict(job.params).params.measures
    assert asked == (
        BalanceMeasure(column="potential_minor", tolerance=0.05),
        BalanceMeasure(column="workload_min", tolerance=0.1),
    )


def test_a_balance_by_travel_asks_where_to_start(form, ws):
    app = form("balance.form.balance_form")
    app.segmented_control(key="bal-minimise").set_value("travel").run()
    app.segmented_control(key="bal-from").set_value("new")
    app.button(key="bal-start").click().run()
    assert not app.exception
    params = queue.latest(ws.store, "balance", draft(ws).scenario_id).params
    assert params["minimise"] == "travel"
    assert params["is_started_from_current"] is False
    assert params["counted_from"] == ""


def test_the_curve_can_weigh_what_is_disturbed(form, ws):
    app = form("balance.form.balance_form")
    app.segmented_control(key="bal-kind").set_value("frontier").run()
    app.toggle(key="bal-weighed").set_value(v=True)
    app.selectbox(key="bal-counted").set_value("")
    app.button(key="bal-start").click().run()
    assert not app.exception
    params = queue.latest(ws.store, "frontier", draft(ws).scenario_id).params
    assert params["weighs_moves"] is True
    assert params["counted_from"] == ""


def test_a_measure_is_calculated_and_balanced(form, ws):
    app = form("balance.form.balance_form")
    app.text_input(key="calc-name").set_value("Open ground")
    app.text_input(key="calc-formula").set_value("annual_revenue - our_sale").run()
    assert "did you mean our_sales" in text_of(app)
    app.text_input(key="calc-formula").set_value("annual_revenue - our_sales").run()
    app.button(key="calc-add").click().run()
    app.selectbox(key="bal-measure").set_value("custom.Open ground").run()
    app.button(key="bal-start").click().run()
    assert not app.exception
    job = queue.latest(ws.store, "balance", draft(ws).scenario_id)
    asked = BalanceRequest.from_dict(job.params).params.measures
    assert asked[0].column == "custom.Open ground"


def test_balance_asks_for_the_least_and_the_most_in_units_people_know(form, ws):
    app = form("balance.form.balance_form")
    app.selectbox(key="bal-second").set_value("workload_min").run()
    app.selectbox(key="bal-third").set_value("accounts").run()
    app.number_input(key="bal-measure-least").set_value(100_000.0)
    app.number_input(key="bal-tolerance-second").set_value(None)
    app.number_input(key="bal-second-most").set_value(1800.0)
    app.number_input(key="bal-third-least").set_value(20.0)
    app.toggle(key="bal-ordered").set_value(v=True)
    app.button(key="bal-start").click().run()
    assert not app.exception
    job = queue.latest(ws.store, "balance", draft(ws).scenario_id)
    asked = BalanceRequest.from_dict(job.params).params.measures
    assert asked == (
        BalanceMeasure(column="potential_minor", tolerance=0.1, minimum=10_000_000),
        BalanceMeasure(column="workload_min", maximum=108_000, priority=2),
        BalanceMeasure(column="accounts", tolerance=0.1, minimum=20, priority=3),
    )


def test_limits_that_cannot_be_kept_are_named_in_money(form, ws):
    app = form("balance.form.balance_form")
    app.number_input(key="bal-measure-least").set_value(1_000_000_000.0)
    app.button(key="bal-start").click().run()
    said = text_of(app)
    assert "24 territories with at least &#36;1,000,000,000 potential each need" in said
    assert queue.latest(ws.store, "balance", draft(ws).scenario_id) is None


def test_a_balance_is_of_the_territories_that_have_units(form, ws):
    scenario_id = draft(ws).scenario_id
    by_unit = view.overview(ws, scenario_id).units["territory_id"]
    assign(ws, scenario_id, list(by_unit.index[by_unit == "T01"]), "T02")
    app = form("balance.form.balance_form")
    assert app.number_input(key="bal-n").value == 24  # nothing is held: T01 gets some
    opened = editing.open_draft(ws, scenario_id)
    lock = Lock(what="territory", ids=("T02",))
    editing.accept(ws, editing.do(ws, opened, lock, "lock T02"))
    app = form("balance.form.balance_form")
    assert app.number_input(key="bal-n").value == 23
    said = " ".join(caption.value for caption in app.caption)
    assert "1 territory holds no unit and would end" in said


def test_balance_asks_for_rules_and_says_what_is_too_big(form, ws):
    app = form("balance.form.balance_form")
    app.selectbox(key="bal-second").set_value("workload_min").run()
    app.selectbox(key="bal-third").set_value("work_hours").run()
    app.selectbox(key="bal-fourth").set_value("accounts")
    app.segmented_control(key="bal-minimise").set_value("cost")
    app.segmented_control(key="bal-shares").set_value("capacity")
    app.segmented_control(key="bal-travel").set_value("home")
    app.multiselect(key="bal-kept").set_value(["T01"])
    app.toggle(key="bal-states").set_value(v=True)
    app.button(key="bal-start").click().run()
    assert not app.exception
    asked = queue.latest(ws.store, "balance", draft(ws).scenario_id).params
    assert [m["column"] for m in asked["measures"]] == [
        "potential_minor",
        "workload_min",
        "work_hours",
        "accounts",
    ]
    assert asked["minimise"] == "moves"
    assert asked["weighs_moves"] is True
    assert asked["shares"] == "capacity"
    assert asked["travel_to"] == "home"
    assert asked["kept_territories"] == ["T01"]
    assert asked["keeps_named"] is True
    assert asked["is_within_regions"] is True


def test_contradictions_are_named_before_solving(form, ws):
    app = form("balance.form.balance_form")
    app.multiselect(key="bal-kept").set_value(["T01", "T02", "T03"])
    app.number_input(key="bal-n").set_value(2)
    app.button(key="bal-start").click().run()
    assert "locked units lie in 3 territories, but only 2 are asked" in text_of(app)
    assert queue.latest(ws.store, "balance", draft(ws).scenario_id) is None


def test_what_stays_and_is_too_much_is_said_at_once(form):
    app = form("balance.form.balance_form")
    app.multiselect(key="bal-kept").set_value(["T15"]).run()
    assert "locked to T15 come to 1" in app.warning[0].value
    app.multiselect(key="bal-kept").set_value(["T09"]).run()
    assert not app.warning


def test_the_form_asks_for_the_frontier_and_for_headcounts(form, ws):
    app = form("balance.form.balance_form")
    app.segmented_control(key="bal-kind").set_value("frontier").run()
    app.button(key="bal-start").click().run()
    asked = queue.latest(ws.store, "frontier", draft(ws).scenario_id).params
    assert asked["counts"][:4] == [0, 10, 25, 50]
    app.segmented_control(key="bal-kind").set_value("headcount").run()
    app.number_input(key="bal-road").set_value(30)
    app.button(key="bal-start").click().run()
    asked = queue.latest(ws.store, "headcount", draft(ws).scenario_id).params
    assert asked["travel_minor_per_h"] == 3000
    assert asked["n_territories"] == 24


def test_units_too_big_are_said_and_can_be_divided(form, ws):
    app = form("balance.form.balance_form")
    app.number_input(key="bal-n").set_value(40).run()
    assert "Too big to be kept whole" in app.warning[0].value
    app.toggle(key="bal-divide").set_value(v=True)
    app.button(key="bal-start").click().run()
    asked = queue.latest(ws.store, "balance", draft(ws).scenario_id).params
    assert "26163" in asked["split_units"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("bal-n", 5000, "5,000 territories cannot be made of"),
        ("bal-n", 300, "300 territories are more than one map can tell apart"),
        ("bal-tolerance", 150.0, "must lie in (0, 1)"),
        ("bal-measure-most", 0.0, "at most &#36;0 potential each hold"),
    ],
)
def test_what_cannot_be_balanced_is_said_not_replaced(form, ws, key, value, said):
    app = form("balance.form.balance_form")
    app.number_input(key=key).set_value(value)
    app.button(key="bal-start").click().run()
    assert said in text_of(app)
    assert queue.latest(ws.store, "balance", draft(ws).scenario_id) is None


def test_publishing_shows_the_changes_first(form, ws):
    app = form("scenarios.publishing.publish_form")
    assert "Owner changes" in text_of(app)
    assert publishing.publications(ws)[0].effective_from.year == 2024
    app.button(key="scn-publish-do").click().run()
    assert publishing.publications(ws)[0].effective_from.isoformat() == "2027-01-01"


def test_a_plan_for_an_earlier_day_says_that_it_holds_until_the_next(form, ws):
    app = form("scenarios.publishing.publish_form")
    app.date_input(key="scn-start-day").set_value("2024-01-01").run()
    assert "takes over then" in text_of(app)
    app.date_input(key="scn-start-day").set_value("2024-12-01").run()
    app.button(key="scn-publish-do").click().run()
    assert "choose another day" in text_of(app)
    assert len(publishing.publications(ws)) == 1


def test_a_scenario_is_cloned_under_a_free_name(form, ws):
    app = form("scenarios.forms.clone_form")
    name = draft(ws).name
    app.text_input(key="scn-clone-name").set_value(name).run()
    app.button(key="scn-clone-do").click().run()
    assert "choose another name" in text_of(app)
    app.text_input(key="scn-clone-name").set_value("26 reps").run()
    app.button(key="scn-clone-do").click().run()
    assert "26 reps" in [s.name for s in listing.scenarios(ws)]


def test_a_scenario_is_renamed(form, ws):
    app = form("scenarios.forms.rename_form")
    app.text_input(key="scn-rename-name").set_value("North").run()
    app.button(key="scn-rename-do").click().run()
    assert draft(ws).name == "North"
