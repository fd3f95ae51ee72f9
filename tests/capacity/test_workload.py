"""Minutes a year: what accounts need and reps can give, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.capacity.workload import CapacityParams, account_minutes, rep_minutes
from planner.core.errors import ParamsError


def test_minutes_of_accounts_by_hand():
    ids = pd.Index(["A1", "A2", "A3", "A4", "A5"], name="account_id")
    accounts = pd.DataFrame({"status": ["customer"] * 4 + ["closed"]}, index=ids)
    classes = pd.Series(["A", "B", "D", "", "A"], index=ids)
    minutes = account_minutes(accounts, classes, travel_min_per_visit=15)
    assert minutes.tolist() == [13 * 4 * 60, 13 * 2 * 45, 0, 0, 0]
    assert minutes.name == "workload_min"
    assert str(minutes.dtype) == "Int64"


def test_classes_may_be_set_by_the_user():
    ids = pd.Index(["A1"], name="account_id")
    minutes = account_minutes(
        pd.DataFrame(index=ids),
        pd.Series(["K"], index=ids),
        visits_per_4_weeks={"K": 1},
        service_min={"K": 10},
        travel_min_per_visit=0,
    )
    assert minutes.tolist() == [130]


def test_minutes_below_zero_are_refused():
    ids = pd.Index(["A1"], name="account_id")
    with pytest.raises(ParamsError, match="≥ 0"):
        account_minutes(
            pd.DataFrame(index=ids),
            pd.Series(["A"], index=ids),
            travel_min_per_visit=-1,
        )


def test_minutes_of_reps_by_hand():
    reps = pd.DataFrame(
        {
            "work_start_s": [8 * 3600] * 4,
            "work_end_s": [17 * 3600] * 4,
            "ramp_share": [1.0, 0.5, 1.0, 1.0],
            "hired_on": pd.to_datetime([None, "2026-09-01", None, "2026-12-01"]),
            "left_on": pd.to_datetime([None, None, "2026-11-20", None]),
        },
        index=pd.Index(["R1", "R2", "R3", "R4"], name="rep_id"),
    )
    params = CapacityParams(working_days_per_year=200, lunch_min=60, field_share=0.5)
    minutes = rep_minutes(reps, pd.Timestamp("2026-11-20"), params)
    assert minutes.tolist() == [200 * 480 // 2, 200 * 480 // 4, 0, 0]


@pytest.mark.parametrize(
    "wrong", [{"working_days_per_year": 0}, {"lunch_min": -1}, {"field_share": 0}]
)
def test_params_check_themselves(wrong):
    with pytest.raises(ParamsError, match=next(iter(wrong))):
        CapacityParams(**wrong)
