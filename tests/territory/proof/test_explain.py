"""Reasons on small worlds where the truth is known."""

import numpy as np
import pandas as pd

from planner.territory.model.params import BalanceMeasure
from planner.territory.model.params import BalanceParams
from planner.territory.model.problem import build_problem
from planner.territory.proof.explain import why_accounts_moved
from planner.territory.proof.explain import why_moved
from tests.territory.conftest import grid


def row_of_six(today="AAAABB", tolerance=0.05):
    units, edges = grid(1, 6)
    units["x_km"] *= 30
    measure = BalanceMeasure(column="accounts", tolerance=tolerance)
    return build_problem(
        units,
        edges,
        BalanceParams(measures=(measure,)),
        ("A", "B"),
        current=pd.Series(list(today), index=units.index),
        locked=None,
        centres=None,
    )


def reasons(problem, labels, prices=None):
    prices = None if prices is None else np.array(prices, dtype=float)
    return why_moved(problem, np.array(labels), ("accounts",), prices)


def test_a_unit_that_would_overfill_says_so_and_what_travel_says():
    """Four and two become three and three; both centres are 60 and 30 km away."""
    said = reasons(row_of_six(), [0, 0, 0, 1, 1, 1])
    assert said.index.tolist() == ["r0c3"]
    assert "Staying would put A 33.3 % over its accounts (limit 5 %)" in said["r0c3"]
    assert "the centre of B is 30 km nearer, about " in said["r0c3"]
    assert "minutes" in said["r0c3"]


def test_prices_tell_room_from_travel():
    labels = [0, 0, 0, 1, 1, 1]
    dear = reasons(row_of_six(), labels, [[90_000], [0]])["r0c3"]
    assert "by the model's prices room in A is dearer than in B" in dear
    free = reasons(row_of_six(), labels, [[0], [0]])["r0c3"]
    assert "by the model's prices travel to B decides" in free


def test_ties_are_called_ties_and_rounding_rounding():
    """q(A) - q(B) is 60² - 30² = 2,700; a unit is a third of a territory."""
    labels = [0, 0, 0, 1, 1, 1]
    tie = reasons(row_of_six(), labels, [[0], [8_100]])["r0c3"]
    assert "a tie by the model's prices: either would do" in tie
    rounding = reasons(row_of_six(), labels, [[0], [20_000]])["r0c3"]
    assert "rounding: by the model's prices it would stay in A" in rounding


def test_accounts_tell_how_long_they_were_known():
    accounts = pd.DataFrame(
        {
            "unit_id": ["u", "u", "v", "u"],
            "relationship_months": [4, 1, 9, None],
            "move_cost": [2.5, None, 1, None],
        },
        index=["a", "b", "c", "d"],
    )
    said = why_accounts_moved(pd.Series({"u": "Why"}), accounts)
    assert said.to_dict() == {
        "a": "Why; relationship 4 months; the move costs 2.5",
        "b": "Why; relationship 1 month",
        "d": "Why",
    }
