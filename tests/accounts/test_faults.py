"""Each fault alone and in pairs, at every place and size, in every format."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from planner.accounts.context import ImportContext
from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source
from planner.core.schemas import ACCOUNTS, check
from tests.bad_inputs import ROW_FAULTS, WRITERS, spoiled

TODAY = dt.date(2026, 11, 20)
MANY = 10_000


def answer(rows, suffix):
    raw = read_source(WRITERS[suffix](rows), f"list.{suffix}")
    return import_table(raw, ImportContext(kind="accounts", as_of=TODAY))


def deviations(report, expected):
    """Say where a report differs from what the faults demand."""
    found = report.findings
    wrong = []
    if report.verdict != expected.verdict:
        wrong.append(f"verdict {report.verdict}, not {expected.verdict}")
    counts = (report.rows_read, report.rows_accepted)
    if counts != (expected.n_read, expected.n_accepted):
        wrong.append(f"read, accepted {counts}")
    if report.rows_accepted + report.rows_rejected != report.rows_read:
        wrong.append("accepted + rejected is not read")
    refused = found[(found["severity"] == "reject") & found["row"].notna()]
    if not expected.file_codes and set(refused["row"]) != expected.rejected:
        wrong.append(f"rows refused {sorted(set(refused['row']))}")
    for row, code in expected.codes.items():
        named = found[(found["code"] == code) & (found["row"] == row)]
        if named.empty:
            wrong.append(f"row {row} is not named by {code}")
        elif (named["message"].str.len() < 15).any():
            wrong.append(f"{code} says too little")
    wrong += [
        f"{code} is not said"
        for code in expected.file_codes - set(found.loc[found["row"].isna(), "code"])
    ]
    return wrong


def run(cases, suffix):
    """Import tables of (n, faults by row); list what deviates."""
    wrong = []
    for seed, (n, faults) in enumerate(cases):
        rows, expected = spoiled(n, faults, seed)
        off = deviations(answer(rows, suffix), expected)
        if off:
            told = {row: fault.name for row, fault in faults.items()}
            wrong.append((n, told, off))
    return wrong


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("n", [1, 5, MANY])
def test_a_good_table_is_taken_without_a_word(n, suffix):
    rows, expected = spoiled(n, {})
    report = answer(rows, suffix)
    assert report.findings["code"].tolist() == []
    assert deviations(report, expected) == []
    check(report.accounts, ACCOUNTS)


@pytest.mark.parametrize(("n", "suffix"), [(1, "csv"), (5, "xlsx")])
def test_each_fault_alone_is_named(n, suffix):
    places = itertools.cycle(sorted({1, (n + 1) // 2, n}))
    cases = [
        (n, {place: fault})
        for place, fault in zip(places, ROW_FAULTS, strict=False)
        if suffix in fault.formats
    ]
    assert run(cases, suffix) == []


@pytest.mark.slow
@pytest.mark.parametrize(("n", "suffix"), [(5, "csv"), (5, "xlsx"), (MANY, "csv")])
def test_each_fault_is_named_in_the_first_the_middle_and_the_last_row(n, suffix):
    faults = [fault for fault in ROW_FAULTS if suffix in fault.formats]
    places = (1, (n + 1) // 2, n)
    cases = []
    for turn in range(len(faults)):  # three far apart at a time, each at each place
        three = [faults[(turn + step * 11) % len(faults)] for step in range(3)]
        cases.append((n, dict(zip(places, three, strict=True))))
    assert run(cases, suffix) == []


def test_all_faults_of_a_workbook_are_named_among_many_rows():
    faults = [fault for fault in ROW_FAULTS if "xlsx" in fault.formats]
    places = range(7, MANY, MANY // len(faults))
    assert run([(MANY, dict(zip(places, faults, strict=False)))], "xlsx") == []


def groups_with_all_pairs(n_faults, size):
    """Cover all pairs of numbers by groups, each filled greedily."""
    open_pairs = set(itertools.combinations(range(n_faults), 2))
    groups = []
    while open_pairs:
        group = list(min(open_pairs))
        while len(group) < size:
            gains = {
                new: sum(tuple(sorted((new, old))) in open_pairs for old in group)
                for new in range(n_faults)
                if new not in group
            }
            group.append(max(gains, key=lambda new: (gains[new], -new)))
        open_pairs -= set(itertools.combinations(sorted(group), 2))
        groups.append(group)
    return groups


@pytest.mark.slow
@pytest.mark.parametrize("suffix", WRITERS)
def test_all_pairs_of_faults_are_both_named(suffix):
    faults = [fault for fault in ROW_FAULTS if suffix in fault.formats]
    size = 10
    cases = [
        (2 * size, {2 * at + 1: faults[i] for at, i in enumerate(group)})
        for group in groups_with_all_pairs(len(faults), size)
    ]
    assert run(cases, suffix) == []
