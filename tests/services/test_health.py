"""Faults in a saved company are found, repaired, logged and put back."""

from __future__ import annotations

import pandas as pd
import pytest
import sqlalchemy as sa

from planner.core.errors import InputError
from planner.services import health
from planner.store import accounts as account_rows
from planner.store.tables import metadata

LOGS = {"audit", "repair"}
STAMPED = {
    "company": {"version", "opened_at"},
    "scenario": {"version", "updated_at", "updated_by"},
    "seal": {"sealed_at"},
}


def content(ws):
    """Read all rows of all tables, without logs, versions and stamps of saving."""
    with ws.store.reading() as conn:
        return {
            name: sorted(
                repr([v for k, v in row.items() if k not in STAMPED.get(name, ())])
                for row in conn.execute(sa.select(table)).mappings()
            )
            for name, table in metadata.tables.items()
            if name not in LOGS
        }


def change_accounts(ws, changes):
    """Write cells of accounts past every check of ours: {id: {column: value}}."""
    with ws.store.transaction() as conn:
        ids = list(changes)
        accounts = account_rows.load_accounts(conn, ws.company_id, ids)
        for account_id, cells in changes.items():
            for column, value in cells.items():
                accounts.loc[account_id, column] = value
        account_rows.update_accounts(conn, ws.company_id, accounts)


def double(ws, account_id, new_id, **cells):
    """List an account a second time."""
    with ws.store.transaction() as conn:
        one = account_rows.load_accounts(conn, ws.company_id, [account_id])
        copy = one.set_axis(pd.Index([new_id], name="account_id", dtype="str"))
        for column, value in cells.items():
            copy[column] = copy[column].astype(object)
            copy[column] = value
        account_rows.update_accounts(conn, ws.company_id, copy)


def counts(ws, **choices):
    report = health.health(ws, **choices).report
    return {issue.code: issue.count for issue in report.issues}


def test_the_sample_company_is_sound(sample):
    assert counts(sample, fuzzy=True) == {}


def test_a_swapped_account_is_swapped_back_into_its_unit(sample):
    accounts = health.health(sample).report
    assert accounts.n_accounts == 3000
    with sample.store.reading() as conn:
        one = account_rows.load_accounts(conn, sample.company_id).iloc[7]
    name = str(one.name)
    change_accounts(
        sample, {name: {"lat": one["lon"], "lon": one["lat"], "unit_id": None}}
    )
    before = content(sample)
    assert counts(sample) == {"swapped": 1}
    preview = health.preview_repair(sample, "swapped", "swap")
    assert set(preview.table["column"]) == {"lat", "lon", "unit_id"}
    assert content(sample) == before
    repair_id = health.apply_repair(sample, preview)
    assert counts(sample) == {}
    with sample.store.reading() as conn:
        after = account_rows.load_accounts(conn, sample.company_id).loc[name]
    assert after[["lat", "lon", "unit_id"]].tolist() == [
        one["lat"],
        one["lon"],
        one["unit_id"],
    ]
    health.undo_repair(sample, repair_id)
    assert content(sample) == before
    with pytest.raises(InputError, match="was undone by"):
        health.undo_repair(sample, repair_id)
