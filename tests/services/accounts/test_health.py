"""Faults in a saved company are found, repaired, logged and put back."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import sqlalchemy as sa

from planner.core.errors import ConflictError, InputError
from planner.services.accounts import health, repairs
from planner.services.admin import audit
from planner.services.admin.audit import AuditQuery
from planner.store.company import accounts as account_rows
from planner.store.company import deals as deal_rows
from planner.store.rows.schema import metadata
from planner.store.scenarios import lineage
from planner.store.scenarios import plans as scenario_rows
from planner.store.scenarios import quotas as quota_rows
from planner.store.upkeep.doctor import examine
from tests.stores import SQLITE_ONLY

LOGS = {"audit", "repair"}
STAMPED = {
    "company": {"version", "opened_at"},
    "scenario": {"version", "updated_at", "updated_by"},
    "seal": {"sealed_at"},
}


def content(ws):
    """Read all rows of all tables, without logs, versions and stamps of saving."""
    with ws.store.reading() as conn:
        driver = conn.connection.driver_connection  # 40,000 rows: past SQLAlchemy
        found = {}
        for name, table in metadata.tables.items():
            if name in LOGS:
                continue
            stamped = STAMPED.get(name, ())
            columns = ", ".join(f'"{c.name}"' for c in table.c if c.name not in stamped)
            rows = driver.execute(f'SELECT {columns} FROM "{name}"')  # noqa: S608
            found[name] = sorted(map(repr, map(tuple, rows)))
        return found


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
    preview = repairs.preview_repair(sample, "swapped", "swap")
    assert set(preview.table["column"]) == {"lat", "lon", "unit_id"}
    assert content(sample) == before
    repair_id = repairs.apply_repair(sample, preview)
    assert counts(sample) == {}
    with sample.store.reading() as conn:
        after = account_rows.load_accounts(conn, sample.company_id).loc[name]
    assert after[["lat", "lon", "unit_id"]].tolist() == [
        one["lat"],
        one["lon"],
        one["unit_id"],
    ]
    repairs.undo_repair(sample, repair_id)
    assert content(sample) == before
    with pytest.raises(InputError, match="was undone by"):
        repairs.undo_repair(sample, repair_id)


def ids_of(ws, number, *, having=None):
    """Name some accounts; `having`: with deals and visits, or without."""
    with ws.store.reading() as conn:
        accounts = account_rows.load_accounts(conn, ws.company_id)
        busy = set(deal_rows.load_deals(conn, ws.company_id)["account_id"]) & set(
            deal_rows.load_visits_made(conn, ws.company_id)["account_id"]
        )
        any_of = set(deal_rows.load_deals(conn, ws.company_id)["account_id"]) | set(
            deal_rows.load_visits_made(conn, ws.company_id)["account_id"]
        )
    if having is None:
        return accounts.index[:number].tolist()
    kept = accounts.index.isin(busy) if having else ~accounts.index.isin(any_of)
    return accounts.index[kept][:number].tolist()


def sums(ws):
    """Add up everything that hangs on accounts."""
    with ws.store.reading() as conn:
        deals = deal_rows.load_deals(conn, ws.company_id)
        visits = deal_rows.load_visits_made(conn, ws.company_id)
        splits = deal_rows.load_splits(conn, ws.company_id)
    return (
        len(deals),
        int(deals["amount_minor"].sum()),
        len(visits),
        int(visits["minutes"].sum()),
        len(splits),
    )


FAULTS = {
    "null_island": ({"lat": 0.0, "lon": 0.0, "unit_id": None}, "geocode", {}),
    "zero_revenue": ({"annual_revenue_minor": 0}, "set", {}),
    "negative": ({"annual_revenue_minor": 0}, "set", {"value": "12.50"}),
    "owner_unknown": ({"owner_id": "Nobody"}, "clear_owner", {}),
    "owner_known": ({"owner_id": "Nobody"}, "set_owner", {"owner_id": "P-R02"}),
    "future_visit": (
        {"last_visit_on": pd.Timestamp("2030-01-01")},
        "set",
        {"value": "2026-01-31"},
    ),
    "outside_region": ({"region": "TX"}, "set", {"value": "IL"}),
    "keep": ({"annual_revenue_minor": 0}, "keep", {}),
}
CODE = {
    "negative": "zero_revenue",
    "owner_known": "owner_unknown",
    "keep": "zero_revenue",
}


@SQLITE_ONLY  # the tests of swap, merge, drop and undo below run on both
@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_repair_is_previewed_applied_once_and_put_back(sample, name):
    cells, kind, choices = FAULTS[name]
    code = CODE.get(name, name)
    with sample.store.reading() as conn:
        accounts = account_rows.load_accounts(conn, sample.company_id)
    ids = accounts.index[(accounts["region"] == "IL").to_numpy()][:3].tolist()
    change_accounts(sample, dict.fromkeys(ids, cells))
    before = content(sample)
    assert counts(sample)[code] == 3
    preview = repairs.preview_repair(sample, code, kind, ids[:2], **choices)
    assert preview.n_accounts == 2
    assert content(sample) == before
    repair_id = repairs.apply_repair(sample, preview)
    assert counts(sample)[code] == 1
    with pytest.raises(ConflictError, match="changed by someone else"):
        repairs.apply_repair(sample, preview)
    again = repairs.preview_repair(sample, code, kind, ids[:2], **choices)
    assert again.n_accounts == 0
    assert again.held["account_id"].tolist() == ids[:2]
    with pytest.raises(InputError, match="nothing to repair"):
        repairs.apply_repair(sample, again)
    listed = repairs.repairs(sample).loc[repair_id]
    assert (listed["kind"], listed["n_accounts"]) == (kind, 2)
    assert pd.isna(listed["undone_at"])
    repairs.undo_repair(sample, repair_id)
    assert content(sample) == before
    assert counts(sample)[code] == 3
    assert repairs.repairs(sample).loc[repair_id, "undone_by"] == "ann"
    assert examine(sample.store) == []


def test_each_repair_and_its_undoing_stand_in_the_audit_log(sample):
    ids = ids_of(sample, 1)
    change_accounts(sample, {ids[0]: {"annual_revenue_minor": 0}})
    repair_id = repairs.apply_repair(
        sample, repairs.preview_repair(sample, "zero_revenue", "set")
    )
    repairs.undo_repair(sample, repair_id)
    lines = audit.find(sample, AuditQuery(company_id=sample.company_id)).lines
    undone, done = (json.loads(line) for line in lines["after"].head(2))
    assert done["repair_id"] == undone["repair_id"] == repair_id
    assert done["rows"][0][:2] == ["account", ids[0]]
    assert done["rows"][0][2] == {"annual_revenue_minor": None}
    assert undone["rows"][0][2] == {"annual_revenue_minor": 0}


def test_a_repair_whose_rows_changed_since_is_not_undone(sample):
    first, second = ids_of(sample, 2)
    nothing = {"annual_revenue_minor": 0}
    change_accounts(sample, {first: nothing, second: nothing})
    repair_id = repairs.apply_repair(
        sample, repairs.preview_repair(sample, "zero_revenue", "set", value="5")
    )
    change_accounts(sample, {second: {"annual_revenue_minor": 777}})
    before = content(sample)
    with pytest.raises(ConflictError, match=f"{second}: annual_revenue_minor is 777"):
        repairs.undo_repair(sample, repair_id)
    assert content(sample) == before
    assert len(repairs.undo_faults(sample, repair_id)) == 1


def test_doubles_are_merged_and_nothing_is_lost(sample):
    gone, other = ids_of(sample, 2, having=True)
    survivors = {gone: f"{gone}-0", other: f"{other}-0"}
    for name, new in survivors.items():
        double(sample, name, new, owner_id=None, last_visit_on=pd.NaT)
    # The copies come later by id, so turn around who survives.
    before, held = content(sample), sums(sample)
    assert counts(sample) == {"duplicate_exact": 2}
    preview = repairs.preview_repair(
        sample, "duplicate_exact", "merge", survivors=survivors
    )
    told = preview.table.set_index("account_id")["after"]
    assert told[gone] == f"merged into {survivors[gone]}"
    assert content(sample) == before
    repair_id = repairs.apply_repair(sample, preview)
    assert counts(sample) == {}
    assert sums(sample) == held
    with sample.store.reading() as conn:
        accounts = account_rows.load_accounts(conn, sample.company_id)
        deals = deal_rows.load_deals(conn, sample.company_id)
        owners = quota_rows.load_ownership(conn, sample.company_id)
    assert gone not in accounts.index
    assert pd.notna(accounts.loc[survivors[gone], "owner_id"])
    for frame in (deals, owners):
        assert gone not in set(frame["account_id"])
        assert survivors[gone] in set(frame["account_id"])
    assert examine(sample.store) == []
    repairs.undo_repair(sample, repair_id)
    assert content(sample) == before
    assert examine(sample.store) == []


def draft_with_names(ws):
    """Return the draft and the accounts that it names."""
    with ws.store.reading() as conn:
        known = lineage.list_scenarios(conn, ws.company_id)
        draft = next(s for s in known if s.status == "draft")
        return draft, scenario_rows.load_named_accounts(conn, draft.scenario_id)


def test_a_named_account_stays_named_in_drafts_when_merged(sample):
    draft, named = draft_with_names(sample)
    gone = str(named.index[0])
    double(sample, gone, f"{gone}-0")
    before = content(sample)
    repair_id = repairs.apply_repair(
        sample,
        repairs.preview_repair(
            sample, "duplicate_exact", "merge", survivors={gone: f"{gone}-0"}
        ),
    )
    with sample.store.reading() as conn:
        after = scenario_rows.load_named_accounts(conn, draft.scenario_id)
        later = lineage.load_scenario(conn, draft.scenario_id)
    assert gone not in after.index
    assert after.loc[f"{gone}-0", "territory_id"] == named.loc[gone, "territory_id"]
    assert later.version == draft.version + 1
    assert examine(sample.store) == []
    repairs.undo_repair(sample, repair_id)
    assert content(sample) == before
    assert examine(sample.store) == []


def test_a_merge_is_not_undone_when_a_draft_was_published_since(sample):
    draft, named = draft_with_names(sample)
    gone = str(named.index[0])
    double(sample, gone, f"{gone}-0")
    preview = repairs.preview_repair(
        sample, "duplicate_exact", "merge", survivors={gone: f"{gone}-0"}
    )
    repair_id = repairs.apply_repair(sample, preview)
    with sample.store.transaction() as conn:
        conn.execute(
            sa.update(metadata.tables["scenario"])
            .where(metadata.tables["scenario"].c.scenario_id == draft.scenario_id)
            .values(status="published")
        )
    with pytest.raises(ConflictError, match="was published since"):
        repairs.undo_repair(sample, repair_id)


def test_accounts_with_deals_or_visits_are_not_dropped(sample):
    busy = ids_of(sample, 1, having=True)
    idle = ids_of(sample, 1, having=False)
    nowhere = {"lat": 0.0, "lon": 0.0, "unit_id": None}
    change_accounts(sample, dict.fromkeys([*busy, *idle], nowhere))
    before = content(sample)
    preview = repairs.preview_repair(sample, "null_island", "drop")
    assert preview.held["account_id"].tolist() == busy
    assert preview.table["after"].tolist() == ["removed"]
    repair_id = repairs.apply_repair(sample, preview)
    assert health.rows(sample, "null_island").index.tolist() == busy
    assert examine(sample.store) == []
    repairs.undo_repair(sample, repair_id)
    assert content(sample) == before


def test_what_cannot_be_placed_is_left_on_the_list_of_unresolved(sample):
    one, other = ids_of(sample, 2)
    nowhere = {"lat": 0.0, "lon": 0.0, "unit_id": None}
    change_accounts(
        sample,
        {one: nowhere, other: nowhere | {"postcode": None, "city": "Nowhere"}},
    )
    preview = repairs.preview_repair(sample, "null_island", "geocode")
    assert preview.after.index.tolist() == [one]
    assert preview.after["geo_source"].tolist() == ["postcode"]
    assert preview.after["unit_id"].notna().all()
    assert preview.held["account_id"].tolist() == [other]
    assert "unresolved" in preview.held["reason"].iloc[0]


def test_a_place_is_set_by_hand_and_joined_to_its_unit(sample):
    one = ids_of(sample, 1)[0]
    change_accounts(sample, {one: {"lat": 0.0, "lon": 0.0, "unit_id": None}})
    preview = repairs.preview_repair(
        sample, "null_island", "set", lat="41.8781", lon=-87.6298
    )
    assert preview.after[["geo_source", "unit_id"]].to_numpy().tolist() == [
        ["set", "17031"]
    ]
    with pytest.raises(InputError, match="on the globe"):
        repairs.preview_repair(sample, "null_island", "set", lat=95, lon=0)
    with pytest.raises(InputError, match="give lat and lon"):
        repairs.preview_repair(sample, "null_island", "set", lat="x", lon=0)


@pytest.mark.parametrize(
    ("code", "repair", "choices", "message"),
    [
        ("nonsense", "keep", {}, "there is no finding"),
        ("zero_revenue", "merge", {}, "offered are set, keep"),
        ("zero_revenue", "set", {"value": "-5"}, "at least 0"),
        ("owner_unknown", "set_owner", {}, "owner_id is empty"),
        ("owner_unknown", "set_owner", {"owner_id": "X"}, "no position and no person"),
        ("duplicate_exact", "merge", {"survivors": {"A": "B"}}, "there is no account"),
    ],
)
def test_what_cannot_be_done_is_said(sample, code, repair, choices, message):
    with pytest.raises(InputError, match=message):
        repairs.preview_repair(sample, code, repair, **choices)
