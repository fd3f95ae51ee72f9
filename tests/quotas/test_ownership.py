"""Ownership: one owner a day, whatever takes over from whom."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.errors import InputError
from planner.quotas.ownership import owner_at, ownership_of, problems, supersede

POSITION_BY_TERRITORY = {"T1": "P-R01", "T2": "P-R02", "T3": "P-R03"}


def owned(territory_by_account, valid_from="2026-01-01", overlays=None):
    series = pd.Series(territory_by_account, dtype="str")
    return ownership_of(series, POSITION_BY_TERRITORY, valid_from, overlays)


def test_change_date_belongs_to_the_new_owner():
    """A1 moves from R01 to R02 on 16 March: 15 March is R01's, 16 March is R02's."""
    moved = supersede(
        owned({"A1": "T1"}), owned({"A1": "T2"}, "2026-03-16"), "2026-03-16"
    )
    days = pd.to_datetime(["2026-03-15", "2026-03-16"])
    held = owner_at(moved, ["A1", "A1"], days)
    assert held["position_id"].tolist() == ["P-R01", "P-R02"]


def test_only_accounts_that_change_owner_get_a_new_row():
    old = owned({"A1": "T1", "A2": "T1"})
    new = owned({"A1": "T1", "A2": "T2"}, "2027-01-01")
    rows = supersede(old, new, "2027-01-01")
    kept = rows[rows["account_id"].eq("A1")]
    assert kept["valid_from"].tolist() == [pd.Timestamp("2026-01-01")]
    assert kept["valid_to"].isna().all()
    changed = rows[rows["account_id"].eq("A2")]
    assert changed["valid_to"].tolist() == [pd.Timestamp("2027-01-01"), pd.NaT]


def test_account_not_mentioned_keeps_its_owner():
    rows = supersede(owned({"A1": "T1"}), owned({"A2": "T2"}), "2026-06-01")
    assert owner_at(rows, ["A1"], [pd.Timestamp("2026-07-01")])[
        "position_id"
    ].tolist() == ["P-R01"]


def test_overlay_stands_beside_the_owner_and_ends_where_it_is_dropped():
    overlays = pd.DataFrame({"territory_id": ["T1"], "position_id": ["P-O1"]})
    old = owned({"A1": "T1"}, overlays=overlays)
    rows = supersede(old, owned({"A1": "T1"}), "2026-06-01")
    overlay = rows[rows["role"].eq("overlay")]
    assert overlay["valid_to"].tolist() == [pd.Timestamp("2026-06-01")]
    assert problems(rows).empty


def test_overlays_need_an_account_or_a_territory():
    with pytest.raises(InputError, match="must have a column account_id"):
        owned({"A1": "T1"}, overlays=pd.DataFrame({"position_id": ["P-O1"]}))


def test_overlays_reach_the_accounts_that_fit_all_they_name():
    accounts = pd.DataFrame(
        {
            "status": "customer",
            "industry": ["Clinics", "Clinics", "Mills"],
            "products": ["Core", "Core;Service", "Core;Service"],
        },
        index=["A1", "A2", "A3"],
    )
    overlays = pd.DataFrame(
        {
            "position_id": ["P-O1", "P-O2"],
            "product": [None, "Service"],
            "industry": ["Clinics", "Clinics"],
            "share_ppm": [250_000, 250_000],
        }
    )
    rows = ownership_of(
        pd.Series({"A1": "T1", "A2": "T1", "A3": "T1"}),
        POSITION_BY_TERRITORY,
        "2026-01-01",
        overlays,
        accounts,
    )
    overlay = rows[rows["role"].eq("overlay")]
    pairs = set(zip(overlay["account_id"], overlay["position_id"], strict=True))
    assert pairs == {("A1", "P-O1"), ("A2", "P-O1"), ("A2", "P-O2")}
    assert set(overlay["share_ppm"]) == {250_000}


def test_closed_accounts_and_unworked_territories_get_no_owner():
    accounts = pd.DataFrame(
        {"status": ["closed", "customer", "customer"]}, index=["A1", "A2", "A3"]
    )
    rows = ownership_of(
        pd.Series({"A1": "T1", "A2": "T2", "A3": "T9"}),
        POSITION_BY_TERRITORY,
        "2026-01-01",
        accounts=accounts,
    )
    assert rows["account_id"].tolist() == ["A2"]
    lost = problems(rows, ["A2", "A3"], "2026-01-01", "2026-02-01")
    assert lost[["account_id", "problem"]].to_numpy().tolist() == [["A3", "gap"]]


def test_problems_name_gap_overlap_and_short_share():
    """
    A1: R01 for January, nobody in February, R02 from March and R03 too from May.

    A2: R01 with 60 % alone.
    """
    rows = pd.DataFrame(
        [
            ("A1", "P-R01", "owner", 1_000_000, "2026-01-01", "2026-02-01"),
            ("A1", "P-R02", "owner", 1_000_000, "2026-03-01", None),
            ("A1", "P-R03", "owner", 1_000_000, "2026-05-01", None),
            ("A2", "P-R01", "owner", 600_000, "2026-01-01", None),
        ],
        columns=[
            "account_id",
            "position_id",
            "role",
            "share_ppm",
            "valid_from",
            "valid_to",
        ],
    )
    for column in ("valid_from", "valid_to"):
        rows[column] = pd.to_datetime(rows[column]).astype("datetime64[s]")
    found = problems(rows)
    assert found["problem"].tolist() == ["gap", "overlap", "short"]
    assert found["from_on"].dt.strftime("%m-%d").tolist() == ["02-01", "05-01", "01-01"]
    assert "60.0000%" in found["message"].iloc[2]


alignments = st.lists(
    st.tuples(
        st.dates(pd.Timestamp("2026-01-02").date(), pd.Timestamp("2026-12-31").date()),
        st.fixed_dictionaries(
            {name: st.sampled_from(["T1", "T2", "T3"]) for name in ("A1", "A2")}
        ),
    ),
    max_size=5,
)


@settings(deadline=None, max_examples=15)
@given(changes=alignments)
def test_every_day_has_exactly_one_owner_after_any_changes(changes):
    """Changes may come in any order; the last said holds from its date on."""
    ownership = owned({"A1": "T1", "A2": "T2"})
    for date, territory_by_account in changes:
        ownership = supersede(ownership, owned(territory_by_account, date), date)
    assert problems(ownership, ["A1", "A2"], "2026-01-01", "2028-01-01").empty
    if changes:
        _, last = changes[-1]
        held = owner_at(ownership, ["A1", "A2"], [pd.Timestamp("2027-06-01")] * 2)
        wanted = [POSITION_BY_TERRITORY[last[name]] for name in ("A1", "A2")]
        assert held["position_id"].tolist() == wanted


@settings(deadline=None, max_examples=15)
@given(changes=alignments)
def test_what_was_before_the_cut_never_changes(changes):
    ownership = owned({"A1": "T1", "A2": "T2"})
    days = pd.date_range("2026-01-01", "2026-12-31", freq="7D")
    for date, territory_by_account in changes:
        earlier = [day for day in days if day < pd.Timestamp(date)]
        before = owner_at(ownership, ["A1"] * len(earlier), earlier)
        ownership = supersede(ownership, owned(territory_by_account, date), date)
        assert owner_at(ownership, ["A1"] * len(earlier), earlier).equals(before)
