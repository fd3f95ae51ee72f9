"""Parameters refuse what makes no sense."""

from __future__ import annotations

import pytest

from planner.core.errors import ParamsError
from planner.visits.model.params import CadenceParams, RouteParams


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"visits_per_4_weeks": {"A": 3}}, "class A must be 0, 1, 2 or 4, got 3"),
        ({"service_min": {"A": 45}}, "service minutes of class B"),
        ({"visit_worth": {"A": 1, "B": 0}}, "worth of a visit of class B"),
    ],
)
def test_cadence_out_of_range_is_refused(options, words):
    with pytest.raises(ParamsError, match=words):
        CadenceParams(**options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n_days": 92}, "n_days must lie in"),
        ({"lunch_min": 300}, "lunch_min"),
        ({"lunch_earliest_s": 50_000}, "lunch must start between"),
        ({"iterations": -1}, "iterations"),
        ({"passes": 0}, "passes"),
    ],
)
def test_route_params_out_of_range_are_refused(options, words):
    with pytest.raises(ParamsError, match=words):
        RouteParams(**options)


def test_the_defaults_are_those_of_the_classes():
    cadence = CadenceParams()
    assert dict(cadence.visits_per_4_weeks) == {"A": 4, "B": 2, "C": 1, "D": 0}
    assert [cadence.service_min[c] for c in "ABC"] == [45, 30, 20]
