"""Companies renamed, put aside, deleted: nothing of them left, nothing else touched."""

import datetime as dt

import pytest
import sqlalchemy as sa

from planner.core.errors import ConflictError, InputError, NotFoundError
from planner.services import workspace
from planner.services.company import companies, removal
from planner.store import jobs
from planner.store.audit.log import verify_audit
from planner.store.rows import schema
from planner.store.upkeep.doctor import examine

DAY = dt.date(2026, 11, 20)


def rows_of(ws):
    """Count the rows of each table."""
    with ws.store.reading() as conn:
        return {
            table.name: conn.execute(
                sa.select(sa.func.count()).select_from(table)
            ).scalar_one()
            for table in schema.metadata.sorted_tables
        }


def test_a_company_gets_another_name(small):
    removal.rename_company(small, small.company_id, "  Seen anders ")
    assert companies.company(small).name == "Seen anders"
    with pytest.raises(InputError):
        removal.rename_company(small, small.company_id, "\n")


def test_what_is_put_aside_is_not_opened_by_itself(small):
    other = companies.start_empty_company(small, "Other", "EUR", DAY)
    removal.archive_company(small, other.company_id)
    assert workspace.latest_company(small).company_id == small.company_id
    removal.archive_company(small, small.company_id)
    assert workspace.latest_company(small) is None
    removal.restore_company(small, small.company_id)
    assert workspace.latest_company(small).company_id == small.company_id


def test_a_deleted_company_leaves_nothing_but_its_audit_lines(sample):
    """Published plan, quotas, deals, drafts: all gone; the protections stand again."""
    before = rows_of(sample)
    other = companies.start_empty_company(sample, "Other", "EUR", DAY)
    alone = {name: rows_of(sample)[name] - before[name] for name in before}
    counts = removal.company_counts(sample, sample.company_id)
    assert counts["accounts"] > 2_900
    assert counts["publications"] == 1
    name = companies.company(sample).name
    with pytest.raises(InputError, match="type the company's name"):
        removal.delete_company(sample, sample.company_id, name.lower())
    removal.delete_company(sample, sample.company_id, f" {name} ")
    after = rows_of(sample)
    kept = {"audit", "meta", "worker"}
    assert {n: after[n] for n in after if n not in kept} == {
        n: alone[n] for n in alone if n not in kept
    }
    with pytest.raises(NotFoundError):
        companies.company(sample)
    assert [c.company_id for c in workspace.companies(sample)] == [other.company_id]
    with sample.store.reading() as conn:
        assert verify_audit(conn) == []
    assert examine(sample.store) == []


def test_a_company_with_work_in_hand_is_not_deleted(small):
    with small.store.transaction() as conn:
        jobs.insert_job(
            conn,
            company_id=small.company_id,
            scenario_id=None,
            kind="pay",
            params={},
            user="ann",
        )
    name = companies.company(small).name
    with pytest.raises(ConflictError, match="pay"):
        removal.delete_company(small, small.company_id, name)
    assert companies.company(small).name == name
