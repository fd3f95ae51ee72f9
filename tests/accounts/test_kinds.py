"""Every kind of list: who reports to whom, what refers to what, values by area."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from planner.accounts.context import ImportContext, References
from planner.accounts.importing import import_table
from planner.accounts.kinds.hierarchy import find_loops
from planner.accounts.kinds.market import values_by_unit
from planner.accounts.kinds.merging import merge_rows
from planner.accounts.kinds.periods import read_periods
from planner.accounts.placing import Gazetteer
from planner.accounts.reading.sources import read_source
from planner.core.errors import InputError


def table(text, name="list.csv"):
    return read_source(text.encode(), name)


def found(report, code):
    rows = report.findings[report.findings["code"] == code]
    return rows["row"].dropna().astype(int).tolist()


POSITIONS = """position id,title,parent id
V,Head,
M,Manager,V
R1,Rep one,M
R2,Rep two,M
"""


def test_positions_get_their_roles_by_their_place():
    report = import_table(table(POSITIONS), ImportContext(kind="positions"))
    assert report.frame["role"].to_dict() == {
        "V": "vp",
        "M": "manager",
        "R1": "rep",
        "R2": "rep",
    }
    assert report.frame["parent_id"].isna().tolist() == [True, False, False, False]


def test_a_loop_is_refused_with_all_its_rows_and_its_team_becomes_a_top():
    text = "position_id,parent_id\nA,B\nB,C\nC,A\nD,A\nE,\n"
    report = import_table(table(text), ImportContext(kind="positions"))
    assert found(report, "hierarchy_loop") == [1, 2, 3]
    assert found(report, "orphan") == [4]
    assert report.frame.index.tolist() == ["D", "E"]
    message = report.findings.set_index("code").loc["hierarchy_loop", "message"].iloc[0]
    assert "'A' (row 1) → 'B' (row 2) → 'C' (row 3) → 'A'" in message


def test_two_managers_and_lost_superiors_are_named():
    text = "position_id,parent_id\nT,\nU,\nA,T\nA,U\nB,Nobody\n"
    report = import_table(table(text), ImportContext(kind="positions"))
    assert found(report, "two_managers") == [3, 4]
    assert found(report, "orphan") == [5]
    assert report.frame.index.tolist() == ["T", "U", "B"]


@given(
    st.dictionaries(st.integers(0, 8), st.integers(0, 9), max_size=9).map(
        lambda d: {str(k): str(v) for k, v in d.items()}
    )
)
def test_loops_are_found_once_and_taking_one_of_each_out_leaves_none(parents):
    loops = find_loops(parents)
    members = [name for loop in loops for name in loop]
    assert len(members) == len(set(members))
    for loop in loops:
        following = [*loop[1:], loop[0]]
        assert [parents[name] for name in loop] == following
    broken = dict(parents) | {loop[0]: "" for loop in loops}
    assert find_loops(broken) == []


PEOPLE = """rep id,name,manager,hire date
1,Vera,,2020-01-01
2,Max,Vera,2020-01-01
3,Ann,2,2020-01-01
4,Bob,Max,2020-01-01
"""


def test_a_list_of_people_brings_the_seats_under_their_managers():
    report = import_table(table(PEOPLE), ImportContext(kind="reps"))
    seats = report.extra["positions"]
    assert report.frame["position_id"].tolist() == ["P-1", "P-2", "P-3", "P-4"]
    assert seats["parent_id"].fillna("").tolist() == ["", "P-1", "P-2", "P-2"]
    assert seats["role"].tolist() == ["vp", "manager", "rep", "rep"]


def test_people_who_manage_each_other_are_refused():
    text = "rep id,name,manager\n1,Ann,Bob\n2,Bob,Ann\n3,Cy,\n"
    report = import_table(table(text), ImportContext(kind="reps"))
    assert found(report, "hierarchy_loop") == [1, 2]
    assert report.frame.index.tolist() == ["3"]
    assert report.extra["positions"].index.tolist() == ["P-3"]


def test_managers_of_the_same_name_are_asked_about_and_seats_held_twice_named():
    text = (
        "rep id,name,position id,manager\n"
        "1,Ann,P1,\n2,Ann,P2,\n3,Cy,P3,Ann\n4,Di,P3,1\n"
    )
    report = import_table(table(text), ImportContext(kind="reps"))
    assert found(report, "unclear_manager") == [3]
    assert found(report, "position_held_twice") == [3, 4]


def test_visits_without_an_id_get_the_same_one_each_time():
    text = (
        "account,rep,date,duration_h,result,mood\n"
        "A1,R1,2026-01-05,0.5,met,good\nA1,R1,2026-01-05,1,met,\nA2,R1,2026-01-06,,,\n"
    )
    first = import_table(table(text), ImportContext(kind="visits_made"))
    again = import_table(table(text), ImportContext(kind="visits_made"))
    pd.testing.assert_frame_equal(first.frame, again.frame)
    assert first.frame["minutes"].tolist() == [30, 60, 0]
    assert first.frame.index[1] == "R1/2026-01-05/A1/2"
    assert first.frame["custom"].iloc[0] == '{"mood": "good"}'


def test_rows_that_refer_to_nothing_are_named():
    known = References(
        account_ids=pd.Index(["A1"]),
        position_ids=pd.Index(["P1"]),
        rep_ids=pd.Index(["R1"]),
        deal_ids=pd.Index([], dtype="str"),
    )
    deals = "deal_id,account_id,amount,close_on,related_deal_id\n"
    deals += "D1,A1,5,2026-01-01,D9\nD2,A9,5,2026-01-01,D1\n"
    report = import_table(table(deals), ImportContext(kind="deals", references=known))
    assert found(report, "unknown_account") == [2]
    assert found(report, "unknown_deal") == [1]
    assert report.frame.index.tolist() == ["D1"]
    visits = "account_id,rep_id,visited_on\nA1,R9,2026-01-05\nA9,R1,2026-01-05\n"
    report = import_table(
        table(visits), ImportContext(kind="visits_made", references=known)
    )
    assert found(report, "unknown_rep") == [1]
    assert found(report, "unknown_account") == [2]
    assert len(report.frame) == 1
    quotas = "position_id,period,amount\nP1,2027,100\nP9,2027,100\n"
    report = import_table(table(quotas), ImportContext(kind="quotas", references=known))
    assert found(report, "unknown_position") == [2]
    owners = "account_id,name,lat,lon,owner\nA1,A,40,-80,P1\nA2,B,41,-81,Zed\n"
    report = import_table(
        table(owners), ImportContext(kind="accounts", references=known)
    )
    assert found(report, "unknown_owner") == [2]
    assert report.rows_accepted == 2


def test_quotas_stand_once_for_a_position_measure_and_period():
    text = (
        "position,month,quota\nP1,Jan 2027,100\nP1,2027-01,200\nP1,02/2027,50\n"
        "P1,2027-Q1,5\nP2,FY2027,1234\n"
    )
    report = import_table(table(text), ImportContext(kind="quotas"))
    assert found(report, "duplicate_id") == [1, 2]
    assert found(report, "bad_period") == [4]
    assert report.frame[["period", "amount_minor"]].to_numpy().tolist() == [
        ["2027-02", 5000],
        ["2027", 123400],
    ]


def test_periods_are_read_or_refused():
    cells = pd.Series(
        ["2027", "2027-3", "2027-03-01", "Dec. 2026", "13/2026", "", "Q1"]
    )
    periods, is_bad = read_periods(cells)
    assert periods.tolist() == ["2027", "2027-03", "2027-03", "2026-12", "", "", ""]
    assert is_bad.tolist() == [False] * 4 + [True, False, True]


UNITS = gpd.GeoDataFrame(
    {"name": ["Alpha County", "Beta"], "region": ["IL", "WI"]},
    geometry=[shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)],
    index=pd.Index(["01001", "55025"], name="unit_id", dtype="str"),
    crs=4326,
)
PLACES = Gazetteer(
    postcodes=pd.DataFrame(
        {"lat": [0.5, 0.6, 50.0], "lon": [0.5, 0.5, 50.0]},
        index=pd.Index(["10001", "10002", "99999"], dtype="str"),
    ),
    cities=Gazetteer.empty().cities,
)


def market(text, how="sum"):
    report = import_table(
        table(text),
        ImportContext(
            kind="market", gazetteer=PLACES, references=References(units=UNITS)
        ),
    )
    return report, values_by_unit(report.frame, how).to_dict()


def test_areas_are_joined_by_id_zip_or_name_and_the_rest_is_named():
    report, values = market("fips,households\n1001,10\n55025,20\n77777,5\n")
    assert values == {"01001": 10.0, "55025": 20.0}
    assert found(report, "unknown_area") == [3]
    assert "unit_id_mended" in set(report.findings["code"])
    _, values = market('county,state,population\nAlpha,Illinois,"1,500"\nBeta,WI,2\n')
    assert values == {"01001": 1500.0, "55025": 2.0}


@pytest.mark.parametrize(("how", "expected"), [("sum", 30.0), ("mean", 15.0)])
def test_zips_of_one_unit_are_put_together(how, expected):
    report, values = market("zip,value\n10001,10\n10002,20\n99999,7\n", how)
    assert values == {"01001": expected}
    assert found(report, "unknown_area") == [3]


def test_the_units_of_a_value_may_stand_in_its_header():
    raw = table("fips,value_mi\n01001,10\n")
    report = import_table(
        raw, ImportContext(kind="market", references=References(units=UNITS))
    )
    assert report.frame["value"].tolist() == [16.09344]


def test_values_are_summed_or_averaged_and_nothing_else():
    with pytest.raises(InputError, match="sum or mean"):
        values_by_unit(pd.DataFrame({"unit_id": [], "value": []}), "max")


# --- how columns are read -------------------------------------------------------------

MONEY = """account_id,name,lat,lon,Revenue (k€),last visit
A1,A,40,-80,"1.234,5",31/01/2026
A2,B,41,-81,"0,5",1/2/2026
A3,C,42,-82,,
"""


def test_each_column_tells_how_it_was_read():
    report = import_table(table(MONEY), ImportContext(kind="accounts", currency="EUR"))
    assert report.frame["annual_revenue_minor"].tolist()[:2] == [123_450_000, 50_000]
    told = report.coercions.set_index("target")
    money = told.loc["annual_revenue"]
    assert money["read_as"] == (
        "money in EUR, decimal comma, signs between thousands taken out, k: × 1,000"
    )
    assert money["examples"] == "1.234,5 → 1234500.00 · 0,5 → 500.00"
    assert (money["n_changed"], money["n_empty"]) == (2, 1)
    assert told.loc["last_visit_on", "read_as"] == (
        "date, day first (d/m/y) because row 1 has 31/01/2026"
    )
    assert told.loc["name", ["n_changed", "n_empty"]].tolist() == [0, 0]
    assert "unit_of_header" in set(report.findings["code"])


def test_the_user_decides_over_the_header():
    mapping = {
        "account_id": "account_id",
        "name": "name",
        "lat": "lat",
        "lon": "lon",
        "annual_revenue": {"column": "Revenue (k€)", "unit": "1", "decimal": ","},
        "last_visit_on": {"column": "last visit", "date_form": "dmy"},
    }
    report = import_table(
        table(MONEY), ImportContext(kind="accounts", mapping=mapping, currency="EUR")
    )
    assert report.frame["annual_revenue_minor"].tolist()[:2] == [123_450, 50]
    assert dict(report.readings)["annual_revenue"] == mapping["annual_revenue"]
    assert dict(report.readings)["name"] == "name"


@pytest.mark.parametrize(
    "value",
    [
        {"column": "Revenue (k€)", "unit": "miles"},
        {"column": "Revenue (k€)", "size": "1"},
        {"unit": "k"},
        7,
    ],
)
def test_a_mapping_that_says_what_cannot_be_is_refused(value):
    with pytest.raises(InputError, match="annual_revenue"):
        import_table(
            table(MONEY),
            ImportContext(kind="accounts", mapping={"annual_revenue": value}),
        )


# --- over what is there ---------------------------------------------------------------


def test_columns_a_file_lacks_stay_as_they_are():
    ids = pd.Index(["a", "b"], dtype="str", name="id")
    stored = pd.DataFrame({"x": [1, 2], "y": [3, 4]}, index=ids)
    loaded = pd.DataFrame({"x": [9, 8], "y": [0, 0]}, index=["b", "c"])
    replaced = merge_rows(stored, loaded, ["x"], "replace")
    assert replaced.to_dict("index") == {"b": {"x": 9, "y": 4}, "c": {"x": 8, "y": 0}}
    added = merge_rows(stored, loaded, ["x"], "add")
    assert added.loc["a"].tolist() == [1, 3]
    assert len(added) == 3
    with pytest.raises(InputError, match="mode"):
        merge_rows(stored, loaded, [], "over")


@pytest.mark.parametrize(
    "note", ["Cafe\u0301", "\U0002f9a3", "a\u200bb", " x ", "\u2028"]
)
def test_what_a_file_of_ours_kept_comes_back_to_the_sign(note):
    """Other columns are kept as in the file; reading them again changes no sign."""
    table = pd.DataFrame(
        {"account_id": ["A"], "name": ["One"], "lat": [41.9], "lon": [-87.6], "n": note}
    )
    first = import_table(
        read_source(table.to_csv(index=False).encode(), "a.csv"),
        ImportContext(kind="accounts"),
    ).frame
    assert json.loads(first["custom"].iloc[0]) == {"n": note}
    again = table.drop(columns="n").assign(custom=first["custom"].to_numpy())
    second = import_table(
        read_source(again.to_csv(index=False).encode(), "a.csv"),
        ImportContext(kind="accounts"),
    ).frame
    assert second["custom"].tolist() == first["custom"].tolist()


@pytest.mark.parametrize("empty", ["", "  ", "\u00a0"])
def test_an_empty_custom_cell_keeps_nothing(empty):
    table = pd.DataFrame(
        {"account_id": ["A"], "name": ["One"], "lat": [41.9], "lon": [-87.6]}
    ).assign(custom=empty)
    source = read_source(table.to_csv(index=False).encode(), "a.csv")
    assert import_table(source, ImportContext(kind="accounts")).frame["custom"].fillna(
        ""
    ).tolist() == [""]
