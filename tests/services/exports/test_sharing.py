"""A map that leaves the app is remembered and recognised, and says what is invented."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from planner.services.exports import files
from planner.services.exports.sharing import share, simulated_note
from planner.store.audit.log import load_audit
from planner.store.company import companies
from tests.maps.sheets import full


def test_what_is_shared_is_logged_and_recognised(small):
    page = share(small, full(), "map_territories")
    assert page.content.startswith(b"<!DOCTYPE html>")
    assert page.mime == "text/html"
    assert page.n_rows == 3 + 2 + 2  # areas, points, stops
    assert files.verify(small, page.content).state == "unchanged"
    assert files.verify(small, page.content + b" ").state == "unknown"
    with small.store.reading() as conn:
        newest = load_audit(conn).iloc[0]
    assert newest["action"] == "export 7 rows of map_territories as html"


def test_equal_maps_have_equal_content_hashes(small):
    first, again = (share(small, full(), "map_territories") for _ in range(2))
    other = share(small, full("T02"), "map_territories")
    assert first.content_hash == again.content_hash != other.content_hash


@pytest.mark.parametrize(
    ("parts", "simulated", "note"),
    [
        ([], [None, None], ""),
        ([], ["potential_minor", None], "Potential."),
        (["deals"], [None, None], "Deals."),
        (["team"], ["potential_minor"] * 2, "Potential, people and positions."),
    ],
)
def test_one_invented_figure_is_said(small, monkeypatch, parts, simulated, note):
    with small.store.reading() as conn:
        company = companies.load_company(conn, small.company_id)
    own = replace(company, kind="own", details={"settings": {"simulated": parts}})
    monkeypatch.setattr(companies, "load_company", lambda *_: own)
    accounts = pd.DataFrame({"simulated": pd.Series(simulated, dtype="str")})
    assert simulated_note(small, accounts) == note
