"""Assignments to centres: flow and program agree, prices prove the cost."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.problem import NOWHERE, build_problem
from planner.territory.model.transport import (
    allocate_by_flow,
    allocate_by_program,
    nearest_centres,
)
from planner.territory.proof.certificate import dual_value, travel_cost


def problem_of(n_units=40, n_territories=4, tolerance=0.05, seed=0, n_measures=1):
    rng = np.random.default_rng(seed)
    names = ["accounts", "revenue"][:n_measures]
    units = pd.DataFrame(
        {
            "x_km": rng.uniform(0, 100, n_units),
            "y_km": rng.uniform(0, 100, n_units),
            **{name: rng.integers(1, 9, n_units).astype(float) for name in names},
        },
        index=pd.Index([f"u{n}" for n in range(n_units)], dtype="str"),
    )
    measures = tuple(BalanceMeasure(column=c, tolerance=tolerance) for c in names)
    return build_problem(
        Instance.from_units(units),
        BalanceParams(measures=measures, n_territories=n_territories),
        tuple(f"T{k}" for k in range(n_territories)),
    )


def centres_for(problem, seed=1):
    return np.random.default_rng(seed).uniform(0, 100, (problem.n_territories, 2))


@pytest.mark.parametrize("seed", range(3))
def test_flow_and_program_find_the_same_cost(seed):
    problem = problem_of(seed=seed)
    cost, near = nearest_centres(problem, centres_for(problem), 4)
    flow = allocate_by_flow(problem, cost, near)
    program = allocate_by_program(problem, cost, near)
    assert flow.is_kept
    assert program.is_kept
    assert flow.cost == pytest.approx(program.cost, rel=1e-5)


@pytest.mark.parametrize("allocate", [allocate_by_flow, allocate_by_program])
def test_the_prices_prove_the_cost(allocate):
    """Strong duality: at these prices the bound of the certificate is the cost."""
    problem = problem_of()
    centres = centres_for(problem)
    solved = allocate(problem, *nearest_centres(problem, centres, 4))
    bound = dual_value(problem, travel_cost(problem, centres), solved.prices)
    assert bound == pytest.approx(solved.cost, rel=1e-4)


def test_a_program_keeps_the_limits_of_several_measures():
    problem = problem_of(n_measures=2)
    centres = centres_for(problem)
    solved = allocate_by_program(problem, *nearest_centres(problem, centres, 4))
    assert solved.is_kept
    alone = allocate_by_program(
        problem.of_measures(np.array([True, False])),
        *nearest_centres(problem, centres, 4),
    )
    assert solved.cost > alone.cost  # the second measure has its price
    bound = dual_value(problem, travel_cost(problem, centres), solved.prices)
    assert bound == pytest.approx(solved.cost, rel=1e-6)


@pytest.mark.parametrize("allocate", [allocate_by_flow, allocate_by_program])
def test_locked_units_stay_and_what_fits_nowhere_is_missed(allocate):
    problem = problem_of()
    locked = np.full(problem.n_units, NOWHERE)
    locked[:30] = 2
    held = replace(problem, locked=locked)
    cost, near = nearest_centres(held, centres_for(held), 4)
    solved = allocate(held, cost, near)
    assert (solved.labels[:30] == 2).all()
    assert not solved.is_kept
    over = held.share[:30].sum() - held.most[2, 0]
    assert solved.missed >= over - 1e-6


def test_loads_of_whole_accounts_have_whole_limits():
    """Ten customers alike in four territories: 2.5 each, 20 % is 2 to 3."""
    units = pd.DataFrame(
        {"x_km": np.arange(10.0), "y_km": 0.0, "accounts": 3.0},
        index=pd.Index(list("abcdefghij"), dtype="str"),
    )
    measure = BalanceMeasure(column="accounts", tolerance=0.3)
    problem = build_problem(
        Instance.from_units(units),
        BalanceParams(measures=(measure,), n_territories=4),
        ("A", "B", "C", "D"),
    )
    ideal = 2.5  # units of a territory
    assert problem.least[:, 0] * ideal == pytest.approx([2.0] * 4)
    assert problem.most[:, 0] * ideal == pytest.approx([3.0] * 4)
