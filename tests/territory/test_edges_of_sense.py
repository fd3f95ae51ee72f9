"""Requests at the edges: empty, single, doubled, cut apart; all answered openly."""

import numpy as np
import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.geography.adjacency import edges_frame
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.rules import Rules
from planner.territory.solve.balance import balance
from tests.territory.conftest import grid


def asked(n_territories, *names, tolerance=0.05, **more):
    measures = tuple(BalanceMeasure(column=name, tolerance=tolerance) for name in names)
    return BalanceParams(
        measures=measures, n_territories=n_territories, effort=0.01, **more
    )


def test_places_that_coincide_are_told_apart_by_id():
    """Six units at one point: three and three, nothing to travel."""
    units = pd.DataFrame(
        {"x_km": 5.0, "y_km": 5.0, "accounts": 1.0}, index=list("abcdef")
    )
    result = balance(Instance.from_units(units), asked(2, "accounts"))
    assert result.alignment.territory_by_unit.value_counts().tolist() == [3, 3]
    assert result.objective == pytest.approx(0)
    assert result.extra_pieces == 0


def test_one_unit_one_territory():
    units = pd.DataFrame({"x_km": [0.0], "y_km": [0.0], "accounts": [3.0]}, index=["a"])
    result = balance(Instance.from_units(units), asked(1, "accounts"))
    assert result.is_met
    assert result.alignment.territory_by_unit.tolist() == ["T01"]


def test_one_territory_takes_all_under_any_rule():
    units, edges = grid(2, 3)
    rules = Rules(together=pd.Series("g", index=units.index[:4]))
    result = balance(
        Instance.from_units(units, edges, rules=rules), asked(1, "accounts")
    )
    assert result.is_met
    assert result.alignment.territory_by_unit.unique().tolist() == ["T01"]


def test_as_many_territories_as_groups_leave_no_choice():
    units, edges = grid(1, 4)
    rules = Rules(together=pd.Series({"r0c0": "g", "r0c1": "g"}))
    result = balance(
        Instance.from_units(units, edges, rules=rules),
        asked(3, "accounts", tolerance=0.6),
    )
    assert sorted(result.alignment.territory_by_unit.value_counts()) == [1, 1, 2]


def test_a_measure_that_is_empty_in_all_units_is_refused_by_name():
    units, edges = grid(2, 2)
    units["revenue"] = 0.0
    with pytest.raises(InputError, match="measure 'revenue' is 0 in every unit"):
        balance(Instance.from_units(units, edges), asked(2, "accounts", "revenue"))


def test_negative_values_are_refused_by_row():
    units, edges = grid(2, 2)
    units.loc["r1c0", "accounts"] = -2
    with pytest.raises(InputError, match="'r1c0': accounts must be a number not below"):
        balance(Instance.from_units(units, edges), asked(2, "accounts"))


def test_islands_are_bridged_and_each_bridge_is_named():
    units, _ = grid(1, 4)
    links = edges_frame(units.index, np.array([(0, 1), (2, 3)]), 1.0)
    result = balance(Instance.from_units(units, links), asked(2, "accounts"))
    assert result.bridges[["unit_id", "neighbour_id"]].to_numpy().tolist() == [
        ["r0c1", "r0c2"]
    ]
    assert result.extra_pieces == 0


def test_a_bridge_can_be_forbidden():
    """Three units on one island, one on the other: no territory crosses the water."""
    units, _ = grid(1, 4)
    links = edges_frame(units.index, np.array([(0, 1), (1, 2)]), 1.0)
    water = pd.DataFrame({"unit_id": ["r0c2"], "other_id": ["r0c3"]})
    rules = Rules(barriers=water)
    result = balance(
        Instance.from_units(units, links, rules=rules),
        asked(2, "accounts", tolerance=0.2),
    )
    plan = result.alignment.territory_by_unit
    assert plan["r0c3"] != plan["r0c0"] == plan["r0c1"] == plan["r0c2"]
    assert not result.is_met
    assert result.proven_deviation["accounts"] == pytest.approx(0.5)
    assert "which closed borders cut off" in str(result.violations[0])
