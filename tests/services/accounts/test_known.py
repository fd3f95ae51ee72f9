"""Lists become companies; accounts are listed with all that is known of them."""

import datetime as dt
import json

import pandas as pd
import pytest

from planner.accounts.importing import columns_of, import_table
from planner.accounts.reading.sources import read_source
from planner.core.errors import InputError
from planner.services import workspace
from planner.services.accounts import segments
from planner.services.company import companies
from planner.services.imports import check, log, mappings, new_company, saving, today
from planner.services.scenarios import listing
from planner.services.territories import accounts

AS_OF = dt.date(2026, 11, 20)


def test_a_list_becomes_a_company_with_units_segments_and_a_scenario(small):
    made = companies.company(small)
    assert (made.name, made.kind, made.as_of) == ("Lakes Ltd", "own", AS_OF)
    rows = accounts.account_list(small, None)
    assert len(rows) == 12
    assert set(rows["unit_id"]) == {"55025", "55079", "55009"}
    assert rows.loc["A000", "segment"] == "Enterprise"
    assert [s.name for s in listing.scenarios(small)] == [today.FIRST_DRAFT]


def test_what_the_list_gave_is_kept_and_what_it_lacked_is_labelled(small):
    rows = accounts.account_list(small, None)
    assert list(rows["potential_minor"].head(3)) == [100_000, 200_000, 300_000]
    assert (rows["status"] == "prospect").sum() == 4
    label = rows.loc["A000", "simulated"].split(";")
    assert "our_sales_minor" in label
    assert "potential_minor" not in label
    assert companies.company(small).details["is_simulated"]


def test_without_simulation_nothing_is_invented(ws, small_raw):
    opened, _ = new_company.import_accounts_as_company(
        ws, small_raw, None, name="Plain", as_of=AS_OF, fill_missing=False
    )
    rows = accounts.account_list(opened, None)
    assert rows["annual_revenue_minor"].isna().all()
    assert rows["simulated"].fillna("").eq("").all()


def test_a_list_without_a_usable_row_makes_no_company(ws):
    raw = read_source(b"id,name\nA1,\nA2,\n", "bad.csv")
    opened, report = new_company.import_accounts_as_company(
        ws, raw, None, name="Bad", as_of=AS_OF
    )
    assert report.verdict == "reject_file"
    assert opened is None
    assert workspace.companies(ws) == []


def test_a_refused_report_says_why_nothing_is_imported(ws):
    raw = read_source(b"id,name\nA1,\n", "bad.csv")
    report = import_table(raw, check.list_context(ws.settings, "accounts"))
    with pytest.raises(InputError, match=r"bad\.csv: no row was accepted"):
        new_company.company_of_report(
            ws, report, name="Bad", currency="USD", as_of=AS_OF
        )


def test_a_company_needs_a_name(ws, small_raw):
    report = import_table(small_raw, check.list_context(ws.settings, "accounts"))
    with pytest.raises(InputError, match="must have a name"):
        new_company.company_of_report(ws, report, name=" ", currency="USD", as_of=AS_OF)
    assert workspace.companies(ws) == []


def test_places_far_from_any_county_get_cells(ws):
    rows = [f"A{n},Betrieb {n},{48 + n / 10},{11 + n / 10}" for n in range(6)]
    text = "\n".join(["id,name,latitude,longitude", *rows])
    opened, _ = new_company.import_accounts_as_company(
        ws, read_source(text.encode(), "de.csv"), None, name="Bayern", as_of=AS_OF
    )
    rows = accounts.account_list(opened, None)
    assert rows["unit_id"].str.startswith("C").all()


def test_the_preview_guesses_the_columns():
    preview = check.preview_source(b"Customer No,Company,ZIP\n1,A,53703\n", "a.csv")
    assert preview.mapping["account_id"] == "Customer No"
    assert preview.mapping["postcode"] == "ZIP"


def test_given_columns_name_money_as_the_frame_does():
    given = new_company.given_columns({"potential": "Pot", "employees": "Staff"})
    assert given == {"potential_minor", "employees"}


def test_our_columns_begin_with_those_always_needed():
    assert columns_of("accounts")[:2] == ("name", "account_id")
    assert len(set(columns_of("deals"))) == len(columns_of("deals"))


def test_a_saved_mapping_is_read_or_refused(tmp_path):
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps({"name": "Company"}))
    assert mappings.read_mapping(path) == {"name": "Company"}
    path.write_text("[1]")
    with pytest.raises(InputError):
        mappings.read_mapping(path)
    with pytest.raises(InputError, match="cannot be read"):
        mappings.read_mapping(tmp_path / "none.json")


def test_an_import_is_kept_with_its_findings(small):
    imports = log.imports(small)
    assert list(imports["file_name"]) == ["list.csv"]
    findings = log.import_findings(small, imports.index[0])
    assert {"code", "severity", "message"} <= set(findings.columns)


def test_reps_of_a_file_replace_those_of_the_company(small):
    before = companies.facts_stamp(small)
    header = b"rep id,name,latitude,longitude,start time,end time"
    text = header + b"\nR1,Ann,43,-89,8:00,17:00\n"
    report = import_table(
        read_source(text, "reps.csv"), check.list_context(small.settings, "reps")
    )
    saving.save_kind(small, report)
    assert companies.facts_stamp(small) != before


def test_a_later_visit_made_is_the_last_visit(small):
    said = accounts.account_list(small, None)["last_visit_on"].dropna()
    assert len(said) >= 3
    early, late, future = said.index[:3]
    today = pd.Timestamp(AS_OF)
    day = pd.Timedelta(days=1)
    visits = [
        (early, said[early] - day),
        (late, said[late] - day),
        (late, today),
        (future, today + day),
    ]
    lines = [f"{name},R1,{when:%Y-%m-%d}" for name, when in visits]
    text = "\n".join(["account_id,rep_id,visited_on", *lines])
    raw = read_source(text.encode(), "visits.csv")
    report = import_table(
        raw, check.company_context(small, "visits_made", mode="replace")
    )
    saving.save_kind(small, report, mode="replace")
    rows = accounts.account_list(small, None)
    assert rows.loc[[early, late, future], "last_visit_on"].tolist() == [
        said[early],
        today,
        said[future],
    ]
    assert rows.loc[late, "days_since_visit"] == 0
    view = segments.preview(small, segments.saved_rules(small))
    assert view.accounts.loc[late, "last_visit_on"] == today


def test_sample_accounts_have_owner_score_and_work(sample):
    scenario = listing.scenarios(sample)[0]
    rows = accounts.account_list(sample, scenario.scenario_id)
    assert rows["score"].between(0, 100).all()
    owned = rows[rows["status"] == "customer"]
    assert owned["owner_name"].notna().all()
    assert (rows["workload_min"] > 0).sum() > 1000
    assert rows["open_pipeline_minor"].sum() > 0


def test_the_facts_of_one_account_are_its_own(sample):
    scenario = listing.scenarios(sample)[0]
    rows = accounts.account_list(sample, scenario.scenario_id)
    name = rows.index[(rows["status"] == "customer")][0]
    facts = accounts.account_facts(sample, name, rows.loc[name])
    assert set(facts.deals["account_id"]) == {name}
    assert set(facts.ownership["account_id"]) == {name}
    assert facts.ownership["share"].between(0, 1).all()
    assert facts.visits_made["rep_name"].notna().all()
