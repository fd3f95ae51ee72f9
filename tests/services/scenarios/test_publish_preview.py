"""Publishing says what it freezes, and advice given on the way works."""

import datetime as dt

import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.core.run import RunControl
from planner.services.drafts import editing, gestures
from planner.services.pay import runs
from planner.services.quotas import owners, setting
from planner.services.scenarios import listing, publishing
from planner.services.scenarios.publish_preview import preview_publish
from planner.services.territories import view as territory_view
from planner.store.company import accounts as account_rows
from planner.store.company import deals as deal_rows
from planner.store.scenarios import quotas as quota_rows
from tests.gestures import accepted, assign, give_terms

MILWAUKEE, BROWN = "55079", "55009"
DECEMBER, JUNE = dt.date(2026, 12, 1), dt.date(2026, 6, 1)


@pytest.fixture
def drawn(small):
    """Draw two territories: T02 is Milwaukee, T01 the rest."""
    give_terms(small)
    scenario = listing.scenarios(small)[0]
    view = territory_view.overview(small, scenario.scenario_id)
    by_unit = pd.Series("T01", index=view.units.index)
    by_unit[MILWAUKEE] = "T02"
    result = {"territory_by_unit": by_unit.to_dict(), "report": {}, "summary": ""}
    accepted(small, scenario.scenario_id, 1, result)
    return listing.scenario(small, scenario.scenario_id)


def codes(preview):
    return [reason.code for reason in preview.problems]


def owner_rows(ws):
    with ws.store.reading() as conn:
        rows = quota_rows.load_ownership(conn, ws.company_id)
    return rows[rows["role"] == "owner"].set_index("account_id")


def test_pending_moves_are_counted_and_stay_out(small, drawn):
    """They are listed; once accepted there is nothing to say of them."""
    view = territory_view.overview(small, drawn.scenario_id)
    opened = editing.open_draft(small, drawn.scenario_id)
    edit = gestures.assign_edit(view, opened.draft, "T02", [BROWN])
    editing.do(small, opened, edit, "move Brown")
    preview = preview_publish(small, drawn.scenario_id, DECEMBER)
    assert "publish_pending" in codes(preview)
    assert list(preview.pending["id"]) == [BROWN]
    editing.accept(small, editing.open_draft(small, drawn.scenario_id))
    preview = preview_publish(small, drawn.scenario_id, DECEMBER)
    assert "publish_pending" not in codes(preview)
    assert preview.pending.empty


def test_quotas_older_than_the_territories_are_told_and_set_anew(small, drawn):
    """Even when set, uneven after a move, even again."""
    setting.set_quotas(
        small, drawn.scenario_id, drawn.version, target_minor=10_000_00, year=2026
    )
    assert "publish_stale_quotas" not in codes(
        preview_publish(small, drawn.scenario_id, DECEMBER)
    )
    version = assign(small, drawn.scenario_id, [BROWN], "T02")
    preview = preview_publish(small, drawn.scenario_id, DECEMBER)
    stale = next(r for r in preview.problems if r.code == "publish_stale_quotas")
    assert stale.to_dict()["values"]["before"] < 0.1
    assert stale.to_dict()["values"]["after"] > 0.1
    setting.set_again(small, drawn.scenario_id, version)
    assert "publish_stale_quotas" not in codes(
        preview_publish(small, drawn.scenario_id, DECEMBER)
    )


def test_a_first_plan_is_held_against_the_owners_the_list_names(small, drawn):
    """Only an account that has one there can change its owner."""
    seat = territory_view.overview(small, drawn.scenario_id).territories["position_id"]
    with small.store.transaction() as conn:
        accounts = account_rows.load_accounts(conn, small.company_id)
        accounts.loc[["A000", "A001"], "owner_id"] = seat["T01"]
        account_rows.save_accounts(conn, small.company_id, accounts)
    preview = preview_publish(small, drawn.scenario_id, DECEMBER)
    assert preview.is_first
    assert list(preview.changes.index) == ["A001"]  # in Milwaukee
    assert preview.changes.at["A001", "to_owner"] == seat["T02"]


@pytest.mark.parametrize("past", publishing.PAST)
def test_past_deals_are_credited_as_chosen(small, drawn, past):
    """The question says how many deals, and publishing does what it said."""
    seat = territory_view.overview(small, drawn.scenario_id).territories["position_id"]
    with small.store.transaction() as conn:
        accounts = account_rows.load_accounts(conn, small.company_id)
        accounts.loc["A001", "owner_id"] = seat["T01"]
        account_rows.save_accounts(conn, small.company_id, accounts)
    preview = preview_publish(small, drawn.scenario_id, DECEMBER)
    choices = preview.past
    assert choices["plan"].n_deals > choices["list"].n_deals > 0
    publishing.publish(small, drawn.scenario_id, drawn.version, DECEMBER, past=past)
    rows = owner_rows(small)
    first = rows.groupby(level=0)["valid_from"].min()
    begins = {
        "nobody": DECEMBER,
        "list": dt.date(2025, 1, 1),
        "plan": dt.date(2025, 1, 1),
    }
    assert first["A001"].date() == begins[past]
    before = {"nobody": seat["T02"], "list": seat["T01"], "plan": seat["T02"]}
    assert rows.loc[["A001"]].iloc[0]["position_id"] == before[past]
    assert first["A000"].date() == (dt.date(2025, 1, 1) if past == "plan" else DECEMBER)


def test_a_plan_for_an_earlier_day_holds_until_the_later_one(small, drawn):
    """What pay advises works: the earlier month can be paid then."""
    publishing.publish(small, drawn.scenario_id, drawn.version, DECEMBER)
    with pytest.raises(InputError, match="Publish a scenario from that month or earl"):
        runs.run_period(small, {"period": "2026-10"}, RunControl())
    copy = listing.clone(small, drawn.scenario_id, "Earlier")
    version = assign(small, copy.scenario_id, [BROWN], "T02")
    preview = preview_publish(small, copy.scenario_id, JUNE)
    assert "publish_earlier" in codes(preview)
    publishing.publish(small, copy.scenario_id, version, JUNE)
    assert publishing.in_force(small, JUNE).scenario_id == copy.scenario_id
    assert publishing.in_force(small, DECEMBER).scenario_id == drawn.scenario_id
    runs.run_period(small, {"period": "2026-10"}, RunControl())
    runs.run_period(small, {"period": "2026-10", "kind": "final"}, RunControl())
    again = listing.clone(small, drawn.scenario_id, "Too early")
    with pytest.raises(InputError, match=r"closed up to 2026-10.* from 2026-11-01"):
        publishing.publish(small, again.scenario_id, again.version, dt.date(2026, 3, 1))


def test_a_plan_published_for_tomorrow_is_in_force_tomorrow(small, drawn, monkeypatch):
    """The clock alone brings it about."""
    from planner.services.company import companies

    tomorrow = dt.date(2026, 11, 21)
    publishing.publish(small, drawn.scenario_id, drawn.version, tomorrow)
    assert publishing.in_force(small, companies.company(small).today) is None
    monkeypatch.setenv("PLANNER_TODAY", "2026-11-21")
    plan = publishing.in_force(small, companies.company(small).today)
    assert plan.scenario_id == drawn.scenario_id


@pytest.mark.parametrize("by_territory", [True, False])
def test_deals_without_an_owner_are_cured_in_a_list(small, drawn, by_territory):
    """By the territory of their account, or by a seat; the next run credits them."""
    publishing.publish(small, drawn.scenario_id, drawn.version, JUNE)
    seat = territory_view.overview(small, drawn.scenario_id).territories["position_id"]
    done = runs.run_period(small, {"period": "2026-10"}, RunControl())
    view = runs.pay_view(small, "2026-10")
    deals = owners.ownerless_deals(small, view.problems)
    assert len(deals) > 0
    assert set(deals["territory"]) <= {"T01", "T02"}
    first = deals["source_on"].min().date()
    assert first < JUNE
    assert deals["is_before_plans"].all()
    owners.give_owner(
        small, set(deals["account_id"]), first, None if by_territory else seat["T01"]
    )
    again = runs.run_period(small, {"period": "2026-10"}, RunControl())
    assert again["n_problems"] == done["n_problems"] - len(deals)
    rows = owner_rows(small)
    in_milwaukee = deals.index[deals["territory"] == "T02"][0]
    account = rows.loc[[deals.at[in_milwaukee, "account_id"]]].iloc[0]
    assert account["position_id"] == seat["T02" if by_territory else "T01"]


def test_later_accounts_have_owners_from_the_first_plan_on(small, drawn):
    """Imported after publishing, their deals are credited like the others'."""
    from planner.accounts.importing import import_table
    from planner.accounts.reading.sources import read_source
    from planner.services.imports import check, saving

    publishing.publish(small, drawn.scenario_id, drawn.version, JUNE)
    rows = b"id,name,latitude,longitude,city,state\nB1,New,43.05,-87.95,Milwaukee,WI\n"
    context = check.company_context(small, "accounts")
    report = import_table(read_source(rows, "more.csv"), context)
    saving.save_accounts_into(small, report, source="more")
    seat = territory_view.overview(small, drawn.scenario_id).territories["position_id"]
    owner = owner_rows(small).loc["B1"]
    assert (owner["position_id"], owner["valid_from"].date()) == (seat["T02"], JUNE)


def test_sales_come_from_deals_where_the_list_names_none(small):
    """The won deals of the last twelve months, and only then."""
    with small.store.transaction() as conn:
        deals = deal_rows.load_deals(conn, small.company_id)
        accounts = account_rows.load_accounts(conn, small.company_id)
        blank = accounts.assign(our_sales_minor=pd.array([pd.NA] * 12, dtype="Int64"))
        account_rows.save_accounts(conn, small.company_id, blank)
    scenario = listing.scenarios(small)[0]
    sales = territory_view.overview(small, scenario.scenario_id).accounts
    won = deals[
        (deals["stage"] == "won")
        & (deals["close_on"] > pd.Timestamp("2025-11-20"))
        & (deals["close_on"] <= pd.Timestamp("2026-11-20"))
    ]
    expected = won.groupby("account_id")["amount_minor"].sum()
    assert sales["our_sales_minor"].dropna().to_dict() == expected.to_dict()
    assert len(expected) > 3
