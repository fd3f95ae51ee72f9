"""Two people who change a company's data: the later one is told, nothing is lost."""

from __future__ import annotations

import pytest

from planner.core.errors import ConflictError, NotFoundError
from planner.store.audit.log import load_audit
from planner.store.company.companies import load_company
from planner.store.scenarios.editing import editing_company


def edit(store, company_id, version, user, action):
    with (
        store.transaction() as conn,
        editing_company(
            conn, company_id, version=version, user=user, action=action
        ) as made,
    ):
        made.after["n_rows"] = 3
    return made.version


def test_a_change_takes_the_next_version_and_an_audit_line(store, company_id):
    assert edit(store, company_id, 1, "ann", "merge 3 accounts") == 2
    with store.reading() as conn:
        assert load_company(conn, company_id).version == 2
        line = load_audit(conn).iloc[0]
    assert (line["who"], line["action"]) == ("ann", "merge 3 accounts")
    assert line["after"] == '{"n_rows":3,"version":2}'


def test_the_later_one_is_told_who_was_first(store, company_id):
    edit(store, company_id, 1, "ann", "merge 3 accounts")
    with pytest.raises(ConflictError, match=r"ann at .*merge 3 accounts"):
        edit(store, company_id, 1, "bob", "drop 1 account")
    with store.reading() as conn:
        assert load_company(conn, company_id).version == 2


def test_an_unknown_company_is_said(store):
    with pytest.raises(NotFoundError):
        edit(store, "C-NONE", 1, "ann", "merge")
