"""Doubles: what is told, what is not, and that the work is bounded."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.accounts.linkage.duplicates import DuplicateParams, find_duplicates
from planner.accounts.linkage.keys import read_keys
from planner.core.errors import InputError, ParamsError

CHICAGO = Path("/work/shared/datasets/chicago_sites_messy_with_true_ids.csv")
COLUMNS = ("name", "street", "city", "postcode", "phone")


def accounts_of(*rows):
    """Make accounts A0, A1 … of tuples in the order of COLUMNS."""
    frame = pd.DataFrame(
        [row + ("",) * (len(COLUMNS) - len(row)) for row in rows],
        columns=list(COLUMNS),
        dtype="str",
    )
    frame.index = pd.Index([f"A{n}" for n in range(len(rows))], name="account_id")
    return frame


def pairs(found):
    ids = found.pairs[["account_id", "other_id"]].to_numpy(dtype=object).tolist()
    return sorted((one, other) for one, other in ids)


def test_the_same_account_written_by_two_hands_is_told_with_its_reasons():
    found = find_duplicates(
        accounts_of(
            ("North Austin Center", "1500 N. Mason", "Chicago", "60651", "2371930"),
            (
                "NORTH AUSTIN CENTRE, Inc.",
                "1500 North Mason Ave",
                "Chicago",
                "",
                "(312) 237-1930",
            ),
            ("Grace Mission", "5332 S Western Ave", "Chicago", "60609", "4761990"),
        )
    )
    assert pairs(found) == [("A0", "A1")]
    row = found.pairs.iloc[0]
    assert 0.99 < row["score"] <= 1
    assert "% alike, same street, same phone, same city" in row["reason"]
    assert dict(found.clusters) == {"A0": "A0", "A1": "A0"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 Main Street", "12 Main St."),
        ("12 North Main Street", "12 N Main"),
        ("12-14 Main St", "12 Main St Suite 4"),
        ("12 Main St", "12 Mian St"),
        ("124 E 113th St", "124 E. 113 St."),
        ("Hauptstraße 5", "Hauptstr. 5"),
    ],
)
def test_streets_in_two_forms_are_the_same(one, other):
    found = find_duplicates(
        accounts_of(("Blue Door Bakery", one), ("Blue Door Bakery", other))
    )
    assert "same street" in found.pairs["reason"].iloc[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # two firms in one house, with the landlord's phone
        (("Acme Dental", "1 A St", "X", "1", "5550001"),
         ("Zebra Law", "1 A St", "X", "1", "5550001")),
        # two sites of one firm in one town, numbered
        (("Store 12", "1 A St", "X", "1"), ("Store 13", "1 A St", "X", "1")),
        # one name and street, another town
        (("Prison City Brewing", "28 State St", "Auburn", "13021"),
         ("Mason City Brewing", "28 State St", "Mason City", "50401")),
        # the other side of town
        (("Kids Place", "200 E 51st St", "X"), ("Kids Place", "200 W 51st St", "X")),
        # nothing but a first name in common
        (("Anna", "", "X"), ("Anna's Beautiful Flower Shop", "", "X")),
    ],
)  # fmt: skip
def test_accounts_that_share_a_part_are_not_merged(one, other):
    assert pairs(find_duplicates(accounts_of(one, other))) == []


def test_sites_of_a_chain_are_told_apart_by_their_street():
    rows = [
        ("Walmart Supercenter", f"{n * 37} Road {n}", "Rogers") for n in range(1, 9)
    ]
    rows += [("Walmart", "", "Rogers"), ("Walmart Supercenter", "74 Rd 2", "Rogers")]
    assert pairs(find_duplicates(accounts_of(*rows))) == [("A1", "A9")]


def test_coordinates_count_only_where_they_are_the_accounts_own():
    both = accounts_of(("Blue Door", "", ""), ("Blue Door", "", "")).assign(
        lat=41.0, lon=-87.0, geo_precision="exact"
    )
    assert pairs(find_duplicates(both)) == [("A0", "A1")]
    rough = both.assign(geo_precision=["exact", "postcode"])
    assert pairs(find_duplicates(rough)) == []


def test_the_phone_is_found_among_the_custom_fields():
    custom = [json.dumps({"Phone": text}) for text in ("+1 312 555-0199 x4", "5550199")]
    accounts = pd.DataFrame({"name": ["a", "b"], "custom": [*custom]})
    assert read_keys(accounts).phone.tolist() == ["3125550199", "5550199"]
    broken = accounts.assign(custom=["[1]", "{"])
    assert read_keys(broken).phone.tolist() == ["", ""]


def test_a_cluster_joins_what_is_linked_over_others():
    found = find_duplicates(
        accounts_of(
            ("Zion Hill Nursery", "9 Oak St", "X", "1"),
            ("Zion Hill Nursery School", "9 Oak St", "X", "1"),
            ("Hill Nursery School", "9 Oak St", "X", "1"),
            ("Omega Steel", "4 Elm St", "X", "1"),
        )
    )
    assert set(found.clusters) == {"A0"}
    assert list(found.clusters.index) == ["A0", "A1", "A2"]


def test_a_block_too_large_is_compared_in_part_and_said_so():
    rows = [("Walmart", f"{n} Road {n}", "Rogers") for n in range(60)]
    rows.append(("Walmart", "30 Road 30", "Rogers"))
    params = DuplicateParams(block_rows=20, neighbours=3)
    found = find_duplicates(accounts_of(*rows), params)
    assert pairs(found) == [("A30", "A60")]  # neighbours once sorted by street
    skipped = found.skipped.set_index("block").loc["name"]
    assert skipped["value"] == "walmart"
    assert skipped["n_rows"] == 61
    assert skipped["n_pairs_compared"] == 3 * 61 - 6
    assert skipped["n_pairs_compared"] + skipped["n_pairs_skipped"] == 61 * 60 // 2


@settings(max_examples=25, deadline=None)
@given(
    n_rows=st.integers(0, 120),
    n_names=st.integers(1, 4),
    block_rows=st.integers(2, 20),
    neighbours=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_pairs_compared_are_bounded_whatever_the_list(
    n_rows, n_names, block_rows, neighbours, seed
):
    rng = np.random.default_rng(seed)
    rows = [
        (f"Name {rng.integers(n_names)}", f"{rng.integers(3)} St", "X", "1", "5550001")
        for _ in range(n_rows)
    ]
    params = DuplicateParams(block_rows=block_rows, neighbours=neighbours)
    found = find_duplicates(accounts_of(*rows), params)
    assert found.n_compared <= 12 * n_rows * max(block_rows, neighbours)
    told = found.pairs
    assert (told["account_id"] != told["other_id"]).all()
    assert not told.duplicated(["account_id", "other_id"]).any()
    assert told["score"].between(params.least_score, 1).all()


def test_the_answer_does_not_hang_on_chance_or_on_the_order_of_the_rows():
    rows = accounts_of(
        *[(f"Firm {chr(65 + n % 7)}", f"{n % 5} Elm St", "X") for n in range(40)]
    )
    found = find_duplicates(rows)
    assert find_duplicates(rows).pairs.equals(found.pairs)
    turned = find_duplicates(rows[::-1])
    as_set = {frozenset(pair) for pair in pairs(found)}
    assert as_set == {frozenset(pair) for pair in pairs(turned)}


def test_empty_lists_and_lists_without_names():
    assert find_duplicates(accounts_of()).pairs.empty
    assert find_duplicates(accounts_of(("", ""), ("", ""))).pairs.empty
    with pytest.raises(InputError, match="column name"):
        find_duplicates(pd.DataFrame({"street": ["x"]}))
    twice = accounts_of(("a",), ("b",)).set_axis(["A", "A"])
    with pytest.raises(InputError, match="'A' stands twice"):
        find_duplicates(twice)
    with pytest.raises(ParamsError, match="least_score"):
        DuplicateParams(least_score=1.0)


@pytest.mark.shared
@pytest.mark.skipif(not CHICAGO.exists(), reason="the shared data sets are not here")
def test_sites_of_chicago_are_found_as_the_issue_asks():
    from benchmarks import duplicates as benchmark

    measured = benchmark.measure_chicago(benchmark.read_chicago(CHICAGO.parent))
    for told in (measured["default"], *measured["halves"]):
        assert told["precision"] >= 0.95
        assert told["recall"] >= 0.85
