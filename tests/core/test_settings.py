"""Settings are read once from PLANNER_* variables."""

import pytest

from planner.core.errors import ParamsError
from planner.core.settings import Settings


def test_an_empty_environment_means_a_file_of_our_own():
    assert Settings.from_environment({}).store_url.startswith("sqlite:///")


def test_variables_win():
    settings = Settings.from_environment(
        {"PLANNER_STORE": "sqlite:////tmp/x.sqlite", "PLANNER_DISTANCE_UNIT": "km"}
    )
    assert settings.store_url == "sqlite:////tmp/x.sqlite"
    assert settings.distance_unit == "km"


def test_settings_that_are_printed_show_no_password():
    settings = Settings.from_environment({"PLANNER_STORE": "postgresql://u:secret@h/d"})
    assert settings.store_url == "postgresql://u:secret@h/d"
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("value", "is_on"), [("on", True), ("", True), ("off", False), (" OFF ", False)]
)
def test_links_to_navigation_apps_can_be_switched_off(value, is_on):
    settings = Settings.from_environment({"PLANNER_NAVIGATION_LINKS": value})
    assert settings.navigation_links is is_on
    assert Settings.from_environment({}).navigation_links


def test_a_switch_that_is_neither_on_nor_off_is_refused():
    """Somebody who writes ``false`` wants them off: it must not mean on."""
    with pytest.raises(ParamsError, match="must be on or off, got 'false'"):
        Settings.from_environment({"PLANNER_NAVIGATION_LINKS": "false"})
