"""Centres leave one town and arise in another."""

import numpy as np
import pandas as pd
import pytest

from planner.core.run import RunControl
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.problem import build_problem
from planner.territory.search.location import (
    Ground,
    elsewhere,
    guess_prices,
    locate,
    one_measure,
    settle,
)

TOWN = 24  # units of a town, of which a territory takes about half


def towns(**tolerances):
    """Lay out five towns of 24 units, far apart, for ten territories."""
    rng = np.random.default_rng(0)
    places = np.array([[0, 0], [900, 0], [0, 900], [900, 900], [450, 2_000]], float)
    xy = np.repeat(places, TOWN, axis=0) + rng.normal(0, 5, (5 * TOWN, 2))
    tolerances = tolerances or {"accounts": 0.5}
    units = pd.DataFrame(
        {"x_km": xy[:, 0], "y_km": xy[:, 1], **dict.fromkeys(tolerances, 1.0)},
        index=pd.Index([f"u{n:03d}" for n in range(len(xy))], dtype="str"),
    )
    measures = tuple(
        BalanceMeasure(column=name, tolerance=value)
        for name, value in tolerances.items()
    )
    return build_problem(
        Instance.from_units(units),
        BalanceParams(measures=measures, n_territories=10),
        tuple(f"T{k}" for k in range(10)),
    )


def crowded(problem):
    """Put four centres into the first town and none into the last."""
    rows = [0, 6, 12, 18, *(TOWN + np.array([0, 12, 24, 36, 48, 60]))]
    return problem.xy[rows]


def n_in_last(centres):
    return int((centres[:, 1] > 1_950).sum())


def test_alternating_alone_leaves_a_town_without_a_centre():
    problem = towns()
    stuck, n_rounds = settle(problem, crowded(problem), 20, RunControl())
    assert n_rounds > 1
    assert n_in_last(stuck.centres) == 0


def test_centres_move_to_the_town_that_lacks_them():
    problem = towns()
    stuck, _ = settle(problem, crowded(problem), 20, RunControl())
    pool = locate(
        problem, [crowded(problem)], 60, np.random.default_rng(0), RunControl()
    )
    assert n_in_last(pool[0].centres) == 2
    assert pool[0].cost < 0.01 * stuck.cost
    costs = [location.cost for location in pool]
    assert costs == sorted(costs)


def test_other_centres_are_as_many_and_drawn_by_the_seed():
    problem = towns()
    centres = crowded(problem)
    labels = settle(problem, centres, 1, RunControl())[0].labels
    drawn = [
        elsewhere(problem, centres, labels, np.random.default_rng(seed))
        for seed in (3, 3, 4)
    ]
    assert drawn[0].shape == centres.shape
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[0] != drawn[2]).any()
    assert (drawn[0] != centres).any()


def test_measures_are_put_together_within_the_tightest_limits():
    problem = one_measure(towns(accounts=0.1, beds=0.2))
    assert problem.share.shape[1] == 1
    assert problem.high[0, 0] == pytest.approx(1.1)
    bare = one_measure(towns(accounts=None))
    assert bare.share.sum() == pytest.approx(bare.n_territories)
    assert np.isinf(bare.high).all()


def test_cells_stand_for_units_with_the_travel_inside_them():
    problem = towns()
    ground = Ground.of(problem, 16)
    assert ground.cells.n_units < problem.n_units
    labels = (ground.cells.xy[:, 1] > 1_500).astype(np.int64)
    whole = problem.travel(labels[ground.cell])
    assert ground.cells.travel(labels) + ground.inside == pytest.approx(whole)


def test_prices_are_guessed_for_what_is_balanced():
    problem = towns()
    prices = guess_prices(problem, crowded(problem))
    assert prices.shape == (10, 1)
    assert guess_prices(towns(accounts=None), crowded(problem)) is None
