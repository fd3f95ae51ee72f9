"""What territories hold is the same however it is summed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.schemas import OPEN_STAGES
from planner.services.scenarios import listing
from planner.services.territories import accounts as account_lists
from planner.services.territories import view as territory_view
from planner.services.territories.deviations import tallied
from planner.services.territories.tallies import held, measure_values, worst_deviations
from planner.store.company import deals as deal_rows
from planner.territory.model.unit_table import MEASURES

IDS = ["T1", "T2", "T3"]
amounts = st.one_of(st.none(), st.integers(0, 10**12))
rows = st.lists(
    st.tuples(
        st.sampled_from([*IDS, "T9", None]), amounts, amounts, amounts, amounts, amounts
    ),
    max_size=12,
)
shares = st.lists(
    st.one_of(st.none(), st.integers(1, 10**6)), min_size=len(IDS), max_size=len(IDS)
)


def held_account_by_account(known, territories):
    """Tally every account by itself: plain, slow, and what `held` must come to."""
    values = known.assign(accounts=1)[list(MEASURES)].astype("Float64").fillna(0)
    told = tallied(values, known["territory_id"], territories)
    found = pd.DataFrame(index=territories.index)
    for measure in MEASURES:
        mine = told[told["measure"] == measure].set_index("territory_id")
        found[measure] = mine["actual"].astype(float)
        found[f"{measure}_deviation"] = mine["deviation"].astype(float)
    return found


@settings(max_examples=60, deadline=None)
@given(rows=rows, share_ppm=shares, n_territories=st.integers(0, len(IDS)))
def test_sums_first_come_to_the_same(rows, share_ppm, n_territories):
    columns = ["territory_id", *(name for name in MEASURES if name != "accounts")]
    known = pd.DataFrame(rows, columns=columns)
    known = known.astype({"territory_id": "str"} | dict.fromkeys(columns[1:], "Int64"))
    territories = pd.DataFrame(
        {"share_ppm": pd.array(share_ppm, dtype="Int64")},
        index=pd.Index(IDS, name="territory_id", dtype="str"),
    ).head(n_territories)
    found = held(measure_values(known), known["territory_id"], territories)
    wanted = held_account_by_account(known, territories)
    pd.testing.assert_frame_equal(found, wanted, rtol=1e-12, check_names=False)


@pytest.fixture
def view(sample):
    draft = next(s for s in listing.scenarios(sample) if s.status == "draft")
    return territory_view.overview(sample, draft.scenario_id)


def test_a_scenario_and_what_it_would_be_hold_what_their_accounts_come_to(view):
    rng = np.random.default_rng(3)
    names = [*view.territories.index, "T99", None]
    by_unit = view.units["territory_id"].mask(
        rng.random(len(view.units)) < 0.2,
        pd.Series(rng.choice(names, len(view.units)), index=view.units.index),
    )
    follows = view.accounts["unit_id"].map(by_unit)
    named = pd.Series(rng.choice(names, len(follows)), index=follows.index)
    by_account = follows.mask(rng.random(len(follows)) < 0.1, named).astype("str")
    after = territory_view.as_if(view, by_unit, by_account)
    assert "T99" in after.territories.index
    for shown in (view, after, territory_view.targeted(after, {"T01": 3.0})):
        wanted = held_account_by_account(shown.accounts, shown.territories)
        found = shown.territories[list(wanted.columns)]
        pd.testing.assert_frame_equal(found, wanted, rtol=1e-12, check_names=False)
        assert shown.index.to_dict() == worst_deviations(wanted).to_dict()


def test_other_accounts_are_valued_afresh(view):
    fewer = replace(view, accounts=view.accounts.head(5))
    assert len(view.values) == len(view.accounts)
    assert len(fewer.values) == 5


def test_facts_read_once_show_what_reading_all_shows(sample, view):
    facts = territory_view.company_facts(sample)
    scenario_id = view.scenario.scenario_id
    again = territory_view.overview(sample, scenario_id, facts)
    pd.testing.assert_frame_equal(again.accounts, view.accounts)
    pd.testing.assert_frame_equal(again.territories, view.territories)
    listed = account_lists.account_list(sample, scenario_id, facts.accounts)
    pd.testing.assert_frame_equal(
        listed, account_lists.account_list(sample, scenario_id)
    )
    assert "territory_id" not in facts.accounts


def test_the_open_pipeline_is_of_open_deals(sample):
    with sample.store.reading() as conn:
        company_id = sample.company_id
        deals = deal_rows.load_deals(conn, company_id)
        some = deal_rows.load_deals(conn, company_id, stages=OPEN_STAGES)
    assert set(some["stage"]) == set(OPEN_STAGES)
    kept = deals[deals["stage"].isin(OPEN_STAGES)]
    pd.testing.assert_frame_equal(some, kept)
    pipeline = account_lists.account_list(sample, None)["open_pipeline_minor"]
    assert pipeline.sum() == kept["amount_minor"].sum()


def test_numbers_of_the_lists_own_are_summed_like_ours():
    known = pd.DataFrame(
        {name: [1.0, 2.0] for name in MEASURES if name != "accounts"}
        | {"custom.Beds": [410, None], "custom": ["", ""]}
    )
    territories = pd.DataFrame({"share_ppm": [None]}, index=["T1"])
    found = held(measure_values(known), pd.Series(["T1", "T1"]), territories)
    assert found.loc["T1", "custom.Beds"] == 410
    assert worst_deviations(found)["custom.Beds"] == 0
