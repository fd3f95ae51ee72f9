"""Territories of a scenario: looked at, moved by hand, balanced, accepted."""

import pandas as pd
import pytest

from planner.services.drafts import editing
from planner.services.drafts.view import drafted
from planner.services.imports.effects import territory_effects
from planner.services.scenarios import listing
from planner.services.territories import deviations
from planner.services.territories import view as territory_view
from planner.services.territories.districts import (
    district_by_unit,
    district_table,
    has_districts,
)
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.territory.editing.apply import apply_edit
from planner.territory.editing.edits import Retarget
from planner.territory.editing.moves import Move
from tests.gestures import accepted, assign, looked_at
from tests.stores import SQLITE_ONLY

MILWAUKEE, BROWN = "55079", "55009"


def halves(view):
    """Put Milwaukee apart from the rest of the state."""
    by_unit = pd.Series("T01", index=view.units.index)
    by_unit[MILWAUKEE] = "T02"
    return {"territory_by_unit": by_unit.to_dict(), "report": {}, "summary": "two"}


@pytest.fixture
def scenario(small):
    return listing.scenarios(small)[0]


@pytest.fixture
def drawn(small, scenario):
    """Accept two territories."""
    view = territory_view.overview(small, scenario.scenario_id)
    accepted(small, scenario.scenario_id, 1, halves(view))
    return listing.scenario(small, scenario.scenario_id)


def test_a_new_scenario_has_no_territories(small, scenario):
    view = territory_view.overview(small, scenario.scenario_id)
    assert view.territories.empty
    assert view.n_unassigned_accounts == 12
    assert view.units["accounts"].sum() == 12
    assert view.units["territory_id"].isna().all()


def test_a_proposal_shows_what_it_would_do_and_why(small, scenario):
    view = territory_view.overview(small, scenario.scenario_id)
    found = looked_at(small, scenario.scenario_id, halves(view))
    assert list(found.after.territories["accounts"]) == [6.0, 6.0]
    assert found.after.index["accounts"] == pytest.approx(0.0)
    assert found.moved_accounts.empty
    assert found.before.territories.empty


def test_accepting_staffs_a_company_without_a_team(small, drawn):
    view = territory_view.overview(small, drawn.scenario_id)
    assert list(view.territories.index) == ["T01", "T02"]
    assert view.territories["position_id"].notna().all()
    assert (view.territories["rep_name"] != "vacant").all()
    assert len(view.homes) == 2
    assert drawn.version == 2


def test_moving_units_by_hand_moves_their_accounts(small, drawn):
    before = territory_view.overview(small, drawn.scenario_id)
    version = assign(small, drawn.scenario_id, [BROWN], "T02")
    view = territory_view.overview(small, drawn.scenario_id)
    assert version == 3
    assert view.units.loc[BROWN, "territory_id"] == "T02"
    assert list(view.territories["accounts"]) == [3.0, 9.0]
    assert view.territories.loc["T02", "extra_pieces"] == 1
    assert before.units.loc[BROWN, "territory_id"] == "T01"


def test_units_can_be_taken_out_of_any_territory(small, drawn):
    assign(small, drawn.scenario_id, [BROWN], None)
    view = territory_view.overview(small, drawn.scenario_id)
    assert view.n_unassigned_accounts == 3
    assert view.territories["accounts"].sum() == 9


def test_a_new_territory_comes_with_a_position(small, drawn):
    assign(small, drawn.scenario_id, [BROWN], "T03")
    view = territory_view.overview(small, drawn.scenario_id)
    assert view.territories.loc["T03", "accounts"] == 3
    assert view.territories.loc["T03", "rep_name"] == "vacant"
    assert view.territories["position_id"].is_unique


def test_named_accounts_stay_when_their_unit_moves(sample):
    draft = listing.scenarios(sample)[0]
    view = territory_view.overview(sample, draft.scenario_id)
    by_unit = view.accounts["unit_id"].map(view.units["territory_id"])
    named = view.accounts[view.accounts["territory_id"] != by_unit]
    named = named[named["territory_id"].notna()]
    assert len(named) > 0
    unit_id, kept = named["unit_id"].iloc[0], named["territory_id"].iloc[0]
    draft = editing.open_draft(sample, view.scenario.scenario_id).draft
    after = drafted(view, apply_edit(draft, Move(to="T24", unit_ids=(unit_id,))))
    assert after.accounts.loc[named.index[0], "territory_id"] == kept


def test_travel_is_weighted_by_accounts(small, drawn):
    view = territory_view.overview(small, drawn.scenario_id)
    found = territory_view.travel_of(view)
    assert found["weighted_mean_km"] > 0
    assert found["weighted_rms_km"] >= found["weighted_mean_km"]


def test_a_territory_of_named_accounts_alone_is_shown_and_kept(small, scenario):
    view = territory_view.overview(small, scenario.scenario_id)
    inside = view.accounts.index[view.accounts["unit_id"] == MILWAUKEE][:2]
    plan = {**halves(view), "territory_by_account": dict.fromkeys(inside, "T03")}
    offered = looked_at(small, scenario.scenario_id, plan)
    assert list(offered.after.territories.index) == ["T01", "T02", "T03"]
    accepted(small, scenario.scenario_id, 1, plan)
    saved = territory_view.overview(small, scenario.scenario_id)
    assert saved.territories.loc["T03", "accounts"] == 2
    assert saved.territories.loc["T03", "position_id"]
    assert list(saved.index) == pytest.approx(list(offered.after.index))


def test_deviations_are_from_the_wanted_shares(small, scenario):
    view = territory_view.overview(small, scenario.scenario_id)
    plan = {**halves(view), "shares": {"T01": 1.5, "T02": 0.5}}
    after = looked_at(small, scenario.scenario_id, plan).after
    assert list(after.territories["accounts_deviation"]) == pytest.approx([-1 / 3, 1.0])
    assert after.index["accounts"] == pytest.approx(1.0)


@SQLITE_ONLY
def test_wanted_shares_stay_with_the_scenario_until_they_are_taken_back(
    small, scenario
):
    view = territory_view.overview(small, scenario.scenario_id)
    assert not view.has_shares
    plan = {**halves(view), "shares": {"T01": 1.5, "T02": 0.5}}
    offered = looked_at(small, scenario.scenario_id, plan)
    accepted(small, scenario.scenario_id, 1, plan)
    saved = territory_view.overview(small, scenario.scenario_id)
    assert saved.territories["share_ppm"].to_dict() == {"T01": 750_000, "T02": 250_000}
    pd.testing.assert_series_equal(saved.index, offered.after.index)
    copy = listing.clone(small, scenario.scenario_id, "Variant")
    opened = editing.open_draft(small, scenario.scenario_id)
    opened = editing.do(small, opened, Retarget(), "Set equal shares")
    version = editing.accept(small, opened).scenario.version
    equal = territory_view.overview(small, scenario.scenario_id)
    assert equal.scenario.version == version
    assert list(equal.territories["accounts_deviation"]) == pytest.approx([0.0, 0.0])
    copied = territory_view.overview(small, copy.scenario_id)
    assert copied.index["accounts"] == pytest.approx(1.0)
    again = looked_at(small, copy.scenario_id, halves(view))
    assert again.is_ending_shares
    assert again.before.index["accounts"] == pytest.approx(0.0)
    metrics = listing.compare(small, scenario.scenario_id, copy.scenario_id).metrics
    told = metrics.set_index("label").loc[
        "Accounts, worst deviation from wanted shares"
    ]
    assert (told["a"], told["b"]) == (pytest.approx(0.0), pytest.approx(1.0))
    with small.store.reading() as conn:
        company = company_rows.load_company(conn, small.company_id)
        accounts = account_rows.load_accounts(conn, small.company_id)
        side = (accounts, copied.accounts["visit_class"].reindex(accounts.index))
        effects = territory_effects(conn, company, side, side)
    worst = effects[effects["measure"] == "accounts"].groupby("scenario")["after"].max()
    assert worst["Variant"] == pytest.approx(1.0)
    assert worst[equal.scenario.name] == pytest.approx(0.0)


@SQLITE_ONLY
def test_districts_stay_with_their_territories(small, scenario):
    view = territory_view.overview(small, scenario.scenario_id)
    assert not has_districts(view)
    plan = {**halves(view), "district_by_territory": {"T01": "North", "T02": "South"}}
    offered = looked_at(small, scenario.scenario_id, plan).after
    accepted(small, scenario.scenario_id, 1, plan)
    saved = territory_view.overview(small, scenario.scenario_id)
    told = {"T01": "North", "T02": "South"}
    assert saved.territories["district"].to_dict() == told
    assert offered.territories["district"].to_dict() == told
    assert district_by_unit(saved)[MILWAUKEE] == "South"
    table = district_table(saved, "accounts")
    assert table["deviation"].to_dict() == {"North": 0.0, "South": 0.0}
    assert table.loc["South", "territories"] == "T02"
    version = assign(small, scenario.scenario_id, [BROWN], "T03")
    accepted(small, scenario.scenario_id, version, halves(view))
    again = territory_view.overview(small, scenario.scenario_id)
    assert again.territories["district"].to_dict() == told


@SQLITE_ONLY
def test_a_territory_made_by_hand_is_to_have_a_mean_share(small, scenario):
    view = territory_view.overview(small, scenario.scenario_id)
    plan = {**halves(view), "shares": {"T01": 1.5, "T02": 0.5}}
    accepted(small, scenario.scenario_id, 1, plan)
    assign(small, scenario.scenario_id, [BROWN], "T03")
    found = territory_view.overview(small, scenario.scenario_id).territories
    wanted = deviations.wanted_shares(found)
    assert wanted.to_dict() == {"T01": 1.5, "T02": 0.5, "T03": 1.0}
    assert (found["accounts"] / (4 * wanted) - 1).tolist() == pytest.approx(
        found["accounts_deviation"].tolist()
    )
