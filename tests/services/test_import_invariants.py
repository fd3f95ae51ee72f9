"""Whatever is wrong with a file: it adds up, and a refused file leaves no trace."""

from __future__ import annotations

import random

import pytest

from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source
from planner.core import errors
from planner.services.imports import check, saving
from planner.store.database.transfer import content_hashes
from tests.bad_inputs import COLUMNS, ROW_FAULTS, as_csv, good_rows


def hashes(ws):
    with ws.store.reading() as conn:
        return content_hashes(conn)


def table(rows, name="list.csv"):
    columns = COLUMNS if set(rows[0]) >= set(COLUMNS) else tuple(rows[0])
    return read_source(as_csv(rows, columns), name)


def with_faults(seed, n_rows=8, n_faults=3):
    """Put some faults into some rows of a good table."""
    rng = random.Random(seed)  # noqa: S311
    rows = good_rows(n_rows, seed)
    for place, fault in zip(
        rng.sample(range(n_rows), n_faults),
        rng.sample(ROW_FAULTS, n_faults),
        strict=True,
    ):
        rows[place] = fault.spoil(dict(rows[place]), rng) or rows[place]
    return rows


@pytest.mark.parametrize("seed", range(6))
def test_checking_adds_up_and_writes_nothing(small, seed):
    before = hashes(small)
    report = import_table(
        table(with_faults(seed)), check.company_context(small, "accounts")
    )
    assert report.rows_accepted + report.rows_rejected == report.rows_read == 8
    assert hashes(small) == before


@pytest.mark.parametrize("kind", ["accounts", "deals", "reps", "units", "visits_made"])
def test_a_refused_file_leaves_the_store_byte_equal(small, kind):
    before = hashes(small)
    report = import_table(table([{"x": "1"}]), check.company_context(small, kind))
    assert not report.is_usable
    if kind == "accounts":
        with pytest.raises(errors.InputError):
            saving.save_accounts_into(small, report, source="list")
    else:
        assert saving.save_kind(small, report) is None
    assert hashes(small) == before


def test_importing_a_faulty_list_twice_is_importing_it_once(small):
    report = import_table(
        table(with_faults(1)), check.company_context(small, "accounts")
    )
    saving.save_accounts_into(small, report, source="list")
    once = hashes(small)
    again = import_table(
        table(with_faults(1)), check.company_context(small, "accounts")
    )
    saving.save_accounts_into(small, again, source="list")
    assert hashes(small) == once


def test_the_generator_writes_the_columns_it_says():
    assert list(table(good_rows(1)).columns) == list(COLUMNS)
