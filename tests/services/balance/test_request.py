"""What a balance asks, and what the engine is given for it."""

import datetime as dt
import json
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from planner.core.errors import InfeasibleError, InputError, ParamsError
from planner.geography.adjacency import find_edges
from planner.services.balance.inputs import balance_inputs
from planner.services.balance.request import (
    BalanceRequest,
    measures_of,
    measures_to_ask,
    parent_fields,
    usual_counts,
)
from planner.services.balance.team import Team
from planner.services.drafts.view import Held
from planner.services.territories.view import TerritoryView
from planner.store.scenarios.lineage import Scenario
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.precheck import check_request
from planner.territory.model.workhours import HOURS

AS_OF = dt.date(2026, 11, 20)
UNITS = [f"U{n}" for n in range(8)]  # two rows of four; the right half is another state
TEAM = Team(
    as_of=AS_OF,
    currency="USD",
    capacity_min=pd.Series({"P1": 60_000.0, "P2": 30_000.0}),
    cost_minor=pd.Series({"P1": 100.0, "P2": 100.0}),
)


def a_view(**columns):
    """Draw eight units of two accounts each; T1 holds U0, U1, U4, U5, T2 the rest."""
    shapes = [
        box(-90 + 0.5 * (n % 4), 43 + 0.5 * (n // 4), -89.5 + 0.5 * (n % 4), 43.5)
        if n < 4
        else box(-90 + 0.5 * (n % 4), 43.5, -89.5 + 0.5 * (n % 4), 44)
        for n in range(8)
    ]
    index = pd.Index(UNITS, name="unit_id")
    territory = ["T1", "T1", "T2", "T2"] * 2
    units = gpd.GeoDataFrame(
        {
            "name": [f"County {n}" for n in range(8)],
            "region": ["WI", "WI", "IL", "IL"] * 2,
            "territory_id": territory,
        },
        geometry=shapes,
        index=index,
        crs="EPSG:4326",
    )
    ids = [f"A{n:02d}" for n in range(16)]
    middle = units.geometry.representative_point()
    accounts = pd.DataFrame(
        {
            "name": [f"Firm {n}" for n in range(16)],
            "unit_id": UNITS * 2,
            "territory_id": territory * 2,
            "lat": list(middle.y) * 2,
            "lon": list(middle.x) * 2,
            "potential_minor": pd.array([100] * 16, dtype="Int64"),
            "our_sales_minor": pd.array([50] * 16, dtype="Int64"),
            "annual_revenue_minor": pd.array([0] * 16, dtype="Int64"),
            "employees": pd.array([None] * 16, dtype="Int64"),
            "workload_min": pd.array([840] * 16, dtype="Int64"),
            "visit_class": ["C"] * 16,
            "owned_since": pd.to_datetime(["2025-11-20"] * 15 + [None]),
            "custom": [None] * 16,
        },
        index=pd.Index(ids, name="account_id"),
    ).assign(**columns)
    units = units.assign(accounts=2.0, potential_minor=200.0, workload_min=1680.0)
    return TerritoryView(
        scenario=Scenario.__new__(Scenario),
        units=units,
        edges=find_edges(units),
        accounts=accounts,
        territories=pd.DataFrame(
            {"position_id": ["P1", "P2"]}, index=pd.Index(["T1", "T2"])
        ),
        index=pd.Series(dtype=float),
        homes=pd.DataFrame(
            {"name": ["Ada"], "lat": [43.1], "lon": [-89.9], "territory_id": ["T1"]}
        ),
    )


def a_request(*columns, n=2, **asked):
    measures = tuple(
        BalanceMeasure(column=name, tolerance=0.1) for name in columns or ("accounts",)
    )
    return BalanceRequest(
        params=BalanceParams(measures=measures, n_territories=n), **asked
    )


def custom(**by_account):
    """Give accounts a parent company."""
    return [
        json.dumps({"Parent account": by_account[name]}) if name in by_account else None
        for name in (f"A{n:02d}" for n in range(16))
    ]


def test_a_request_survives_the_job_row():
    asked = a_request(
        "accounts",
        HOURS,
        shares="capacity",
        kept_territories=("T1",),
        split_units=("U3",),
        counts=(0, 10),
    )
    plain = json.loads(json.dumps(asked.to_dict()))
    assert BalanceRequest.from_dict(plain) == asked
    assert plain["measures"][0] == {
        "column": "accounts",
        "tolerance": 0.1,
        "minimum": None,
        "maximum": None,
        "priority": 1,
    }


def test_parameters_of_older_jobs_are_understood():
    params = BalanceParams(measures=(BalanceMeasure(column="accounts"),))
    assert BalanceRequest.from_dict(params.to_dict()) == BalanceRequest(params=params)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"shares": "fair"}, "shares must be one of equal, capacity, got 'fair'"),
        ({"travel_to": "work"}, "travel_to must be one of"),
        ({"travel_minor_per_h": -1}, "must be at least 0, got -1"),
        ({"districts": "3", "n": 2}, "gathered into 2 to 2 districts, got 3"),
        ({"districts": "a=1,b=2", "n": 4}, "name 3 territories, asked are 4"),
        ({"districts": "a=3,b=0", "n": 3}, "at least one territory each"),
    ],
)
def test_senseless_requests_are_refused(asked, said):
    with pytest.raises(ParamsError, match=said):
        a_request(**asked)


def test_districts_leave_aside_what_is_tied_to_today():
    asked = a_request(
        n=4, districts="a=1, b=3", kept_territories=("T1",), shares="capacity"
    )
    kept = asked.for_kind("balance")
    assert kept.asked_districts == {"a": 1, "b": 3}
    assert (kept.kept_territories, kept.shares) == ((), "equal")
    assert asked.for_kind("headcount").districts == ""
    plain = json.loads(json.dumps(asked.to_dict()))
    assert BalanceRequest.from_dict(plain) == asked
    with pytest.raises(ParamsError, match="choose workload"):
        a_request(HOURS, districts="2", n=4)
    with pytest.raises(InputError, match="like north=4"):
        a_request(districts="two", n=4)


def test_five_measures_are_refused():
    with pytest.raises(ParamsError, match="4 measures at most, got 5"):
        a_request("a", "b", "c", "d", "e")


def test_hours_with_driving_are_offered_where_there_is_work():
    held = ["accounts", "potential_minor", "workload_min"]
    assert measures_of(a_view()) == held
    assert measures_to_ask(a_view()) == [*held, HOURS]


def test_counts_stop_at_a_third_of_the_accounts():
    assert usual_counts(300) == (0, 10, 25, 50)
    assert usual_counts(2) == (0,)


def test_the_plain_request_gives_the_engine_units_and_today():
    inputs = balance_inputs(a_view(), TEAM, a_request())
    assert list(inputs.instance.units["accounts"]) == [2.0] * 8
    assert inputs.instance.units["visits"].tolist() == [26.0] * 8  # two of class C
    assert inputs.instance.units["service_min"].tolist() == [520.0] * 8
    assert inputs.instance.current["U2"] == "T2"
    assert inputs.instance.locked is None
    assert inputs.instance.centres is None
    assert inputs.instance.rules.is_empty
    assert inputs.accounts.loc["A00", "relationship_months"] == pytest.approx(
        12, abs=0.1
    )
    assert pd.isna(inputs.accounts.loc["A15", "relationship_months"])


def test_kept_territories_and_accounts_lock_their_units():
    asked = a_request(kept_territories=("T1",), kept_accounts=("A02",))
    locked = balance_inputs(a_view(), TEAM, asked).instance.locked
    assert set(locked.index[locked]) == {"U0", "U1", "U4", "U5", "U2"}


def test_what_the_scenario_does_not_have_is_refused():
    for asked, said in (
        ({"kept_territories": ("T9",)}, "'T9' is not in this scenario"),
        ({"kept_accounts": ("A99",)}, "'A99' is not an open account"),
        ({"together_by": "Parent account"}, "no account has a field"),
        ({"shares": "capacity", "n": 3}, "ask for 2 territories or choose equal"),
        ({"travel_to": "home", "n": 3}, "ask for 2 territories or choose equal"),
        ({"split_units": ("U9",)}, "hold no account"),
    ):
        with pytest.raises(InputError, match=said):
            balance_inputs(a_view(), TEAM, a_request(**asked))


def test_sites_of_a_parent_share_a_group_and_meeting_groups_join():
    told = custom(A00="Acme", A01="Acme", A09="Borg", A02="Borg", A07="Alone")
    view = a_view(custom=told)
    assert parent_fields(view.accounts) == ["Parent account"]
    asked = a_request(together_by="Parent account")
    group = balance_inputs(view, TEAM, asked).instance.rules.together
    # A01 (Acme) and A09 (Borg) lie in U1, so U0, U1 and U2 move together.
    assert len(set(group[["U0", "U1", "U2"]])) == 1
    assert group["U7"] != group["U0"]
    assert not group.index.isin(["U3", "U4", "U5", "U6"]).any()


def test_locks_that_tear_a_parent_are_named_before_solving():
    view = a_view(custom=custom(A00="Acme", A02="Acme"))
    asked = a_request(together_by="Parent account", kept_accounts=("A00", "A02"), n=2)
    inputs = balance_inputs(view, TEAM, asked)
    with pytest.raises(InfeasibleError, match="group 'Acme' must stay together"):
        check_request(inputs.instance, asked.params)


def test_state_borders_become_barriers_and_states_hang_together():
    view = a_view()
    view.units.loc["U7", "region"] = "WI"  # an island of Wisconsin inside Illinois
    inputs = balance_inputs(view, TEAM, a_request(is_within_regions=True))
    barriers = {
        frozenset(pair) for pair in inputs.instance.rules.barriers.to_numpy().tolist()
    }
    assert barriers == {
        frozenset(pair)
        for pair in (("U1", "U2"), ("U5", "U6"), ("U3", "U7"), ("U6", "U7"))
    }
    bridges = inputs.instance.edges[inputs.instance.edges["is_bridge"]]
    ends = set(bridges[["unit_id", "neighbour_id"]].to_numpy().ravel())
    assert "U7" in ends
    assert len(bridges) == 1


def test_fewer_territories_than_states_are_refused_before_solving():
    with pytest.raises(InfeasibleError, match="each of 2 states needs a territory"):
        balance_inputs(a_view(), TEAM, a_request(is_within_regions=True, n=1))


def test_shares_follow_capacity_and_a_vacant_seat_counts_as_the_mean():
    asked = a_request("potential_minor", shares="capacity")
    targets = balance_inputs(a_view(), TEAM, asked).instance.rules.targets[
        "potential_minor"
    ]
    assert targets["T1"] == pytest.approx(2 * targets["T2"], rel=1e-5)  # whole ppm
    assert targets.sum() == pytest.approx(1600)
    alone = Team(
        as_of=AS_OF,
        currency="USD",
        capacity_min=TEAM.capacity_min[["P1"]],
        cost_minor=TEAM.cost_minor,
    )
    even = balance_inputs(a_view(), alone, asked).instance.rules.targets[
        "potential_minor"
    ]
    assert even["T1"] == pytest.approx(even["T2"])


def test_accounts_named_apart_stay_and_count_where_they_are():
    view = a_view()
    view.accounts.loc["A00", "territory_id"] = "T2"  # its unit U0 is T1's
    inputs = balance_inputs(view, TEAM, a_request(keeps_named=True))
    assert inputs.named.to_dict() == {"A00": "T2"}
    assert inputs.instance.units.loc["U0", "accounts"] == 1.0
    assert inputs.instance.rules.targets["accounts"].to_dict() == {"T1": 8.0, "T2": 7.0}
    ended = balance_inputs(view, TEAM, a_request())
    assert ended.named.empty
    assert ended.instance.rules.targets is None


def test_named_accounts_that_follow_again_count_as_moves():
    view = a_view()
    view.accounts.loc[["A00", "A01"], "territory_id"] = "T2"
    for limit, kept in ((2, False), (0, True)):
        asked = a_request(keeps_named=kept)
        asked = replace(asked, params=replace(asked.params, max_moved=limit))
        inputs = balance_inputs(view, TEAM, asked)
        assert inputs.n_ended == limit
        assert (
            inputs.instance.rules.move_size.to_dict()
            == inputs.instance.units["accounts"].to_dict()
        )
    asked = replace(a_request(), params=replace(a_request().params, max_moved=1))
    with pytest.raises(InfeasibleError, match="2 accounts named apart"):
        balance_inputs(view, TEAM, asked)


def test_a_named_account_that_is_kept_stays_apart():
    view = a_view()
    view.accounts.loc["A00", "territory_id"] = "T2"
    inputs = balance_inputs(view, TEAM, a_request(kept_accounts=("A00",)))
    assert inputs.named.to_dict() == {"A00": "T2"}
    assert inputs.instance.locked is None
    with pytest.raises(InputError, match="only with the territories of today"):
        balance_inputs(view, TEAM, a_request(kept_accounts=("A00",), n=3))


def test_named_accounts_that_fill_a_territory_are_said():
    view = a_view(territory_id=["T2"] * 16)
    with pytest.raises(InfeasibleError, match="fill 'T2' already"):
        balance_inputs(view, TEAM, a_request(keeps_named=True))


def test_homes_are_centres_and_a_territory_without_one_has_its_middle():
    inputs = balance_inputs(a_view(), TEAM, a_request(travel_to="home"))
    units, centres = inputs.instance.units, inputs.instance.centres
    assert centres["x_km"]["T1"] < units["x_km"]["U0"]  # Ada lives in its west
    middle = units.loc[["U2", "U3", "U6", "U7"], "x_km"].mean()
    assert centres["x_km"]["T2"] == pytest.approx(middle)


def test_hours_count_the_way_from_the_centre():
    hours = balance_inputs(a_view(), TEAM, a_request(HOURS)).instance.units[HOURS]
    assert (hours > 520 / 60).all()
    assert hours["U0"] == pytest.approx(hours["U3"], rel=0.02)


def test_a_unit_is_divided_by_its_accounts():
    inputs = balance_inputs(a_view(), TEAM, a_request(split_units=("U0",)))
    assert {"U0/A00", "U0/A08"} <= set(inputs.instance.units.index)
    assert "U0" not in inputs.instance.units.index
    assert inputs.instance.units["accounts"].sum() == 16
    assert inputs.instance.current["U0/A08"] == "T1"
    assert inputs.accounts.loc["A08", "row"] == "U0/A08"
    assert inputs.accounts.loc["A09", "row"] == "U1"


def test_what_is_locked_or_drawn_is_left_where_it_is():
    held = Held(
        territories=frozenset({"T1"}),
        units=frozenset({"U2"}),
        accounts=frozenset({"A03", "A11"}),
        barriers=frozenset({("U2", "U3")}),
    )
    inputs = balance_inputs(a_view(), TEAM, a_request(), held)
    locked = inputs.instance.locked
    assert sorted(locked.index[locked]) == ["U0", "U1", "U2", "U4", "U5"]
    # Both accounts of U3 are named apart, so the unit itself may go without them.
    assert inputs.named.to_dict() == {"A03": "T2", "A11": "T2"}
    assert inputs.instance.units.loc["U3", "accounts"] == 0
    assert inputs.n_ended == 0
    assert inputs.instance.rules.barriers.to_numpy().tolist() == [["U2", "U3"]]


def test_locks_are_refused_where_other_territories_are_made():
    held = Held(units=frozenset({"U2"}))
    with pytest.raises(InputError, match="locks and what you have drawn hold"):
        balance_inputs(a_view(), TEAM, a_request(n=3), held)
