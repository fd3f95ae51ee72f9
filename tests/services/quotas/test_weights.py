"""A target is split by what the territories have."""

import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.services.quotas.weights import base_weights, chosen_weights

SEATS = pd.DataFrame(index=pd.Index(["P1", "P2"], name="position_id"))
NOTHING = pd.Series(dtype="int64")


def test_the_first_base_there_is_comes_first_and_evenly_is_always_there():
    """What sums to nothing is not offered."""
    figures = pd.DataFrame(
        {"potential_minor": [0, 0], "our_sales_minor": [300, 100], "accounts": [3, 1]},
        index=SEATS.index,
    )
    weights = base_weights(SEATS, figures, NOTHING)
    assert list(weights) == ["our_sales_minor", "accounts", "evenly"]
    assert chosen_weights(weights, None).to_dict() == {"P1": 300.0, "P2": 100.0}
    assert chosen_weights(weights, "evenly").to_dict() == {"P1": 1.0, "P2": 1.0}


def test_last_attainment_is_what_was_credited():
    """A seat that had no credits weighs nothing."""
    weights = base_weights(SEATS, pd.DataFrame(index=SEATS.index), pd.Series({"P2": 7}))
    assert weights["last_attainment"].to_dict() == {"P1": 0.0, "P2": 7.0}


@pytest.mark.parametrize(
    ("base", "message"),
    [
        ("potential_minor", "any potential .* split it by evenly"),
        ("size", "by must be one of potential_minor, .*, got 'size'"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(base, message):
    """The message names the bases that can be had."""
    weights = base_weights(SEATS, pd.DataFrame(index=SEATS.index), NOTHING)
    with pytest.raises(InputError, match=message):
        chosen_weights(weights, base)
