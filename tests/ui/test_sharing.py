"""Which frame becomes which map to send; and no page loads what draws it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from planner.core.formats import Formats
from planner.core.settings import ROOT, Settings
from planner.maps.sheet import MOST_FACTS, facts_of
from planner.services.company.companies import ensure_company
from planner.services.scenarios import listing
from planner.services.territories import view as territory_view
from planner.services.territories.accounts import account_list
from planner.ui.maps.accounts import classify
from planner.ui.maps.sharing import account_sheet, comparison_sheet, territory_sheet
from planner.ui.maps.territory import territory_colours

FMT = Formats(locale="en_US", distance_unit="mi", currency="USD")


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('share') / 'planner.sqlite'}"
    ws, _ = ensure_company(replace(Settings.from_environment({}), store_url=url))
    yield ws
    ws.store.close()


@pytest.fixture(scope="module")
def view(sample):
    return territory_view.overview(sample, listing.scenarios(sample)[0].scenario_id)


def test_territories_bear_the_colours_and_figures_of_the_screen(view):
    colours = territory_colours(view)
    sheet = territory_sheet(view, colours, FMT, subtitle="v1", simulated="all of it")
    areas = sheet.areas.dropna(subset="colour")
    assert areas["colour"].to_dict() == colours
    assert len(facts_of(areas)) <= MOST_FACTS
    counts = view.territories["accounts"]
    assert areas["Accounts"]["T01"].split(" (")[0] == FMT.number(counts["T01"])
    assert areas["Rep"]["T01"] == view.territories["rep_name"]["T01"]
    assert [s.count for s in sheet.legend] == [FMT.number(n) for n in counts]
    assert sheet.simulated == "all of it"


def test_accounts_bear_the_colours_of_their_classes(sample, view):
    rows = account_list(sample, view.scenario.scenario_id)
    classes = classify(rows, "Segment", territory_labels={}, territory_colours={})
    sheet = account_sheet(rows, classes, FMT, subtitle="", simulated="")
    assert len(facts_of(sheet.points)) == MOST_FACTS
    first = rows.index[0]
    assert sheet.points["colour"][first] == classes.colours[classes.of_account[first]]
    assert len(sheet.points) == len(rows)


def test_a_comparison_has_a_layer_for_each_plan_and_tells_who_moves(sample):
    a, b = (one.scenario_id for one in listing.scenarios(sample)[:2])
    found = listing.compare(sample, a, b)
    colours = territory_colours(found.a) | territory_colours(found.b)
    sheet = comparison_sheet(found, colours, FMT, simulated="")
    assert [layer.split(":")[0] for layer in sheet.layers] == ["After", "Before"]
    n_points = 0 if sheet.points is None else len(sheet.points)
    assert n_points == len(found.moved)


def test_the_app_starts_without_what_draws_maps():
    """What pages import at their first view loads no drawing library."""
    code = (
        "import sys\n"
        "import planner.ui.views.scenarios.comparison, planner.ui.maps.sharing\n"
        "import planner.services.exports.sharing, planner.ui.downloads\n"
        "late = ('folium', 'branca', 'matplotlib', 'streamlit_folium')\n"
        "print([name for name in late if name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
