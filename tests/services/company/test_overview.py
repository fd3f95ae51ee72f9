"""The company at a glance."""

import pandas as pd

from planner.services.company.overview import company_view, vacant_positions


def field(roles):
    return pd.DataFrame(
        {"role": roles, "title": [f"Seat {n}" for n in range(len(roles))]},
        index=[f"P{n}" for n in range(len(roles))],
    )


def test_a_seat_nobody_holds_is_vacant():
    names = pd.Series({"P0": "Ann", "P1": "vacant", "P2": "Bo"})
    found = vacant_positions(field(["rep", "rep", "manager"]), names)
    assert found.to_dict() == {"P1": "Seat 1"}


def test_a_role_that_nobody_has_is_vacant_too():
    """Nobody is paid for it, so the overview says so."""
    names = pd.Series({"P0": "Ann", "P1": "vacant"})
    found = vacant_positions(field(["rep", "manager"]), names)
    assert found.to_dict() == {"P1": "Seat 1"}


def test_the_sample_has_bookings_quotas_and_coverage(sample):
    view = company_view(sample)
    assert view.published_name == "Alignment in force"
    assert view.bookings_minor > 0
    assert view.ahead_minor is not None
    assert view.coverage["covered_share"].between(0, 1).all()
