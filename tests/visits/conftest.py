"""The small worlds of the visit tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.visits.model.problem import Appointment, RepAccount
from tests.visits.worlds import ALL_DAY, monthly, world


@pytest.fixture
def one_day():
    """
    Eight stops along a street, only the first Monday is a working day.

    Stop 8 is 30 minutes away and can start until 8:40 only; the day begins at 8:30.
    """
    accounts = [monthly() for _ in range(7)]
    accounts.append(monthly(((((30_600, 31_200),)),) * 5))
    return world(
        accounts,
        [5, 10, 15, 20, 25, 12, 8, 30],
        closed_days=frozenset(range(1, 20)),
    )


@pytest.fixture
def four_weeks():
    """Twenty accounts of all cadences around a home, with room for all of them."""
    rng = np.random.default_rng(3)
    accounts, minutes = [], []
    for number in range(20):
        visits = (4, 2, 2, 1, 1)[number % 5]
        split = (((32_400, 41_400), (48_600, 59_400)),) * 5
        accounts.append(
            RepAccount(
                visits_per_4_weeks=visits,
                service_s=1_500,
                start_windows=split if number % 4 == 0 else ALL_DAY,
                same_weekday=number % 5 == 1,
                priority={4: 10, 2: 5, 1: 3}[visits],
            )
        )
        minutes.append(int(rng.integers(-40, 41)))
    accounts[3] = replace(accounts[3], fixed=(Appointment(7, 36_000, 36_900),))
    accounts.append(monthly(visits_per_4_weeks=0))
    return world(accounts, [*minutes, 10])
