"""The coverage table on the page: what is chosen decides its rows."""

from streamlit.testing.v1 import AppTest

RUN_S = 60


def show_table(has_after):
    from planner.core.formats import Formats
    from planner.ui.views.workbench.coverage_table import coverage_table
    from tests import small_plan
    from tests.services.territories.test_coverage import ALL_A, ROWS, plan

    view, people = plan()
    after = small_plan.view(small_plan.draft(ALL_A), ROWS) if has_after else None
    coverage_table(Formats(), view, people, after)


def opened(has_after=False):
    args = (has_after,)
    return AppTest.from_function(show_table, args=args, default_timeout=RUN_S).run()


def test_coverage_is_shown_by_what_is_chosen():
    app = opened()
    assert not app.exception
    assert app.dataframe[0].value["label"].tolist() == ["M1, vacant"]
    assert app.markdown[0].value.startswith("2,400 h of work a year for 2,000 h")
    app.segmented_control(key="terr-coverage-by").set_value("region").run()
    assert app.dataframe[0].value["label"].tolist() == ["OH", "PA"]
    app.segmented_control(key="terr-coverage-by").set_value("rep").run()
    assert app.dataframe[0].value["needed_h"].tolist() == [1200, 1200]


def test_what_was_before_stands_beside():
    app = opened(has_after=True)
    app.segmented_control(key="terr-coverage-by").set_value("rep").run()
    table = app.dataframe[0].value
    assert table["accounts_before"].tolist() == [12, 12]
    assert table["accounts"].tolist() == [24, 0]
