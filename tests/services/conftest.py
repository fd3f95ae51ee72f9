"""A small company from a list, and copies of the sample company."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from planner.accounts.reading.sources import read_source
from planner.core.settings import Settings
from planner.services.company.companies import ensure_company
from planner.services.imports import new_company
from planner.services.workspace import open_company, open_workspace

AS_OF = dt.date(2026, 11, 20)
# Four places in three counties of Wisconsin: Dane, Milwaukee, Brown (twice Milwaukee).
PLACES = (
    (43.0731, -89.4012, "Madison"),
    (43.0389, -87.9065, "Milwaukee"),
    (43.0500, -87.9500, "Milwaukee"),
    (44.5133, -88.0133, "Green Bay"),
)
DANE, MILWAUKEE, BROWN = "55025", "55079", "55009"


def settings_of(url):
    return replace(Settings.from_environment({}), store_url=url, user="ann")


@pytest.fixture
def settings(store_url):
    return settings_of(store_url)


@pytest.fixture
def ws(settings):
    """Open an empty store."""
    opened = open_workspace(settings)
    yield opened
    opened.store.close()


def small_list(n=12):
    """Write a list of accounts, every third one a prospect."""
    lines = ["id,name,latitude,longitude,city,state,status,employees,potential"]
    for number in range(n):
        lat, lon, city = PLACES[number % len(PLACES)]
        status = "prospect" if number % 3 == 2 else "customer"
        lines.append(
            f"A{number:03d},Firm {number},{lat},{lon},{city},WI,{status},"
            f"{600 if number == 0 else 20},{1000 * (number + 1)}"
        )
    return read_source("\n".join(lines).encode(), "list.csv")


@pytest.fixture(scope="session")
def small_url(stores):
    """Make a company of twelve accounts with simulated figures, once."""
    url = stores.new()
    ws = open_workspace(settings_of(url))
    _, report = new_company.import_accounts_as_company(
        ws, small_list(), None, name="Lakes Ltd", as_of=AS_OF
    )
    assert report.rows_accepted == 12
    ws.store.close()
    yield url
    stores.drop(url)


@pytest.fixture
def small(small_url, copy_of):
    """Open a copy of the small company."""
    opened = open_company(open_workspace(settings_of(copy_of(small_url))))
    yield opened
    opened.store.close()


@pytest.fixture(scope="session")
def sample_url(stores):
    """Load the sample company once."""
    url = stores.new()
    made, was_loaded = ensure_company(settings_of(url))
    assert was_loaded
    made.store.close()
    yield url
    stores.drop(url)


@pytest.fixture
def sample(sample_url, copy_of):
    """Open a copy of the sample company."""
    opened = open_company(open_workspace(settings_of(copy_of(sample_url))))
    yield opened
    opened.store.close()


@pytest.fixture
def small_raw():
    """Give the table that `small` is made of."""
    return small_list()
