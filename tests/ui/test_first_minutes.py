"""From a file on Home to a balance; what a load is to the open company; companies."""

import json

import pytest

from planner.services import workspace
from planner.services.company import companies, removal
from planner.services.company.settings import company_settings
from planner.services.scenarios import listing, publishing
from planner.store import jobs
from tests.ui.test_pages_planner import boxes, turn_to, upload

HEADER = "Customer No,Company,Latitude,Longitude,Country,Beds"
ROWS = [
    "1,Alpha,48.13,11.57,DE,40",
    "2,Beta,50.94,6.96,DE,120",
    "3,Gamma,52.52,13.40,DE,80",
    "4,Delta,53.55,9.99,DE,75",
]
US_ROW = "5,Echo,43.07,-89.40,US,40"


def a_list(*rows):
    return "\n".join([HEADER, *rows]).encode()


@pytest.fixture
def own(app, ws):
    """Begin a company from a list of four, and open it."""
    drop(app, "germany.csv", a_list(*ROWS))
    app.button(key="imp-go").click().run()
    app.button(key="imp-go").click().run()
    assert not app.exception
    return workspace.latest_company(ws)


def drop(app, name, content):
    """Drop a file on Home, which leads to Import; AppTest has to be told so."""
    turn_to(app, "home")
    upload(app, name, content)
    assert any("What the columns mean" in s.value for s in app.subheader)
    turn_to(app, "import_data")


def check_file(app, content):
    turn_to(app, "import_data")
    upload(app, "more.csv", content)
    app.button(key="imp-go").click().run()
    assert not app.exception


def load_field(app):
    return next(f for f in app.get("button_group") if f.label == "The file")


def test_a_file_dropped_on_home_is_looked_at_on_import(app):
    drop(app, "germany.csv", a_list(*ROWS))
    app.button(key="imp-go").click().run()
    assert "Rows read" in boxes(app)
    # Another company was to be begun: the sample that is open is not aimed at.
    names = [f for f in app.text_input if str(f.key).endswith("-name")]
    assert "Germany" in {field.value for field in names}
    maps = [e.proto for e in app.get("bidi_component") if "4 accounts" in e.proto.json]
    assert maps


def test_the_list_is_balanced_in_the_same_step(app, ws):
    drop(app, "germany.csv", a_list(*ROWS))
    app.button(key="imp-go").click().run()
    number = next(f for f in app.number_input if f.label == "Into territories")
    assert number.value == 4
    number.set_value(2)
    measure = next(f for f in app.selectbox if f.label == "Share evenly")
    assert measure.options == ["Accounts", "Beds"]
    measure.set_value("custom.Beds")
    app.button(key="imp-first-go").click().run()
    assert not app.exception
    company = workspace.latest_company(ws)
    assert companies.company(company).name == "Germany"
    draft = next(s for s in listing.scenarios(company) if s.status == "draft")
    with ws.store.reading() as conn:
        job = jobs.find_jobs(conn, kind="balance", scenario_id=draft.scenario_id)[0]
    assert job.params["n_territories"] == 2
    assert [m["column"] for m in job.params["measures"]] == ["custom.Beds"]


def test_the_file_in_hand_is_kept_while_another_page_is_looked_at(app):
    turn_to(app, "import_data")
    upload(app, "germany.csv", a_list(*ROWS))
    field = next(s for s in app.selectbox if s.label == "Employees")
    field.set_value("Beds").run()
    app.button(key="imp-go").click().run()
    turn_to(app, "accounts")
    turn_to(app, "import_data")
    assert not app.exception
    assert "Rows read" in boxes(app)
    field = next(s for s in app.selectbox if s.label == "Employees")
    assert field.value == "Beds"
    app.button(key="imp-another").click().run()
    assert "Rows read" not in boxes(app)


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("rows", "load"),
    [
        (["9,Neu,51.34,12.37,DE,20"], "add"),
        ([ROWS[0].replace("40", "45"), "9,Neu,51.34,12.37,DE,20"], "update"),
        ([*ROWS[1:], "9,Neu,51.34,12.37,DE,20"], "update"),
        ([*ROWS, "9,Neu,51.34,12.37,DE,20"], "whole"),
    ],
)
def test_what_a_file_is_to_the_company_shows_in_its_ids(app, rows, load):
    check_file(app, a_list(*rows))
    assert load_field(app).value == load
    text = boxes(app)
    assert "Gone" in text if load == "whole" else "stay" in text


def test_new_prospects_take_nothing_away(app, own):
    check_file(app, a_list("9,Neu,51.34,12.37,DE,20"))
    app.button(key="imp-go").click().run()
    assert not app.exception
    assert len(listing.scenarios(own)) >= 1
    with own.store.reading() as conn:
        from planner.store.company import accounts

        frame = accounts.load_accounts(conn, own.company_id)
    assert len(frame) == 5
    assert not frame["status"].eq("closed").any()


def test_a_company_can_be_managed_and_is_deleted_by_its_name_alone(app, own):
    turn_to(app, "home")
    key = own.company_id
    app.button(key=f"home-manage-{key}").click().run()
    assert not app.exception
    assert app.text_input(key=f"home-name-{key}").value == "Germany"
    assert app.button(key=f"home-delete-{key}").disabled
    assert any("4 accounts, 1 scenario" in c.value for c in app.caption)


def test_without_a_company_a_list_begins_one(app, ws):
    for record in workspace.companies(ws):
        removal.archive_company(ws, record.company_id)
    app.session_state["company_id"] = None
    turn_to(app, "home")
    assert "No company yet" in boxes(app)
    drop(app, "germany.csv", a_list(*ROWS))
    app.button(key="imp-go").click().run()
    app.button(key="imp-go").click().run()
    assert not app.exception
    assert companies.company(workspace.latest_company(ws)).name == "Germany"
    assert json.dumps([c.name for c in workspace.companies(ws)]).count("Germany") == 1


def test_figures_are_written_as_the_company_wants(app, own):
    turn_to(app, "home")
    field = next(f for f in app.selectbox if f.key == "figures-locale")
    field.set_value("de_DE").run()
    app.button(key="figures-save").click().run()
    assert not app.exception
    assert company_settings(own).locale == "de_DE"


@pytest.mark.parametrize(
    ("header", "cell", "currency"),
    [("Umsatz (€)", "5", "EUR"), ("Turnover", "£5", "GBP"), ("X", "5", "USD")],
)
def test_the_currency_of_a_list_is_found_out(app, ws, header, cell, currency):
    turn_to(app, "import_data")
    upload(app, "l.csv", f"{HEADER},{header}\n{US_ROW},{cell}\n".encode())
    field = next(f for f in app.selectbox if str(f.key).endswith("-currency"))
    assert not field.value, "it is found out"
    app.button(key="imp-go").click().run()
    app.button(key="imp-go").click().run()
    assert not app.exception
    assert companies.company(workspace.latest_company(ws)).currency == currency


def test_a_published_plan_is_looked_at_before_the_owners_of_the_list(app, ws):
    owners = ["Owner", "Ann", "Ann", "Bob", "Bob"]
    rows = [f"{row},{name}" for row, name in zip([HEADER, *ROWS], owners, strict=True)]
    drop(app, "owned.csv", "\n".join(rows).encode())
    app.button(key="imp-go").click().run()
    app.button(key="imp-go").click().run()
    own = workspace.latest_company(ws)
    today_id = company_settings(own).today_id
    draft = next(s for s in listing.scenarios(own) if s.scenario_id != today_id)
    publishing.publish(
        own, draft.scenario_id, draft.version, publishing.suggested_start(own)
    )
    app.session_state["scenario_id"] = None
    app.query_params.clear()
    turn_to(app, "territories")
    assert f">{draft.name} · team Field" in boxes(app)
