"""Minimum, maximum and priority of a measure, from the request to the words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planner.core.errors import InfeasibleError, InputError, ParamsError
from planner.core.results import SolveStatus
from planner.geography.adjacency import edges_frame
from planner.territory.files.run import parse_measure, report_of
from planner.territory.model.instance import Instance
from planner.territory.model.limits import find_contradictions, importance_of, limits_of
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.precheck import check_request
from planner.territory.model.rules import Rules
from planner.territory.proof.certificate import dual_value, travel_cost
from planner.territory.solve.balance import balance, prepare
from planner.territory.studies.districts import balance_downward


def grid(n_columns: int, n_rows: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make a grid of places, one account each, hours growing to the east."""
    x, y = np.meshgrid(np.arange(n_columns), np.arange(n_rows))
    ids = pd.Index([f"u{i:03d}" for i in range(x.size)], name="unit_id")
    units = pd.DataFrame(
        {
            "x_km": x.ravel() * 10.0,
            "y_km": y.ravel() * 10.0,
            "accounts": 1.0,
            "hours": 1.0 + x.ravel(),
        },
        index=ids,
    )
    rank = np.arange(x.size).reshape(x.shape)
    pairs = np.concatenate(
        [
            np.column_stack([rank[:, :-1].ravel(), rank[:, 1:].ravel()]),
            np.column_stack([rank[:-1].ravel(), rank[1:].ravel()]),
        ]
    )
    return units, edges_frame(ids, pairs, 0.0)


def asked(*measures: BalanceMeasure, n_territories: int = 4, **more) -> BalanceParams:
    return BalanceParams(
        measures=measures, n_territories=n_territories, effort=0.05, **more
    )


def sums(result, units, column):
    return units[column].groupby(result.alignment.territory_by_unit).sum()


def test_a_minimum_and_a_maximum_alone_are_kept():
    units, edges = grid(12, 6)  # 72 accounts, 468 hours
    accounts = BalanceMeasure(column="accounts", minimum=10)
    hours = BalanceMeasure(column="hours", maximum=125)
    free = balance(
        Instance.from_units(units, edges), asked(BalanceMeasure(column="accounts"))
    )
    assert sums(free, units, "hours").max() > 125  # the limits ask for something
    result = balance(Instance.from_units(units, edges), asked(accounts, hours))
    assert result.is_met
    assert result.status is SolveStatus.FEASIBLE
    assert sums(result, units, "accounts").min() >= 10
    assert sums(result, units, "hours").max() <= 125
    report = report_of(result)["measures"]
    assert report["accounts"]["minimum"] == 10
    assert report["accounts"]["least"] == sums(result, units, "accounts").min()
    assert "maximum" not in report["accounts"]
    assert report["hours"]["most"] == sums(result, units, "hours").max()
    assert result.gap is not None
    assert result.gap >= 0


def test_limits_narrow_a_tolerance():
    units, edges = grid(12, 6)
    wide = BalanceMeasure(column="accounts", tolerance=0.5)
    narrow = BalanceMeasure(column="accounts", tolerance=0.5, minimum=17, maximum=19)
    hours = BalanceMeasure(column="hours", tolerance=0.5)
    loose = sums(
        balance(Instance.from_units(units, edges), asked(wide, hours)),
        units,
        "accounts",
    )
    tight = sums(
        balance(Instance.from_units(units, edges), asked(narrow, hours)),
        units,
        "accounts",
    )
    assert loose.max() > 19 or loose.min() < 17
    assert tight.between(17, 19).all()


def test_limits_as_multiples_of_the_own_target():
    target = np.array([[0.5], [1.5]])
    low, high = limits_of(
        [BalanceMeasure(column="a", tolerance=0.2, minimum=45, maximum=160)],
        np.array([200.0]),
        target,
    )
    assert low[:, 0] == pytest.approx([0.9, 0.8])  # 45 of 50; 120 of 150
    assert high[:, 0] == pytest.approx([1.2, 160 / 150])


def test_what_a_territory_has_beside_its_units_counts():
    units, edges = grid(12, 6)
    wanted = pd.DataFrame({"accounts": [12.0, 20.0, 20.0, 20.0]}, index=list("ABCD"))
    beside = pd.DataFrame({"accounts": [8.0]}, index=["A"])
    measure = BalanceMeasure(column="accounts", minimum=19, maximum=21)
    result = balance(
        Instance.from_units(
            units, edges, rules=Rules(targets=wanted, fixed_load=beside)
        ),
        asked(measure, n_territories=None),
    )
    held = sums(result, units, "accounts")
    assert result.is_met
    assert not result.violations
    assert 11 <= held["A"] <= 13
    assert held[["B", "C", "D"]].between(19, 21).all()
    full = pd.DataFrame({"accounts": [24.0]}, index=["A"])
    most = BalanceMeasure(column="accounts", maximum=24)
    with pytest.raises(InfeasibleError, match="A has 24 accounts beside its units"):
        balance(
            Instance.from_units(
                units, edges, rules=Rules(targets=wanted, fixed_load=full)
            ),
            asked(most, n_territories=None),
        )


def test_without_limit_nothing_is_forbidden():
    units, edges = grid(4, 3)
    params = asked(BalanceMeasure(column="accounts", minimum=2), n_territories=3)
    problem, _ = prepare(
        check_request(Instance.from_units(units, edges), params), params
    )
    labels = np.array([0] * 2 + [1] * 2 + [2] * 8)
    assert np.isinf(problem.high).all()
    assert not problem.excess(labels).any()
    assert problem.ratio(labels) <= 1
    assert problem.most.max() == pytest.approx(3)  # all there is
    eased = problem.eased(0.0)
    assert np.isinf(eased.high).all()
    assert eased.low == pytest.approx(np.ones((3, 1)))


def test_the_ratio_is_one_at_a_limit_and_easing_follows_it():
    units, edges = grid(4, 3)
    params = asked(
        BalanceMeasure(column="accounts", tolerance=0.5, maximum=5), n_territories=3
    )
    problem, _ = prepare(
        check_request(Instance.from_units(units, edges), params), params
    )
    labels = np.array([0] * 5 + [1] * 4 + [2] * 3)  # 4 each wanted, 2 … 5 allowed
    assert problem.ratio(labels) == pytest.approx(1.0)
    over = np.array([0] * 6 + [1] * 3 + [2] * 3)
    assert problem.ratio(over) == pytest.approx(2.0)
    assert problem.excess(over).max() == pytest.approx(0.25)
    assert not (problem.eased(2.0).excess(over) > 1e-9).any()


@pytest.mark.parametrize("seed", range(5))
def test_the_bound_holds_for_every_plan_within_one_sided_limits(seed):
    units, edges = grid(3, 3)
    params = asked(
        BalanceMeasure(column="accounts", minimum=2),
        BalanceMeasure(column="hours", maximum=10),
        n_territories=3,
    )
    problem, _ = prepare(
        check_request(Instance.from_units(units, edges), params), params
    )
    rng = np.random.default_rng(seed)
    centres = problem.xy[rng.choice(9, 3, replace=False)]
    prices = rng.normal(scale=300.0, size=(3, 2))
    bound = dual_value(problem, travel_cost(problem, centres), prices)
    best = np.inf
    for code in range(3**9):
        labels = np.array([code // 3**u % 3 for u in range(9)])
        if (problem.excess(labels) <= 1e-9).all():
            away = ((problem.xy - centres[labels]) ** 2).sum(axis=1)
            best = min(best, float(problem.weight @ away))
    assert np.isfinite(best)
    assert bound <= best + 1e-6


def test_impossible_limits_are_named_before_solving():
    units, edges = grid(12, 6)
    for measure, said in (
        (BalanceMeasure(column="accounts", minimum=20), "ask for fewer territories"),
        (BalanceMeasure(column="hours", maximum=100), "ask for more territories"),
    ):
        with pytest.raises(InfeasibleError, match=said):
            balance(Instance.from_units(units, edges), asked(measure))


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (
            {"maximum": 90},
            "2 territories with at most 90 hours each hold 180 hours, but",
        ),
        (
            {"maximum": 120},
            "south is to have 150 hours within 5 %, which its maximum of 120 hours",
        ),
        (
            {"minimum": 60},
            "north is to have 50 hours within 5 %, which its minimum of 60 hours",
        ),
        (
            {"maximum": 146},
            "add up to 198.5 hours over all territories, less than the 200",
        ),
    ],
)
def test_shares_outside_their_limits_are_named(limits, said):
    told = find_contradictions(
        [BalanceMeasure(column="hours", tolerance=0.05, **limits)],
        np.array([200.0]),
        np.array([[0.5], [1.5]]),
        ["north", "south"],
    )
    assert len(told) == 1
    assert said in str(told[0])


def test_what_passes_a_limit_is_said():
    units, edges = grid(12, 6)
    units.loc["u000", "hours"] = 190.0  # alone more than a territory may have
    hours = BalanceMeasure(column="hours", maximum=180)
    result = balance(
        Instance.from_units(units, edges),
        asked(BalanceMeasure(column="accounts"), hours),
    )
    assert not result.is_met
    assert result.status is SolveStatus.INFEASIBLE
    assert any(
        "at most 180 hours was not reached" in str(why) for why in result.violations
    )
    assert "u000" in set(result.blocking["unit"])


def test_the_first_priority_is_kept_first():
    """Accounts in the west, hours in the east: both cannot be even."""
    units, edges = grid(8, 1)
    units["accounts"] = [8.0, 8.0, 4.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    units["hours"] = [1.0, 1.0, 1.0, 1.0, 1.0, 4.0, 8.0, 8.0]
    worst = {}
    for first in ("accounts", "hours"):
        measures = [
            BalanceMeasure(
                column=name, tolerance=0.4, priority=1 if name == first else 2
            )
            for name in ("accounts", "hours")
        ]
        result = balance(
            Instance.from_units(units, edges), asked(*measures, n_territories=2)
        )
        told = report_of(result)["measures"]
        worst[first] = {name: told[name]["max_deviation"] for name in told}
    assert worst["accounts"]["accounts"] <= 0.4 < worst["accounts"]["hours"]
    assert worst["hours"]["hours"] <= 0.4 < worst["hours"]["accounts"]
    assert importance_of(
        [BalanceMeasure(column="a", priority=2), BalanceMeasure(column="b", priority=3)]
    ) == pytest.approx([1.0, 0.1])


def test_districts_leave_room_for_the_limits_of_their_territories():
    units, edges = grid(12, 6)
    params = asked(BalanceMeasure(column="accounts", minimum=16), n_territories=None)
    made = balance_downward(
        Instance.from_units(units, edges), params, seats={"N": 2, "S": 2}
    )
    held = made.territory_by_unit.value_counts()
    assert held.min() >= 16
    assert made.is_met


def test_who_misses_a_minimum_above_its_share_is_told_so():
    units, edges = grid(12, 6)
    wanted = pd.DataFrame({"target": [1.0, 3.0]}, index=["A", "B"])
    measure = BalanceMeasure(column="accounts", minimum=24)  # A's share is 18
    current = pd.Series("B", index=units.index)
    current.iloc[:18] = "A"
    locked = pd.Series(True, index=units.index)
    result = balance(
        Instance.from_units(
            units, edges, current=current, locked=locked, rules=Rules(targets=wanted)
        ),
        asked(measure, n_territories=None),
    )
    assert not result.is_met
    said = str(result.blocking["reason"].iloc[0])
    assert said.startswith(
        "at 100.0 % of its share of accounts, where the least it may have"
    )
    assert "is 133 %, above its share" in said
    assert "at least 24 accounts was not reached" in str(result.violations[0])


def test_targets_and_limits_together():
    units, edges = grid(12, 6)
    wanted = pd.DataFrame({"target": [2.0, 1.0, 1.0]}, index=["A", "B", "C"])
    result = balance(
        Instance.from_units(units, edges, rules=Rules(targets=wanted)),
        asked(
            BalanceMeasure(column="accounts", tolerance=0.2, maximum=34),
            n_territories=None,
        ),
    )
    held = sums(result, units, "accounts")
    assert result.is_met
    assert 36 * 0.8 <= held["A"] <= 34
    assert held[["B", "C"]].between(18 * 0.8, 18 * 1.2).all()


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("hours,max=1800", BalanceMeasure(column="hours", maximum=1800)),
        (
            "a=b=0.05,min=20,max=80,priority=2",
            BalanceMeasure(
                column="a=b", tolerance=0.05, minimum=20, maximum=80, priority=2
            ),
        ),
        ("a,b=0.1", BalanceMeasure(column="a,b", tolerance=0.1)),
    ],
)
def test_limits_are_read(text, measure):
    assert parse_measure(text) == measure


@pytest.mark.parametrize("text", ["a,min=x", "a=0.1,priority=1.5", "a=5%,max=3"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(InputError, match="must be a number"):
        parse_measure(text)


@pytest.mark.parametrize(
    "limits",
    [
        {"minimum": -1},
        {"maximum": float("nan")},
        {"minimum": 5, "maximum": 5},
        {"priority": 0},
    ],
)
def test_senseless_limits_are_refused(limits):
    with pytest.raises(ParamsError):
        BalanceMeasure(column="a", **limits)


def test_params_with_limits_survive_json():
    params = asked(BalanceMeasure(column="a", minimum=1, maximum=2, priority=3))
    assert BalanceParams.from_dict(params.to_dict()) == params
