"""Settings are read once from PLANNER_* variables."""

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
