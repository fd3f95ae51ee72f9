"""Who holds which position, as people come and go."""

import datetime as dt

import pandas as pd
import pytest

from planner.services.people.holders import owner_names, rep_by_position


@pytest.fixture
def reps():
    """Ann leaves in October; Bob follows her and Cy joins him on the same position."""
    return pd.DataFrame(
        {
            "name": ["Ann", "Bob", "Cy"],
            "position_id": ["P-1", "P-1", "P-1"],
            "hired_on": pd.to_datetime(["2020-01-01", "2026-10-16", "2027-01-01"]),
            "left_on": pd.to_datetime(["2026-10-16", None, None]),
        },
        index=pd.Index(["R1", "R2", "R3"], name="rep_id"),
    )


@pytest.mark.parametrize(
    ("day", "holder"),
    [("2026-10-15", "R1"), ("2026-10-16", "R2"), ("2027-02-01", "R3")],
)
def test_the_last_hired_holds_a_position(reps, day, holder):
    assert rep_by_position(reps, dt.date.fromisoformat(day)) == {"P-1": holder}


def test_nobody_yet_is_vacant(reps):
    day = dt.date(2019, 1, 1)
    assert rep_by_position(reps, day) == {}
    positions = pd.DataFrame(index=pd.Index(["P-1"], name="position_id"))
    assert owner_names(positions, reps, day)["P-1"] == "vacant"
