"""Colours of territories: kept from the first look, never taken away."""

from planner.services.company import companies
from planner.services.company.colours import colours_seen, keep_colours


def test_a_colour_stays_and_new_territories_get_theirs(small):
    assert colours_seen(small, "Soft") == {}
    keep_colours(small, "Soft", {"T01": "#77AADD"})
    keep_colours(small, "Soft", {"T01": "#EE8866", "T02": "#44BB99"})
    keep_colours(small, "Bright", {"T01": "#4477AA"})
    assert colours_seen(small, "Soft") == {"T01": "#77AADD", "T02": "#44BB99"}
    assert colours_seen(small, "Bright") == {"T01": "#4477AA"}


def test_a_look_changes_no_fact(small):
    before = companies.facts_stamp(small)
    keep_colours(small, "Soft", {"T01": "#77AADD"})
    assert companies.facts_stamp(small) == before
