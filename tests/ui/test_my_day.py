"""My day hands places to navigation apps only where the deployment lets it."""

import pandas as pd
import pytest

from planner.services.company.settings import change_settings, company_settings
from tests.ui.conftest import ROOT


def links_of(app):
    return [element.proto.url for element in app.get("link_button")]


def turned_to_my_day(app):
    app.switch_page(str(ROOT / "planner/ui/pages/my_day.py")).run()
    assert not app.exception
    return app, " ".join(caption.value for caption in app.caption)


@pytest.mark.usefixtures("planned")
def test_links_come_with_a_word_on_what_they_hand_on(app):
    app, captions = turned_to_my_day(app)
    assert len(links_of(app)) == 6
    assert "hands the stop's coordinates to Google, Apple or Waze" in captions


@pytest.mark.usefixtures("planned")
def test_switched_off_there_are_none(app, monkeypatch):
    """The stops stay, each with its time and name."""
    monkeypatch.setenv("PLANNER_NAVIGATION_LINKS", "off")
    app, captions = turned_to_my_day(app)
    assert links_of(app) == []
    assert "Google" not in captions
    assert captions.count("last visit") == 2


@pytest.mark.usefixtures("planned")
@pytest.mark.parametrize(
    ("today", "shown"),
    [("2026-11-20", "2026-11-23"), ("2026-11-24", "2026-11-24")],
    ids=["the next day with visits", "today"],
)
def test_it_opens_on_today_and_turns_by_days(app, monkeypatch, today, shown):
    """Days are turned one by one; after the last day nothing follows."""
    monkeypatch.setenv("PLANNER_TODAY", today)
    app, _ = turned_to_my_day(app)
    assert str(app.session_state["my_day"]) == shown
    last = app.button("day-next")
    if shown == "2026-11-23":
        last.click().run()
    assert str(app.session_state["my_day"]) == "2026-11-24"
    assert app.button("day-next").disabled
    app.button("day-previous").click().run()
    assert str(app.session_state["my_day"]) == "2026-11-23"


def test_a_day_set_on_purpose_stands_on_the_page(app, ws):
    """The bar says which, and goes back to the clock."""
    change_settings(ws, day=pd.Timestamp("2026-11-03").date())
    app, _ = turned_to_my_day(app)
    bars = [text.value for text in app.markdown if "Today is set to" in text.value]
    assert bars == ["**Today is set to 3 Nov 2026**"]
    app.button("today-clock").click().run()
    assert company_settings(ws).day is None
    assert not [text for text in app.markdown if "Today is set to" in text.value]
