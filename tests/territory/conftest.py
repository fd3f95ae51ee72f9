"""Small worlds whose answers are known by hand."""

import numpy as np
import pandas as pd
import pytest

from planner.geography.adjacency import edges_frame


def grid(n_rows, n_columns, *, values=None):
    """Lay out units r0c0, r0c1 ... one kilometre apart, with rook neighbours."""
    names, places = [], []
    for row in range(n_rows):
        for column in range(n_columns):
            names.append(f"r{row}c{column}")
            places.append((float(column), float(row)))
    index = pd.Index(names, name="unit_id", dtype="str")
    units = pd.DataFrame(places, columns=["x_km", "y_km"], index=index)
    units["accounts"] = np.ones(len(units)) if values is None else values
    number = np.arange(len(units)).reshape(n_rows, n_columns)
    pairs = np.concatenate(
        [
            np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
            np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
        ]
    )
    return units, edges_frame(index, pairs, 1000.0)


@pytest.fixture
def grid_units():
    """Give 5 × 5 units of one account each, one kilometre apart."""
    return grid(5, 5)


@pytest.fixture
def river_units():
    """
    Give two banks of four units each and one bridge between a2 and b2.

    a1 - a2 - a3 - a4
         |
    b1 - b2 - b3 - b4
    """
    names = ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4"]
    index = pd.Index(names, name="unit_id", dtype="str")
    units = pd.DataFrame(
        {"x_km": [0.0, 1, 2, 3] * 2, "y_km": [1.0] * 4 + [0.0] * 4, "accounts": 1.0},
        index=index,
    )
    pairs = [(0, 1), (1, 2), (2, 3), (4, 5), (5, 6), (6, 7), (1, 5)]
    return units, edges_frame(index, np.array(pairs), 500.0)
