"""Deciding on the Territories page: the curve of moves, headcounts, what is proven."""

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
from shapely.geometry import Point

from planner.core.formats import Formats
from planner.jobs import queue
from planner.services.balance.request import BalanceRequest
from planner.services.territories import view as territory_view
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.solve.proposal import Proposal
from planner.ui.charts import decisions
from planner.ui.views.balance.frontier import frontier_sentence
from planner.ui.views.balance.headcount import headcount_sentence, with_next_head
from planner.ui.views.balance.proposal import best_text
from planner.ui.views.balance.proposal_text import (
    by_travel_text,
    proof_text,
    unmet_lines,
)
from tests.ui.test_pages_planner import boxes, draft, turn_to

FMT = Formats(locale="en_US", distance_unit="km", currency="USD")
LABELS, LIMITS = {"accounts": "Accounts"}, {"accounts": 0.1}
POINTS = pd.DataFrame(
    {
        "limit": [0, 10, 50],
        "moved": [0.0, 9.0, 44.0],
        "accounts_deviation": [0.6, 0.3, 0.09],
        "ratio": [6.0, 3.0, 0.9],
        "least_moves": [0.0, 4.0, 21.0],
    }
)
REQUEST = BalanceRequest(
    params=BalanceParams(
        measures=(BalanceMeasure(column="accounts", tolerance=0.1),), n_territories=24
    )
)


def plans(ws, scenario):
    """Make two plans: today's, and one county given to its neighbour."""
    by_unit = territory_view.overview(ws, scenario.scenario_id).units["territory_id"]
    moved = by_unit.index[by_unit == "T15"][0]
    report = {
        "status": "feasible",
        "met": True,
        "gap": 0.032,
        "minimised": "travel",
        "measures": {"accounts": {"tolerance": 0.1, "max_deviation": 0.09}},
    }
    same = {"report": report, "reasons": {}, "summary": ""}
    after = by_unit.copy()
    after[moved] = "T16"
    return {
        "0": {"territory_by_unit": by_unit.to_dict(), **same},
        "10": {
            "territory_by_unit": after.to_dict(),
            **same,
            "reasons": {moved: "T16 is nearer"},
        },
    }


def finish(ws, scenario, kind, result):
    job_id = queue.submit(
        ws.store,
        ws.company_id,
        scenario.scenario_id,
        kind,
        REQUEST.to_dict(),
        ws.user,
    )
    queue.finish(ws.store, queue.claim(ws.store, "W-test"), result)
    return job_id


def shown(app):
    return " ".join(m.value for m in app.markdown).replace("\\", "")


def test_a_point_of_the_curve_is_a_proposal_to_discard_or_accept(app, ws):
    scenario = draft(ws)
    made = plans(ws, scenario)
    points = POINTS.head(2).to_dict("records")
    result = {"points": points, "least_moves": 21.4, "plans": made}
    job_id = finish(ws, scenario, "frontier", result)
    turn_to(app, "territories")
    assert not app.exception
    assert "at least 21 must move, proven" in shown(app)
    assert "Proposal" not in shown(app)
    app.pills(key=f"terr-point-{job_id}").set_value("10").run()
    assert "**Proposal**" in shown(app)
    assert "Travel is within 3.2 % of the best possible" in shown(app)
    app.button(key="terr-discard").click().run()
    assert "Proposal" not in shown(app)
    assert "Balance against moves" in shown(app)
    app.pills(key=f"terr-point-{job_id}").set_value("10").run()
    app.button(key="terr-take").click().run()
    assert not app.exception
    assert "Balance against moves" not in shown(app)
    app.button(key="terr-accept").click().run()
    saved = territory_view.overview(ws, scenario.scenario_id).units["territory_id"]
    assert saved.to_dict() == made["10"]["territory_by_unit"]
    assert "Balance against moves" not in shown(app)


def test_a_number_of_territories_is_compared_and_proposed(app, ws):
    scenario = draft(ws)
    made = plans(ws, scenario)
    point = {
        "weighted_mean_km": 50.0,
        "coverage_share": 0.5,
        "cost_minor": 10_000_000,
        "is_met": True,
        "hours": 3000.0,
        "travel_hours": 900.0,
        "busiest_share": 1.2,
        "next_head": "Dane, WI",
    }
    result = {
        "points": [
            {**point, "n_territories": 24},
            {**point, "n_territories": 25, "weighted_mean_km": 48.0},
            {"n_territories": 26, "is_met": False, "problem": "too many"},
        ],
        "around": 24,
        "reach_min": 60.0,
        "capacity_h": 1249.0,
        "plans": {"24": made["0"], "25": made["10"]},
    }
    job_id = finish(ws, scenario, "headcount", result)
    turn_to(app, "territories")
    assert not app.exception
    assert "the next rep should live around **Dane, WI**" in shown(app)
    assert any("26 territories: too many" in c.value for c in app.caption)
    app.pills(key=f"terr-point-{job_id}").set_value("25").run()
    assert "**Proposal**" in shown(app)
    app.button(key="terr-headcount-close").click().run()
    assert "How many territories" not in shown(app)


def test_a_unit_too_big_is_said_first_and_divided_on_request(app, ws):
    scenario = draft(ws)
    made = plans(ws, scenario)["10"]
    big = {"unit_id": "17031", "measure": "accounts", "share": 1.58, "n_finer": 214}
    report = {**made["report"], "too_big": [big], "gap": None, "met": False}
    result = {**made, "report": report, "params": REQUEST.to_dict()}
    first = finish(ws, scenario, "balance", result)
    turn_to(app, "territories")
    said = shown(app)
    assert said.index("Cook, IL alone is 158 %") < said.index("**Balance**")
    app.button(key="terr-divide").click().run()
    job = queue.latest(ws.store, "balance", scenario.scenario_id)
    assert job.state == "queued"
    assert job.params["split_units"] == ["17031"]
    assert job.params["replaces"] == first
    assert "Balancing territories" in boxes(app)
    assert "**Balance**" in shown(app)  # the first answer stays in sight meanwhile


def test_the_verdict_names_every_balanced_measure(app, ws):
    """A limit that the second measure misses is not hidden behind the first."""
    scenario = draft(ws)
    limits = ("accounts", 0.99), ("workload_min", 0.0001)
    measures = [BalanceMeasure(column=name, tolerance=limit) for name, limit in limits]
    asked = BalanceRequest(params=BalanceParams(measures=tuple(measures)))
    made = plans(ws, scenario)["10"]
    finish(ws, scenario, "balance", {**made, "params": asked.to_dict()})
    turn_to(app, "territories")
    verdict = " ".join(one.proto.body for one in app.get("html"))
    assert "Worst deviation, accounts" in verdict
    assert "Worst deviation, workload" in verdict
    assert verdict.count("limit 0 % not met") == 1


def test_the_best_plan_so_far_is_told_by_its_travel(ws):
    view = territory_view.overview(ws, draft(ws).scenario_id)
    weight = view.units["accounts"].sum()
    told = {**REQUEST.to_dict(), "minimise": "moves"}
    assert best_text(FMT, view, told, 25.0 * weight) == (
        "best so far: 5.0 km to the centre"
    )
    assert best_text(FMT, view, told, None) == ""
    hours = {"measures": [{"column": "work_hours"}]}
    assert best_text(FMT, view, hours, 25.0) == ""


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ({"gap": 0.032}, "Travel is within 3.2 % of the best possible at these limits"),
        ({"gap": 0.0001}, "Travel is the best possible at these limits, proven."),
        ({"gap": None}, ""),
        ({"gap": None, "status": "cancelled"}, "Stopped early"),
        (
            {
                "minimised": "moves",
                "objective": 12,
                "moved": 12,
                "moved_lower_bound": 9,
            },
            "12 units move; at least 9 must, proven.",
        ),
        (
            {"minimised": "moves", "objective": 40.5, "moved": 12, "gap": 0.5},
            "Disturbance is within 50.0 % of the best possible",
        ),
    ],
)
def test_what_is_proven_is_said_in_one_sentence(report, said):
    found = proof_text(FMT, report)
    assert found.startswith(said)
    assert bool(found) == bool(said)


def test_what_is_not_met_is_said_once():
    report = {
        "violations": ["potential within 5 % cannot be had: 6.2 % is the least found"],
        "too_big": [{"unit_id": "U1"}],
        "blocking": [
            {"territory": "T1", "unit": "U1", "code": "unit_oversized"},
            {"territory": "T1", "unit": "U1", "unit_name": "Cook", "reason": "is over"},
        ],
    }
    assert unmet_lines(report) == [
        "Potential within 5 % cannot be had: 6.2 % is the least found",
        "T1: is over (Cook)",
    ]


def test_the_curve_is_told_in_a_sentence():
    said = frontier_sentence(FMT, POINTS, LABELS, LIMITS, 20.9)
    assert said == (
        "For accounts within 9.0 %, 44 accounts move in the best plan found; at least "
        "21 must move, proven."
    )
    unmet = frontier_sentence(FMT, POINTS.head(2), LABELS, LIMITS, None)
    assert unmet == (
        "With 9 moved accounts the limit of 10 % is not reached: accounts within "
        "30.0 %."
    )


def test_the_curve_of_weighed_moves_counts_average_accounts():
    said = frontier_sentence(FMT, POINTS, LABELS, LIMITS, 20.9, is_weighed=True)
    assert said == (
        "For accounts within 9.0 %, the best plan found disturbs as much as the move "
        "of 44 average accounts; any plan disturbs at least as much as 21, proven."
    )


def test_few_moves_are_told_with_their_proof_and_the_shortest_way():
    report = {
        "minimised": "moves",
        "moves_counted": "accounts",
        "objective": 473.0,
        "bound": 154.23,
        "travel": {"weighted_rms_km": 73.9},
    }
    assert proof_text(FMT, report) == (
        "No plan within these limits moves fewer than 155 accounts, proven."
    )
    least = proof_text(FMT, report | {"bound": 473.0})
    assert least == "No plan within these limits moves fewer accounts, proven."
    plan = Proposal(
        territory_by_unit=pd.Series(dtype="str"),
        report=report,
        by_travel={"n_moved_accounts": 951, "rms_km": 65.8, "is_met": 1.0},
    )
    assert by_travel_text(FMT, plan) == (
        "Balanced by travel instead, 951 accounts would move and the way to the middle "
        "would be 65.8 km instead of 73.9 km."
    )
    assert by_travel_text(FMT, replace(plan, by_travel={})) == ""


def test_the_proof_says_when_the_search_ended_short_of_its_aim():
    report = {"gap": 0.029, "stopped_because": "work"}
    within = "Travel is within 2.9 % of the best possible at these limits, proven."
    assert proof_text(FMT, report) == (
        f"{within} The search ended after its usual work."
    )
    assert proof_text(FMT, report | {"stopped_because": "gap_reached"}) == within


def test_headcounts_are_told_in_a_sentence():
    points = pd.DataFrame(
        {
            "weighted_mean_km": [52.0, 50.0, 47.5],
            "cost_minor": [2_000_000, 3_000_000, 4_000_000],
            "next_head": ["A, WI", "B, WI", "C, WI"],
        },
        index=[2, 3, 4],
    )
    said = headcount_sentence(FMT, points, 3, 4)
    assert "One more rep changes the mean way by −2.5 km" in said
    assert "the cost by +$10,000 a year" in said
    assert "One rep fewer changes the mean way by +2.0 km" in said
    assert (
        "With 4 territories the next rep should live around **C, WI**, a house" in said
    )


def test_the_next_head_is_a_house_on_the_map(ws):
    view = territory_view.overview(ws, draft(ws).scenario_id)
    point = {"n_territories": 25, "next_head_unit": "17031", "next_head": "Cook, IL"}
    job = SimpleNamespace(result={"around": 24, "points": [point]})
    homes = with_next_head(view, job, "25").homes
    assert len(homes) == len(view.homes) + 1
    assert homes.loc["next", "name"] == "Next rep, around Cook, IL"
    assert view.units.geometry["17031"].contains(
        Point(homes.loc["next", "lon"], homes.loc["next", "lat"])
    )
    assert with_next_head(view, job, None) is view


def test_the_curve_can_be_clicked_and_shades_what_is_proven():
    spec = decisions.frontier_curve(POINTS, LABELS, LIMITS, 20.9, 10).to_dict()
    picks = [p for p in spec["params"] if p["name"] == decisions.PICK]
    assert picks[0]["select"]["fields"] == ["limit"]
    rows = [row for data in spec["datasets"].values() for row in data]
    steps = [
        (r["moved"], r["deviation"]) for r in rows if set(r) == {"moved", "deviation"}
    ]
    assert steps == [(0, 0.6), (0, 0.3), (4, 0.3), (4, 0.09), (21, 0.09), (21, 0.0)]
    assert {r["text"] for r in rows if "text" in r} == {
        "at least 21, proven",
        "limit 10 %",
    }


def test_several_measures_have_a_line_each_and_no_shade():
    points = POINTS.assign(potential_minor_deviation=[0.7, 0.4, 0.2])
    labels = {**LABELS, "potential_minor": "Potential"}
    limits = {**LIMITS, "potential_minor": 0.2}
    spec = decisions.frontier_curve(points, labels, limits, None).to_dict()
    marks = [layer["mark"]["type"] for layer in spec["layer"]]
    assert "area" not in marks
    rows = [row for data in spec["datasets"].values() for row in data]
    assert {r["measure"] for r in rows if "moved" in r} == {"Accounts", "Potential"}


def test_the_chosen_headcount_is_marked():
    values = pd.Series([10.0, 9.0], index=[24, 25])
    spec = decisions.headcount_line(
        values, label="Mean way, km", number=".1f", choice=25
    ).to_dict()
    rows = [row for data in spec["datasets"].values() for row in data]
    assert [row["is_chosen"] for row in rows] == [False, True]
