"""Small stores."""

from __future__ import annotations

import datetime as dt

import pytest

from planner.store.company.companies import create_company


@pytest.fixture
def company_id(store):
    """Make a company without data."""
    with store.transaction() as conn:
        made = create_company(
            conn,
            name="Lakes Ltd",
            kind="own",
            currency="USD",
            as_of=dt.date(2026, 11, 20),
            user="ann",
        )
    return made.company_id
