from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from planner.ui.maps.text import markdown_text
from planner.ui.tables import Column
from planner.ui.widgets import JobView

HOSTILE = "<img src=x onerror=alert(1)> $x$ `y`"


def shown(app: AppTest) -> str:
    """Every piece of HTML on the page."""
    assert not app.exception
    return "\n".join(block.proto.body for block in app.get("html"))


def test_the_header_shows_title_line_and_slot():
    def page():
        import streamlit as st

        from planner.ui import style, widgets

        style.apply_style()
        with widgets.page_header("Territories", "Draw and balance.", context="v18"):
            st.button("Balance", type="primary")

    app = AppTest.from_function(page).run()
    assert '<h1 class="pl-title">Territories</h1>' in shown(app)
    assert app.button[0].label == "Balance"


def test_figures_show_before_and_after_and_escape_names():
    def page(name):
        from planner.ui import widgets

        widgets.metric_row(
            [widgets.Metric(name, "±4.8 %", "±41 %", "−36.2 pts", good=True)]
        )

    text = shown(AppTest.from_function(page, kwargs={"name": HOSTILE}).run())
    assert "±41 %" in text
    assert "±4.8 %" in text
    assert "pl-good" in text
    assert "<img" not in text


def test_an_empty_state_invites():
    def page():
        import streamlit as st

        from planner.ui import widgets

        if widgets.empty_state("No scenario yet", "Start one.", button="Start"):
            st.write("started")

    app = AppTest.from_function(page).run()
    assert "No scenario yet" in shown(app)
    app.button[0].click().run()
    assert app.markdown[0].value == "started"


def test_a_known_error_says_where_what_and_how_to_repair():
    def page():
        from planner.core.errors import InfeasibleError
        from planner.ui import faults as ui_faults

        with ui_faults.guard("Balancing", "Unlock T07."):
            raise InfeasibleError(["T07 is locked above its share", "two islands"])

    text = shown(AppTest.from_function(page).run())
    for part in ("Balancing", "T07 is locked above its share", "two islands", "Unlock"):
        assert part in text


def test_faulty_rows_are_named_and_the_rest_counted():
    def page():
        from planner.core.errors import RowFault, SchemaError
        from planner.ui import faults as ui_faults

        faults = [
            RowFault(str(i), "lat", "99", "must lie in (−90, 90)") for i in range(9)
        ]
        ui_faults.error_box(SchemaError("accounts", faults), where="Reading accounts")

    text = shown(AppTest.from_function(page).run())
    assert "row 4, lat" in text
    assert "row 5, lat" not in text
    assert "and 4 more" in text


def test_a_bug_gets_a_number_that_the_log_has_too(caplog):
    def page():
        from planner.ui import faults as ui_faults

        with ui_faults.guard("Drawing"):
            raise KeyError("secret detail")

    text = shown(AppTest.from_function(page).run())
    assert "secret detail" not in text
    number = text.split("under number ")[1].split(".")[0]
    assert number in caplog.text


def test_a_running_job_shows_progress_and_can_be_cancelled():
    def page():
        import streamlit as st

        from planner.ui import widgets

        def load(job_id):
            return widgets.JobView(
                state="running",
                title=f"Balancing {job_id}",
                fraction=0.62,
                note="moving borders",
                best="worst deviation 4.8 %",
                objective=100.6,
                bound=100.0,
                elapsed_s=42,
            )

        widgets.job_panel(load, lambda job_id: st.toast(f"stop {job_id}"), "J1")

    app = AppTest.from_function(page).run()
    text = shown(app)
    for part in ("Balancing J1", "62 %", "moving borders", "0:42", "within 0.6 %"):
        assert part in text
    app.button[0].click().run()
    assert app.toast[0].value == "stop J1"


@pytest.mark.parametrize(
    ("state", "expected"),
    [("done", "finished"), ("cancelled", "was kept"), ("failed", "disk is full")],
)
def test_an_ended_job_says_how(state, expected):
    def page(state):
        from planner.ui import widgets

        view = widgets.JobView(state=state, title="Balancing", error="disk is full")
        widgets.job_panel(lambda _: view, lambda _: None, "J1")

    app = AppTest.from_function(page, kwargs={"state": state}).run()
    assert expected in shown(app)
    assert not app.button


def test_only_ended_jobs_are_over():
    assert JobView(state="done", title="x").is_over
    assert not JobView(state="waiting", title="x").is_over


def test_a_table_converts_units_and_keeps_sortable_numbers():
    def page(frame, columns):
        from planner.core.formats import Formats
        from planner.ui.tables import table

        table(frame, columns, fmt=Formats(), key="t", select="multi")

    frame = pd.DataFrame(
        {
            "name": ["A", "B"],
            "sales": pd.array([123_450, None], dtype="Int64"),
            "share": [0.123, -0.5],
            "load": [90, None],
            "way": [16_093.44, 0],
            "on": ["2026-11-20", None],
            "at": [30_600, None],
        }
    )
    columns = {
        "name": Column("Account"),
        "sales": Column("Sales", "money"),
        "share": Column("Deviation", "signed_share"),
        "load": Column("Work", "hours"),
        "way": Column("Travel", "distance"),
        "on": Column("Visit", "day"),
        "at": Column("Start", "clock"),
    }
    app = AppTest.from_function(page, kwargs={"frame": frame, "columns": columns}).run()
    assert not app.exception
    first, second = app.dataframe[0].value.to_dict("records")
    assert first["sales"] == 1234.5
    assert first["share"] == pytest.approx(12.3)
    assert first["load"] == 1.5
    assert first["way"] == pytest.approx(10)
    assert first["at"] == "08:30"
    assert second["at"] == "–"
    assert pd.isna(second["sales"])


def test_downloads_stand_in_a_row():
    def page():
        from planner.ui import widgets

        widgets.download_row(
            [
                widgets.Download("Calendar", b"x", "week.ics", "text/calendar"),
                widgets.Download("Track", "y", "week.gpx"),
            ]
        )

    app = AppTest.from_function(page).run()
    assert not app.exception
    assert len(app.get("download_button")) == 2


def test_names_have_no_meaning_in_markdown():
    assert markdown_text("$5 [x](y) :red[z]") == r"\$5 \[x\]\(y\) \:red\[z\]"
