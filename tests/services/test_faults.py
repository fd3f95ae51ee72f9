"""
A fault at the N-th call of the store, for every N of every service that writes.

As SQLite's own tests do it: the N-th statement fails, for N = 1, 2, … until the service
runs through. After each fault every row is what it was; afterwards the store is sound.
"""

from __future__ import annotations

import ast
import datetime as dt
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import pandas as pd
import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import event

import planner
from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source
from planner.core.run import RunControl
from planner.jobs import queue
from planner.segmentation import rules
from planner.services import workspace
from planner.services.accounts import geocoding, repairs, segments
from planner.services.balance import decisions
from planner.services.balance.accept import take
from planner.services.company import colours, companies
from planner.services.company import removal as company_removal
from planner.services.company.sample import roll_forward
from planner.services.company.settings import change_settings
from planner.services.drafts import editing
from planner.services.exports import files
from planner.services.imports import (
    check,
    mappings,
    market,
    new_company,
    refresh,
    saving,
)
from planner.services.imports import removal as import_removal
from planner.services.imports.several.saving import Aim, save_together
from planner.services.pay import runs, terms
from planner.services.quotas import owners, setting
from planner.services.scenarios import listing, publishing, what_if
from planner.services.territories import view as territory_view
from planner.services.visits import plans
from planner.services.workspace import open_company, open_workspace
from planner.store.company.companies import update_company
from planner.store.company.team import load_positions
from planner.store.database.engine import Store
from planner.store.database.transfer import kept_tables
from planner.store.rows import schema
from planner.store.upkeep.doctor import examine
from planner.territory.editing.edits import AddTerritory, Together
from planner.territory.editing.moves import Move
from planner.territory.solve.proposal import Proposal
from tests.gestures import a_job, accepted, give_terms
from tests.services.conftest import (
    AS_OF,
    BROWN,
    DANE,
    MILWAUKEE,
    settings_of,
    small_list,
)
from tests.stores import SQLITE_ONLY

PACKAGE = Path(planner.__file__).parent
MOST_CALLS = 2000  # a service that needs more is not what we think it is
RULE = rules.Rule(name="All", expression="employees >= 0", segment="All")


class DiskError(Exception):
    """What the N-th call of the store meets."""


@contextmanager
def fault_at(store: Store, number: int):
    """Let the N-th statement or commit fail; yields whether it came that far."""
    state = {"calls": 0, "struck": False}

    def strike(*_args: object) -> None:
        state["calls"] += 1
        if state["calls"] == number:
            state["struck"] = True
            raise DiskError

    def before_statement(_conn, _cursor, statement, *_rest):
        if not statement.startswith(("ROLLBACK", "RELEASE")):
            strike()

    def before_copy(cursor, *args, **options):
        strike()
        return copy(cursor, *args, **options)

    copy = psycopg.Cursor.copy  # COPY goes past SQLAlchemy
    event.listen(store.engine, "before_cursor_execute", before_statement)
    event.listen(store.engine, "commit", strike)
    try:
        with patch.object(psycopg.Cursor, "copy", before_copy):
            yield state
    finally:
        event.remove(store.engine, "before_cursor_execute", before_statement)
        event.remove(store.engine, "commit", strike)


def rows_of(store: Store) -> dict[str, list[str]]:
    """Read all rows of all tables, past SQLAlchemy: it is done after each fault."""
    with store.reading() as conn:
        driver = conn.connection.driver_connection
        return {
            table.name: sorted(
                repr(tuple(row))
                for row in driver.execute(f'SELECT * FROM "{table.name}"')  # noqa: S608
            )
            for table in kept_tables()
        }


def draft(ws):
    return next(s for s in listing.scenarios(ws) if s.status == "draft")


def balanced(ws):
    """Give the small company two staffed territories; return its draft."""
    answer = {"territory_by_unit": {DANE: "T1", MILWAUKEE: "T1", BROWN: "T2"}}
    found = draft(ws)
    accepted(ws, found.scenario_id, found.version, answer)
    return draft(ws)


def published(ws):
    """Publish the small company's plan with quotas; return the scenario."""
    found = balanced(ws)
    setting.set_quotas(
        ws, found.scenario_id, found.version, target_minor=10**8, year=AS_OF.year
    )
    version = draft(ws).version
    publishing.publish(ws, found.scenario_id, version, dt.date(AS_OF.year, 1, 1))
    return found


def write_company(ws):
    return lambda: workspace.create_company(ws, "New", "own", "USD", AS_OF)


def write_use(ws):
    workspace.create_company(ws, "Other", "own", "USD", AS_OF)
    return lambda: workspace.use_company(ws, ws.company_id)


def write_empty(ws):
    return lambda: companies.start_empty_company(ws, "Blank", "EUR", AS_OF)


def write_list(ws):
    report = import_table(small_list(4), check.list_context(ws.settings, "accounts"))
    # Which county each account lies in is worked out before the first call, and slow.
    placed = new_company.place_in_units(report.accounts, ws.settings)

    def write():
        with patch.object(new_company, "place_in_units", lambda *_: placed):
            new_company.company_of_report(
                ws,
                report,
                name="More",
                currency="USD",
                as_of=AS_OF,
                fill_missing=False,
            )

    return write


def write_start(ws):
    return lambda: listing.start(ws, "Second")


def write_clone(ws):
    found = balanced(ws)
    return lambda: listing.clone(ws, found.scenario_id, "Copy")


def write_one_rep_more(ws):
    view = territory_view.overview(ws, balanced(ws).scenario_id)
    return lambda: what_if.start_what_if(ws, view, "3 reps")


def write_rename(ws):
    found = draft(ws)
    return lambda: listing.rename(ws, found.scenario_id, found.version, "Other name")


def write_accept(ws):
    found = draft(ws)
    job_id = a_job(ws, found.scenario_id)
    answer = {"territory_by_unit": {DANE: "T1", MILWAUKEE: "T2", BROWN: "T2"}}
    return lambda: accepted(ws, found.scenario_id, found.version, answer, job_id)


def drawn(ws):
    """Draw two territories that are pending."""
    opened = editing.open_draft(ws, draft(ws).scenario_id)
    edit = Together(
        edits=(
            AddTerritory(territory_id="T1"),
            Move(to="T1", unit_ids=(DANE, MILWAUKEE)),
        )
    )
    return editing.do(ws, opened, edit, "draw T1")


def write_step(ws):
    opened = drawn(ws)
    move = Move(to=None, unit_ids=(DANE,))
    return lambda: editing.do(ws, opened, move, "one out")


def write_step_back(ws):
    opened = drawn(ws)
    return lambda: editing.undo(ws, opened)


def write_accepted_draft(ws):
    opened = drawn(ws)
    return lambda: editing.accept(ws, opened)


def write_draft_on_another_save(ws):
    opened = drawn(ws)
    bob = replace(ws, user="bob")
    theirs = editing.open_draft(bob, opened.scenario.scenario_id)
    edit = AddTerritory(territory_id="T2")
    editing.accept(bob, editing.do(bob, theirs, edit, "T2 begins"))
    return lambda: editing.open_draft(ws, opened.scenario.scenario_id)


def write_taken_answer(ws):
    opened = drawn(ws)
    job_id = a_job(ws, opened.scenario.scenario_id)
    answer = Proposal.from_dict({"territory_by_unit": {DANE: None, BROWN: "T2"}})
    return lambda: take(ws, opened, answer, job_id)


def write_discard(ws):
    job_id = a_job(ws, draft(ws).scenario_id)
    return lambda: decisions.discard(ws, job_id)


def write_rules(ws):
    return lambda: segments.save_rules(ws, [RULE])


def write_quotas(ws):
    found = balanced(ws)
    return lambda: setting.set_quotas(
        ws, found.scenario_id, found.version, target_minor=10**8, year=2027
    )


def write_publication(ws):
    found = balanced(ws)
    return lambda: publishing.publish(
        ws, found.scenario_id, found.version, dt.date(2027, 1, 1)
    )


def write_owner(ws):
    published(ws)
    return lambda: owners.give_owner(ws, ["A000", "A001"], dt.date(2025, 1, 1))


def write_day(ws):
    return lambda: change_settings(ws, day=dt.date(2026, 3, 1))


def write_name(ws):
    return lambda: company_removal.rename_company(ws, ws.company_id, "Seen")


def write_aside(ws):
    return lambda: company_removal.archive_company(ws, ws.company_id)


def write_back_again(ws):
    company_removal.archive_company(ws, ws.company_id)
    return lambda: company_removal.restore_company(ws, ws.company_id)


def write_deletion(ws):
    published(ws)
    name = companies.company(ws).name
    return lambda: company_removal.delete_company(ws, ws.company_id, name)


def write_colours(ws):
    return lambda: colours.keep_colours(ws, "Soft", {"T01": "#77AADD"})


def write_without_simulated(ws):
    version = companies.company(ws).version
    return lambda: import_removal.remove_simulated(ws, version)


def write_sample_days(ws):
    with ws.store.transaction() as conn:  # the small company stands for the sample
        conn.execute(sa.update(schema.company).values(kind="sample"))
        earlier = AS_OF - dt.timedelta(weeks=8)
        update_company(conn, ws.company_id, user="ann", as_of=earlier)
    return lambda: roll_forward(ws)


def write_visits(ws):
    found = balanced(ws)
    columns = {
        "rep_id": ["R1"],
        "account_id": ["A000"],
        "visit_on": [pd.Timestamp("2026-11-23")],
        "sequence": [1],
        "arrive_s": [30_000],
        "start_s": [30_000],
        "leave_s": [32_000],
        "travel_s": [600],
        "travel_m": [9000],
    }
    missed = {
        "rep_id": ["R1"],
        "account_id": ["A001"],
        "missing": [1],
        "reason": ["far"],
        "repair": ["none"],
    }
    return lambda: plans.save_plan(
        ws, found.scenario_id, pd.DataFrame(columns), pd.DataFrame(missed), {"seed": 0}
    )


def write_terms(ws):
    return lambda: give_terms(ws)


def write_pay(ws):
    published(ws)
    give_terms(ws)
    params = {"period": runs.latest_period(ws), "kind": "final"}
    return lambda: runs.run_period(ws, params, RunControl())


def write_job(ws):
    found = draft(ws)
    return lambda: queue.submit(
        ws.store, ws.company_id, found.scenario_id, "balance", {"seed": 0}, "ann"
    )


def write_claim(ws):
    write_job(ws)()
    return lambda: queue.claim(ws.store, "W-1")


def write_finish(ws):
    write_job(ws)()
    held = queue.claim(ws.store, "W-1")
    return lambda: queue.finish(ws.store, held, {"status": "done"})


def write_fail(ws):
    write_job(ws)()
    held = queue.claim(ws.store, "W-1")
    return lambda: queue.fail(ws.store, held, "no answer")


def write_cancel(ws):
    job_id = write_job(ws)()
    return lambda: queue.request_cancel(ws.store, job_id)


LIST_HEAD = "id,name,latitude,longitude,city,state,potential"
NEXT_LOAD = f"""{LIST_HEAD}
A000,Firm 0 renamed,43.0731,-89.4012,Madison,WI,1000
N001,New one,43.0731,-89.4012,Madison,WI,5000
"""
DEALS = """deal_id,account_id,amount,close_on
D1,A000,100.00,2026-10-02
D2,A001,250.50,2026-10-03
"""
QUOTAS = "position_id,period,amount\nP-T1,2027-01,1000\n"
MARKET = f"unit_id,value\n{DANE},10\n{BROWN},20\n"


def checked(ws, text, kind):
    """Check a small file against the open company."""
    raw = read_source(text.encode(), f"{kind}.csv")
    report = import_table(raw, check.company_context(ws, kind, mode="add"))
    assert report.is_usable, report.summary()
    return report


def write_deals(ws):
    report = checked(ws, DEALS, "deals")
    return lambda: saving.save_kind(ws, report, mode="add")


def write_load(ws):
    found = refresh.preview_refresh(ws, checked(ws, NEXT_LOAD, "accounts"), "list")
    return lambda: refresh.apply_refresh(ws, found)


def write_files_together(ws):
    accounts = checked(ws, NEXT_LOAD, "accounts")
    changes = refresh.preview_refresh(ws, accounts, "list")
    reports = [accounts, checked(ws, DEALS, "deals")]
    aim = Aim(into=ws, refresh=changes)
    return lambda: save_together(ws, reports, aim)


def write_lent_terms(ws):
    return lambda: terms.lend_samples(ws)


def write_imported_quotas(ws):
    found = balanced(ws)
    with ws.store.reading() as conn:
        seat = load_positions(conn, ws.company_id).index[0]
    report = checked(ws, QUOTAS.replace("P-T1", seat), "quotas")
    version = draft(ws).version
    return lambda: saving.save_quotas_into(
        ws, report, found.scenario_id, version=version
    )


def write_market(ws):
    report = checked(ws, MARKET, "market")
    return lambda: market.save_market(ws, report, name="Households")


def write_mapping(ws):
    columns = {"account_id": "id", "name": "name"}
    header = LIST_HEAD.split(",")
    return lambda: mappings.save_mapping(ws, "accounts", "CRM", columns, header)


def write_no_mapping(ws):
    write_mapping(ws)()
    return lambda: mappings.delete_mapping(ws, "accounts", "CRM")


def write_repair(ws):
    row = "X0,Firm 0,43.0731,-89.4012,Madison,WI,1"
    twice = checked(ws, f"{LIST_HEAD}\n{row}\n", "accounts")
    saving.save_accounts_into(ws, twice, source="second list")
    preview = repairs.preview_repair(ws, "duplicate_exact", "merge")
    return lambda: repairs.apply_repair(ws, preview)


def write_undo(ws):
    repair_id = write_repair(ws)()
    return lambda: repairs.undo_repair(ws, repair_id)


def write_export(ws):
    return lambda: files.export(ws, "accounts", "csv")


def write_address_service(ws):
    return lambda: geocoding.set_geocoder(ws, "photon", "https://photon.example")


WRITES: dict[str, Callable] = {
    name.removeprefix("write_"): make
    for name, make in sorted(globals().items())
    if name.startswith("write_")
}


@pytest.mark.parametrize("name", WRITES)
def test_a_fault_at_any_call_leaves_every_row_as_it_was(small, name):
    write = WRITES[name](small)
    before = rows_of(small.store)
    for number in range(1, MOST_CALLS):
        with fault_at(small.store, number) as state:
            try:
                write()
            except DiskError:
                assert state["struck"]
        after = rows_of(small.store)
        if not state["struck"]:
            break
        assert after == before, f"a fault at call {number} left something behind"
    assert number > 2, "no fault was ever injected"
    assert after != before, "the service wrote nothing, so the test shows nothing"
    assert examine(small.store) == []


WITHOUT_FAULTS = {
    "load_sample_company": "the saves of write_list, on 3,000 accounts: too slow here",
    "_sample_or_latest": "the same saves, into an empty store",
    "_wait_for_turn": "one row that says when the address service may be asked",
    "_ask": "one row of the cache; test_geocoding.py kills it midway",
    "progress": "shows how far a job has come; the next one stands for it",
    "beat": "shows that a worker lives; the next one stands for it",
    "requeue_stale": "one UPDATE statement",
}


def writers(module: ModuleType | Path) -> set[str]:
    """Name the functions of a folder or file that open a transaction."""
    found = set()
    root = Path(module)
    for path in [root] if root.is_file() else sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(inner, ast.Attribute) and inner.attr == "transaction"
                for inner in ast.walk(node)
            ):
                found.add(node.name)
    return found


@SQLITE_ONLY
def test_every_service_that_writes_meets_faults(small_url, copy_of, monkeypatch):
    """Whoever adds a service that writes adds it above, or says why not."""
    seen = set()
    inner = Store.transaction

    def noting(self, **more):
        seen.add(sys._getframe(1).f_code.co_name)
        return inner(self, **more)

    for make in WRITES.values():
        ws = open_company(open_workspace(settings_of(copy_of(small_url))))
        write = make(ws)
        with monkeypatch.context() as patch:
            patch.setattr(Store, "transaction", noting)
            write()
        ws.store.close()
    expected = writers(PACKAGE / "services") | writers(PACKAGE / "jobs" / "queue.py")
    assert expected - seen - set(WITHOUT_FAULTS) == set()
    assert set(WITHOUT_FAULTS) <= expected, "no longer there: take it out of the list"
