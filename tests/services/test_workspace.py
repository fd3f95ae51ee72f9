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


def test_an_empty_store_has_no_company(ws):
    assert ws.company_id is None
    assert workspace.companies(ws) == []


def test_a_new_company_is_open_and_found_again(ws):
    made = workspace.create_company(ws, "Lakes", "own", "USD", TODAY)
    again = workspace.open_workspace(ws.settings)
    assert again.company_id == made.company_id
    assert [c.created_by for c in workspace.companies(again)] == ["ann"]
    again.store.close()


def test_the_company_used_last_is_opened_next(ws):
    first = workspace.create_company(ws, "First", "own", "USD", TODAY)
    workspace.create_company(ws, "Second", "empty", "EUR", TODAY)
    workspace.use_company(ws, first.company_id)
    again = workspace.open_workspace(ws.settings)
    assert again.company_id == first.company_id
    again.store.close()


def test_an_unknown_company_is_named(ws):
    with pytest.raises(NotFoundError, match="'C-NONE'"):
        workspace.use_company(ws, "C-NONE")
    with pytest.raises(NotFoundError, match="'C-NONE'"):
        workspace.open_workspace(ws.settings, "C-NONE")


@pytest.mark.parametrize(
    ("name", "kind", "currency"),
    [(" ", "own", "USD"), ("Lakes", "odd", "USD"), ("Lakes", "own", "XXX")],
)
def test_a_company_must_make_sense(ws, name, kind, currency):
    with pytest.raises(InputError, match="must"):
        workspace.create_company(ws, name, kind, currency, TODAY)
