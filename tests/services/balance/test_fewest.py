"""Few customers first: what moves count, from which plan, and the way beside it."""

import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.core.run import RunControl
from planner.services.balance import run
from planner.services.balance.baseline import baselines
from planner.services.balance.proposal import view_proposal
from planner.services.scenarios import listing
from planner.services.territories import view as territory_view
from tests.gestures import assign
from tests.services.balance.lakes import asked, copy_of, scenario_id


@pytest.fixture
def ws(lakes):
    """Open the company: these jobs read a scenario, they do not change it."""
    return lakes


def test_few_moves_count_accounts_and_are_told_beside_the_shortest_way(ws):
    plan = run.balance(ws, scenario_id(ws), asked(minimise="moves"), RunControl())
    offered = view_proposal(ws, scenario_id(ws), plan)
    assert plan.report["moves_counted"] == "accounts"
    assert plan.report["objective"] == len(offered.moved_accounts) > 0
    assert 0 < plan.report["bound"] <= plan.report["objective"]
    # The shortest way moves what a balance by travel from here moves.
    shortest = run.balance(ws, scenario_id(ws), asked(), RunControl())
    there = view_proposal(ws, scenario_id(ws), shortest)
    assert plan.by_travel["n_moved_accounts"] == len(there.moved_accounts)
    assert plan.by_travel["rms_km"] == pytest.approx(
        shortest.report["travel"]["weighted_rms_km"]
    )
    assert plan.report["objective"] < plan.by_travel["n_moved_accounts"]
    assert not shortest.by_travel
    assert type(plan).from_dict(plan.to_dict()).by_travel == plan.by_travel


def test_a_limit_of_moves_is_not_compared(ws):
    request = asked(minimise="moves", max_moved=20)
    assert not run.balance(ws, scenario_id(ws), request, RunControl()).by_travel


def test_moves_are_counted_from_another_plan_also_after_accepting(lakes_url, tmp_path):
    with copy_of(lakes_url, tmp_path) as own:
        first = listing.scenarios(own)[0]
        later = listing.clone(own, first.scenario_id, "Later")
        by_unit = territory_view.overview(own, later.scenario_id).units["territory_id"]
        west = list(by_unit.index[by_unit == "T1"])[:3]
        assign(own, later.scenario_id, west, "T2")
        view = territory_view.overview(own, later.scenario_id)
        offered = baselines(own, later, view)
        assert [plan.scenario_id for plan in offered] == [first.scenario_id]
        assert not offered[0].is_in_force  # nothing is published yet
        request = asked(minimise="moves", counted_from=first.scenario_id)
        plan = run.balance(own, later.scenario_id, request, RunControl())
        here = run.balance(
            own, first.scenario_id, asked(minimise="moves"), RunControl()
        )
        assert plan.report["objective"] == here.report["objective"]
        # Laid on the later plan it also brings back what need not have moved.
        was = by_unit.astype("str")
        moved = plan.territory_by_unit.reindex(was.index) != was
        accounts = view.accounts["unit_id"].map(moved).fillna(value=False)
        assert int(accounts.sum()) == plan.report["objective"]


def test_the_curve_is_counted_from_another_plan_and_weighed(lakes_url, tmp_path):
    with copy_of(lakes_url, tmp_path) as own:
        first = listing.scenarios(own)[0]
        later = listing.clone(own, first.scenario_id, "Later")
        by_unit = territory_view.overview(own, later.scenario_id).units["territory_id"]
        assign(own, later.scenario_id, list(by_unit.index[by_unit == "T1"])[:3], "T2")
        request = asked(counts=(0, 10), counted_from=first.scenario_id)
        study = run.frontier(own, later.scenario_id, request, RunControl())
        back = study.plans["0"].territory_by_unit
        pd.testing.assert_series_equal(
            back, by_unit.reindex(back.index).astype("str"), check_names=False
        )
        weighed = asked(counts=(0, 10), weighs_moves=True)
        study = run.frontier(own, first.scenario_id, weighed, RunControl())
        moved = study.plans["10"]
        units = territory_view.overview(own, first.scenario_id).units["territory_id"]
        n_units = int((moved.territory_by_unit != units.astype("str")).sum())
        assert n_units > 0
        assert study.points["moved"].iloc[1] != pytest.approx(
            run.frontier(own, first.scenario_id, asked(counts=(0, 10)), RunControl())
            .points["moved"]
            .iloc[1]
        )


def test_a_plan_of_other_territories_is_not_offered_and_refused(lakes_url, tmp_path):
    with copy_of(lakes_url, tmp_path) as own:
        first = listing.scenarios(own)[0]
        later = listing.clone(own, first.scenario_id, "Later")
        by_unit = territory_view.overview(own, later.scenario_id).units["territory_id"]
        assign(own, later.scenario_id, list(by_unit.index[by_unit == "T3"]), "T2")
        view = territory_view.overview(own, later.scenario_id)
        assert baselines(own, later, view) == []
        request = asked(minimise="moves", counted_from=first.scenario_id)
        with pytest.raises(InputError, match="'T3' has units in only one"):
            run.balance(own, later.scenario_id, request, RunControl())
