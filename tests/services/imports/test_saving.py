"""Accepted rows go into the open company once, however often the file is loaded."""

from __future__ import annotations

import json

import pytest

from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source
from planner.core.errors import ConflictError, InputError, NotFoundError
from planner.services.accounts import repairs
from planner.services.admin import audit
from planner.services.admin.audit import AuditQuery
from planner.services.company import companies
from planner.services.imports import check, log, mappings, market, saving
from planner.services.scenarios import listing
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.scenarios import quotas as quota_rows

FILES = {
    "positions": "position_id,parent_id,note\nV,,x\nM,V,\nR,M,\n",
    "reps": "rep id,name,manager\n1,Ann,\n2,Bob,Ann\n",
    "deals": "deal_id,account_id,amount,close_on,stage\nD1,A000,10,2026-01-02,open\n",
    "visits_made": "account_id,rep_id,visited_on\nA000,R1,2026-01-05\n",
}
LOADERS = {
    "positions": team_rows.load_positions,
    "reps": team_rows.load_reps,
    "deals": deal_rows.load_deals,
    "visits_made": deal_rows.load_visits_made,
}


def table(text, name="list.csv"):
    return read_source(text.encode(), name)


def stored(ws, kind):
    with ws.store.reading() as conn:
        return LOADERS[kind](conn, ws.company_id)


@pytest.mark.parametrize("mode", ["replace", "add"])
@pytest.mark.parametrize("kind", sorted(FILES))
def test_the_same_file_twice_is_the_same_as_once(small, kind, mode):
    raw = table(FILES[kind])
    first = saving.save_kind(
        small,
        import_table(raw, check.company_context(small, kind, mode=mode)),
        mode=mode,
    )
    once = stored(small, kind)
    again = saving.save_kind(
        small,
        import_table(raw, check.company_context(small, kind, mode=mode)),
        mode=mode,
    )
    assert stored(small, kind).equals(once)
    assert first.counts[kind]["added"] >= 1
    assert again.counts[kind]["added"] == again.counts[kind]["changed"] == 0
    assert again.counts[kind]["removed"] == 0
    assert len(once) >= again.counts[kind]["same"] > 0


def test_an_import_is_one_version_with_one_audit_line_and_the_hash(small):
    raw = table(FILES["positions"])
    before = companies.company(small).version
    report = import_table(raw, check.company_context(small, "positions"))
    done = saving.save_kind(small, report, version=before)
    assert done.version == companies.company(small).version == before + 1
    line = audit.find(small, AuditQuery(company_id=small.company_id)).lines.iloc[0]
    told = json.loads(line["after"])
    assert told["sha256"] == raw.sha256
    assert told["import_id"] == done.import_id == log.imports(small).index[0]
    assert log.imports(small).iloc[0]["sha256"] == raw.sha256
    with pytest.raises(ConflictError):
        saving.save_kind(small, report, version=before)
    assert stored(small, "positions")["custom"].iloc[-1] == '{"note": "x"}'


def test_columns_that_a_file_lacks_keep_what_is_stored(small):
    saving.save_kind(
        small,
        import_table(
            table("position_id,title,territory\nP,Boss,T1\n"),
            check.company_context(small, "positions"),
        ),
    )
    saving.save_kind(
        small,
        import_table(
            table("position_id\nP\n"), check.company_context(small, "positions")
        ),
    )
    assert stored(small, "positions").loc["P", ["title", "territory_id"]].tolist() == [
        "Boss",
        "T1",
    ]


def test_quotas_go_into_a_draft_and_other_measures_stay(small):
    saving.save_kind(
        small,
        import_table(
            table(FILES["positions"]), check.company_context(small, "positions")
        ),
    )
    draft = listing.scenarios(small)[0]
    for measure in ("bookings", "visits", "visits"):
        text = f"position_id,measure,period,amount\nR,{measure},2027,100\n"
        report = import_table(table(text), check.company_context(small, "quotas"))
        saving.save_quotas_into(small, report, draft.scenario_id)
    with small.store.reading() as conn:
        found = quota_rows.load_quotas(conn, draft.scenario_id)
    assert sorted(found["measure"]) == ["bookings", "visits"]


def test_market_values_become_a_layer(small):
    raw = table("fips,value\n55025,10\n55079,20\n99999,1\n")
    report = import_table(raw, check.company_context(small, "market"))
    assert report.rows_rejected == 1
    for _ in range(2):
        market.save_market(small, report, name="Households", unit_of_measure="hh")
    assert market.market_layers(small)["n_units"].to_dict() == {"Households": 2}
    assert market.market_values(small, "Households").to_dict() == {
        "55025": 10.0,
        "55079": 20.0,
    }
    with pytest.raises(NotFoundError):
        market.market_values(small, "Incomes")


def test_a_mapping_is_saved_and_offered_for_the_next_file(small):
    header = ["No", "Firm", "Rev", "Lat", "Lon"]
    told = {
        "account_id": "No",
        "name": "Firm",
        "lat": "Lat",
        "lon": "Lon",
        "annual_revenue": {"column": "Rev", "unit": "k"},
    }
    mappings.save_mapping(small, "accounts", "CRM", told, header)
    content = b"No,Firm,Rev,Lat,Lon\n1,A,5,43,-89\n"
    preview = check.preview_source(content, "a.csv", "accounts", ws=small)
    assert preview.suggested == "CRM"
    report = import_table(
        preview.raw, check.company_context(small, "accounts", preview.mapping)
    )
    assert report.accounts["annual_revenue_minor"].tolist() == [500_000]
    assert mappings.read_mapping("CRM", small, "accounts") == told
    mappings.delete_mapping(small, "accounts", "CRM")
    assert mappings.list_mappings(small) == []
    with pytest.raises(NotFoundError, match="'CRM'; there are: none"):
        mappings.load_mapping(small, "accounts", "CRM")
    with pytest.raises(InputError, match="Nope"):
        mappings.save_mapping(small, "accounts", "X", {"name": "Nope"}, header)


def test_a_deal_of_a_merged_account_goes_to_the_one_that_stands(small):
    head = "id,name,latitude,longitude,city,state,potential"
    twin = table(f"{head}\nX0,Firm 0,43.0731,-89.4012,Madison,WI,1\n")
    report = import_table(twin, check.company_context(small, "accounts"))
    saving.save_accounts_into(small, report, source="second list")
    preview = repairs.preview_repair(small, "duplicate_exact", "merge")
    repairs.apply_repair(small, preview)
    gone, stands = next(iter(preview.params["survivors"].items()))
    deals = f"deal_id,account_id,amount,close_on\nD9,{gone},10,2026-01-02\n"
    report = import_table(
        table(deals), check.company_context(small, "deals", mode="add")
    )
    assert "account_goes_by" in set(report.findings["code"])
    saving.save_kind(small, report, mode="add")
    assert stored(small, "deals").loc["D9", "account_id"] == stands
