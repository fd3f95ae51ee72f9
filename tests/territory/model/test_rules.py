"""Groups, forbidden pairs, barriers, targets: they always hold, or are named before."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from planner.core.errors import InfeasibleError, InputError
from planner.geography.adjacency import count_pieces
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.rules import Rules
from planner.territory.solve.balance import balance
from tests.territory.conftest import grid


def asked(n_territories=None, tolerance=0.3, **more):
    measure = BalanceMeasure(column="accounts", tolerance=tolerance)
    options = {"measures": (measure,), "effort": 0.02, **more}
    return BalanceParams(n_territories=n_territories, **options)


def plan_of(result):
    return result.alignment.territory_by_unit


def pairs(*ids):
    return pd.DataFrame(ids, columns=["unit_id", "other_id"])


def together(**group_by_unit):
    return Rules(together=pd.Series(group_by_unit, dtype="str"))


def test_groups_stay_together_and_their_territory_in_one_piece(grid_units):
    """Two opposite corners are one company: their territory reaches across."""
    units, edges = grid_units
    rules = together(r0c0="Acme", r4c4="Acme")
    result = balance(Instance.from_units(units, edges, rules=rules), asked(3))
    assert plan_of(result)["r0c0"] == plan_of(result)["r4c4"]
    assert count_pieces(plan_of(result), edges).sum() == 0
    assert len(plan_of(result)) == 25


def test_a_locked_unit_holds_its_group(grid_units):
    units, edges = grid_units
    today = pd.Series(np.where(units["x_km"] < 2, "A", "B"), index=units.index)
    locked = pd.Series({"r0c0": True})
    rules = together(r0c0="Acme", r0c4="Acme")
    result = balance(
        Instance.from_units(units, edges, current=today, locked=locked, rules=rules),
        asked(2),
    )
    assert plan_of(result)[["r0c0", "r0c4"]].tolist() == ["A", "A"]
    assert result.extra_pieces == 0
    assert result.locked_moved == 0


def test_forbidden_pairs_lie_apart(grid_units):
    """By distance the four corners of the middle would be together."""
    units, edges = grid_units
    rules = Rules(apart=pairs(("r2c2", "r2c3"), ("r2c2", "r1c2"), ("r0c0", "r0c1")))
    result = balance(Instance.from_units(units, edges, rules=rules), asked(3))
    plan = plan_of(result)
    for a, b in rules.apart.itertuples(index=False):
        assert plan[a] != plan[b]
    assert result.extra_pieces == 0


def test_no_territory_crosses_a_barrier():
    """A wall between the left and the right half, open in the lowest row only."""
    units, edges = grid(4, 4)
    wall = pairs(*((f"r{row}c1", f"r{row}c2") for row in (1, 2, 3)))
    result = balance(
        Instance.from_units(units, edges, rules=Rules(barriers=wall)),
        asked(2, tolerance=0.01),
    )
    open_edges = edges.drop(
        edges.index[
            edges["unit_id"].isin(wall["unit_id"])
            & edges["neighbour_id"].isin(wall["other_id"])
        ]
    )
    assert count_pieces(plan_of(result), open_edges).sum() == 0
    assert plan_of(result)["r3c1"] != plan_of(result)["r3c2"]


def test_a_map_cut_in_two_has_territories_on_each_side():
    """Left two columns of eight units, right four: two and four territories."""
    units, edges = grid(4, 6)
    wall = pairs(*((f"r{row}c1", f"r{row}c2") for row in range(4)))
    result = balance(
        Instance.from_units(units, edges, rules=Rules(barriers=wall)),
        asked(6, tolerance=0.05),
    )
    plan = plan_of(result)
    left = set(plan[units["x_km"] < 2])
    assert len(left) == 2
    assert not left & set(plan[units["x_km"] >= 2])
    assert result.is_met
    assert plan.value_counts().tolist() == [4] * 6


def test_targets_give_a_new_rep_half(grid_units):
    units, edges = grid_units
    targets = pd.DataFrame({"target": [0.5, 1.0, 1.0]}, index=["new", "old1", "old2"])
    result = balance(
        Instance.from_units(units, edges, rules=Rules(targets=targets)),
        asked(tolerance=0.01),
    )
    assert result.is_met
    assert plan_of(result).value_counts()["new"] == 5
    assert result.territories.loc["new", "accounts_deviation"] == pytest.approx(0)
    row = result.tallies.set_index("territory_id").loc["new"]
    assert row["ideal"] == pytest.approx(5)


def test_dear_units_stay_where_they_are():
    """A row of six, all today A but one: three must go to B, the dear one stays."""
    units, edges = grid(1, 6)
    today = pd.Series(list("AAAAAB"), index=units.index)
    cost = pd.Series(1.0, index=units.index)
    request = asked(2, tolerance=0.4, minimise="moves", effort=0.1)
    result = balance(
        Instance.from_units(units, edges, current=today, rules=Rules(move_cost=cost)),
        request,
    )
    assert result.moved == 1  # 4 and 2 are within 40 %
    assert plan_of(result)["r0c4"] == "B"


def test_cost_of_moves_chooses_which_unit_goes():
    """A ring of six, five of them A: an end goes to B, the cheap one."""
    units, edges = grid(2, 3)
    today = pd.Series(["A", "A", "A", "A", "B", "A"], index=units.index)
    cost = pd.Series(10.0, index=units.index)
    cost["r0c1"] = 1.0
    request = asked(2, tolerance=0.4, minimise="moves", effort=0.1)
    for cheap in ("r1c0", "r1c2"):
        cost[:] = 10.0
        cost[cheap] = 1.0
        result = balance(
            Instance.from_units(
                units, edges, current=today, rules=Rules(move_cost=cost)
            ),
            request,
        )
        assert result.reasons.index.tolist() == [cheap]
        assert result.objective == pytest.approx(1.0)
        assert result.bound <= result.objective


A_B = pd.Series({"r0c0": "A", "r0c1": "A", "r0c2": "B", "r0c3": "B"})


@pytest.mark.parametrize(
    ("rules", "locked", "message"),
    [
        (
            together(r0c0="g", r0c3="g"),
            ["r0c0", "r0c3"],
            "group 'g' must stay together, but 'r0c0' to A, 'r0c3' to B are locked",
        ),
        (
            Rules(apart=pairs(("r0c0", "r0c1"))),
            ["r0c0", "r0c1"],
            "'r0c0' and 'r0c1' must not share a territory, but both are locked to A",
        ),
        (
            Rules(
                apart=pairs(("r0c0", "r0c1")),
                together=pd.Series({"r0c0": "g", "r0c1": "g"}),
            ),
            [],
            "are in one group that must stay together; drop the pair",
        ),
        (
            Rules(apart=pairs(("r0c0", "r0c1"), ("r0c1", "r0c2"), ("r0c0", "r0c2"))),
            [],
            "'r0c0', 'r0c1', 'r0c2' must all lie in different territories: 3 are",
        ),
        (
            together(r0c0="g", r0c1="g", r0c2="g", r0c3="g"),
            [],
            "2 territories need a unit or group each, but the groups leave 1",
        ),
        (
            Rules(barriers=pairs(("r0c0", "r0c1"), ("r0c1", "r0c2"))),
            [],
            "closed borders cut the map into 3 parts, each needs a territory, but 2",
        ),
        (
            Rules(barriers=pairs(("r0c0", "r0c1"))),
            ["r0c0", "r0c1"],
            "'r0c0' are locked to A, but closed borders lie between",
        ),
        (
            together(r0c0="g", r0c2="g"),
            ["r0c1"],
            "group g cannot be joined without crossing locked units",
        ),
    ],
)
def test_contradictions_are_named_before_solving(rules, locked, message):
    units, edges = grid(1, 4)
    stays = pd.Series(units.index.isin(locked), index=units.index)
    with pytest.raises(InfeasibleError, match=message):
        balance(
            Instance.from_units(units, edges, current=A_B, locked=stays, rules=rules),
            asked(2),
        )


def test_too_heavy_groups_and_locks_are_said_with_the_repair():
    units, edges = grid(2, 4)
    today = pd.Series(["A"] * 6 + ["B"] * 2, index=units.index)
    locked = pd.Series(today == "A")
    result = balance(
        Instance.from_units(units, edges, current=today, locked=locked), asked(2)
    )
    assert "6 units locked to A come to 150 %" in str(result.blocking["reason"].iloc[0])
    assert not result.is_met
    rules = Rules(together=pd.Series("g", index=units.index[:6]))
    result = balance(Instance.from_units(units, edges, rules=rules), asked(2))
    reason = str(result.blocking["reason"].iloc[0])
    assert "its group 'g' of 6 units is 150 % of one territory's ideal" in reason


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (Rules(apart=pairs(("r0c0", "nobody"))), "unit 'nobody' is none of the units"),
        (Rules(apart=pairs(("r0c0", "r0c0"))), "'r0c0' is paired with itself"),
        (Rules(barriers=pairs(("x", "r0c0"))), "barrier: unit 'x' is none"),
        (Rules(move_cost=pd.Series({"r0c0": -1.0})), "move_cost must be a number not"),
        (
            Rules(targets=pd.DataFrame({"target": [1.0, 0.0]}, index=["A", "B"])),
            "'B': target must be above 0, got 0",
        ),
        (
            Rules(targets=pd.DataFrame({"target": [1.0]}, index=["A"])),
            "2 territories are asked, but 1 targets",
        ),
    ],
)
def test_rules_that_cannot_be_read_are_named(rules, message):
    units, edges = grid(1, 4)
    with pytest.raises(InputError, match=message):
        balance(Instance.from_units(units, edges, rules=rules), asked(2))


@settings(
    max_examples=8,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes
)
@given(data=st.data())
def test_rules_always_hold_or_are_refused(data):
    """Whatever groups, pairs, walls and locks are drawn on a grid."""
    units, edges = grid(4, 4)
    ids = units.index.tolist()
    unit = st.sampled_from(ids)
    group = pd.Series(
        data.draw(st.lists(st.sampled_from(["", "g", "h"]), min_size=16, max_size=16)),
        index=ids,
    )
    group = group.where(
        pd.Series(
            data.draw(st.lists(st.integers(0, 3), min_size=16, max_size=16)), index=ids
        )
        == 0,
        "",
    )
    apart = data.draw(
        st.lists(st.tuples(unit, unit).filter(lambda two: two[0] != two[1]), max_size=4)
    )
    walls = edges[["unit_id", "neighbour_id"]].set_axis(["unit_id", "other_id"], axis=1)
    walls = walls.sample(
        data.draw(st.integers(0, 6)), random_state=data.draw(st.integers(0, 99))
    )
    today = pd.Series(np.where(units["x_km"] < 2, "A", "B"), index=ids)
    locked = pd.Series(
        data.draw(st.lists(st.booleans(), min_size=16, max_size=16)), index=ids
    )
    locked &= units["y_km"] < 1
    rules = Rules(
        together=group, apart=pairs(*apart) if apart else None, barriers=walls
    )
    try:
        result = balance(
            Instance.from_units(
                units, edges, current=today, locked=locked, rules=rules
            ),
            asked(3, tolerance=0.5, effort=0.005),
        )
    except InfeasibleError:
        return
    plan = plan_of(result)
    for name in ("g", "h"):
        assert plan[group.index[group == name]].unique().size <= 1
    assert all(plan[a] != plan[b] for a, b in apart)
    assert (plan[locked] == today[locked]).all()
    shut = set(map(frozenset, walls.itertuples(index=False, name=None)))
    is_open = [
        frozenset(p) not in shut
        for p in edges[["unit_id", "neighbour_id"]].itertuples(index=False, name=None)
    ]
    assert count_pieces(plan, edges[is_open]).sum() == 0
    assert plan.nunique() == 3
