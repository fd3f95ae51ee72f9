"""Reasons on small worlds where the truth is known."""

import json

import numpy as np
import pandas as pd
import pytest

from planner.core.languages import PLAIN
from planner.core.reasons import Reason
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.problem import build_problem
from planner.territory.proof.explain import why_accounts_moved, why_moved
from tests.territory.conftest import grid


def row_of_six(today="AAAABB", tolerance=0.05):
    units, edges = grid(1, 6)
    units["x_km"] *= 30
    measure = BalanceMeasure(column="accounts", tolerance=tolerance)
    return build_problem(
        Instance.from_units(
            units, edges, current=pd.Series(list(today), index=units.index)
        ),
        BalanceParams(measures=(measure,)),
        ("A", "B"),
    )


def reasons(problem, labels, prices=None):
    prices = None if prices is None else np.array(prices, dtype=float)
    return why_moved(problem, np.array(labels), ("accounts",), prices)


def test_a_unit_that_would_overfill_says_so_and_what_travel_says():
    """Four and two become three and three; both centres are 60 and 30 km away."""
    why = reasons(row_of_six(), [0, 0, 0, 1, 1, 1])
    assert why.index.tolist() == ["r0c3"]
    over, nearer = why["r0c3"]
    assert over.code == "over_if_kept"
    outside = over.to_dict()["values"]["outside"]
    assert outside["values"]["deviation"] == pytest.approx(1 / 3)
    assert nearer.code == "centre_nearer"
    assert nearer.to_dict()["values"]["nearer_km"] == pytest.approx(30)
    said = PLAIN.sentence(why["r0c3"])
    assert said.startswith(
        "Staying would put A 33.3 % over its share of accounts (limit 5 %);"
    )
    assert "the centre of B is 30 km nearer, about " in said
    assert said.endswith("minutes")
    json.dumps([reason.to_dict() for reason in why["r0c3"]], allow_nan=False)


@pytest.mark.parametrize(
    ("prices", "code", "said"),
    [
        ([[90_000], [0]], "price_room", "room in A is dearer than in B"),
        ([[0], [0]], "price_travel", "on the whole travel to B decides"),
        ([[0], [8_100]], "price_tie", "a tie on the whole: either would do"),
        (
            [[0], [20_000]],
            "price_rounding",
            "on the whole it would stay in A",
        ),
    ],
)
def test_prices_tell_room_from_travel_and_ties_from_rounding(prices, code, said):
    """q(A) - q(B) is 60² - 30² = 2,700; a unit is a third of a territory."""
    why = reasons(row_of_six(), [0, 0, 0, 1, 1, 1], prices)["r0c3"][-1]
    assert why.code == code
    assert said in str(why)


def test_accounts_tell_how_long_they_were_known():
    accounts = pd.DataFrame(
        {
            "unit_id": ["u", "u", "v", "u"],
            "relationship_months": [4, 1, 9, None],
            "move_cost": [2.5, None, 1, None],
        },
        index=["a", "b", "c", "d"],
    )
    by_unit = pd.Series({"u": (Reason("price_tie"),)})
    why = why_accounts_moved(by_unit, accounts)
    tie = "A tie on the whole: either would do"
    assert why.map(PLAIN.sentence).to_dict() == {
        "a": f"{tie}; relationship 4 months; the move costs 2.5",
        "b": f"{tie}; relationship 1 month",
        "d": tie,
    }
