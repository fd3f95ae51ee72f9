"""The rule of names holds wherever one is typed."""

from __future__ import annotations

import datetime as dt

import pytest

from planner.core.errors import InputError
from planner.core.settings import Settings
from planner.services import workspace
from planner.services.imports import mappings
from planner.services.scenarios import listing
from planner.store.company import companies, market
from planner.store.scenarios import lineage
from planner.territory.files.seats import parse_districts

BAD = ["x" * 10_000, "a\u202eb", "a\x1b[2J", "a\udc80"]


@pytest.fixture
def ws(tmp_path):
    """Open a store with a company without data."""
    opened = workspace.open_workspace(
        Settings(store_url=f"sqlite:///{tmp_path}/planner.sqlite")
    )
    yield workspace.create_company(opened, "Lakes", "own", "USD", dt.date(2026, 11, 20))
    opened.store.close()


def company(ws, name):
    workspace.create_company(ws, name, "own", "USD", dt.date(2026, 11, 20))


def renamed_company(ws, name):
    with ws.store.transaction() as conn:
        companies.update_company(conn, ws.company_id, user="a", name=name)


def scenario(ws, name):
    listing.checked_name(ws, name)


def stored_scenario(ws, name):
    with ws.store.transaction() as conn:
        lineage.create_scenario(conn, ws.company_id, name=name, user="a")


def team(ws, name):
    with ws.store.transaction() as conn:
        lineage.create_scenario(conn, ws.company_id, name="S", user="a", team=name)


def mapping(ws, name):
    mappings.save_mapping(ws, "accounts", name, {"account_id": "id"}, ["id"])


def layer(ws, name):
    with ws.store.transaction() as conn:
        market.save_layer(
            conn, ws.company_id, name, {}, unit_of_measure="", source="", user="a"
        )


def district(_ws, name):
    parse_districts(f"{name}=4")


@pytest.mark.parametrize(
    "give",
    [
        company,
        renamed_company,
        scenario,
        stored_scenario,
        team,
        mapping,
        layer,
        district,
    ],
)
@pytest.mark.parametrize("name", BAD, ids=["long", "turned", "control", "half"])
def test_a_name_that_breaks_the_rule_is_refused(ws, give, name):
    with pytest.raises(InputError, match="the name of a"):
        give(ws, name)
