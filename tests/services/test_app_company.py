"""The company that the app is timed on is whole: placed, owned, drawn."""

from __future__ import annotations

from benchmarks.app_company import make_company
from planner.services.scenarios import listing
from planner.services.territories import view as territory_view


def test_the_company_for_timing_is_whole(store_url):
    ws, drafts = make_company(store_url, n_accounts=300, n_territories=6, n_drafts=2)
    assert [s.name for s in listing.scenarios(ws)] == ["Draft 2", "Draft 1"]
    view = territory_view.overview(ws, drafts[1])
    assert len(view.accounts) == (view.units["accounts"].sum())
    assert 290 <= len(view.accounts) <= 300  # without the closed ones
    assert view.n_unassigned_accounts == 0
    assert len(view.units) > 3000
    assert list(view.territories.index) == [f"T{n}" for n in range(1, 7)]
    assert (view.territories["rep_name"] != "vacant").all()
    assert view.index["accounts"] < 0.5
    assert 0 < view.accounts["last_visit_on"].notna().mean() < 1
    assert view.accounts["open_pipeline_minor"].sum() > 0
    ws.store.close()
