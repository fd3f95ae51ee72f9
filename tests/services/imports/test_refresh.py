"""Loading a source again: what it says, what it writes, and what it leaves alone."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
import sqlalchemy as sa

from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source
from planner.accounts.reload.choices import RefreshChoices
from planner.core.errors import ConflictError, InputError
from planner.services.company.calculated import add_measure
from planner.services.imports import refresh
from planner.services.imports.check import list_context
from planner.services.scenarios import listing, publishing
from planner.services.workspace import open_company, open_workspace
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.rows.schema import (
    account,
    account_source,
    audit,
    deal,
    metadata,
    ownership,
    repair,
)
from planner.store.scenarios import quotas as quota_rows
from tests.gestures import accepted
from tests.services.conftest import BROWN, DANE, MILWAUKEE, settings_of, small_list

SOURCE = "list"  # as the company was imported from list.csv


def lines_of(n=12):
    raw = small_list(n)
    return [list(raw.columns), *raw.frame.to_numpy(dtype=object).tolist()]


def load(ws, lines, choices=None, *, source=SOURCE):
    text = "\n".join(",".join(str(cell) for cell in line) for line in lines)
    raw = read_source(text.encode(), "list.csv")
    report = import_table(raw, list_context(ws.settings, "accounts"))
    return refresh.preview_refresh(ws, report, source, choices, raw=raw)


@pytest.fixture(scope="session")
def loaded_url(small_url, stores):
    """Make a company with a published plan, once."""
    url = stores.copy(small_url)
    ws = open_company(open_workspace(settings_of(url)))
    first = listing.scenarios(ws)[0]
    by_unit = {DANE: "West", BROWN: "West", MILWAUKEE: "East"}
    version = accepted(
        ws, first.scenario_id, first.version, {"territory_by_unit": by_unit}
    )
    publishing.publish(ws, first.scenario_id, version, dt.date(2026, 1, 1))
    ws.store.close()
    yield url
    stores.drop(url)


@pytest.fixture
def loaded(loaded_url, copy_of):
    """Open a copy of the company with a published plan."""
    opened = open_company(open_workspace(settings_of(copy_of(loaded_url))))
    yield opened
    opened.store.close()


def dump(ws):
    """Read every row of the store."""
    with ws.store.reading() as conn:
        return {
            table.name: sorted(map(repr, conn.execute(sa.select(table)).all()))
            for table in metadata.sorted_tables
        }


def stored(ws):
    with ws.store.reading() as conn:
        return account_rows.load_accounts(conn, ws.company_id)


def test_accounts_of_no_source_count_as_those_of_the_first_load(small):
    with small.store.transaction() as conn:
        conn.execute(sa.delete(account_source))
    preview = load(small, lines_of()[:-1], source="CRM")
    assert "no earlier load of 'CRM' is known: the 12 accounts" in preview.warnings[0]
    before = stored(small)
    assert preview.counts["unchanged"] == 11
    assert list(preview.list_changes.gone.index) == ["A011"]
    result = refresh.apply_refresh(small, preview, RefreshChoices(gone="keep"))
    assert result.counts["kept though gone"] == 1
    assert refresh.sources(small)["n_accounts"].to_dict() == {"CRM": 11}
    pd.testing.assert_frame_equal(stored(small), before)


def test_another_name_makes_nothing_gone(small):
    preview = load(small, lines_of()[:-1], source="CRM")
    assert "nothing counts as gone" in preview.warnings[0]
    assert preview.list_changes.gone.empty


def test_the_same_file_again_writes_nothing_at_all(loaded):
    before = dump(loaded)
    preview = load(loaded, lines_of())
    assert preview.is_unchanged
    assert preview.warnings == ()
    result = refresh.apply_refresh(loaded, preview)
    assert result.is_unchanged
    assert "nothing was written" in result.summary()
    assert dump(loaded) == before


def changed_lines():
    """Change one cell, take one account out, add one in Milwaukee."""
    lines = lines_of()
    lines[1][lines[0].index("employees")] = "601"
    del lines[12]
    new = list(lines[2])
    new[0], new[1] = "B900", "Brand New Brewery"
    return [*lines, new]


def test_a_changed_file_is_said_and_then_written_as_said(loaded):
    was = stored(loaded)
    preview = load(loaded, changed_lines())
    assert preview.counts == {
        "new": 1,
        "gone": 1,
        "changed": 1,
        "contested": 0,
        "kept_out": 0,
        "refused": 0,
        "unchanged": 10,
    }
    assert list(preview.list_changes.new.index) == ["B900"]
    assert list(preview.list_changes.gone.index) == ["A011"]
    assert preview.list_changes.changes.to_numpy(dtype=object).tolist() == [
        ["A000", "employees", "600", "601"]
    ]
    result = refresh.apply_refresh(loaded, preview)
    assert result.counts == {
        "added": 1,
        "changed": 1,
        "closed": 1,
        "removed": 0,
        "kept though gone": 0,
        "linked": 0,
    }
    now = stored(loaded)
    assert now.loc["A011", "status"] == "closed"
    assert now.loc["A000", "employees"] == 601
    assert now.loc["B900", "unit_id"] == MILWAUKEE
    rest = [name for name in was.index if name not in {"A000", "A011"}]
    pd.testing.assert_frame_equal(now.loc[rest], was.loc[rest])
    assert now.loc["A000", "simulated"] == was.loc["A000", "simulated"]
    with loaded.store.reading() as conn:
        segments = account_rows.load_segments(conn, loaded.company_id)
        last = conn.execute(sa.select(audit).order_by(audit.c.sequence.desc())).first()
    assert segments.loc["A011", "segment"] == "Closed"
    assert set(segments.index) == set(now.index)
    assert last.action == "refresh list from list.csv"
    assert '"added":1' in last.after.replace(" ", "")


def test_refreshing_twice_is_refreshing_once(loaded):
    refresh.apply_refresh(loaded, load(loaded, changed_lines()))
    once = dump(loaded)
    again = load(loaded, changed_lines())
    assert again.is_unchanged
    assert refresh.apply_refresh(loaded, again).is_unchanged
    assert dump(loaded) == once


def load_ownership(ws):
    with ws.store.reading() as conn:
        return quota_rows.load_ownership(conn, ws.company_id)


def test_owners_and_plans_stay_whatever_the_file_says(loaded):
    """Only the account that is new gets an owner: that of its place."""
    before, owned = dump(loaded), load_ownership(loaded)
    refresh.apply_refresh(loaded, load(loaded, changed_lines()))
    after = dump(loaded)
    owners = load_ownership(loaded)
    assert set(owners["account_id"]) - set(owned["account_id"]) == {"B900"}
    pd.testing.assert_frame_equal(
        owners[owners["account_id"] != "B900"].reset_index(drop=True), owned
    )
    kept = ("deal", "publication", "scenario", "scenario_unit")
    for name in (*kept, "scenario_account", "scenario_territory", "publication_part"):
        assert after[name] == before[name]


def test_an_owner_in_the_file_is_contested_and_yours_stays(loaded):
    with loaded.store.transaction() as conn:
        mine = account_rows.load_accounts(conn, loaded.company_id, ["A001"])
        account_rows.update_accounts(
            conn, loaded.company_id, mine.assign(owner_id="P-mine")
        )
    lines = [
        [*line, "owner" if at == 0 else "P-crm"] for at, line in enumerate(lines_of())
    ]
    preview = load(loaded, lines)
    row = preview.list_changes.conflicts.iloc[0]
    assert (row["account_id"], row["yours"], row["file"]) == ("A001", "P-mine", "P-crm")
    chosen = RefreshChoices(conflicts={("A001", "owner_id"): "file"})
    assert (
        load(loaded, lines, chosen).changes["account"].after.loc["A001", "owner_id"]
        == "P-crm"
    )
    refresh.apply_refresh(loaded, preview)
    assert stored(loaded).loc["A001", "owner_id"] == "P-mine"
    assert stored(loaded).loc["A002", "owner_id"] == "P-crm"


def keep_repair(ws, kind, before, after, params=None):
    with ws.store.transaction() as conn:
        conn.execute(
            sa.insert(repair).values(
                repair_id=f"R-{kind}",
                company_id=ws.company_id,
                kind=kind,
                code="test",
                params=params or {},
                before={"rows": {"account": before}},
                after={"rows": {"account": after}},
                created_at="2026-11-21T08:00:00",
                created_by="ann",
            )
        )


def test_a_repaired_place_stands_against_the_file(loaded):
    with loaded.store.transaction() as conn:
        mine = account_rows.load_accounts(conn, loaded.company_id, ["A000"])
        moved = mine.assign(lat=44.0, geo_source="set")
        account_rows.update_accounts(conn, loaded.company_id, moved)
    keep_repair(
        loaded, "set", [[["A000"], {"lat": 43.0731}]], [[["A000"], {"lat": 44.0}]]
    )
    preview = load(loaded, lines_of())
    row = preview.list_changes.conflicts.iloc[0]
    assert (row["account_id"], row["column"]) == ("A000", "place")
    assert row["why"] == "ann set it on 2026-11-21 (set)"
    assert preview.is_unchanged  # yours stands, so there is nothing to write


def test_a_merged_account_stays_out(loaded):
    row = {"name": "Firm 3"}
    keep_repair(
        loaded,
        "merge",
        [[["A003"], row]],
        [[["A003"], None]],
        {"survivors": {"A003": "A002"}},
    )
    with loaded.store.transaction() as conn:
        conn.execute(sa.delete(account).where(account.c.account_id == "A003"))
    preview = load(loaded, lines_of())
    assert dict(preview.list_changes.kept_out) == {
        "A003": "ann merged it into A002 on 2026-11-21"
    }
    assert preview.list_changes.new.empty


def test_a_new_id_can_be_linked_and_stays_linked(loaded):
    lines = lines_of()
    lines[1][0] = "CRM-000"
    preview = load(loaded, lines)
    guessed = preview.renamed.iloc[0]
    assert (guessed["account_id"], guessed["new_id"]) == ("A000", "CRM-000")
    choices = RefreshChoices(links={"CRM-000": "A000"})
    linked = load(loaded, lines, choices)
    assert linked.list_changes.gone.empty
    assert linked.list_changes.new.empty
    result = refresh.apply_refresh(loaded, preview, choices)
    assert result.counts["linked"] == 1
    assert "A000" in stored(loaded).index
    assert load(loaded, lines).is_unchanged  # the link is remembered
    with pytest.raises(InputError, match="no such account"):
        load(loaded, lines, RefreshChoices(links={"CRM-000": "nobody"}))
    with pytest.raises(InputError, match="not in the file"):
        load(loaded, lines, RefreshChoices(links={"zz": "A000"}))
    with pytest.raises(InputError, match="would both be the account 'A001'"):
        load(loaded, lines, RefreshChoices(links={"CRM-000": "A001"}))


def test_gone_accounts_can_be_kept_or_removed_unless_they_are_in_use(loaded):
    lines = lines_of()[:-2]  # A010 and A011 are gone
    with loaded.store.transaction() as conn:
        for table in (deal, ownership):
            conn.execute(sa.delete(table).where(table.c.account_id == "A010"))
    choices = RefreshChoices(gone="remove")
    preview = load(loaded, lines, choices)
    assert list(preview.changes["account"].removed) == ["A010"]
    assert preview.closed_instead == ("A011",)
    kept = load(loaded, lines, RefreshChoices(gone_by_account={"A010": "keep"}))
    assert list(kept.changes["account"].after.index) == ["A011"]
    result = refresh.apply_refresh(loaded, preview)
    assert (result.counts["removed"], result.counts["closed"]) == (1, 1)
    assert "A010" not in stored(loaded).index
    with pytest.raises(InputError, match="gone must be one of close, keep, remove"):
        RefreshChoices(gone="burn")


def test_a_row_refused_in_the_file_does_not_close_its_account(loaded):
    lines = lines_of()
    lines[4][lines[0].index("name")] = ""
    preview = load(loaded, lines)
    assert preview.list_changes.unread == ("A003",)
    assert preview.list_changes.gone.empty
    assert preview.is_unchanged


def test_territories_that_leave_their_tolerance_are_named(loaded):
    lines = lines_of()
    potential = lines[0].index("potential")
    for line in lines[2:]:
        if line[lines[0].index("city")] == "Milwaukee":
            line[potential] = str(9 * int(line[potential]))
    preview = load(loaded, lines)
    told = preview.territories.set_index(["territory_id", "measure"])
    row = told.loc[("East", "potential_minor")]
    with loaded.store.reading() as conn:
        plan = company_rows.load_company(conn, loaded.company_id)
    west, east = _potential(stored(loaded))
    assert row["before"] == pytest.approx(east / ((west + east) / 2) - 1)
    west, east = _potential(
        preview.changes["account"].after.combine_first(stored(loaded))
    )
    assert row["after"] == pytest.approx(east / ((west + east) / 2) - 1)
    assert (row["status"], row["tolerance"]) == ("in force", 0.10)
    assert plan.version == preview.version
    leaving = preview.leaving
    assert set(leaving["verdict"]) <= {"leaves"}


def with_beds(beds_of):
    """Give the list a number of its own: beds by city."""
    header, *rows = lines_of()
    city = header.index("city")
    return [[*header, "Beds"], *([*row, beds_of(row[city])] for row in rows)]


def test_a_number_of_the_lists_own_is_held_against_the_tolerance(loaded):
    preview = load(loaded, with_beds(lambda _: 40))
    refresh.apply_refresh(loaded, preview)
    more = load(loaded, with_beds(lambda city: 400 if city == "Milwaukee" else 40))
    told = more.territories.set_index(["territory_id", "measure"])
    beds = told.xs("custom.Beds", level="measure")
    assert beds.loc["East", "before"] == pytest.approx(0.0)
    assert beds.loc["East", "after"] == pytest.approx(6 * 400 / (6 * 440 / 2) - 1)
    assert list(beds["verdict"]) == ["leaves", "leaves"]
    assert "custom.Beds" in set(more.leaving["measure"])


def test_a_calculated_measure_is_held_against_the_tolerance(loaded):
    refresh.apply_refresh(loaded, load(loaded, with_beds(lambda _: 40)))
    add_measure(loaded, "Pairs", "custom.Beds / 2")
    more = load(loaded, with_beds(lambda city: 400 if city == "Milwaukee" else 40))
    told = more.territories.set_index(["measure", "territory_id"])["after"]
    assert told["custom.Pairs"].to_dict() == pytest.approx(
        told["custom.Beds"].to_dict()
    )


def test_a_number_that_becomes_words_is_said_to_be_lost(loaded):
    refresh.apply_refresh(loaded, load(loaded, with_beds(lambda _: 40)))
    preview = load(loaded, with_beds(lambda _: "some"))
    rows = preview.territories
    assert set(rows.loc[rows["measure"] == "custom.Beds", "verdict"]) == {"lost"}
    assert set(preview.leaving["measure"]) == {"custom.Beds"}


def _potential(accounts):
    is_east = accounts["unit_id"] == MILWAUKEE
    counts = accounts[accounts["status"] != "closed"]
    return (
        float(counts.loc[~is_east, "potential_minor"].sum()),
        float(counts.loc[is_east, "potential_minor"].sum()),
    )


def test_a_late_refresh_is_refused_and_nothing_is_written(loaded):
    preview = load(loaded, changed_lines())
    refresh.apply_refresh(loaded, load(loaded, lines_of()[:-1]))
    before = dump(loaded)
    with pytest.raises(ConflictError, match="refresh list from list"):
        refresh.apply_refresh(loaded, preview)
    assert dump(loaded) == before


def test_what_cannot_be_refreshed_is_said(loaded):
    with pytest.raises(InputError, match="must have a name"):
        load(loaded, lines_of(), source=" ")
    with pytest.raises(InputError, match="no row was accepted"):
        load(loaded, [["id", "name"]])
