"""A plan is read once, whatever its chain of layers."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.core.errors import NotFoundError
from planner.store.rows import schema
from planner.store.scenarios import editing, layers, lineage, plans, reading
from tests.stores import statements_of


def frame(key, **territory_by_key):
    column = pd.Series(territory_by_key, dtype="str")
    return column.to_frame("territory_id").rename_axis(key)


def territories(**name_by_id):
    rows = {"name": list(name_by_id.values()), "position_id": None}
    return pd.DataFrame(rows, pd.Index(list(name_by_id), name="territory_id"))


def locks(*unit_ids):
    rows = {"kind": "lock_unit", "thing": list(unit_ids)}
    empty = {"other": None, "lat": None, "lon": None}
    ids = [f"lock_unit {unit_id}" for unit_id in unit_ids]
    return pd.DataFrame({**rows, **empty}, pd.Index(ids, name="mark_id"))


def save(store, scenario_id, units, accounts, names, marks):
    with store.transaction() as conn:
        version = lineage.load_scenario(conn, scenario_id).version
        with editing.editing(
            conn, scenario_id, version=version, user="ann", action="test"
        ) as edit:
            plans.save_alignment(conn, edit, units)
            plans.save_named_accounts(conn, edit, accounts)
            plans.save_territories(conn, edit, names)
            plans.save_marks(conn, edit, marks)


@pytest.fixture
def deep(store, company_id):
    """Make a plan, and a copy of a copy of it that changes a part of everything."""
    with store.transaction() as conn:
        scenario_id = lineage.create_scenario(
            conn, company_id, name="Base", user="ann"
        ).scenario_id
    save(
        store,
        scenario_id,
        frame("unit_id", U1="T1", U2="T1", U3="T2"),
        frame("account_id", A1="T2", A2="T2"),
        territories(T1="North", T2="South"),
        locks("U1", "U2"),
    )
    for number, to in enumerate(("T1", "T2", "T3")):
        with store.transaction() as conn:
            scenario_id = lineage.copy_scenario(
                conn, scenario_id, name=f"Copy {number}", user="ann"
            ).scenario_id
        save(
            store,
            scenario_id,
            frame("unit_id", U2=to),
            frame("account_id", A2="T2", A3=to),  # A1 follows its unit again
            territories(**{"T1": "North", "T2": "South", to: f"As of {number}"}),
            locks("U2"),
        )
    return scenario_id


def test_the_newest_layer_wins_in_every_part(store, deep):
    with store.reading() as conn:
        saved = reading.load_saved_plan(conn, deep)
    assert saved.scenario.name == "Copy 2"
    assert saved.alignment["territory_id"].to_dict() == {
        "U1": "T1",
        "U2": "T3",
        "U3": "T2",
    }
    assert saved.named_accounts["territory_id"].to_dict() == {"A2": "T2", "A3": "T3"}
    assert saved.territories["name"].to_dict() == {
        "T1": "North",
        "T2": "South",
        "T3": "As of 2",
    }
    assert saved.marks["thing"].tolist() == ["U2"]


def test_one_read_says_what_the_reads_of_its_parts_say(store, deep):
    with store.reading() as conn:
        saved = reading.load_saved_plan(conn, deep)
        for part, load in (
            (saved.alignment, plans.load_alignment),
            (saved.named_accounts, plans.load_named_accounts),
            (saved.territories, plans.load_territories),
            (saved.marks, plans.load_marks),
        ):
            pd.testing.assert_frame_equal(part, load(conn, deep))
        assert saved.scenario == lineage.load_scenario(conn, deep)


def test_a_plan_is_read_in_nine_statements_however_deep(store, deep):
    with statements_of(store) as asked, store.reading() as conn:
        reading.load_saved_plan(conn, deep)
    assert len(asked) <= 9


def test_what_holds_nothing_is_not_asked(store, company_id):
    """An empty plan is its record, its chain, and the word that nothing is there."""
    with store.transaction() as conn:
        made = lineage.create_scenario(conn, company_id, name="Empty", user="ann")
    with statements_of(store) as asked, store.reading() as conn:
        saved = reading.load_saved_plan(conn, made.scenario_id)
    assert len(asked) == 3
    assert saved.alignment.empty
    assert list(saved.territories) == ["name", "position_id", "district", "share_ppm"]


def test_the_layers_that_hold_anything_are_told_newest_first(store, deep):
    with store.reading() as conn:
        chain = lineage.chain_of(conn, deep)
        tables = (schema.scenario_unit, schema.quota_set)
        holding = layers.holding_layers(conn, chain, tables)
    # The first copy put U2 where it was: it holds accounts and names, but no unit.
    assert holding == {"scenario_unit": [chain[0], chain[1], chain[3]], "quota_set": []}


def test_a_plan_that_is_not_there_is_said(store):
    with (
        store.reading() as conn,
        pytest.raises(NotFoundError, match="no scenario 'S-0'"),
    ):
        reading.load_saved_plan(conn, "S-0")
