"""Quotas, visits, pay and the overview, on the sample company as the app loads it."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from planner.core.errors import ConflictError, InputError, StoreError
from planner.core.run import RunControl
from planner.services.admin.upkeep import examine_store
from planner.services.company import overview
from planner.services.pay import runs
from planner.services.quotas import setting
from planner.services.scenarios import listing
from planner.services.visits import plans
from planner.services.visits import run as visits_run

MONTHS = 12


def draft_of(ws):
    """Return the draft that comes with the sample."""
    return next(s for s in listing.scenarios(ws) if s.status == "draft")


def test_quotas_sum_exactly_at_every_level(sample):
    draft = draft_of(sample)
    setting.set_quotas(
        sample,
        draft.scenario_id,
        draft.version,
        target_minor=4_000_000_001,
        year=2027,
        over_assignment_ppm=0,
    )
    view = setting.quota_view(sample, draft.scenario_id)
    table = view.positions
    assert view.target_minor == 4_000_000_001
    for position_id, row in table[table["role"].isin(["vp", "manager"])].iterrows():
        below = table[table["parent_id"] == position_id]["quota_minor"].dropna()
        assert int(below.sum()) == int(row["quota_minor"])
    yearly = view.months.sum(axis=1).reindex(table.index)
    assert (yearly.dropna() == table["quota_minor"].dropna()).all()
    assert view.months.shape[1] == MONTHS


def test_a_new_hire_carries_less_quota_for_the_same_potential(sample):
    draft = draft_of(sample)
    setting.set_quotas(
        sample, draft.scenario_id, draft.version, target_minor=10**9, year=2027
    )
    table = setting.quota_view(sample, draft.scenario_id).positions
    reps = table[table["role"] == "rep"]
    ramping = reps[reps["ramp_share"] < 1]["quota_per_potential"].astype(float)
    others = reps[reps["ramp_share"] == 1]["quota_per_potential"].astype(float)
    assert len(ramping) == 1
    assert ramping.iloc[0] < 0.6 * others.min()


def test_a_target_of_nothing_is_refused(sample):
    draft = draft_of(sample)
    with pytest.raises(InputError, match="target must be above 0"):
        setting.set_quotas(
            sample, draft.scenario_id, draft.version, target_minor=0, year=2027
        )


def test_quotas_set_on_an_old_version_are_refused(sample):
    draft = draft_of(sample)
    options = {"target_minor": 10**9, "year": 2027}
    setting.set_quotas(sample, draft.scenario_id, draft.version, **options)
    with pytest.raises(ConflictError, match="set quotas for 2027"):
        setting.set_quotas(sample, draft.scenario_id, draft.version, **options)


def test_a_season_needs_every_month():
    deals = pd.DataFrame(
        {
            "stage": ["won"] * 3,
            "amount_minor": [100, 200, 300],
            "close_on": pd.to_datetime(["2026-01-05", "2026-02-05", "2026-03-05"]),
        }
    )
    assert setting.season_ppm(deals) is None


def test_a_trial_pays_what_its_lines_say(sample):
    outcome = runs.run_period(sample, {"period": "2026-10"}, RunControl())
    view = runs.pay_view(sample, "2026-10")
    assert view.run.run_id == outcome["run_id"]
    assert int(view.positions["pay_minor"].sum()) == outcome["pay_minor"] > 0
    top = view.positions["pay_minor"].astype(int).idxmax()
    statement = runs.statement(sample, top, "2026-10")
    assert statement.total_minor == int(view.positions.at[top, "pay_minor"])
    assert int(statement.steps["amount_minor"].sum()) == statement.total_minor
    assert not statement.is_final


def test_the_same_trial_has_the_same_hash(sample):
    runs.run_period(sample, {"period": "2026-09"}, RunControl())
    first = runs.shown_run(sample, "2026-09")
    runs.run_period(sample, {"period": "2026-09"}, RunControl())
    second = runs.shown_run(sample, "2026-09")
    assert first.run_id != second.run_id
    assert first.content_hash == second.content_hash


def test_a_closed_month_stays_closed(sample):
    final = {"period": "2026-08", "kind": "final"}
    runs.run_period(sample, final, RunControl())
    assert runs.shown_run(sample, "2026-08").kind == "final"
    with pytest.raises(StoreError, match="has a final pay run already"):
        runs.run_period(sample, final, RunControl())
    assert examine_store(sample.settings).is_sound


def test_pay_before_any_publication_is_refused(sample):
    with pytest.raises(InputError, match="no published plan is in force in 2024-01"):
        runs.run_period(sample, {"period": "2024-01"}, RunControl())


def test_visit_plans_start_on_a_monday(sample):
    draft = draft_of(sample)
    assert plans.default_params(sample)["start_on"] == "2026-11-23"
    with pytest.raises(InputError, match="must be a Monday"):
        plans.visit_inputs(sample, draft.scenario_id, {"start_on": "2026-11-24"})


def test_a_reps_weeks_come_back_with_names_and_files(sample):
    draft = draft_of(sample)
    inputs = plans.visit_inputs(sample, draft.scenario_id, plans.default_params(sample))
    position_id, rep_id = next(
        (p, r) for p, r in inputs.rep_of.items() if p.startswith("P-R")
    )
    mine = inputs.accounts[inputs.accounts["owner_id"] == position_id].index[:2]
    day = pd.Timestamp("2026-11-23")
    planned = pd.DataFrame(
        {
            "rep_id": rep_id,
            "visit_on": day,
            "sequence": [1, 2],
            "account_id": mine,
            "arrive_s": [32_400, 36_000],
            "start_s": [32_400, 36_000],
            "leave_s": [34_200, 38_700],
            "travel_s": [600, 900],
            "travel_m": [9000, 12_000],
        }
    )
    missing = pd.DataFrame(
        {
            "rep_id": [rep_id],
            "account_id": [mine[0]],
            "missing": [1],
            "reason": ["no time"],
            "repair": ["another day"],
        }
    )
    plans.save_plan(sample, draft.scenario_id, planned, missing, {"seed": 0})
    weeks = plans.rep_weeks(sample, draft.scenario_id, rep_id)
    assert weeks.days == (dt.date(2026, 11, 23),)
    assert list(weeks.on(dt.date(2026, 11, 23))["account_id"]) == list(mine)
    assert weeks.unserved["reason"].tolist() == ["no time"]
    files = plans.day_files(sample, weeks, dt.date(2026, 11, 23))
    assert files.calendar.count(b"BEGIN:VEVENT") == 2
    assert b"<rtept" in files.gpx
    assert len(files.links) == 3
    quiet = replace(sample, settings=replace(sample.settings, navigation_links=False))
    assert plans.day_files(quiet, weeks, dt.date(2026, 11, 23)).links.empty


def test_a_kept_plan_tells_its_promises_by_class(sample, monkeypatch):
    monkeypatch.setattr(visits_run, "TEAM_ITERATIONS", 20)
    draft = draft_of(sample)
    params = plans.default_params(sample)
    summary = visits_run.plan_and_save(sample, draft.scenario_id, params, RunControl())
    promises = summary["promises"]
    assert sorted(promises) == ["A", "B", "C"]
    assert sum(row["kept"] for row in promises.values()) == summary["served"]
    lacking = sum(row["owed"] - row["kept"] for row in promises.values())
    assert lacking == summary["missed"]
    assert plans.visit_plan(sample, draft.scenario_id).summary == summary


def test_the_overview_adds_up(sample):
    runs.run_period(sample, {"period": "2026-10"}, RunControl())
    view = overview.company_view(sample)
    regions = view.attained[view.attained["role"] == "manager"]["credit_minor"]
    until_october = view.months.loc["2026-01":"2026-10", "bookings_minor"].sum()
    assert int(regions.sum()) == int(until_october)
    assert 0.5 < view.win_share < 0.7
    assert view.pay_minor > 0
    assert view.published_name
