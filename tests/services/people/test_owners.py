"""Owners as lists write them."""

import pandas as pd
import pytest

from planner.core.schemas import POSITIONS, REPS, empty
from planner.services.people.owners import is_persons_name, owner_positions, owners_of


def accounts(*owners):
    return pd.DataFrame({"owner_id": pd.Series(owners, dtype="str")})


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("P-7", "P-7"),
        ("p-7", "P-7"),
        ("U1", "P-7"),
        (" u1 ", "P-7"),
        ("ana  ABEL", "P-7"),
        ("Abel, Ana", "P-7"),
        ("Ána Abel", "P-7"),
        ("0055g00000000GIAAY", "P-8"),
        ("0055g00000000GI", "P-8"),
        ("Bo Bohr", None),
        ("U3", None),
        ("AG 1", "P-AG 1"),
    ],
)
def test_an_owner_is_a_seat_or_a_person(owner, expected):
    """Ids and names count however they are spelt; Bo Bohr is the name of two."""
    reps = pd.DataFrame(
        {
            "name": ["Ana Abel", "Bo Bohr", "Bo Bohr"],
            "position_id": ["P-7", "P-8", "P-9"],
        },
        index=pd.Index(["U1", "0055g00000000GIAAY", "U4"], name="rep_id"),
    )
    positions = pd.DataFrame(
        {"title": "Rep"}, index=pd.Index(["P-7", "P-8", "P-9", "P-AG 1"])
    )
    found = owner_positions(owners_of(accounts(owner)), positions, reps)[0]
    assert found == expected or (expected is None and pd.isna(found))


def test_one_owner_spelt_twice_is_one_and_nobody_is_nobody():
    owners = owners_of(accounts("AG01", "ag01 ", "-", "Unassigned", "", None, "AG02"))
    assert owners.dropna().tolist() == ["AG01", "AG01", "AG02"]


@pytest.mark.parametrize(
    "text", ["Ana Abel", "Abel, Ana", "J. O'Neill", "Jean-Luc Morel", "Rossi"]
)
def test_names_of_people(text):
    assert is_persons_name(text)


@pytest.mark.parametrize(
    "text", ["AG01", "0055g00000000GIAAY", "NE", "House Account", "Inside Sales", "R 7"]
)
def test_codes_and_teams_are_nobodys_names(text):
    assert not is_persons_name(text)


def test_a_person_spelt_in_two_ways_is_one():
    owners = owners_of(accounts("Vogel, Petra", "Petra Vogel", "PETRA  VOGEL", "AG,1"))
    assert owners.tolist() == [*["Petra Vogel"] * 3, "AG,1"]


def test_a_company_without_people_knows_no_owner():
    found = owner_positions(owners_of(accounts("U1")), empty(POSITIONS), empty(REPS))
    assert found.isna().all()
