"""A store with one of each thing, and ways to spoil it."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import sqlalchemy as sa

from planner.core import schemas
from planner.store.audit.exports import (
    Export,
    newest_audit_hash,
    record_export,
    stamp_now,
)
from planner.store.company import accounts
from planner.store.pay import comp_plans, ledger
from planner.store.rows import schema
from planner.store.scenarios import editing, lineage, plans, publications, quotas
from planner.store.scenarios.visits import save_visit_plan

FROM = dt.date(2027, 1, 1)
QUOTAS = pd.DataFrame(
    {
        "position_id": pd.Series(["P-R01"], dtype="str"),
        "measure": pd.Series(["bookings"], dtype="str"),
        "period": pd.Series(["2027"], dtype="str"),
        "amount_minor": pd.array([100_000], dtype="Int64"),
        "currency": pd.Series(["USD"], dtype="str"),
    }
)
OWNERS = pd.DataFrame(
    {
        "account_id": pd.Series(["A1", "A1"], dtype="str"),
        "position_id": pd.Series(["P-R01", "P-R02"], dtype="str"),
        "role": pd.Series(["owner", "owner"], dtype="str"),
        "share_ppm": pd.array([1_000_000, 1_000_000], dtype="Int64"),
        "valid_from": pd.to_datetime(["2026-01-01", "2027-01-01"]).astype(
            "datetime64[s]"
        ),
        "valid_to": pd.to_datetime(["2027-01-01", None]).astype("datetime64[s]"),
    }
)
VISITS = pd.DataFrame(
    {
        "rep_id": pd.Series(["R01"], dtype="str"),
        "visit_on": pd.to_datetime(["2026-11-23"]).astype("datetime64[s]"),
        "sequence": pd.array([1], dtype="Int64"),
        "account_id": pd.Series(["A1"], dtype="str"),
        **{
            name: pd.array([60], dtype="Int64")
            for name in ("arrive_s", "start_s", "leave_s", "travel_s", "travel_m")
        },
    }
)
UNSERVED = pd.DataFrame(
    {
        "rep_id": pd.Series(["R01"], dtype="str"),
        "account_id": pd.Series(["A2"], dtype="str"),
        "missing": pd.array([1], dtype="Int64"),
        "reason": pd.Series(["too far"], dtype="str"),
        "repair": pd.Series(["give it to R02"], dtype="str"),
    }
)
NASTY = "Łódź <b>Café</b>\t\\N 'x' \"y\"\r\n\u202e 😀"


def fill(store, company_id):
    """Put one of each thing into a store; tell the published scenario."""
    units = pd.DataFrame({"territory_id": pd.Series(["T1", None], dtype="str")})
    units.index = pd.Index(["U1", "U2"], dtype="str", name="unit_id")
    with store.transaction() as conn:
        made = lineage.create_scenario(conn, company_id, name="Plan", user="ann")
        with editing.editing(
            conn, made.scenario_id, version=1, user="ann", action="fill and publish"
        ) as edit:
            plans.save_alignment(conn, edit, units)
            quotas.save_quotas(conn, edit, QUOTAS, {"growth_share": 0.1})
            quotas.save_ownership(conn, company_id, OWNERS)
            publications.save_publication(
                conn,
                edit,
                effective_from=FROM,
                content_hash="h",
                parts={"alignment.csv": b"unit_id,territory_id\nU1,T1\n"},
            )
        comp_plans.save_comp_plan(conn, company_id, "a: 1", user="ann")
        made_run = ledger.save_pay_run(
            conn,
            company_id,
            period="2026-01",
            kind="final",
            content_hash="h",
            tables={"lines": QUOTAS},
            summary={},
            user="ann",
        )
        ledger.append_ledger(
            conn, company_id, QUOTAS, run_id=made_run.run_id, user="ann"
        )
        record_export(
            conn,
            Export(
                export_id="X-1",
                company_id=company_id,
                scenario_id=made.scenario_id,
                what="quotas",
                format="csv",
                file_name="quotas.csv",
                n_rows=1,
                sha256="f",
                content_hash="c",
                audit_hash=newest_audit_hash(conn),
                created_at=stamp_now(),
                created_by="ann",
            ),
        )
    return made.scenario_id


def fill_more(store, company_id, scenario_id):
    """Add what databases like to change on the way: odd text, floats, dates, JSON."""
    with store.transaction() as conn:
        accounts.save_accounts(conn, company_id, odd_accounts())
        save_visit_plan(
            conn,
            scenario_id,
            VISITS,
            UNSERVED,
            params={"text": NASTY, "ratio": 0.1 + 0.2, "none": None, "list": [1, 1.0]},
            summary={"10": 1, "9": 1e300, "z": [], "a": {}},
            user=NASTY,
        )
        copied = lineage.copy_scenario(conn, scenario_id, name="Copy", user=NASTY)
        with editing.editing(
            conn, copied.scenario_id, version=1, user="bob", action="name"
        ) as edit:
            named = pd.DataFrame({"territory_id": pd.Series(["T1", None], dtype="str")})
            named.index = pd.Index(["A1", "Ä2"], dtype="str", name="account_id")
            plans.save_named_accounts(conn, edit, named)
        conn.execute(
            sa.insert(schema.geocode).values(
                provider="p",
                query=NASTY,
                lat=-0.0,
                lon=1e-320,
                geo_precision="exact",
                found_at="now",
            )
        )


def odd_accounts():
    """Make accounts whose cells are hard to carry."""
    frame = pd.DataFrame(
        {
            "name": [NASTY, "", "\\."],
            "lat": [0.1 + 0.2, -90.0, 5e-324],
            "lon": [-0.0, 179.99999999999997, 1.0],
            "geo_source": "given",
            "geo_precision": "exact",
            "status": "customer",
            "postcode": ["00012", None, "1e3"],
            "annual_revenue_minor": [0, 2**53 + 1, None],
            "propensity_share": [1 / 3, None, 1.0],
            "owned_since": pd.to_datetime(["2024-02-29", None, "1970-01-01"]),
            "custom": ['{"b": 1, "a": "é"}', None, "{}"],
        },
        index=pd.Index(["A1", "Ä2", "a 3"], name="account_id"),
    )
    for name in schemas.ACCOUNTS.columns:
        if name not in frame:
            frame[name] = None
    return schemas.check(frame, schemas.ACCOUNTS)


def tamper(store, *statements):
    """Change rows as a broken disk or a stranger would: past all triggers and keys."""
    triggers = {}
    with store.engine.connect() as conn:
        driver = conn.connection.driver_connection
        if conn.dialect.name == "postgresql":
            driver.read_only = False
            driver.execute("SET session_replication_role = replica")
        else:
            driver.execute("PRAGMA foreign_keys = OFF")
            driver.execute("PRAGMA query_only = OFF")
            found = driver.execute(
                "SELECT name, sql FROM sqlite_master WHERE type='trigger'"
            )
            triggers = dict(found.fetchall())
            for name in triggers:
                driver.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            driver.execute(statement)
        for again in triggers.values():
            driver.execute(again)
        driver.commit()
        conn.invalidate()
