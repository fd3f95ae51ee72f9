"""Owners of a list are its first territories, and people take their seats."""

import datetime as dt

import pytest

from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source
from planner.services.company.settings import company_settings
from planner.services.imports import check, new_company, removal, saving
from planner.services.imports.today import FIRST_DRAFT, TODAY
from planner.services.people.holders import VACANT
from planner.services.scenarios import listing, publish_preview
from planner.services.territories.view import overview
from planner.store.company import team as team_rows

AS_OF = dt.date(2026, 11, 20)
MADISON, MILWAUKEE, GREEN_BAY = (
    (43.07, -89.40),
    (43.04, -87.91),
    (44.51, -88.01),
)
DANE, MILWAUKEE_COUNTY, BROWN = "55025", "55079", "55009"


def company_of(ws, rows, *, fill_missing=False):
    """Make a company of accounts: a place and an owner each."""
    lines = ["id,name,lat,lon,state,owner"]
    for number, ((lat, lon), owner) in enumerate(rows):
        lines.append(f'A{number},Firm {number},{lat},{lon},WI,"{owner}"')
    raw = read_source("\n".join(lines).encode(), "list.csv")
    opened, report = new_company.import_accounts_as_company(
        ws, raw, None, name="Own", as_of=AS_OF, fill_missing=fill_missing
    )
    assert report.rows_accepted == len(rows)
    return opened


def load_people(company, text, mode="replace"):
    raw = read_source(text.encode(), "people.csv")
    context = check.company_context(company, "reps", None, mode=mode)
    saving.save_kind(company, import_table(raw, context), mode=mode)


def scenario_named(company, name):
    return next(s for s in listing.scenarios(company) if s.name == name)


def seen(company, name=TODAY):
    return overview(company, scenario_named(company, name).scenario_id)


def seating(company, name=TODAY):
    territories = seen(company, name).territories
    return dict(zip(territories["name"], territories["rep_name"], strict=True))


OWNED = [
    *[(MADISON, "Ana Abel")] * 2,
    (MADISON, "Bo Bohr"),
    *[(MILWAUKEE, "Bo Bohr")] * 2,
    (GREEN_BAY, ""),
]


def test_owners_of_a_list_are_its_first_territories(ws):
    company = company_of(ws, OWNED * 4)
    view = seen(company)
    assert seating(company) == {"Ana Abel": "Ana Abel", "Bo Bohr": "Bo Bohr"}
    names = view.territories["name"]
    by_unit = view.units["territory_id"].map(names)
    assert by_unit[DANE] == "Ana Abel"
    assert by_unit[MILWAUKEE_COUNTY] == "Bo Bohr"
    assert (
        view.units.loc[BROWN, "territory_id"] != view.units.loc[BROWN, "territory_id"]
    )
    accounts = view.accounts["territory_id"].map(names)
    assert accounts["A2"] == "Bo Bohr"  # in Ana's county
    assert accounts.isna().sum() == 4
    reps = team_of(company)[1]
    assert reps[["lat", "lon", "cost_minor_per_year"]].isna().all(axis=None)


def team_of(company):
    with company.store.reading() as conn:
        return (
            team_rows.load_positions(conn, company.company_id),
            team_rows.load_reps(conn, company.company_id),
        )


def test_the_draft_begins_as_today_and_publishing_compares_with_it(ws):
    """Four of Bo's accounts lie among Ana's: too many to be left apart."""
    company = company_of(ws, OWNED * 4)
    assert (
        company_settings(company).today_id == scenario_named(company, TODAY).scenario_id
    )
    draft = scenario_named(company, FIRST_DRAFT)
    assert draft.parent_id == scenario_named(company, TODAY).scenario_id
    changes = publish_preview.preview_publish(
        company, draft.scenario_id, dt.date(2027, 1, 1)
    ).changes
    assert sorted(changes.index) == ["A14", "A2", "A20", "A8"]
    assert (changes["from_owner"] == "P-Bo Bohr").all()


def test_few_accounts_apart_stay_apart_in_the_draft(ws):
    company = company_of(ws, [*[(MADISON, "Ana Abel")] * 20, (MADISON, "Bo Bohr")])
    assert seen(company, FIRST_DRAFT).accounts["territory_id"].nunique() == 2


def test_codes_are_vacant_seats_until_people_are_known(ws):
    """By id, and by a name that stands under another id; managers come along."""
    company = company_of(ws, [(MADISON, "AG01"), (MILWAUKEE, "Bo Bohr")])
    assert seating(company) == {"AG01": VACANT, "Bo Bohr": "Bo Bohr"}
    load_people(
        company,
        "id,name,manager id,lat,lon\nM1,Max Mott,,,\n"
        "AG01,Ana Abel,M1,43,-89\nU7,Bo Bohr,M1,43,-88\n",
    )
    assert seating(company) == {"Ana Abel": "Ana Abel", "Bo Bohr": "Bo Bohr"}
    positions, reps = team_of(company)
    assert reps.index.tolist() == ["AG01", "M1", "U7"]
    assert reps["lat"].notna().sum() == 2
    assert set(positions.loc[reps.loc[["AG01", "U7"], "position_id"], "parent_id"]) == {
        "P-M1"
    }
    assert len(positions) == 3


def test_a_list_without_owners_begins_blank(ws):
    company = company_of(ws, [(MADISON, ""), (MILWAUKEE, "unassigned")])
    assert [s.name for s in listing.scenarios(company)] == [FIRST_DRAFT]
    assert company_settings(company).today_id is None


def test_nearly_as_many_owners_as_accounts_are_no_owners(ws):
    company = company_of(ws, [(MADISON, f"Key {n}") for n in range(24)])
    assert [s.name for s in listing.scenarios(company)] == [FIRST_DRAFT]


PEOPLE = (
    "id,name,lat,lon,left on\nU1,Ana Abel,44.5,-88.0,\nU2,Bo Bohr,43.1,-89.4,\n"
    "U3,Tod Tule,43.0,-87.9,2026-01-31\n"
)


@pytest.fixture
def divided(ws):
    """Make a company without owners whose draft has two territories."""
    company = company_of(ws, [(MADISON, ""), (GREEN_BAY, "")])
    draw(company)
    return company


def draw(company):
    from planner.services.people.staffing import staff_territories
    from planner.store.company import companies
    from planner.store.scenarios import editing, plans

    draft = scenario_named(company, FIRST_DRAFT)
    with company.store.transaction() as conn:
        units = companies.load_units(conn, company.company_id)
        places = units.representative_point().x
        by_unit = places.map(lambda lon: "T1" if lon < -88.6 else "T2")
        with editing.editing(
            conn, draft.scenario_id, version=draft.version, user="ann", action="draw"
        ) as edit:
            territories = staff_territories(conn, company, draft.scenario_id, by_unit)
            plans.save_territories(conn, edit, territories)
            plans.save_alignment(conn, edit, by_unit.rename("territory_id").to_frame())


def test_seats_without_people_are_called_after_their_place(divided):
    positions, reps = team_of(divided)
    assert reps.empty
    assert positions["title"].tolist() == ["Field rep Madison", "Field rep Milwaukee"]


def test_people_who_come_later_are_seated_by_home_and_who_left_is_not(divided):
    load_people(divided, PEOPLE)
    view = seen(divided, FIRST_DRAFT)
    assert view.territories["rep_name"].tolist() == ["Bo Bohr", "Ana Abel"]
    positions, _ = team_of(divided)
    assert positions.loc[view.territories["position_id"], "title"].tolist() == [
        "Bo Bohr",
        "Ana Abel",
    ]


def test_people_who_came_first_are_seated_by_home(ws):
    company = company_of(ws, [(MADISON, ""), (GREEN_BAY, "")])
    load_people(company, PEOPLE)
    draw(company)
    territories = seen(company, FIRST_DRAFT).territories
    assert territories["rep_name"].tolist() == ["Bo Bohr", "Ana Abel"]


def test_real_people_take_the_seats_of_a_simulated_team(ws):
    company = company_of(ws, [(MADISON, ""), (GREEN_BAY, "")], fill_missing=True)
    draw(company)
    assert company_settings(company).simulated == ("deals", "team")
    load_people(company, PEOPLE)
    territories = seen(company, FIRST_DRAFT).territories
    assert territories["rep_name"].tolist() == ["Bo Bohr", "Ana Abel"]
    assert company_settings(company).simulated == ("deals",)
    positions, reps = team_of(company)
    assert reps["name"].tolist() == ["Ana Abel", "Bo Bohr", "Tod Tule"]
    assert "Vice president of sales" not in positions["title"].tolist()


def test_a_seat_that_the_list_names_is_the_drafts_seat(ws):
    company = company_of(ws, [(MADISON, "AG01"), (MILWAUKEE, "AG02")])
    raw = read_source(b"position_id,title\nPOS-1,Key accounts\n", "seats.csv")
    context = check.company_context(company, "positions", None, mode="add")
    saving.save_kind(company, import_table(raw, context), mode="add")
    load_people(company, "id,name,position id\nAG01,Ana Abel,POS-1\n", mode="add")
    territories = seen(company).territories.set_index("name")
    assert territories.loc["Ana Abel", "position_id"] == "POS-1"
    assert "P-AG01" not in team_of(company)[0].index


def test_a_column_of_a_crm_says_who_is_inactive(divided):
    load_people(divided, "id,name,lat,lon,IsActive\nU1,Ana Abel,44.5,-88,FALSE\n")
    assert set(seen(divided, FIRST_DRAFT).territories["rep_name"]) == {VACANT}


def test_homes_are_simulated_only_where_gaps_are_filled(ws):
    rows = [(MADISON, "Ana Abel"), (MADISON, "Ana Abel"), (MILWAUKEE, "AG02")] * 2
    _, bare = team_of(company_of(ws, rows))
    assert bare["name"].tolist() == ["Ana Abel"]
    assert bare["lat"].isna().all()
    company = company_of(ws, rows, fill_missing=True)
    _, reps = team_of(company)
    homes = reps.set_index("name")[["lat", "lon"]].to_dict("index")
    assert homes == {
        "Ana Abel": dict(zip(("lat", "lon"), MADISON, strict=True)),
        "AG02": dict(zip(("lat", "lon"), MILWAUKEE, strict=True)),
    }
    assert company_settings(company).simulated == ("deals", "homes")
    preview = removal.preview_removal(company)
    assert preview.n_homes == 2
    removal.remove_simulated(company, preview.version)
    _, reps = team_of(company)
    assert reps["name"].tolist() == ["Ana Abel"]
    assert reps["lat"].isna().all()
    assert company_settings(company).simulated == ()


def test_a_list_of_people_takes_the_place_of_simulated_homes(ws):
    rows = [(MADISON, "Ana Abel"), (MILWAUKEE, "AG02")] * 3
    company = company_of(ws, rows, fill_missing=True)
    load_people(company, "id,name,lat,lon\nAG02,Cy Cole,43,-88\nU1,Ana Abel,44,-89\n")
    assert company_settings(company).simulated == ("deals",)
    assert seating(company) == {"Ana Abel": "Ana Abel", "Cy Cole": "Cy Cole"}
    _, reps = team_of(company)
    assert reps.loc["U1", ["lat", "lon"]].tolist() == [44, -89]
