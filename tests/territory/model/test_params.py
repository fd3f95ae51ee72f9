"""Parameters check themselves and survive JSON."""

import json

import pytest

from planner.core.errors import ParamsError
from planner.territory.model.params import BalanceMeasure, BalanceParams

ACCOUNTS = BalanceMeasure(column="accounts", tolerance=0.05)


@pytest.mark.parametrize("tolerance", [0.0, 1.0, 5.0, -0.1])
def test_tolerance_is_a_share(tolerance):
    with pytest.raises(ParamsError, match=r"must lie in \(0, 1\)"):
        BalanceMeasure(column="accounts", tolerance=tolerance)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"measures": ()}, "at least one"),
        ({"measures": (ACCOUNTS, ACCOUNTS)}, "once"),
        ({"n_territories": 0}, "at least 1, got 0"),
        ({"minimise": "cost"}, "travel, moves"),
        ({"max_moved": -1}, "max_moved"),
        ({"effort": 0}, "effort"),
        ({"seed": -1}, "seed"),
    ],
)
def test_impossible_values_are_named(wrong, message):
    with pytest.raises(ParamsError, match=message):
        BalanceParams(**{"measures": (ACCOUNTS,), **wrong})


def test_json_and_back():
    params = BalanceParams(
        measures=(ACCOUNTS, BalanceMeasure(column="sales")), n_territories=7
    )
    assert BalanceParams.from_dict(json.loads(json.dumps(params.to_dict()))) == params


def test_unknown_parameter_is_refused():
    with pytest.raises(ParamsError, match="not understood"):
        BalanceParams.from_dict({"measures": [], "colour": "red"})


def test_only_measures_with_tolerance_are_balanced():
    sales = BalanceMeasure(column="sales")
    assert BalanceParams(measures=(sales, ACCOUNTS)).balanced == (ACCOUNTS,)
