"""A list loaded again: new, gone, changed and contested accounts, exactly."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.accounts.findings import FindingLog, make_report
from planner.accounts.reload.alarms import find_alarms
from planner.accounts.reload.compare import compare_lists, guess_renamed, take_changes
from planner.accounts.reload.difference import CHANGE_COLUMNS
from planner.core.errors import InputError
from planner.core.schemas import ACCOUNTS, check, empty

GIVEN = {"name", "street", "city", "lat", "lon", "status", "employees", "owner_id"}


def accounts_of(**rows):
    """Make ACCOUNTS rows by id, each of the cells given."""
    plain = {
        "name": "x",
        "lat": 43.0,
        "lon": -89.0,
        "geo_source": "given",
        "geo_precision": "exact",
        "status": "customer",
    }
    if not rows:
        return empty(ACCOUNTS)
    nothing = dict.fromkeys(ACCOUNTS.columns)
    frame = pd.DataFrame(
        [{**nothing, **plain, **cells} for cells in rows.values()], index=list(rows)
    )
    frame.index.name = "account_id"
    return check(frame.infer_objects(), ACCOUNTS)


def compared(stored, incoming, given=frozenset(GIVEN), **more):
    more.setdefault("source_ids", list(stored.index))
    return compare_lists(stored, incoming, given=set(given), **more)


def told(found):
    return [tuple(row) for row in found.changes.to_numpy(dtype=object)]


cells = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["Ann", "Bob", "Cy"]),
        "city": st.sampled_from([None, "Rome", "Oslo"]),
        "employees": st.sampled_from([None, 1, 2]),
        "industry": st.sampled_from([None, "Steel"]),
    }
)
lists = st.dictionaries(st.sampled_from("ABCDEFGH"), cells, max_size=8)


@settings(max_examples=25, deadline=None)
@given(before=lists, after=lists)
def test_new_gone_and_changed_are_exactly_what_differs(before, after):
    stored, incoming = accounts_of(**before), accounts_of(**after)
    found = compared(stored, incoming)
    assert set(found.new.index) == set(after) - set(before)
    assert set(found.gone.index) == set(before) - set(after)
    both = set(before) & set(after)
    expected = {
        (name, column)
        for name in both
        for column in ("name", "city", "employees")  # industry is not of the file
        if before[name][column] != after[name][column]
    }
    assert {row[:2] for row in told(found)} == expected
    touched = {name for name, _ in expected}
    assert found.n_unchanged == len(both) - len(touched)
    written = take_changes(stored, found, [])
    assert set(written.index) == touched
    for name in written.index:
        assert (written.loc[name, "industry"] or None) == before[name]["industry"] or (
            pd.isna(written.loc[name, "industry"])
        )


@settings(max_examples=10, deadline=None)
@given(before=lists, after=lists)
def test_taking_the_changes_and_comparing_again_finds_nothing(before, after):
    stored, incoming = accounts_of(**before), accounts_of(**after)
    found = compared(stored, incoming)
    written = take_changes(stored, found, [])
    now = pd.concat([stored.drop([*found.gone.index, *written.index]), written])
    now = check(pd.concat([now, found.new]), ACCOUNTS)
    again = compared(now, incoming)
    assert again.changes.empty
    assert again.new.empty
    assert again.gone.empty
    assert again.n_unchanged == len(incoming)


def test_a_change_is_told_with_before_and_after():
    found = compared(
        accounts_of(A={"employees": 5, "city": None}),
        accounts_of(A={"employees": 7, "city": "Rome"}),
    )
    assert tuple(found.changes.columns) == CHANGE_COLUMNS
    assert told(found) == [("A", "city", "", "Rome"), ("A", "employees", "5", "7")]


def test_an_owner_that_differs_is_contested_and_yours_stays():
    stored = accounts_of(A={"owner_id": "P1"}, B={})
    found = compared(stored, accounts_of(A={"owner_id": "P2"}, B={"owner_id": "P3"}))
    row = found.conflicts.iloc[0]
    assert (row["account_id"], row["column"]) == ("A", "owner_id")
    assert (row["yours"], row["file"], row["default"]) == ("P1", "P2", "yours")
    assert told(found) == [("B", "owner_id", "", "P3")]  # nobody owned it yet
    assert list(take_changes(stored, found, []).index) == ["B"]
    taken = take_changes(stored, found, [("A", "owner_id")])
    assert taken.loc["A", "owner_id"] == "P2"


def test_what_the_user_repaired_is_contested_and_the_rest_of_the_row_changes():
    stored = accounts_of(A={"name": "Right", "city": "Rome"})
    mine = pd.DataFrame(
        [("A", "name", "ann set it on 2026-11-22 (set)")],
        columns=["account_id", "column", "why"],
    )
    incoming = accounts_of(A={"name": "Wrong", "city": "Oslo"})
    found = compared(stored, incoming, mine=mine)
    assert found.conflicts["why"].tolist() == ["ann set it on 2026-11-22 (set)"]
    written = take_changes(stored, found, [])
    assert written.loc["A", ["name", "city"]].tolist() == ["Right", "Oslo"]
    with pytest.raises(InputError, match="column"):
        compared(
            stored, incoming, mine=pd.DataFrame({"account_id": ["A"], "why": [""]})
        )


def test_a_place_the_user_set_stands_until_the_user_says_file():
    stored = accounts_of(A={"lat": 44.0, "geo_source": "set"})
    found = compared(stored, accounts_of(A={}))
    row = found.conflicts.iloc[0]
    assert (row["column"], row["yours"], row["file"]) == (
        "place",
        "44, -89 (set)",
        "43, -89 (given)",
    )
    assert take_changes(stored, found, []).empty
    taken = take_changes(stored, found, [("A", "place")])
    assert taken.loc["A", ["lat", "geo_source"]].tolist() == [43.0, "given"]


@pytest.mark.parametrize(
    ("before", "after", "is_taken"),
    [
        # the file's own coordinates replace any that are not the user's
        ({"lat": 44.0}, {}, True),
        (
            {"lat": 44.0, "geo_source": "postcode", "geo_precision": "postcode"},
            {},
            True,
        ),
        # those of a postcode replace their like, not exact ones
        (
            {"geo_source": "postcode", "geo_precision": "postcode"},
            {"lat": 44.0, "geo_source": "postcode", "geo_precision": "postcode"},
            True,
        ),
        (
            {},
            {"lat": 44.0, "geo_source": "postcode", "geo_precision": "postcode"},
            False,
        ),
        # the middle of the list's rows moves with each of them: it stays
        (
            {"geo_source": "list", "geo_precision": "postcode"},
            {"lat": 44.0, "geo_source": "list", "geo_precision": "postcode"},
            False,
        ),
        (
            {"geo_source": "list", "geo_precision": "city"},
            {"lat": 44.0, "geo_source": "list", "geo_precision": "postcode"},
            True,
        ),
        # unless the account moved
        (
            {"geo_source": "list", "geo_precision": "city", "city": "Rome"},
            {
                "city": "Oslo",
                "lat": 44.0,
                "geo_source": "list",
                "geo_precision": "city",
            },
            True,
        ),
        (
            {"city": "Rome"},
            {
                "city": "Oslo",
                "lat": 44.0,
                "geo_source": "city",
                "geo_precision": "city",
            },
            True,
        ),
    ],
)
def test_which_coordinates_replace_which(before, after, is_taken):
    found = compared(accounts_of(A=before), accounts_of(A=after))
    assert ("place" in set(found.changes["column"])) == is_taken


def test_a_simulated_figure_stays_until_the_file_has_one():
    stored = accounts_of(
        A={"employees": 50, "simulated": "employees;potential_minor"},
        B={"employees": 50, "simulated": "employees;potential_minor"},
    )
    found = compared(stored, accounts_of(A={"employees": None}, B={"employees": 9}))
    assert told(found) == [("B", "employees", "50", "9")]
    written = take_changes(stored, found, [])
    assert written.loc["B", "simulated"] == "potential_minor"


def test_columns_of_the_file_that_are_not_ours_are_joined_by_field():
    stored = accounts_of(A={"custom": json.dumps({"Fax": "1", "Mine": "x"})}, B={})
    found = compared(
        stored, accounts_of(A={"custom": '{"Fax": "2"}'}, B={"custom": '{"Fax": "3"}'})
    )
    assert told(found) == [
        ("A", "custom: Fax", "1", "2"),
        ("B", "custom: Fax", "", "3"),
    ]
    written = take_changes(stored, found, [])
    assert json.loads(written.loc["A", "custom"]) == {"Fax": "2", "Mine": "x"}


def test_an_account_that_comes_back_is_opened_again_unless_the_user_says_no():
    stored = accounts_of(A={"status": "closed"}, B={})
    found = compared(stored, accounts_of(A={}, B={}), source_ids=["B"])
    row = found.conflicts.iloc[0]
    assert (row["column"], row["yours"], row["default"]) == ("status", "closed", "file")
    assert "has it again" in row["why"]


def test_rows_refused_in_the_file_are_not_gone():
    stored = accounts_of(A={}, B={}, C={})
    found = compared(stored, accounts_of(A={}), rejected_ids=["B", "Z"])
    assert found.unread == ("B",)
    assert list(found.gone.index) == ["C"]


def test_an_account_the_user_merged_away_does_not_come_back_as_new():
    stored = accounts_of(A={})
    found = compared(
        stored, accounts_of(A={}, B={}, C={}), kept_out={"B": "ann merged it into A"}
    )
    assert list(found.new.index) == ["C"]
    assert dict(found.kept_out) == {"B": "ann merged it into A"}


def test_accounts_of_other_sources_are_not_gone():
    stored = accounts_of(A={}, B={})
    assert compared(stored, accounts_of(A={}), source_ids=["A"]).gone.empty


def test_a_gone_account_under_a_new_id_is_guessed_once():
    one = {"name": "Blue Door Bakery", "street": "9 Elm St", "city": "Rome"}
    other = {"name": "Zenith Steel", "street": "4 Oak St", "city": "Rome"}
    gone = accounts_of(**{"0001": one, "0002": other})
    new = accounts_of(**{"A-0001": one, "A-0009": {**one, "name": "Blue Door"}})
    guessed = guess_renamed(gone, new)
    assert guessed[["account_id", "new_id"]].to_numpy().tolist() == [["0001", "A-0001"]]
    assert "same street" in guessed["reason"].iloc[0]
    assert guess_renamed(gone, new.iloc[:0]).empty


def report_of(frame, mapping=(), findings=()):
    log = FindingLog()
    for finding in findings:
        log.add(finding)
    return make_report(
        file="list.csv",
        kind="accounts",
        rows_read=len(frame),
        log=log,
        frame=frame,
        mapping={name: name for name in mapping},
    )


def alarms_of(stored, incoming, mapping=(), **options):
    found = compared(stored, incoming)
    report = report_of(incoming, mapping)
    ids = list(stored.index)
    return find_alarms(stored, incoming, found, report, ids, **options)


def numbered(n, form="{:04d}", **cells):
    return accounts_of(**{form.format(k): cells for k in range(n)})


def test_many_gone_accounts_are_told():
    assert alarms_of(numbered(10), numbered(8)) == []
    (alarm,) = alarms_of(numbered(10), numbered(7))
    assert "3 of 10 accounts (30%) are gone" in alarm


def test_ids_in_another_form_are_told():
    alarms = alarms_of(numbered(10), numbered(10, "A-{:04d}"))
    assert any("'0000'" in alarm and "'A-0000'" in alarm for alarm in alarms)
    assert any("are gone" in alarm for alarm in alarms)


def test_amounts_that_all_change_by_one_factor_are_told():
    stored = accounts_of(**{str(k): {"potential_minor": 1000 + k} for k in range(20)})
    later = stored.assign(potential_minor=(stored["potential_minor"] * 92) // 100)
    (alarm,) = alarms_of(stored, later, mapping=["potential"])
    assert "amount of potential is 0.919 times" in alarm or "0.92" in alarm
    assert alarms_of(stored, stored, mapping=["potential"]) == []
    assert alarms_of(stored, later) == []  # the file has no such column


def test_a_list_that_is_not_the_whole_one_lets_nobody_go():
    stored, incoming = numbered(10), numbered(2)
    assert len(alarms_of(stored, incoming)) == 1
    assert alarms_of(stored, incoming, is_whole=False) == []
