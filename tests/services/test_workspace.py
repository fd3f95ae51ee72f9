"""A workspace opens the company that was opened last."""

from __future__ import annotations

import datetime as dt

import pytest

from planner.core.errors import InputError, NotFoundError
from planner.core.settings import Settings
from planner.services import workspace

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def ws(tmp_path):
    """Open a workspace on an empty store."""
    settings = Settings(store_url=f"sqlite:///{tmp_path}/a.sqlite", user="ann")
    opened = workspace.open_workspace(settings)
    yield opened
    opened.store.close()


def test_an_empty_store_has_no_company_and_says_how_to_begin_one(ws):
    assert workspace.companies(ws) == []
    assert workspace.latest_company(ws) is None
    with pytest.raises(NotFoundError, match=r"no company .* import FILE --kind acc"):
        workspace.open_company(ws)


def test_a_new_company_is_open_and_found_again(ws):
    made = workspace.create_company(ws, "Lakes", "own", "USD", TODAY)
    again = workspace.open_workspace(ws.settings)
    assert workspace.open_company(again).company_id == made.company_id
    assert [c.created_by for c in workspace.companies(again)] == ["ann"]
    again.store.close()


def test_the_company_used_last_is_opened_next(ws):
    first = workspace.create_company(ws, "First", "own", "USD", TODAY)
    second = workspace.create_company(ws, "Second", "empty", "EUR", TODAY)
    assert workspace.latest_company(ws) == second
    assert workspace.use_company(ws, first.company_id) == first
    assert workspace.latest_company(ws) == workspace.open_company(ws) == first
    assert workspace.open_company(ws, second.company_id) == second


def test_an_unknown_company_is_named(ws):
    with pytest.raises(NotFoundError, match="'C-NONE'"):
        workspace.use_company(ws, "C-NONE")
    with pytest.raises(NotFoundError, match="'C-NONE'"):
        workspace.open_company(ws, "C-NONE")


@pytest.mark.parametrize(
    ("name", "kind", "currency"),
    [(" ", "own", "USD"), ("Lakes", "odd", "USD"), ("Lakes", "own", "XXX")],
)
def test_a_company_must_make_sense(ws, name, kind, currency):
    with pytest.raises(InputError, match="must"):
        workspace.create_company(ws, name, kind, currency, TODAY)
