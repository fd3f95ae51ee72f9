"""Scenarios keep differences only, and nobody overwrites anybody."""

from __future__ import annotations

import datetime as dt
from unittest.mock import patch

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.core.errors import ConflictError, InputError, NotFoundError, SchemaError
from planner.store import open_store
from planner.store.rows import schema
from planner.store.scenarios import (
    editing,
    flattening,
    layers,
    lineage,
    plans,
    publications,
    quotas,
    visits,
)
from planner.store.upkeep.doctor import examine
from tests.store.full_store import QUOTAS, UNSERVED, VISITS, tamper

FIRST, SECOND = dt.date(2027, 1, 1), dt.date(2027, 4, 1)
PARTS = {"alignment.csv": b"unit_id,territory_id\n"}


def alignment(**territory_by_unit):
    frame = pd.DataFrame({"territory_id": pd.Series(territory_by_unit, dtype="str")})
    return frame.rename_axis("unit_id")


def named(**territory_by_account):
    frame = pd.DataFrame({"territory_id": pd.Series(territory_by_account, dtype="str")})
    return frame.rename_axis("account_id")


def territories(*rows):
    frame = pd.DataFrame(rows, columns=["territory_id", "name", "position_id"])
    return frame.set_index("territory_id")


def edit(store, scenario_id, save, *, user="ann", action="test"):
    with store.transaction() as conn:
        version = lineage.load_scenario(conn, scenario_id).version
        with editing.editing(
            conn, scenario_id, version=version, user=user, action=action
        ) as opened:
            return save(conn, opened)


def align(store, scenario_id, frame, **more):
    def save(conn, opened):
        return plans.save_alignment(conn, opened, frame)

    return edit(store, scenario_id, save, **more)


def said(store, scenario_id):
    with store.reading() as conn:
        return plans.load_alignment(conn, scenario_id)["territory_id"].to_dict()


def n_rows(store, table):
    with store.reading() as conn:
        return conn.execute(sa.select(sa.func.count()).select_from(table)).scalar()


@pytest.fixture
def plan(store, company_id):
    """Make a scenario of three units."""
    with store.transaction() as conn:
        made = lineage.create_scenario(conn, company_id, name="Base", user="ann")
    align(store, made.scenario_id, alignment(U1="T1", U2="T1", U3="T2"))
    return made.scenario_id


def copy(store, scenario_id, name="Copy"):
    with store.transaction() as conn:
        made = lineage.copy_scenario(conn, scenario_id, name=name, user="ann")
    return made.scenario_id


def test_an_alignment_comes_back_as_it_was_saved(store, plan):
    with store.reading() as conn:
        loaded = plans.load_alignment(conn, plan)
    pd.testing.assert_frame_equal(loaded, alignment(U1="T1", U2="T1", U3="T2"))


def test_units_not_named_stay_and_only_changes_count(store, plan):
    assert align(store, plan, alignment(U1="T1", U2=None)) == 1
    loaded = said(store, plan)
    assert loaded["U1"] == "T1"
    assert pd.isna(loaded["U2"])
    assert loaded["U3"] == "T2"


def test_a_copy_says_the_same_and_stores_nothing(store, plan):
    before = n_rows(store, schema.scenario_unit)
    assert said(store, copy(store, plan)) == said(store, plan)
    assert n_rows(store, schema.scenario_unit) == before


def test_a_copy_stores_only_what_differs(store, plan):
    before = n_rows(store, schema.scenario_unit)
    child = copy(store, plan)
    align(store, child, alignment(U1="T9", U2="T1", U3="T2"))
    assert n_rows(store, schema.scenario_unit) == before + 1
    assert said(store, child) == {"U1": "T9", "U2": "T1", "U3": "T2"}


def test_a_difference_taken_back_is_no_row_any_more(store, plan):
    before = n_rows(store, schema.scenario_unit)
    child = copy(store, plan)
    align(store, child, alignment(U1="T9"))
    align(store, child, alignment(U1="T1"))
    assert n_rows(store, schema.scenario_unit) == before


def test_editing_the_original_does_not_reach_its_copy(store, plan):
    child = copy(store, plan)
    align(store, plan, alignment(U1="T7"))
    assert said(store, child)["U1"] == "T1"
    assert said(store, plan)["U1"] == "T7"


def test_copies_of_an_unchanged_scenario_do_not_deepen_it(store, plan):
    for number in range(5):
        copy(store, plan, f"Copy {number}")
    with store.reading() as conn:
        assert len(lineage.chain_of(conn, plan)) == 2


def test_named_accounts_follow_their_unit_again_when_left_out(store, plan):
    def save(frame):
        return lambda conn, opened: plans.save_named_accounts(conn, opened, frame)

    edit(store, plan, save(named(A1="T2", A2=None)))
    child = copy(store, plan)
    edit(store, child, save(named(A2=None)))
    with store.reading() as conn:
        of_child = plans.load_named_accounts(conn, child)
        of_plan = plans.load_named_accounts(conn, plan)
    pd.testing.assert_frame_equal(of_child, named(A2=None))
    pd.testing.assert_frame_equal(of_plan, named(A1="T2", A2=None))


def test_territories_left_out_are_gone_in_the_copy_only(store, plan):
    both = territories(("T1", "North", "P-R01"), ("T2", "South", None))

    def save(frame):
        return lambda conn, opened: plans.save_territories(conn, opened, frame)

    edit(store, plan, save(both))
    child = copy(store, plan)
    edit(store, child, save(both.head(1)))
    with store.reading() as conn:
        assert list(plans.load_territories(conn, child).index) == ["T1"]
        of_plan = plans.load_territories(conn, plan)
    assert of_plan.to_dict("list")["name"] == ["North", "South"]
    assert of_plan["position_id"].isna().tolist() == [False, True]


def test_a_copy_is_of_the_same_team_unless_another_is_named(store, company_id):
    with store.transaction() as conn:
        made = lineage.create_scenario(
            conn, company_id, name="Depots", user="ann", team=" Service "
        )
        assert made.team == "Service"
        same = lineage.copy_scenario(conn, made.scenario_id, name="b", user="ann")
        other = lineage.copy_scenario(
            conn, made.scenario_id, name="c", user="ann", team=lineage.FIELD
        )
    with store.reading() as conn:
        teams = {s.name: s.team for s in lineage.list_scenarios(conn, company_id)}
    assert (same.team, other.team) == ("Service", "Field")
    assert teams == {"Depots": "Service", "b": "Service", "c": "Field"}
    with (
        store.transaction() as conn,
        pytest.raises(InputError, match="a team must have a name"),
    ):
        lineage.create_scenario(conn, company_id, name="d", user="ann", team=" ")


def test_districts_and_wanted_shares_are_copied_and_can_be_cleared(store, plan):
    given = territories(("T1", "North", "P1"), ("T2", "South", None)).assign(
        district=["D1", None], share_ppm=pd.array([600_000, None], dtype="Int64")
    )

    def saving(frame):
        return lambda conn, opened: plans.save_territories(conn, opened, frame)

    edit(store, plan, saving(given))
    child = copy(store, plan)
    edit(store, plan, saving(given[["name", "position_id"]]))
    with store.reading() as conn:
        kept = plans.load_territories(conn, child)
        cleared = plans.load_territories(conn, plan)
    pd.testing.assert_frame_equal(kept, given.astype({"district": "str"}))
    assert cleared[["district", "share_ppm"]].isna().all(axis=None)
    assert list(cleared["name"]) == ["North", "South"]


def test_publications_are_in_force_by_team(store, company_id):
    with store.transaction() as conn:
        ids = {}
        for team, day in (("Field", FIRST), ("Service", SECOND)):
            made = lineage.create_scenario(
                conn, company_id, name=team, user="ann", team=team
            )
            with editing.editing(
                conn, made.scenario_id, version=1, user="ann", action="publish"
            ) as opened:
                publications.save_publication(
                    conn, opened, effective_from=day, content_hash="h", parts=PARTS
                )
            ids[team] = made.scenario_id
    with store.reading() as conn:
        for team, scenario_id in ids.items():
            found = publications.publication_in_force(conn, company_id, SECOND, team)
            assert found.scenario_id == scenario_id
        assert not publications.publication_in_force(conn, company_id, FIRST, "Service")
        assert len(publications.list_publications(conn, company_id)) == 2
    tamper(store, "UPDATE scenario SET team='Field' WHERE name='Service'")
    assert any("its team" in finding.message for finding in examine(store))


def test_the_loser_learns_who_saved_when_and_what(store, plan):
    align(store, plan, alignment(U1="T2"), user="bob", action="move U1 to T2")
    other = open_store(store.url)

    def late_save():
        with (
            other.transaction() as conn,
            editing.editing(conn, plan, version=2, user="cy", action="x") as opened,
        ):
            plans.save_alignment(conn, opened, alignment(U1="T3"))

    with pytest.raises(ConflictError, match=r"bob at \d{4}-.* UTC: move U1 to T2"):
        late_save()
    assert said(store, plan)["U1"] == "T2"


def test_a_failed_save_takes_back_the_whole_gesture(store, plan):
    wrong = alignment(U1="T5").rename(columns={"territory_id": "territory"})
    with pytest.raises(SchemaError):
        align(store, plan, wrong)
    with store.reading() as conn:
        assert lineage.load_scenario(conn, plan).version == 2
        assert len(editing.history(conn, plan)) == 2


def test_every_gesture_leaves_one_audit_line_with_before_and_after(store, plan):
    align(store, plan, alignment(U1="T2"), action="move U1")
    with store.reading() as conn:
        query = sa.select(schema.audit).order_by(schema.audit.c.sequence.desc())
        line = conn.execute(query).mappings().first()
    assert line["action"] == "move U1"
    assert line["before"] == '{"unit":{"U1":"T1"},"version":2}'
    assert line["after"] == '{"unit":{"U1":"T2"},"version":3}'


def test_an_unknown_scenario_is_named(store):
    with store.reading() as conn, pytest.raises(NotFoundError, match="'S-NONE'"):
        plans.load_alignment(conn, "S-NONE")


UNITS = [f"U{number}" for number in range(6)]
TERRITORIES = st.sampled_from(["T1", "T2", "T3", None])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("copy"), st.integers(0, 3), st.none()),
        st.tuples(
            st.just("save"),
            st.integers(0, 3),
            st.dictionaries(st.sampled_from(UNITS), TERRITORIES, min_size=1),
        ),
        st.tuples(
            st.just("named"),
            st.integers(0, 3),
            st.dictionaries(st.sampled_from(UNITS), TERRITORIES),
        ),
    ),
    max_size=14,
)


@settings(
    max_examples=25,
    deadline=None,
    # All examples share one store: each makes its own scenarios in it.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=STEPS,
    deep=st.sampled_from([2, 3, 10]),
    large_share=st.sampled_from([0, 0.3, 9]),
)
def test_any_order_of_copies_and_edits_reads_like_full_copies(
    store, company_id, steps, deep, large_share
):
    """Chains of differences, also when shortened, say what whole copies would say."""
    with patch.multiple(flattening, DEEP=deep, LARGE_SHARE=large_share):
        check_steps(store, company_id, steps)


def check_steps(store, company_id, steps):
    with store.transaction() as conn:
        first = lineage.create_scenario(conn, company_id, name="a", user="u")
        expected = [(first.scenario_id, {}, {})]
        for verb, place, values in steps:
            scenario_id, units, accounts = expected[place % len(expected)]
            if verb == "copy":
                made = lineage.copy_scenario(conn, scenario_id, name="b", user="u")
                expected.append((made.scenario_id, dict(units), dict(accounts)))
                continue
            version = lineage.load_scenario(conn, scenario_id).version
            with editing.editing(
                conn, scenario_id, version=version, user="u", action="x"
            ) as opened:
                if verb == "save":
                    plans.save_alignment(conn, opened, alignment(**values))
                    units.update(values)
                else:
                    plans.save_named_accounts(conn, opened, named(**values))
                    accounts.clear()
                    accounts.update(values)
        for scenario_id, units, accounts in expected:
            frame = plans.load_alignment(conn, scenario_id)
            overrides = plans.load_named_accounts(conn, scenario_id)
            found = frame["territory_id"].astype(object)
            assert found.where(found.notna(), None).to_dict() == units
            held = overrides["territory_id"].astype(object)
            assert held.where(held.notna(), None).to_dict() == accounts


def deepened(store, plan, n_times):
    """Copy a copy of a copy, each with one unit moved; tell the newest."""
    newest = plan
    for number in range(n_times):
        newest = copy(store, newest, f"Copy {number}")
        align(
            store, newest, alignment(U1=f"T{number}", U3=None if number % 2 else "T2")
        )
    return newest


def depth(store, scenario_id):
    with store.reading() as conn:
        return len(lineage.chain_of(conn, scenario_id))


def test_a_chain_does_not_grow_beyond_its_limit(store, plan):
    newest = deepened(store, plan, 3 * flattening.DEEP)
    assert depth(store, newest) <= flattening.DEEP + 1
    found = said(store, newest)
    assert found["U1"] == f"T{3 * flattening.DEEP - 1}"
    assert found["U2"] == "T1"
    assert pd.isna(found["U3"])


def test_shortening_a_chain_keeps_quotas_and_visits(store, plan):
    first = copy(store, plan)
    edit(store, first, lambda c, e: quotas.save_quotas(c, e, QUOTAS, {"by": "ann"}))
    with store.transaction() as conn:
        visits.save_visit_plan(
            conn, first, VISITS, UNSERVED, params={"w": 4}, summary={}, user="ann"
        )
    newest = deepened(store, first, flattening.DEEP + 2)
    assert depth(store, newest) < flattening.DEEP
    with store.reading() as conn:
        pd.testing.assert_frame_equal(quotas.load_quotas(conn, newest), QUOTAS)
        found = visits.load_visit_plan(conn, newest)
    pd.testing.assert_frame_equal(found.visits, VISITS)
    pd.testing.assert_frame_equal(found.unserved, UNSERVED)
    assert found.params == {"w": 4}


def test_shortening_a_chain_leaves_all_others_as_they_were(store, plan):
    """Also those published: their hash holds, and the doctor finds nothing."""
    middle = deepened(store, plan, flattening.DEEP - 1)
    edit(
        store,
        middle,
        lambda conn, opened: publications.save_publication(
            conn,
            opened,
            effective_from=dt.date(2027, 1, 1),
            content_hash="h",
            parts={"a": b"a"},
        ),
    )
    before = str((said(store, middle), said(store, plan)))
    newest = deepened(store, middle, 4)
    assert depth(store, newest) < flattening.DEEP
    assert str((said(store, middle), said(store, plan))) == before
    assert examine(store) == []


def test_large_differences_take_the_base_in(store, plan):
    with patch.object(flattening, "LARGE_SHARE", 0):
        newest = deepened(store, plan, flattening.DEEP + 2)
    assert depth(store, newest) < 5
    with patch.object(flattening, "LARGE_SHARE", 9):
        other = deepened(store, plan, flattening.DEEP + 2)
    with store.reading() as conn:
        base = lineage.chain_of(conn, other)[-1]
        assert base == lineage.chain_of(conn, plan)[-1]
        assert base != lineage.chain_of(conn, newest)[-1]
    assert str(said(store, other)) == str(said(store, newest))


def test_reading_a_chain_asks_little(store, plan):
    """One question for the chain and one for each layer, each row read once."""
    newest = deepened(store, plan, 5)
    asked = []

    def note(_conn, _cursor, statement, *_):
        asked.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    with store.reading() as conn:
        n_layers = len(lineage.chain_of(conn, newest))
        asked.clear()
        plans.load_alignment(conn, newest)
    sa.event.remove(store.engine, "before_cursor_execute", note)
    assert len(asked) <= n_layers + 2
    with store.reading() as conn:
        chain = lineage.chain_of(conn, newest)
        found = layers.resolved_columns(conn, schema.scenario_unit, chain)
        rows = list(zip(*(column.to_pylist() for column in found), strict=True))
    assert [row[0] for row in rows] == ["U1", "U2", "U3"]
