"""Districts and territories, teams over each other, units split and joined again."""

import numpy as np
import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.geography.adjacency import count_pieces
from planner.territory.files.levels import balance_levels, levels_report
from planner.territory.files.seats import parse_districts
from planner.territory.model.alignment import Alignment
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.teams import shared_units, team_table
from planner.territory.solve.balance import balance
from planner.territory.solve.evaluate import describe
from planner.territory.studies.districts import balance_downward, balance_upward
from planner.territory.studies.splitting import join_split, split_offers, split_units
from tests.territory.conftest import grid


def asked(n_territories=None, tolerance=0.05):
    measure = BalanceMeasure(column="accounts", tolerance=tolerance)
    return BalanceParams(measures=(measure,), n_territories=n_territories, effort=0.02)


def test_districts_first_then_territories_inside():
    """24 units, a district of two and one of four seats: 8 and 16, four each."""
    units, edges = grid(4, 6)
    plan = balance_downward(
        Instance.from_units(units, edges), asked(), seats={"North": 2, "South": 4}
    )
    assert plan.is_met
    assert plan.district_by_unit.value_counts().to_dict() == {"South": 16, "North": 8}
    assert plan.territory_by_unit.value_counts().tolist() == [4] * 6
    assert plan.district_by_territory["North-02"] == "North"
    assert count_pieces(plan.territory_by_unit, edges).sum() == 0
    above = plan.territory_by_unit.map(plan.district_by_territory)
    assert (above == plan.district_by_unit).all()


def test_territories_first_then_districts_above():
    units, edges = grid(4, 4)
    plan = balance_upward(Instance.from_units(units, edges), asked(4), n_districts=2)
    assert plan.is_met
    assert plan.district_by_territory.value_counts().tolist() == [2, 2]
    assert count_pieces(plan.district_by_unit, edges).sum() == 0


def test_districts_need_seats():
    units, edges = grid(2, 2)
    with pytest.raises(InputError, match="at least one territory, got \\['X'\\]"):
        balance_downward(Instance.from_units(units, edges), asked(), seats={"X": 0})


def test_teams_lie_over_each_other():
    field = pd.Series({"u": "F1", "v": "F1", "w": "F2"})
    service = pd.Series({"u": "S1", "w": "S1"})
    layers = {"field": field, "service": service}
    assert team_table(layers)["n_teams"].to_dict() == {"u": 2, "v": 1, "w": 2}
    shared = shared_units(layers, "field", "service")
    assert shared.loc["F1", "S1"] == 1
    with pytest.raises(InputError, match="team 'sales' is none of field, service"):
        shared_units(layers, "field", "sales")


def big_unit():
    """Four units in a row; the second has 9 of 12 accounts, in three towns."""
    units, edges = grid(1, 4, values=np.array([1.0, 9.0, 1.0, 1.0]))
    towns = pd.DataFrame(
        {
            "unit_id": ["r0c1", "r0c1", "r0c1", "r0c0"],
            "x_km": [0.8, 1.0, 1.2, 0.0],
            "y_km": [0.0, 0.1, 0.0, 0.0],
            "accounts": [4.0, 2.0, 3.0, 1.0],
        },
        index=["t1", "t2", "t3", "t4"],
    )
    return units, edges, towns


def test_a_unit_too_big_is_offered_to_be_split():
    units, _, towns = big_unit()
    offers = split_offers(units, asked(2), ("A", "B"), towns)
    assert offers["unit_id"].tolist() == ["r0c1"]
    assert offers["share"].iloc[0] == pytest.approx(1.5)
    assert offers["n_finer"].iloc[0] == 3
    assert offers["largest_share"].iloc[0] == pytest.approx(4 / 6)


def test_split_units_balance_and_come_back_as_named_pieces():
    units, edges, towns = big_unit()
    assert not balance(Instance.from_units(units, edges), asked(2)).is_met
    finer, links = split_units(units, edges, towns, ["r0c1"])
    assert finer["accounts"].sum() == units["accounts"].sum()
    assert "r0c1/t2" in finer.index
    assert {"r0c0", "r0c1/t1"} in [
        set(pair) for pair in links[["unit_id", "neighbour_id"]].to_numpy().tolist()
    ]
    result = balance(Instance.from_units(finer, links), asked(2, tolerance=0.2))
    assert result.is_met
    by_unit, pieces = join_split(result.alignment.territory_by_unit, ["r0c1"])
    assert sorted(by_unit.index) == sorted(units.index)
    assert len(pieces)
    whole = Alignment(by_unit, pieces)
    owner = whole.territory_of(towns["unit_id"])
    for town in ("t1", "t2", "t3"):
        there = result.alignment.territory_by_unit[f"r0c1/{town}"]
        assert owner[town] == there


def test_splitting_needs_finer_units():
    units, edges, towns = big_unit()
    with pytest.raises(InputError, match="'r0c3' has no finer units"):
        split_units(units, edges, towns, ["r0c3"])
    with pytest.raises(InputError, match="'nowhere' is not among the units"):
        split_units(units, edges, towns, ["nowhere"])


def test_a_plan_made_before_is_proven_and_explained():
    units, edges = grid(4, 4)
    made = balance(Instance.from_units(units, edges), asked(4))
    own = made.alignment.territory_by_unit
    told = describe(Instance.from_units(units, edges), asked(4), own)
    assert told.is_met
    assert told.objective == pytest.approx(made.objective)
    assert (told.alignment.territory_by_unit == own).all()
    free = describe(
        Instance.from_units(units, edges), asked(4), own.str.lower(), is_renamed=True
    )
    assert free.objective == pytest.approx(made.objective)
    with pytest.raises(InputError, match="names territory 't0"):
        describe(Instance.from_units(units, edges), asked(4), own.str.lower())
    with pytest.raises(InputError, match="leaves unit"):
        describe(Instance.from_units(units, edges), asked(4), own.iloc[1:])
    with pytest.raises(InputError, match="has 4 territories, asked are 3"):
        describe(Instance.from_units(units, edges), asked(3), own, is_renamed=True)


def test_both_levels_keep_the_tolerance_over_the_whole_map():
    units, edges = grid(6, 6)
    first = balance_levels(
        Instance.from_units(units, edges), asked(tolerance=0.1), {"N": 2, "S": 4}
    )
    assert first.is_met
    assert first.territories.alignment.territory_by_unit.nunique() == 6
    assert first.territories.tallies["deviation"].abs().max() <= 0.1
    told = levels_report(first, {})
    assert told["district_by_territory"]["N-01"] == "N"
    second = balance_levels(
        Instance.from_units(units, edges), asked(6, tolerance=0.1), 3
    )
    assert second.is_met
    assert second.district_by_unit.nunique() == 3


@pytest.mark.parametrize(
    ("text", "read"), [("3", 3), ("north=4, south=6", {"north": 4, "south": 6})]
)
def test_districts_are_read(text, read):
    assert parse_districts(text) == read


@pytest.mark.parametrize("text", ["", "north", "north=x", "north=1,north=2", "=3"])
def test_what_is_no_district_is_refused(text):
    with pytest.raises(InputError, match=r"^districts "):
        parse_districts(text)
