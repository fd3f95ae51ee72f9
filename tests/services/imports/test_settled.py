"""What lists say stands before what is invented."""

import datetime as dt

import pandas as pd
import pytest
import sqlalchemy as sa

from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source
from planner.core.errors import ConflictError, InputError
from planner.services.accounts import repairs
from planner.services.accounts.simulated import simulated_of
from planner.services.company.calculated import add_measure
from planner.services.company.settings import company_settings
from planner.services.imports import check, new_company, removal, saving
from planner.services.people.holders import VACANT
from planner.services.people.staffing import staff_territories
from planner.services.scenarios import listing
from planner.services.territories.accounts import account_list
from planner.services.territories.view import overview
from planner.store.company import companies
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.company.settings import load_settings
from planner.store.imports.sources import load_user_cells
from planner.store.rows import schema
from planner.store.scenarios import editing, plans
from planner.store.upkeep.doctor import examine

AS_OF = dt.date(2026, 11, 20)
PLACE = "43.07,-89.40,WI"


def company_of(ws, header, *rows, fill_missing=True):
    lines = [f"id,name,lat,lon,state{header}"]
    lines += [f"A{n},Firm {n},{PLACE}{row}" for n, row in enumerate(rows)]
    raw = read_source("\n".join(lines).encode(), "list.csv")
    opened, _ = new_company.import_accounts_as_company(
        ws, raw, None, name="Own", as_of=AS_OF, fill_missing=fill_missing
    )
    return opened


def load_deals(company, *rows, mode="add"):
    text = "\n".join(["id,account,amount,close date,stage", *rows])
    raw = read_source(text.encode(), "deals.csv")
    context = check.company_context(company, "deals", None, mode=mode)
    saving.save_kind(company, import_table(raw, context), mode=mode)


def deals_of(company):
    with company.store.reading() as conn:
        return deal_rows.load_deals(conn, company.company_id)


def test_a_list_with_sales_gets_no_deals_and_no_drawn_status(ws):
    company = company_of(ws, ",sales", *[",5000", ",0"] * 10)
    assert deals_of(company).empty
    assert company_settings(company).simulated == ()
    status = account_list(company, None)["status"].sort_index()
    assert (status == "customer").sum() == 10


def test_real_deals_replace_simulated_ones_and_say_who_is_a_customer(ws):
    company = company_of(ws, "", *[""] * 20)
    assert company_settings(company).simulated == ("deals",)
    load_deals(
        company, "D1,A3,700,2026-10-05,won", "D2,A4,90,2026-10-05,lost", mode="add"
    )
    assert deals_of(company).index.tolist() == ["D1", "D2"]
    rows = account_list(company, None)
    assert rows.index[rows["status"] == "customer"].tolist() == ["A3"]
    assert rows.loc["A3", "our_sales_minor"] == 70_000
    assert "our_sales_minor" not in ";".join(rows["simulated"])
    assert 0.2 * 70_000 < rows.loc["A3", "potential_minor"] < 10 * 70_000
    assert company_settings(company).simulated == ()


def test_a_status_of_the_list_is_no_matter_of_deals(ws):
    company = company_of(ws, ",status", ",prospect", ",customer", fill_missing=False)
    load_deals(company, "D1,A0,700,2026-10-05,won")
    assert account_list(company, None)["status"].tolist() == ["prospect", "customer"]


def test_without_simulation_a_won_deal_makes_a_customer_and_nothing_else(ws):
    company = company_of(ws, "", "", "", fill_missing=False)
    load_deals(company, "D1,A0,700,2026-10-05,won")
    rows = account_list(company, None)
    assert rows["status"].tolist() == ["customer", "prospect"]
    assert rows["potential_minor"].isna().all()


def simulated(ws):
    """Make a company that is filled, with a simulated team on two territories."""
    company = company_of(ws, ",potential", *[f",{n}000" for n in range(1, 9)])
    draft = listing.scenarios(company)[0]
    with company.store.transaction() as conn:
        units = companies.unit_ids(conn, company.company_id)
        by_unit = pd.Series("T1", index=units, name="territory_id")
        with editing.editing(
            conn, draft.scenario_id, version=draft.version, user="ann", action="draw"
        ) as edit:
            territories = staff_territories(conn, company, draft.scenario_id, by_unit)
            plans.save_territories(conn, edit, territories)
            plans.save_alignment(conn, edit, by_unit.to_frame())
    return company


def test_all_that_is_simulated_goes_in_one_step(ws):
    company = simulated(ws)
    before = simulated_of(company)
    assert before.parts == ("deals", "team")
    assert before.note("potential_minor") == ""
    assert before.note("owners", "pay") == "Simulated: people and positions, deals"
    preview = removal.preview_removal(company)
    assert (preview.n_accounts, preview.n_reps, preview.n_managers) == (8, 1, 2)
    assert preview.columns["our_sales_minor"] == 8
    assert preview.n_deals == len(deals_of(company)) > 0
    removal.remove_simulated(company, preview.version)
    assert simulated_of(company).note() == ""
    assert removal.preview_removal(company).is_nothing
    rows = account_list(company, None)
    assert rows["potential_minor"].tolist() == [100_000 * n for n in range(1, 9)]
    assert rows["our_sales_minor"].isna().all()
    assert set(rows["status"]) == {"prospect"}
    assert deals_of(company).empty
    view = overview(company, listing.scenarios(company)[0].scenario_id)
    assert view.territories["rep_name"].tolist() == [VACANT]
    with company.store.reading() as conn:
        positions = team_rows.load_positions(conn, company.company_id)
    assert positions["title"].str.startswith("Field rep ").all()


def test_a_measure_calculated_of_simulated_figures_is_simulated(ws):
    company = simulated(ws)
    add_measure(company, "Left to win", "potential * 2")
    add_measure(company, "Sold", "our_sales + 1")
    add_measure(company, "Twice sold", "custom.Sold * 2")
    found = simulated_of(company)
    assert found.among("custom.Left to win") == ()
    assert found.among("custom.Sold") == ("our_sales_minor",)
    assert found.among("custom.Twice sold") == ("our_sales_minor",)


def rows_of(company):
    """Read what a removal touches, and what of it is simulated."""
    with company.store.reading() as conn:
        return (
            {
                table.name: sorted(map(repr, conn.execute(sa.select(table)).all()))
                for table in (
                    schema.account,
                    schema.segment,
                    schema.deal,
                    schema.rep,
                    schema.position,
                )
            },
            load_settings(conn, company.company_id),
        )


def test_a_removal_is_taken_back_whole(ws):
    company = simulated(ws)
    before, note = rows_of(company), simulated_of(company).note()
    version = removal.preview_removal(company).version
    repair_id = removal.remove_simulated(company, version)
    assert removal.last_removal(company) == repair_id
    log = repairs.repairs(company)
    assert log.loc[repair_id, "title"] == "Remove what is simulated"
    assert log.loc[repair_id, "n_accounts"] == 8
    repairs.undo_repair(company, repair_id)
    assert rows_of(company) == before
    assert simulated_of(company).note() == note != ""
    assert removal.last_removal(company) is None
    assert examine(company.store) == []


def test_no_cell_counts_as_the_users_own_after_a_removal(ws):
    company = simulated(ws)
    removal.remove_simulated(company, removal.preview_removal(company).version)
    with company.store.reading() as conn:
        assert load_user_cells(conn, company.company_id).empty


def test_what_was_removed_does_not_come_back_beside_real_deals(ws):
    company = simulated(ws)
    repair_id = removal.remove_simulated(
        company, removal.preview_removal(company).version
    )
    load_deals(company, "D1,A0,700,2026-10-05,won")
    faults = repairs.undo_faults(company, repair_id)
    assert "deals were loaded since" in faults
    with pytest.raises(ConflictError, match="deals were loaded since"):
        repairs.undo_repair(company, repair_id)
    assert deals_of(company).index.tolist() == ["D1"]


def test_where_nothing_is_simulated_nothing_is_removed(ws):
    company = company_of(ws, "", "", fill_missing=False)
    version = removal.preview_removal(company).version
    with pytest.raises(InputError, match="nothing is simulated"):
        removal.remove_simulated(company, version)


def test_a_removal_is_refused_when_someone_was_faster(ws):
    company = simulated(ws)
    preview = removal.preview_removal(company)
    load_deals(company, "D1,A0,700,2026-10-05,won")
    with pytest.raises(ConflictError, match="changed by someone else"):
        removal.remove_simulated(company, preview.version)
    assert deals_of(company).index.tolist() == ["D1"]


def test_the_sample_has_nothing_that_is_not_simulated(sample):
    assert simulated_of(sample).note() == "Simulated: everything in this company"
    with pytest.raises(InputError, match="invented as a whole"):
        removal.preview_removal(sample)
