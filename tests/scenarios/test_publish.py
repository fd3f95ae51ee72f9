"""A publication is sealed: equal content, equal hash; a changed byte is found."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.core.schemas import QUOTAS, empty
from planner.quotas.ownership import ownership_of, supersede
from planner.scenarios.publish import freeze

POSITION_BY_TERRITORY = {"T1": "P-R01", "T2": "P-R02"}


def world(effective_from="2027-01-01", reverse=False):
    """A1 stays with R01; A2 moves from R01 to R02."""
    old = ownership_of(
        pd.Series({"A1": "T1", "A2": "T1"}), POSITION_BY_TERRITORY, "2026-01-01"
    )
    new = ownership_of(
        pd.Series({"A1": "T1", "A2": "T2"}), POSITION_BY_TERRITORY, effective_from
    )
    ownership = supersede(old, new, effective_from)
    alignment = pd.DataFrame(
        {"territory_id": ["T1", "T2"]}, index=pd.Index(["U1", "U2"], name="unit_id")
    )
    positions = pd.DataFrame(
        {"title": "", "role": "rep", "parent_id": None, "territory_id": ["T1", "T2"]},
        index=pd.Index(["P-R01", "P-R02"], name="position_id"),
    )
    step = -1 if reverse else 1
    return {
        "alignment": alignment[::step],
        "ownership": ownership[::step],
        "quotas": empty(QUOTAS),
        "positions": positions[::step],
        "effective_from": effective_from,
    }


def test_change_list_names_from_to_and_the_day():
    publication = freeze("Plan B", **world())
    assert publication.changes.to_dict("records") == [
        {
            "account_id": "A2",
            "from_position_id": "P-R01",
            "to_position_id": "P-R02",
            "effective_from": pd.Timestamp("2027-01-01"),
        }
    ]


def test_row_order_does_not_matter_but_content_does():
    publication = freeze("Plan B", **world())
    assert (
        freeze("Plan B", **world(reverse=True)).content_hash == publication.content_hash
    )
    assert (
        freeze("Plan B", **world("2027-02-01")).content_hash != publication.content_hash
    )


def test_a_plan_without_owners_cannot_be_published():
    content = world()
    content["ownership"] = content["ownership"].iloc[:0]
    with pytest.raises(InputError, match="no account has an owner on 2027-01-01"):
        freeze("Plan B", **content)
