"""Repeated ids, ids alike, same name and place."""

from __future__ import annotations

import pandas as pd

from planner.accounts.findings import FindingLog
from planner.accounts.kinds.matching import (
    name_key,
    report_repeated_ids,
    report_same_places,
)


def ids_of(*ids):
    rows = pd.RangeIndex(1, len(ids) + 1)
    return pd.Series(ids, index=rows, dtype="str")


def found(log):
    return [(finding.code, finding.row) for finding in log.findings]


def test_rows_with_one_id_and_different_cells_are_all_refused():
    ids = ids_of("A", "B", "A")
    log = FindingLog()
    report_repeated_ids(ids, pd.DataFrame({"id": ids, "x": ["1", "2", "3"]}), log)
    assert found(log) == [("duplicate_id", 1), ("duplicate_id", 3)]
    assert log.rejected == {1, 3}


def test_a_row_repeated_in_every_cell_is_kept_once():
    ids = ids_of("A", "B", "A")
    log = FindingLog()
    report_repeated_ids(ids, pd.DataFrame({"id": ids, "x": "1"}, index=ids.index), log)
    assert found(log) == [("repeated_row", 3)]
    assert log.rejected == {3}


def test_ids_that_differ_by_case_are_kept_with_a_warning():
    ids = ids_of("a1", "A1", "", "")
    log = FindingLog()
    report_repeated_ids(ids, pd.DataFrame({"id": ids}), log)
    assert found(log) == [("similar_id", 1), ("similar_id", 2)]
    assert log.rejected == set()
    assert "rows 1, 2" in log.findings[0].message


def test_same_name_at_the_same_place_names_the_first_row():
    rows = pd.RangeIndex(1, 5)
    name = pd.Series(
        ["Café Müller", "CAFE MULLER Inc.", "Café Müller", "x"], index=rows
    )
    lat = pd.Series([41.0, 41.0001, 42.0, 41.0], index=rows)
    lon = pd.Series([-87.0] * 4, index=rows)
    log = FindingLog()
    report_same_places(name.astype("str"), lat, lon, log)
    assert found(log) == [("same_name_and_place", 2)]
    assert "row 1" in log.findings[0].message


def test_name_key_drops_case_accents_signs_and_legal_form():
    names = pd.Series(["O'Brien & Söhne GmbH", "obrien sohne"], dtype="str")
    assert name_key(names).tolist() == ["obrien sohne", "obrien sohne"]
