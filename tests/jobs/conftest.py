"""A store with a company to run jobs for."""

from __future__ import annotations

import datetime as dt

import pytest

from planner.core.settings import Settings
from planner.services import workspace


@pytest.fixture
def ws(store_url):
    """Open a workspace on a company without data."""
    settings = Settings(store_url=store_url)
    opened = workspace.open_workspace(settings)
    yield workspace.create_company(
        opened, "Lakes Ltd", "own", "USD", dt.date(2026, 11, 20)
    )
    opened.store.close()


@pytest.fixture
def store(ws):
    """Name the open store."""
    return ws.store


@pytest.fixture
def company_id(ws):
    """Name its company."""
    return ws.company_id
