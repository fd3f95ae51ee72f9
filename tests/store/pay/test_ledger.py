"""Plans, pay runs and the ledger are written once."""

from __future__ import annotations

import pandas as pd
import pytest
import sqlalchemy as sa

from planner.core.errors import NotFoundError, StoreError
from planner.store.pay import comp_plans, ledger

LINES = pd.DataFrame(
    {
        "line_id": pd.Series(["L1", "L2"], dtype="str"),
        "amount_minor": pd.array([123_45, None], dtype="Int64"),
        "on": pd.to_datetime(["2026-01-31", "2026-02-01"]).astype("datetime64[s]"),
    }
).set_index("line_id")


def run(conn, company_id, kind="final", period="2026-01"):
    return ledger.save_pay_run(
        conn,
        company_id,
        period=period,
        kind=kind,
        content_hash="h",
        tables={"lines": LINES},
        summary={"total_minor": 12345},
        user="ann",
    )


def test_a_plan_gets_a_version_only_when_it_changes(store, company_id):
    with store.transaction() as conn:
        versions = [
            comp_plans.save_comp_plan(conn, company_id, text, user="ann").version
            for text in ("a: 1", "a: 1", "a: 2")
        ]
        assert versions == [1, 1, 2]
        assert comp_plans.load_comp_plan(conn, company_id).document == "a: 2"
        assert comp_plans.load_comp_plan(conn, company_id, 1).document == "a: 1"
        assert comp_plans.load_comp_plan(conn, "C-NONE") is None


def test_tables_of_a_pay_run_come_back_with_their_types(store, company_id):
    with store.transaction() as conn:
        made = run(conn, company_id)
        assert ledger.list_pay_runs(conn, company_id) == [made]
        pd.testing.assert_frame_equal(
            ledger.load_pay_table(conn, made.run_id, "lines"), LINES
        )
        with pytest.raises(NotFoundError, match="'trace'"):
            ledger.load_pay_table(conn, made.run_id, "trace")


def test_a_period_has_one_final_run_and_any_number_of_trials(store, company_id):
    with store.transaction() as conn:
        for kind in ("trial", "final", "trial"):
            run(conn, company_id, kind)
        with pytest.raises(StoreError, match="2026-01 has a final pay run"):
            run(conn, company_id)
        run(conn, company_id, period="2026-02")
        assert len(ledger.list_pay_runs(conn, company_id, kind="final")) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pay_run SET period = 'x'",
        "DELETE FROM pay_run",
        "UPDATE pay_table SET body = NULL",
        "DELETE FROM pay_table",
        "UPDATE ledger_entry SET cells = '{}'",
        "DELETE FROM ledger_entry",
        "UPDATE comp_plan SET document = 'x'",
        "DELETE FROM audit",
        "UPDATE audit SET who = 'eve'",
    ],
)
def test_the_database_refuses_to_change_the_past(store, company_id, statement):
    with store.transaction() as conn:
        run(conn, company_id)
        comp_plans.save_comp_plan(conn, company_id, "a: 1", user="ann")
        ledger.append_ledger(conn, company_id, entries(1), user="ann")

    def change():
        with store.transaction() as conn:
            conn.exec_driver_sql(statement)

    with pytest.raises(sa.exc.IntegrityError, match="append-only"):
        change()


def entries(*amounts):
    return pd.DataFrame(
        {
            "position_id": pd.Series(["P-R01"] * len(amounts), dtype="str"),
            "amount_minor": pd.array(amounts, dtype="Int64"),
        }
    )


def test_ledger_entries_follow_each_other(store, company_id):
    with store.transaction() as conn:
        ledger.append_ledger(conn, company_id, entries(100, -40), user="ann")
        more = entries(7).assign(note=pd.Series(["draw"], dtype="str"))
        ledger.append_ledger(conn, company_id, more, user="bob")
        loaded = ledger.load_ledger(conn, company_id)
        assert ledger.verify_ledger(conn, company_id) == []
    assert loaded["amount_minor"].tolist() == [100, -40, 7]
    assert loaded["note"].isna().tolist() == [True, True, False]
    assert list(loaded.index) == [1, 2, 3]
    assert str(loaded["amount_minor"].dtype) == "Int64"


def test_an_empty_ledger_is_an_empty_frame(store, company_id):
    with store.reading() as conn:
        assert ledger.load_ledger(conn, company_id).empty
