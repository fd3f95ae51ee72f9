"""Who sits where."""

import pandas as pd

from planner.services.people.seating import seat

BUFFALO, SACRAMENTO = (42.9, -78.9), (38.6, -121.5)


def seats(**places):
    rows = {name: (*place, is_held) for name, (place, is_held) in places.items()}
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["lat", "lon", "is_held"]
    )


def accounts(*rows):
    return pd.DataFrame(rows, columns=["territory_id", "position_id", "lat", "lon"])


NOWHERE = (float("nan"), float("nan"))
TWO = accounts(("T1", None, *SACRAMENTO), ("T2", None, *BUFFALO))


def test_homes_decide_where_nobody_owns_anything():
    """Ana lives in Buffalo; the order of ids would send her to California."""
    assert seat(seats(Ana=(BUFFALO, True), Bo=(SACRAMENTO, True)), TWO) == {
        "T1": "Bo",
        "T2": "Ana",
    }


def test_one_owned_account_counts_more_than_any_way():
    rows = accounts(("T1", "Ana", *SACRAMENTO), ("T2", None, *BUFFALO))
    found = seat(seats(Ana=(BUFFALO, True), Bo=(BUFFALO, True)), rows)
    assert found == {"T1": "Ana", "T2": "Bo"}


def test_as_many_accounts_as_possible_keep_whom_they_have():
    """Ana has 2 and 3, Bo 0 and 2: 2 + 2 is more than 3 + 0."""
    rows = accounts(
        *[("T1", "Ana", *BUFFALO)] * 2,
        *[("T2", "Ana", *BUFFALO)] * 3,
        *[("T2", "Bo", *BUFFALO)] * 2,
    )
    found = seat(seats(Ana=(BUFFALO, True), Bo=(BUFFALO, True)), rows)
    assert found == {"T1": "Ana", "T2": "Bo"}


def test_a_vacant_seat_waits_until_all_people_sit():
    rows = accounts(*[("T1", "Gone", *BUFFALO)] * 5, ("T1", None, *BUFFALO))
    found = seat(seats(Gone=(NOWHERE, False), Bo=(SACRAMENTO, True)), rows)
    assert found == {"T1": "Bo"}


def test_without_homes_everyone_still_gets_a_territory():
    found = seat(seats(Ana=(NOWHERE, True), Bo=(NOWHERE, True)), TWO)
    assert sorted(found.values()) == ["Ana", "Bo"]


def test_a_territory_across_the_date_line_has_its_middle_there():
    """The mean of 179° and -179° is 180°, not 0°: Fiji is near, Greenwich far."""
    rows = accounts(("T1", None, -17.0, 179.0), ("T1", None, -17.0, -179.0))
    found = seat(seats(Fiji=((-17.0, 178.0), True), West=((-17.0, 5.0), True)), rows)
    assert found == {"T1": "Fiji"}


def test_territories_beyond_the_seats_are_not_named():
    assert seat(seats(Ana=(BUFFALO, True)), TWO) == {"T2": "Ana"}
