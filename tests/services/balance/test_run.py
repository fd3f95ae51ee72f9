"""Jobs about territories: a balance with all its rules, the frontier, the headcount."""

import json

import pandas as pd
import pytest

from planner.core.errors import InfeasibleError, InputError
from planner.core.run import RunControl
from planner.core.settings import Settings
from planner.geography.adjacency import count_pieces
from planner.jobs import queue
from planner.jobs.tasks import TASKS
from planner.services.balance import run
from planner.services.balance.request import BalanceRequest
from planner.services.scenarios import listing
from planner.services.territories import view as territory_view
from planner.services.territories.districts import district_by_unit, district_table
from planner.services.workspace import open_company, open_workspace
from planner.store.database.engine import open_store
from planner.store.scenarios import editing
from planner.territory.model.workhours import HOURS
from planner.territory.solve.proposal import Proposal
from tests.gestures import accepted, looked_at
from tests.services.balance.lakes import MILWAUKEE, asked, scenario_id


@pytest.fixture
def ws(lakes):
    """Open the company: these jobs read a scenario, they do not change it."""
    return lakes


def result_of(ws, kind, request, control=None):
    """Run a job as the worker would; its result as it comes back from the row."""
    queue.submit(
        ws.store, ws.company_id, scenario_id(ws), kind, request.to_dict(), "ann"
    )
    held = queue.claim(ws.store, "W-test")
    try:
        return json.loads(
            json.dumps(TASKS[kind](ws.store, held, control or RunControl()))
        )
    finally:
        queue.finish(ws.store, held, None)


def today(ws):
    return territory_view.overview(ws, scenario_id(ws)).units["territory_id"]


def moved_units(ws, plan):
    was = today(ws)
    return set(
        was.index[was != pd.Series(plan["territory_by_unit"]).reindex(was.index)]
    )


def test_a_balance_of_three_measures_is_a_proposal_with_its_proof(ws):
    request = asked("accounts", "potential_minor", "employees", tolerance=0.3)
    found = result_of(ws, "balance", request)
    assert found["report"]["met"] is True
    assert found["report"]["gap"] >= 0
    assert found["report"]["too_big"] == []
    assert BalanceRequest.from_dict(found["params"]) == request
    offered = looked_at(ws, scenario_id(ws), found)
    for name, told in found["report"]["measures"].items():
        assert offered.after.index[name] == pytest.approx(told["max_deviation"])
        assert told["max_deviation"] <= 0.3 + 1e-9
    assert len(offered.moved_accounts) > 0
    assert (offered.moved_accounts["reason"] != "").all()


def test_a_program_balances_without_a_job(ws):
    """The use case takes a request and gives a proposal; the queue stays empty."""
    before = queue.list_jobs(ws.store, ws.company_id)
    proposal = run.balance(ws, scenario_id(ws), asked(), RunControl())
    assert isinstance(proposal, Proposal)
    assert proposal.report["met"] is True
    assert set(proposal.territory_by_unit) == {"T1", "T2", "T3"}
    assert queue.list_jobs(ws.store, ws.company_id) == before


def test_rules_hold_and_moves_are_weighed(ws):
    kept = today(ws)
    request = asked(
        kept_territories=("T1",),
        together_by="Parent account",
        weighs_moves=True,
        minimise="moves",
    )
    found = result_of(ws, "balance", request)
    assert not moved_units(ws, found) & set(kept.index[kept == "T1"])
    offered = looked_at(ws, scenario_id(ws), found)
    after = offered.after.accounts["territory_id"]
    assert after["A01"] == after["A02"]
    assert set(found["move_cost"]) >= set(offered.moved_accounts.index)
    assert offered.moved_accounts["reason"].str.contains("the move costs").all()


def test_accounts_named_apart_are_still_apart_after_accepting(lakes_url, tmp_path):
    from planner.store.scenarios import plans as rows

    copied = tmp_path / "planner.sqlite"
    copied.write_bytes(open_store(lakes_url).backend.path.read_bytes())
    own = open_company(
        open_workspace(Settings(store_url=f"sqlite:///{copied}", user="ann"))
    )
    found = listing.scenarios(own)[0]
    view = territory_view.overview(own, found.scenario_id)
    name = view.accounts.index[view.accounts["territory_id"] == "T2"][0]
    table = pd.DataFrame({"territory_id": ["T1"]}, index=[name])
    with (
        own.store.transaction() as conn,
        editing.editing(
            conn, found.scenario_id, version=found.version, user="ann", action="name"
        ) as edit,
    ):
        rows.save_named_accounts(conn, edit, table.rename_axis("account_id"))
    plan = result_of(own, "balance", asked(keeps_named=True))
    assert plan["territory_by_account"] == {name: "T1"}
    offered = looked_at(own, found.scenario_id, plan)
    assert offered.n_exceptions == 0
    version = listing.scenarios(own)[0].version
    accepted(own, found.scenario_id, version, plan)
    saved = territory_view.overview(own, found.scenario_id)
    assert saved.accounts.loc[name, "territory_id"] == "T1"
    pd.testing.assert_series_equal(saved.index, offered.after.index)
    own.store.close()


def test_a_limit_of_moves_counts_accounts(ws):
    before = territory_view.overview(ws, scenario_id(ws)).accounts["territory_id"]
    found = result_of(ws, "balance", asked(max_moved=6))
    offered = looked_at(ws, scenario_id(ws), found)
    assert 0 < len(offered.moved_accounts) <= 6
    after = offered.after.accounts["territory_id"]
    assert int((before != after).sum()) == len(offered.moved_accounts)


def test_hours_with_driving_are_what_the_plan_really_takes(ws):
    found = result_of(ws, "balance", asked(HOURS))
    measure = found["report"]["measures"][HOURS]
    assert measure["ideal"] > 0
    assert "rounds" in found["note"]
    assert found["report"]["met"] == (measure["max_deviation"] <= 0.2 + 1e-9)


def test_a_unit_too_big_is_said_and_can_be_divided_by_its_accounts(ws):
    request = asked(n_territories=6)
    whole = result_of(ws, "balance", request)
    assert whole["report"]["met"] is False
    assert [row["unit_id"] for row in whole["report"]["too_big"]] == [MILWAUKEE]
    assert whole["report"]["too_big"][0]["n_finer"] == 20
    offered = looked_at(ws, scenario_id(ws), whole)
    assert offered.report["too_big"][0]["unit_name"] == "Milwaukee, WI"
    divided = result_of(ws, "balance", asked(n_territories=6, split_units=(MILWAUKEE,)))
    assert divided["report"]["too_big"] == []
    worst = "max_deviation"
    assert (
        divided["report"]["measures"]["accounts"][worst]
        < whole["report"]["measures"]["accounts"][worst]
    )
    assert divided["territory_by_account"]
    after = looked_at(ws, scenario_id(ws), divided)
    placed = after.after.accounts["territory_id"].value_counts()
    assert len(placed) == len(after.after.territories) == 6
    found = divided["report"]["measures"]["accounts"][worst]
    assert (placed / 10 - 1).abs().max() == pytest.approx(found)


@pytest.mark.parametrize(
    ("text", "names"), [("2", {"D01", "D02"}), ("west=2, east=2", {"west", "east"})]
)
def test_districts_lie_over_whole_territories(ws, text, names):
    request = asked(n_territories=4, tolerance=0.6, districts=text)
    found = result_of(ws, "balance", request)
    above = found["district_by_territory"]
    assert set(above) == set(found["territory_by_unit"].values())
    assert {"T1", "T2", "T3"} < set(above)  # the names of today, and one more
    assert set(above.values()) == names
    assert found["report"]["districts"]["n_districts"] == 2
    offered = looked_at(ws, scenario_id(ws), found)
    table = district_table(offered.after, "accounts")
    assert table["n_territories"].sum() == 4
    assert table["accounts"].sum() == 60
    by_unit = district_by_unit(offered.after)
    edges = offered.after.edges
    assert (count_pieces(by_unit, edges) == 0).all()  # each hangs together
    if "=" in text:
        assert table["n_territories"].to_dict() == {"west": 2, "east": 2}


def test_contradictions_fail_in_the_names_people_know(ws):
    request = asked(kept_territories=("T1", "T2", "T3"), n_territories=2)
    with pytest.raises(InfeasibleError, match="3 territories, but only 2 are asked"):
        result_of(ws, "balance", request)
    with pytest.raises(InputError, match="choose equal shares"):
        result_of(ws, "balance", asked(shares="capacity", n_territories=4))


def test_the_frontier_gives_a_plan_for_each_count(ws):
    found = result_of(ws, "frontier", asked(counts=(0, 3, 20)))
    points = pd.DataFrame(found["points"])
    assert list(points["limit"]) == [0, 3, 20]
    assert (points["moved"] <= points["limit"]).all()
    assert points["ratio"].is_monotonic_decreasing
    assert found["least_moves"] > 0
    assert set(found["plans"]) == {"0", "3", "20"}
    for point in found["points"]:
        plan = found["plans"][f"{point['limit']:g}"]
        offered = looked_at(ws, scenario_id(ws), plan)
        assert len(offered.moved_accounts) == point["moved"]
        assert offered.after.index["accounts"] == pytest.approx(
            point["accounts_deviation"]
        )
        assert (offered.moved_accounts["reason"] != "").all()


def test_the_headcount_gives_a_plan_for_each_number_with_names_kept(ws):
    found = result_of(ws, "headcount", asked(n_territories=3))
    points = pd.DataFrame(found["points"]).set_index("n_territories")
    assert list(points.index) == [1, 2, 3, 4, 5, 6]
    assert points["weighted_rms_km"].is_monotonic_decreasing
    assert points["cost_minor"].is_monotonic_increasing
    assert points["coverage_share"].between(0, 1).all()
    assert points["next_head"].str.endswith(", WI").all()
    names = {
        k: set(plan["territory_by_unit"].values()) for k, plan in found["plans"].items()
    }
    assert names["3"] == {"T1", "T2", "T3"}
    assert names["2"] < {"T1", "T2", "T3"}
    assert names["5"] > {"T1", "T2", "T3"}
    assert len(names["5"]) == 5


def test_a_cancelled_frontier_keeps_what_it_found(ws):
    control = RunControl(is_cancelled=lambda: True)
    found = result_of(ws, "frontier", asked(counts=(0, 3, 20)), control)
    assert found["points"]
    assert {f"{p['limit']:g}" for p in found["points"]} == set(found["plans"])
