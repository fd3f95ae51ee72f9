"""What goes wrong in a callback is shown on the page, by number if it is a bug."""

import ast

from streamlit.testing.v1 import AppTest

from planner.core.settings import ROOT
from tests.ui.test_pages_planner import boxes

CALLBACKS = {"on_click", "on_change", "on_select", "on_submit", "on_event_change"}


def page(kind):
    import streamlit as st

    from planner.core.errors import InputError
    from planner.ui import widgets
    from planner.ui.faults import guarded

    def act(of):
        raise InputError(f"{of} is locked") if kind == "ours" else KeyError("secret")

    def buttons():
        st.button("Act", key="act", on_click=guarded(act, "Acting", of="T07"))
        st.markdown("all of the page")

    widgets.page_header("Page", "A line.")
    if kind == "part":
        st.fragment(buttons)()
    else:
        buttons()


def test_an_error_of_ours_speaks_once(caplog):
    app = AppTest.from_function(page, args=("ours",)).run()
    app.button(key="act").click().run()
    assert not app.exception
    assert "Acting" in boxes(app)
    assert "T07 is locked" in boxes(app)
    assert app.markdown[0].value == "all of the page"
    assert "error" not in caplog.text
    assert "Acting" not in boxes(app.run())


def test_a_bug_gets_a_number_that_the_log_has_too_and_the_page_stays_whole(caplog):
    for kind in ("main", "part"):
        app = AppTest.from_function(page, args=(kind,)).run()
        app.button(key="act").click().run()
        assert not app.exception
        assert "secret" not in boxes(app)
        assert boxes(app).split("under number ")[1].split(".")[0] in caplog.text
        assert app.markdown[0].value == "all of the page"


def test_every_callback_of_the_app_is_guarded():
    """Streamlit runs them outside of the guard that the app has around its pages."""
    n_guarded = 0
    for file in [ROOT / "app.py", *(ROOT / "planner" / "ui").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.keyword) or node.arg not in CALLBACKS:
                continue
            if isinstance(node.value, ast.Constant):  # "ignore" or "rerun"
                continue
            call = node.value
            where = f"{file.name}:{node.value.lineno}"
            assert isinstance(call, ast.Call), where
            assert isinstance(call.func, ast.Name), where
            assert call.func.id == "guarded", where
            n_guarded += 1
    assert n_guarded > 20
