"""What the workbench's colours mean: each class counted by hand in a small world."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.core.formats import Formats
from planner.geography.colours import DEVIATION
from planner.territory.editing.edits import Draft, Locks
from planner.territory.model.alignment import Alignment
from planner.ui.components.planmap import NONE
from planner.ui.maps import scales
from planner.ui.maps.colouring import COLOUR_BY, colouring_of
from planner.ui.maps.drafting import draft_marks

FMT = Formats(locale="en_US", distance_unit="km", currency="USD")
COLOURS = {"T01": "#77AADD", "T02": "#EE8866", "T03": "#44BB99"}


def a_view():
    """Make four units: three with accounts, the last with none; one account lost."""
    units = pd.DataFrame(
        {"territory_id": pd.array(["T01", "T02", None, "T03"], dtype="str")},
        index=pd.Index(["u1", "u2", "u3", "u4"], name="unit_id"),
    )
    accounts = pd.DataFrame(
        {
            "unit_id": ["u1", "u1", "u1", "u2", "u2", "u3", None],
            "territory_id": ["T01", "T01", "T02", "T02", "T02", None, None],
            "segment": ["Big", "Big", "Small", "Small", "", None, "Big"],
            "days_since_visit": pd.array([10, 70, None, None, 400, 30, 5], "Int64"),
            "score": [80.0, 60.0, 10.0, 0.0, 100.0, 39.0, 50.0],
            "potential_minor": pd.array([100, 200, 300, 400, None, 0, 10], "Int64"),
        },
        index=pd.Index([f"A{n}" for n in range(7)], name="account_id"),
    )
    territories = pd.DataFrame(
        {
            "rep_name": ["Ann Reyes", "vacant", "Ann Reyes"],
            "share_ppm": pd.array([None] * 3, "Int64"),
            "accounts_deviation": [0.06, -0.3, 0.0],
        },
        index=pd.Index(["T01", "T02", "T03"], name="territory_id"),
    )
    return SimpleNamespace(units=units, accounts=accounts, territories=territories)


def coloured(by, **more):
    return colouring_of(a_view(), FMT, by, labels={}, colours=COLOURS, **more)


def names(drawn, codes):
    return [drawn.none if code == NONE else drawn.legend[code].label for code in codes]


def test_territories_are_classes_with_their_accounts_counted():
    drawn = coloured("Territory")
    assert names(drawn, drawn.unit_codes) == ["T01", "T02", "Unassigned", "T03"]
    assert [entry.count for entry in drawn.legend] == ["2", "3", "0"]
    assert [entry.bar for entry in drawn.legend] == [2 / 3, 1, 0]
    assert [entry.colour for entry in drawn.legend] == list(COLOURS.values())
    assert drawn.none_count == "1 unit"


def test_all_territories_of_a_rep_are_one_class_and_vacant_ones_too():
    drawn = coloured("Owner")
    owners = ["Ann Reyes", "vacant", "Unassigned", "Ann Reyes"]
    assert names(drawn, drawn.unit_codes) == owners
    assert drawn.legend[0].colour == COLOURS["T01"]
    assert drawn.point_codes.tolist() == [0, 0, 1, 1, 1, NONE, NONE]


def test_a_unit_shows_its_most_common_segment():
    drawn = coloured("Segment")
    assert [entry.label for entry in drawn.legend] == ["Small", "Big", "No segment"]
    typical = ["Big", "Small", "No segment", "No accounts"]
    assert names(drawn, drawn.unit_codes) == typical
    assert [entry.count for entry in drawn.legend] == ["2", "3", "2"]


def test_a_unit_shows_its_median_visit_and_never_is_the_longest_ago():
    drawn = coloured("Last visit")
    typical = ["61–90 days", "over 180 days", "up to 30 days", "No accounts"]
    assert names(drawn, drawn.unit_codes) == typical
    assert names(drawn, drawn.point_codes[2:4]) == ["never visited"] * 2


def test_a_unit_shows_its_mean_score_and_its_sum_of_potential():
    drawn = coloured("Score")
    typical = ["40–59", "40–59", "20–39", "No accounts"]
    assert names(drawn, drawn.unit_codes) == typical
    drawn = coloured("Potential")
    assert drawn.unit_codes[0] > drawn.unit_codes[1] > drawn.unit_codes[2]
    assert drawn.unit_codes[3] == NONE
    assert len(drawn.legend) <= 8


def test_deviation_is_grey_within_half_the_tolerance_and_has_two_sides():
    drawn = coloured("Deviation", tolerance=0.1)
    assert names(drawn, drawn.unit_codes) == [
        "+5 to +10 %",
        "below −20 %",
        "Unassigned",
        "−5 to +5 %",
    ]
    half = coloured("Deviation", tolerance=0.05)
    assert half.legend[3].label == "−2.5 to +2.5 %"


def test_changes_are_told_by_what_became_of_each():
    before = a_view()
    before.units["territory_id"] = pd.array(["T01", "T01", "T01", None], dtype="str")
    before.accounts.loc["A0", "territory_id"] = "T02"
    drawn = coloured("Changes", before=before)
    became = ["Kept", "Moved", "No longer assigned", "Newly assigned"]
    assert names(drawn, drawn.unit_codes) == became
    assert [entry.count for entry in drawn.legend] == ["6", "1", "0", "0"]
    assert set(coloured("Changes").point_codes) == {0}


@pytest.mark.parametrize("by", COLOUR_BY)
def test_every_account_is_counted_once(by):
    drawn = coloured(by)
    counted = np.bincount(drawn.point_codes, minlength=NONE + 1)
    assert counted[: len(drawn.legend)].sum() + counted[NONE] == 7
    assert [entry.count for entry in drawn.legend] == [
        str(n) for n in counted[: len(drawn.legend)]
    ]
    assert drawn.unit_codes.dtype == drawn.point_codes.dtype == np.uint16


@pytest.mark.parametrize("by", COLOUR_BY)
def test_a_company_without_accounts_or_territories_has_colours_too(by):
    view = a_view()
    view.accounts, view.territories = view.accounts[:0], view.territories[:0]
    view.units["territory_id"] = pd.array([None] * 4, dtype="str")
    drawn = colouring_of(view, FMT, by, labels={}, colours={})
    assert len(drawn.unit_codes) == 4


def test_another_word_is_refused():
    with pytest.raises(InputError, match="Segment"):
        coloured("Mood")


def test_no_more_than_eight_segments():
    rows = pd.DataFrame({"segment": [f"S{n}" for n in range(12)], "potential_minor": 1})
    scale, codes = scales.segments(rows)
    assert len(scale.labels) == 8
    assert (codes == 7).sum() == 5


def test_scores_on_a_limit_belong_to_the_higher_band():
    codes = scales.score_codes(np.array([100, 80, 79.9, 20, 0, np.nan]))
    assert codes.tolist() == [0, 0, 1, 3, 4, NONE]


def test_a_visit_on_a_limit_belongs_to_the_band_it_ends():
    days = np.array([0, 30, 31, 90, 91, 400, np.nan, scales.NEVER])
    labels = [scales.LAST_VISIT.labels[code] for code in scales.visit_codes(days)]
    assert labels == [
        "up to 30 days",
        "up to 30 days",
        "31–60 days",
        "61–90 days",
        "91–180 days",
        "over 180 days",
        "never visited",
        "never visited",
    ]


def test_deviation_is_blue_below_grey_at_zero_orange_above():
    shares = np.array([-0.5, -0.2, 0, 0.1, 0.5, np.nan])
    scale, codes = scales.deviations("x", FMT, shares, 0.1)
    assert codes.tolist() == [0, 1, 3, 5, 6, NONE]
    assert scale.colours[0] == DEVIATION[0]
    assert scale.colours[3] == DEVIATION[2]
    assert scale.colours[6] == DEVIATION[-1]


def test_amounts_part_where_people_would_part_them():
    scale, (codes,) = scales.amounts("x", FMT, np.array([1e5, 2.3e5, 7.8e7, np.nan]))
    assert scale.labels[0] == "under $1.6K"
    assert codes[-1] == NONE
    assert len(scale.colours) == len(scale.labels) == len(set(scale.colours))
    scale, (codes,) = scales.amounts("x", FMT, np.zeros(3))
    assert scale.labels == ("all",)
    assert codes.tolist() == [0, 0, 0]


def test_a_draft_marks_its_locks_barriers_and_what_moves():
    """An account that goes with its unit is not marked beside it."""
    before, shown = a_view(), a_view()
    scenario = SimpleNamespace(name="North", team="field", version=18)
    before.scenario = shown.scenario = scenario
    shown.units["territory_id"] = pd.array(["T02", "T02", None, "T03"], dtype="str")
    shown.accounts.loc[["A0", "A1"], "territory_id"] = "T02"
    shown.accounts.loc["A5", "territory_id"] = "T03"
    draft = Draft(
        alignment=Alignment(shown.units["territory_id"]),
        names={},
        locks=Locks(territory=frozenset({"T03"}), unit=frozenset({"u2"})),
        barriers=frozenset({("u1", "u2")}),
    )
    marks = draft_marks(draft, before, shown)
    assert marks["pending_units"] == ["u1"]
    assert marks["pending_points"] == ["A5"]
    assert (marks["locked_parts"], marks["locked_units"]) == (["T03"], ["u2"])
    assert marks["barriers"] == [("u1", "u2")]
    assert marks["subtitle"].endswith("version 18 with changes that are not accepted")
    assert draft_marks(draft, shown, shown)["subtitle"] == "Team field · version 18"
