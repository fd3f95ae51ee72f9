"""Scores: parts known by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.core.errors import ParamsError
from planner.segmentation.scoring import ScoreParams, score_accounts

AS_OF = pd.Timestamp("2026-11-20")


def test_parts_by_hand():
    accounts = pd.DataFrame(
        {
            "status": ["customer", "prospect", "closed", "customer"],
            "potential_minor": pd.array([100, 300, 900, None], dtype="Int64"),
            "propensity_share": [0.5, 1.0, 1.0, None],
            "last_visit_on": pd.to_datetime(
                ["2026-10-06", None, "2026-01-01", "2026-11-20"]
            ),
        },
        index=pd.Index(["A1", "A2", "A3", "A4"], name="account_id"),
    )
    score = score_accounts(accounts, AS_OF)
    assert score.loc["A1"].tolist() == [12.5, 15.0, 10.0, 38.0]
    assert score.loc["A2"].tolist() == [37.5, 30.0, 20.0, 88.0]
    assert score.loc["A3"].tolist() == [0.0, 0.0, 0.0, 0.0]
    assert score.loc["A4"].tolist() == [0.0, 0.0, 0.0, 0.0]


def test_points_must_sum_to_100():
    with pytest.raises(ParamsError, match="sum to 100"):
        ScoreParams(potential_points=60)
    with pytest.raises(ParamsError, match="due_after_days"):
        ScoreParams(due_after_days=0)
