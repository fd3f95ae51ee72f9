"""Repairs change what they say, lose nothing, and done twice are done once."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from planner.accounts.health import repairs
from planner.core.errors import CrsError, InputError
from tests.accounts import health_worlds as worlds

DAY = pd.Timestamp


def test_swapping_twice_gives_back_the_place():
    accounts = worlds.clean_accounts(5)
    swapped = repairs.swap(accounts)
    pd.testing.assert_frame_equal(repairs.swap(swapped), accounts)


def test_a_place_that_leaves_the_globe_is_not_swapped():
    accounts = worlds.clean_accounts(2).assign(lon=[-100.0, -80.0])
    assert repairs.swap(accounts).index.tolist() == ["A001"]


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:32615", "EPSG:32616"])
def test_metres_are_recognised_and_brought_back(crs):
    accounts = worlds.clean_accounts(6)
    to_metres = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    x, y = to_metres.transform(accounts["lon"].to_numpy(), accounts["lat"].to_numpy())
    metres = accounts.assign(lon=x, lat=y)
    near = pd.DataFrame({"lat": [40.5], "lon": [-89.5]})
    assert repairs.guess_crs(metres, near) == crs
    back = repairs.reproject(metres, crs)
    assert (
        back[["lat", "lon"]] - accounts[["lat", "lon"]]
    ).abs().to_numpy().max() < 1e-6


def test_metres_of_nowhere_near_are_not_guessed():
    accounts = worlds.clean_accounts(2).assign(lon=9e6, lat=9e6)
    assert (
        repairs.guess_crs(accounts, pd.DataFrame({"lat": [-30.0], "lon": [10.0]}))
        is None
    )


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:999999", "nonsense", "EPSG:2225"])
def test_only_projections_in_metres_are_taken(crs):
    with pytest.raises(CrsError):
        repairs.reproject(worlds.clean_accounts(1), crs)


@pytest.mark.parametrize(
    ("cells", "source", "place"),
    [
        ({"postcode": "61001-1234"}, "postcode", (40.5, -89.5)),
        ({"postcode": "2134"}, "postcode", (42.35, -71.13)),
        ({"postcode": "2134.0"}, "postcode", (42.35, -71.13)),
        ({"postcode": "21341234"}, "postcode", (42.35, -71.13)),
        ({"postcode": None, "city": "Springfield"}, "city", (39.8, -89.65)),
        (
            {"postcode": "99999", "city": "SPRINGFIELD", "region": "Missouri"},
            "city",
            (37.2, -93.29),
        ),
        (
            {"postcode": None, "city": "Saint Paul", "region": "mn"},
            "city",
            (44.95, -93.09),
        ),
        ({"postcode": None, "city": "Springfield", "region": None}, None, None),
        ({"postcode": "1234", "city": "Nowhere"}, None, None),
        ({"country": "Canada"}, None, None),
    ],
)
def test_the_ladder_places_again_or_leaves_unresolved(cells, source, place):
    accounts = worlds.clean_accounts(1).assign(lat=0.0, lon=0.0)
    accounts = accounts.assign(
        **{
            k: pd.Series([v], index=accounts.index, dtype="str")
            for k, v in cells.items()
        }
    )
    found = repairs.place_again(accounts, worlds.GAZETTEER)
    if source is None:
        assert found.empty
        return
    row = found.iloc[0]
    assert (row["geo_source"], row["geo_precision"]) == (source, source)
    assert (row["lat"], row["lon"]) == place


def test_the_survivor_keeps_what_it_has_and_gets_what_it_lacks():
    accounts = worlds.clean_accounts(3)
    accounts.loc["A000", ["street", "custom", "status"]] = [
        None,
        '{"a": "1"}',
        "prospect",
    ]
    accounts.loc["A001", ["custom", "industry", "simulated"]] = [
        '{"a": "2", "b": "3"}',
        "Food",
        "industry",
    ]
    accounts.loc["A001", "last_visit_on"] = DAY("2026-11-10")
    kept = repairs.merge_accounts(accounts, {"A001": "A000"}).loc["A000"]
    assert kept["name"] == accounts.loc["A000", "name"]
    assert kept["street"] == "1 Main St"
    assert kept["custom"] == '{"a": "1", "b": "3"}'
    assert (kept["industry"], kept["simulated"]) == ("Food", "industry")
    assert kept["last_visit_on"] == DAY("2026-11-10")
    assert kept["status"] == "customer"
    assert kept["lat"] == accounts.loc["A000", "lat"]


def test_the_place_goes_over_whole_if_it_is_known_more_exactly():
    accounts = worlds.clean_accounts(2)
    accounts.loc["A000", ["geo_source", "geo_precision"]] = "postcode"
    kept = repairs.merge_accounts(accounts, {"A001": "A000"}).loc["A000"]
    place = ["lat", "lon", "geo_source", "geo_precision", "unit_id"]
    assert kept[place].tolist() == accounts.loc["A001", place].tolist()


def test_chains_end_in_one_survivor_and_circles_are_refused():
    assert repairs.survivors({"a": "b", "b": "c"}) == {"a": "c", "b": "c"}
    with pytest.raises(InputError, match="into each other"):
        repairs.survivors({"a": "b", "b": "a"})
    with pytest.raises(InputError, match="into"):
        repairs.survivors({"a": "a"})


@given(
    st.dictionaries(st.integers(0, 11), st.integers(12, 19), max_size=8),
    st.lists(st.integers(0, 19), max_size=40),
)
@settings(deadline=None)
def test_moved_rows_are_as_many_and_as_much(pairs, owners):
    merged = {f"A{gone:03d}": f"A{to:03d}" for gone, to in pairs.items()}
    deals = pd.DataFrame(
        {
            "account_id": pd.Series([f"A{k:03d}" for k in owners], dtype="str"),
            "amount_minor": range(len(owners)),
        }
    )
    before, after = repairs.move_rows(deals, merged)
    whole = pd.concat([deals.drop(before.index), after])
    assert whole["amount_minor"].sum() == deals["amount_minor"].sum()
    assert not set(whole["account_id"]) & set(merged)
    assert repairs.move_rows(whole, merged)[0].empty


def owner(account_id, position_id, start, end=None, role="owner", share=1_000_000):
    return {
        "account_id": account_id,
        "position_id": position_id,
        "role": role,
        "share_ppm": share,
        "valid_from": DAY(start),
        "valid_to": DAY(end) if end else pd.NaT,
    }


def test_the_survivor_s_owners_count_and_those_of_the_other_fill_the_gaps():
    ownership = pd.DataFrame(
        [
            owner("S", "P1", "2025-03-01", "2025-06-01"),
            owner("G", "P2", "2025-01-01"),
            owner("G", "P9", "2025-01-01", role="overlay"),
            owner("X", "P1", "2025-01-01"),
        ]
    )
    before, after = repairs.merge_ownership(ownership, {"G": "S"}, first_free=50)
    assert before.index.tolist() == [1, 2]
    assert after.index.tolist() == [1, 50, 2]
    assert set(after["account_id"]) == {"S"}
    spans = after[["role", "valid_from", "valid_to"]].to_numpy().tolist()
    assert spans[0] == ["owner", DAY("2025-01-01"), DAY("2025-03-01")]
    assert spans[1][:2] == ["owner", DAY("2025-06-01")]
    assert spans[2][:2] == ["overlay", DAY("2025-01-01")]
    assert pd.isna(spans[1][2])
    assert pd.isna(spans[2][2])


DAYS = pd.date_range("2025-01-01", periods=12)
SPANS = st.lists(
    st.tuples(st.integers(0, 11), st.one_of(st.none(), st.integers(1, 5))), max_size=3
)


@given(SPANS, SPANS, SPANS)
@settings(deadline=None, max_examples=60)
def test_every_day_is_owned_once_after_a_merge_if_it_was_before(mine, theirs, others):
    rows = []
    for account, spans in (("S", mine), ("G", theirs), ("H", others)):
        free_from = 0
        for start, length in sorted(spans, key=str):
            if start < free_from or free_from is None:
                continue
            end = None if length is None else start + length
            last = None if end is None else str(DAYS[0] + pd.Timedelta(days=end))
            rows.append(owner(account, f"P{account}", str(DAYS[start]), last))
            free_from = 99 if end is None else end
    columns = list(owner("S", "P", "2025-01-01"))
    ownership = pd.DataFrame(rows, columns=columns)
    before, after = repairs.merge_ownership(
        ownership, {"G": "S", "H": "S"}, first_free=len(ownership)
    )
    whole = pd.concat([ownership.drop(before.index), after])
    assert whole.index.is_unique
    assert set(whole["account_id"]) <= {"S"}
    for day in DAYS:
        held = _holders(ownership, day)
        now = _holders(whole, day)
        assert len(now) == (1 if held else 0)
        assert set(now) <= set(held)


def _holders(frame, day):
    valid = (frame["valid_from"] <= day) & (
        frame["valid_to"].isna() | (frame["valid_to"] > day)
    )
    return frame.loc[valid, "position_id"].tolist()


def test_a_named_survivor_stays_and_an_unnamed_one_takes_the_place():
    named = pd.DataFrame(
        {"territory_id": ["T1", "T2", "T3"]},
        index=pd.Index(["S", "G", "H"], name="account_id"),
    )
    after = repairs.merge_named(named, {"G": "S", "H": "U"})
    assert after["territory_id"].to_dict() == {"S": "T1", "U": "T3"}


@pytest.mark.parametrize("column", ["lat", "unit_id", "custom", "nonsense"])
def test_columns_of_other_repairs_are_not_set(column):
    with pytest.raises(InputError, match="cannot be set here"):
        repairs.set_value(worlds.clean_accounts(1), column, "1")


def test_a_value_of_the_wrong_kind_is_refused():
    with pytest.raises(InputError, match="cannot be"):
        repairs.set_value(worlds.clean_accounts(1), "employees", "many")
