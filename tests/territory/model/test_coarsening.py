"""Cells of units: equal load, of one piece, travel differences kept."""

import numpy as np
import pandas as pd
import pytest

from planner.geography.adjacency import edges_frame
from planner.territory.model.coarsening import cells_of, coarsen
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.problem import build_problem
from planner.territory.search.contiguity import count_extra_pieces


def square(side, values=None):
    number = np.arange(side * side)
    units = pd.DataFrame(
        {"x_km": number % side * 1.0, "y_km": number // side * 1.0, "accounts": 1.0},
        index=pd.Index([f"u{n:04d}" for n in number], dtype="str"),
    )
    if values is not None:
        units["accounts"] = values
    cells = number.reshape(side, side)
    pairs = np.concatenate(
        [
            np.column_stack([cells[:, :-1].ravel(), cells[:, 1:].ravel()]),
            np.column_stack([cells[:-1].ravel(), cells[1:].ravel()]),
        ]
    )
    return units, edges_frame(units.index, pairs, 1000.0)


def problem_of(units, edges, n_territories):
    measure = BalanceMeasure(column="accounts", tolerance=0.05)
    return build_problem(
        Instance.from_units(units, edges),
        BalanceParams(measures=(measure,), n_territories=n_territories),
        tuple(f"T{k}" for k in range(n_territories)),
    )


def test_sixteen_cells_of_a_square_are_its_sixteen_quarters_of_quarters():
    problem = problem_of(*square(8), 4)
    cell = cells_of(problem, 16)
    assert np.bincount(cell).tolist() == [4] * 16
    assert count_extra_pieces(problem, cell) == 0


def test_a_heavy_unit_is_a_cell_of_its_own():
    values = np.ones(64)
    values[27] = 100.0
    problem = problem_of(*square(8, values), 2)
    cell = cells_of(problem, 8)
    assert np.bincount(cell)[cell[27]] == 1


def test_cells_hang_together_though_the_tree_cuts_across_a_river(river_units):
    problem = problem_of(*river_units, 2)
    cell = cells_of(problem, 2)
    assert count_extra_pieces(problem, cell) == 0


def test_travel_of_plans_of_cells_differs_as_it_does_for_their_units():
    rng = np.random.default_rng(4)
    problem = problem_of(*square(12, rng.integers(1, 9, 144)), 3)
    cell = cells_of(problem, 16)
    coarse = coarsen(problem, cell)
    one, other = (rng.integers(0, 3, coarse.n_units) for _ in range(2))
    fine = problem.travel(one[cell]) - problem.travel(other[cell])
    assert coarse.travel(one) - coarse.travel(other) == pytest.approx(fine)
    assert coarse.loads(one) == pytest.approx(problem.loads(one[cell]))


def test_cells_touch_where_their_units_touch():
    problem = problem_of(*square(6), 2)
    cell = cells_of(problem, 8)
    coarse = coarsen(problem, cell)
    touching = {tuple(sorted(pair)) for pair in cell[problem.pairs].tolist()}
    touching = {pair for pair in touching if pair[0] != pair[1]}
    assert {tuple(sorted(pair)) for pair in coarse.pairs.tolist()} == touching


def test_finer_cells_lie_in_one_coarser_cell_each(river_units):
    """Labels pass from cells to finer ones by any unit of the finer cell."""
    for units, edges in (square(20), river_units):
        problem = problem_of(units, edges, 2)
        coarse, fine = cells_of(problem, 4), cells_of(problem, 32)
        n_together = len(np.unique(np.column_stack([coarse, fine]), axis=0))
        assert fine.max() > coarse.max()
        assert n_together == fine.max() + 1
