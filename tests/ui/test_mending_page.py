"""The Check as its user answers it: cells typed, files together, rows rolled up."""

import json

import pytest

from planner.services import workspace
from planner.services.imports.log import imports
from planner.store.company import accounts as account_rows
from planner.store.company import deals as deal_rows
from tests.services.imports.test_several import FILES
from tests.ui.test_pages_planner import boxes, turn_to, upload

LIST = b"""Customer No,Company,Latitude,Longitude,Country
1,Alpha,43.07,-89.40,US
2,,43.04,-87.91,US
3,Gamma,43.04,-87.95,US
"""
INVOICES = b"""account_id,name,lat,lon,Invoice date,Product,Net
K1,Juniper,43.07,-89.40,2026-03-01,Hip,10.50
K1,Juniper,43.07,-89.40,2026-01-01,Spine,20
K2,Oxbow,43.04,-87.91,2026-02-01,Hip,7
"""
GERMAN = b"Kunde,Name,City\n1,Alpha,Neustadt\n2,Beta,Burg\n"


def click(app, label):
    next(b for b in app.button if b.label == label).click().run()
    assert not app.exception


def typed(app, cells, *, pressed=None):
    """Type into the table as a browser would: values by row and column."""
    table = next(one.proto for one in app.dataframe if one.proto.editing_mode)
    states = app._tree.get_widget_states()
    state = states.widgets.add()
    state.id = table.id
    state.string_value = json.dumps(
        {"edited_rows": cells, "added_rows": [], "deleted_rows": []}
    )
    if pressed is not None:
        press = states.widgets.add()
        press.id = pressed.id
        press.trigger_value = True
    app._run(states)
    assert not app.exception


def check_again(app):
    return next(b for b in app.button if b.label.startswith("Check again"))


def plain(text):
    return text.replace("\\", "")


def field(app, label):
    return next(f for f in app.selectbox if f.label == label)


def test_a_refused_row_is_typed_and_taken_without_another_file(app, ws):
    turn_to(app, "import_data")
    upload(app, "list.csv", LIST)
    click(app, "Check the file")
    assert app.button(key="imp-go").label == "Import 2 accounts"
    assert check_again(app).disabled
    cells = {"0": {"Company": "Beta"}}
    typed(app, cells)
    assert not check_again(app).disabled
    typed(app, cells, pressed=check_again(app))
    assert app.button(key="imp-go").label == "Import 3 accounts"
    turn_to(app, "accounts")  # the typed cell is kept meanwhile
    turn_to(app, "import_data")
    click(app, "Import 3 accounts")
    company = workspace.latest_company(ws)
    with ws.store.reading() as conn:
        accounts = account_rows.load_accounts(conn, company.company_id)
        (import_id,) = imports(company).index
        findings = account_rows.load_findings(conn, import_id)
    assert accounts["name"].tolist() == ["Alpha", "Beta", "Gamma"]
    assert "mended" in set(findings["code"])


def test_three_files_are_imported_in_one_step(app, ws):
    turn_to(app, "home")
    files = [(name, text.encode(), "text/csv") for name, text in FILES.items()]
    app.file_uploader[0].set_value(files).run()
    turn_to(app, "import_data")
    kinds = {
        plain(f.label).split(" · ")[0]: f.value for f in app.selectbox if "·" in f.label
    }
    assert kinds == {
        "Opportunity.csv": "deals",
        "Account.csv": "accounts",
        "User.csv": "reps",
    }
    click(app, "Check the files")
    assert "Rows read" in boxes(app)
    click(app, "Import 3 files")
    company = workspace.latest_company(ws)
    with ws.store.reading() as conn:
        assert len(account_rows.load_accounts(conn, company.company_id)) == 2
        assert len(deal_rows.load_deals(conn, company.company_id)) == 2


def test_a_file_taken_as_what_it_is_not_stops_all(app, ws):
    before = len(workspace.companies(ws))
    turn_to(app, "import_data")
    files = [(name, text.encode(), "text/csv") for name, text in FILES.items()]
    app.file_uploader[0].set_value(files).run()
    opportunity = next(f for f in app.selectbox if f.label.startswith("Opportunity"))
    opportunity.set_value("visits_made").run()
    click(app, "Check the files")
    assert any("Opportunity.csv: missing" in plain(e.value) for e in app.error)
    assert app.button(key="imp-go").disabled
    assert len(workspace.companies(ws)) == before


def test_the_choice_of_a_roll_up_counts_at_once_and_rows_become_deals(app, ws):
    turn_to(app, "import_data")
    upload(app, "invoices.csv", INVOICES)
    click(app, "Check the file")
    assert field(app, "Net").value == "sum"
    field(app, "Net").set_value("mean").run()
    assert not app.exception
    assert any("averaged: Net" in plain(c.value) for c in app.caption)
    # What is averaged is a price, and no amount of a deal.
    assert all(c.label != "Keep the rows as deals" for c in app.checkbox)
    field(app, "Net").set_value("last").run()
    next(c for c in app.checkbox if c.label == "Keep the rows as deals").check().run()
    assert any("3 rows are kept as deals, 0 are not" in c.value for c in app.caption)
    click(app, "Import 2 accounts")
    company = workspace.latest_company(ws)
    with ws.store.reading() as conn:
        accounts = account_rows.load_accounts(conn, company.company_id)
        assert len(deal_rows.load_deals(conn, company.company_id)) == 3
    assert '"Net": "10.50"' in accounts.at["K1", "custom"]


@pytest.mark.parametrize("into", ["a new company", "the open one"])
def test_the_country_is_asked_once_and_the_answer_counts_at_once(app, into):
    turn_to(app, "import_data")
    upload(app, "list.csv", GERMAN)
    if into == "the open one":
        place = next(f for f in app.get("button_group") if f.label == "Into")
        place.set_value("into").run()
    click(app, "Check the file")
    question = field(app, "Which country is this list from?")
    assert question.value == ""
    question.set_value("DE").run()
    assert not app.exception
    assert field(app, "Which country is this list from?").value == "DE"
    assert not any("Some rows name no country" in c.value for c in app.caption)
    assert any(b.key == "imp-go" and "Check" not in b.label for b in app.button)


def test_a_list_with_a_column_of_states_and_no_ids_adds_to_the_open_company(app):
    turn_to(app, "import_data")
    rows = (
        b"name,street,city,state,zip\nAlpha,1 Elm,Madison,OH,53703\n,2 Elm,Ada,OH,45810"
    )
    upload(app, "Account.csv", rows)
    assert "My company" in [field.value for field in app.text_input]
    place = next(f for f in app.get("button_group") if f.label == "Into")
    place.set_value("into").run()
    load = next(f for f in app.get("button_group") if f.label == "The file")
    assert load.value == "add"
    click(app, "Check the file")
    assert check_again(app).disabled
    assert any("without the refused rows" in one.value for one in app.subheader)
    assert not any("is it the whole list" in one.value for one in app.warning)
