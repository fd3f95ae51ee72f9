"""The list of problems on the page: counts, buttons, and no more rows than asked."""

from streamlit.testing.v1 import AppTest

RUN_S = 60


def show_problems(n_apart):
    """Draw the list for a plan with an island and so many accounts apart."""
    import streamlit as st

    from planner.core.formats import Formats
    from planner.services.drafts.problems import find_problems, fix_of
    from planner.ui.views.workbench.problem_list import problem_list
    from tests import small_plan

    by_unit = {n: "A" if n[1] in "01" or n == "u32" else "B" for n in small_plan.UNITS}
    if not n_apart:
        draft = small_plan.draft()
    else:
        draft = small_plan.draft(by_unit, {"w00": "B"})
    view = small_plan.view(draft)
    found = find_problems(view, draft)
    found = found.loc[[0, *[1] * n_apart]].reset_index(drop=True) if n_apart else found
    found["what"] = [f"{what}, {at}" for at, what in enumerate(found["what"])]
    asked = problem_list(Formats(), found)
    if asked is not None:
        what, problem = asked
        st.session_state["asked"] = what, problem["kind"]
        st.session_state["edit"] = fix_of(problem, view, draft)


def opened(n_apart=1):
    args = (n_apart,)
    return AppTest.from_function(show_problems, args=args, default_timeout=RUN_S).run()


def rows_of(app):
    return [m.value for m in app.markdown]


def press(app, which, at):
    [b for b in app.button if b.key.endswith(f"-{which}")][at].click().run()


def test_each_problem_is_shown_or_cured():
    app = opened()
    assert not app.exception
    assert app.pills[0].options == ["Island 1", "Apart from its unit 1"]
    assert rows_of(app)[0].startswith(
        ":small[:gray[Island:] u32 is apart from the rest of"
    )
    assert "asked" not in app.session_state
    press(app, "show", 0)
    assert app.session_state["asked"] == ("show", "island")
    press(app, "fix", 1)
    assert app.session_state["asked"] == ("fix", "outside")
    assert app.session_state["edit"].account_ids == ("w00",)


def test_kinds_are_a_filter_and_twenty_rows_are_drawn_at_a_time():
    app = opened(45)
    assert len(rows_of(app)) == 20
    app.button(key="terr-problems-more").click().run()
    assert len(rows_of(app)) == 40
    app.button(key="terr-problems-more").click().run()
    assert len(rows_of(app)) == 46
    assert not [b for b in app.button if b.key == "terr-problems-more"]
    app.pills(key="terr-problem-kinds").set_value(["island"]).run()
    assert len(rows_of(app)) == 1


def test_a_plan_without_problems_says_so():
    app = opened(0)
    assert not app.exception
    assert "No problems" in app.get("html")[0].proto.body
