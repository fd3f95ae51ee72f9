"""A list that brings little along: no ids, a currency of its own."""

import datetime as dt

import pytest

from planner.services.company import companies
from planner.services.imports.importing import PathOptions, check_path, import_path
from planner.services.workspace import latest_company
from planner.store.company import accounts

TODAY = dt.date(2026, 11, 20)
LIST = """Name,Ort,PLZ,Umsatz (EUR)
Brauerei A,München,80331,"1.200,50"
Brauerei B,Köln,50667,"2.500,00"
Brauerei C,Hamburg,20095,300
"""


def rows_of(ws):
    with ws.store.reading() as conn:
        return accounts.load_accounts(conn, ws.company_id)


def test_ids_are_made_of_name_and_place_and_stay_at_the_next_load(ws, tmp_path):
    path = tmp_path / "brauereien.csv"
    path.write_text(LIST)
    options = PathOptions(as_of=TODAY, accept_warnings=True)
    report = import_path(ws, path, "accounts", options)
    assert report.rows_accepted == 3
    assert "made_ids" in set(report.findings["code"])
    own = latest_company(ws)
    ids = set(rows_of(own).index)
    assert len(ids) == 3
    path.write_text(LIST + "Brauerei D,Bremen,28195,10\n")
    again = PathOptions(as_of=TODAY, accept_warnings=True, source="brauereien")
    import_path(ws, path, "accounts", again)
    assert ids < set(rows_of(own).index)
    assert len(rows_of(own)) == 4


def test_a_new_company_has_the_one_currency_of_its_list(ws, tmp_path):
    path = tmp_path / "brauereien.csv"
    path.write_text(LIST)
    assert check_path(ws.settings, path, "accounts").rows_accepted == 3
    import_path(ws, path, "accounts", PathOptions(as_of=TODAY, accept_warnings=True))
    own = latest_company(ws)
    assert companies.company(own).currency == "EUR"
    amounts = rows_of(own)["our_sales_minor"].dropna().tolist()
    revenue = rows_of(own)["annual_revenue_minor"].dropna().tolist()
    assert sorted(amounts or revenue) == [30_000, 120_050, 250_000]


def test_two_currencies_are_no_companys(ws, tmp_path):
    path = tmp_path / "l.csv"
    path.write_text("id,name,city,sales,currency\n1,A,Köln,5,EUR\n2,B,London,6,GBP\n")
    report = check_path(ws.settings, path, "accounts")
    assert report.rows_accepted == 0
    assert "other_currency" in set(report.findings["code"])


def test_two_rows_of_one_name_and_place_are_one_account(ws, tmp_path):
    path = tmp_path / "l.csv"
    path.write_text("name,city,country,beds\nA,Köln,DE,5\nA,Köln,DE,5\nB,Köln,DE,1\n")
    report = check_path(ws.settings, path, "accounts")
    assert len(report.accounts) == 2


@pytest.mark.parametrize(
    ("header", "row", "currency", "code"),
    [
        ("Turnover", "Alpha,48.13,11.57,DE,900", "EUR", "currency_found"),
        ("Turnover", "Alpha,51.51,-0.12,GB,£900", "GBP", "currency_found"),
        ("Umsatz (€)", "Alpha,48.13,11.57,DE,900", "EUR", "currency_found"),
        ("Turnover", "Alpha,41.88,-87.63,US,900", "USD", None),
    ],
)
def test_check_reads_amounts_in_the_currency_of_the_list(
    ws, tmp_path, header, row, currency, code
):
    path = tmp_path / "list.csv"
    path.write_text(f"Name,Lat,Lon,Country,{header}\n{row}\n")
    report = check_path(ws.settings, path, "accounts")
    assert (report.rows_accepted, report.currency) == (1, currency)
    assert code is None or code in set(report.findings["code"])
    chosen = check_path(ws.settings, path, "accounts", PathOptions(currency=currency))
    assert chosen.rows_accepted == 1
    assert "currency_found" not in set(chosen.findings["code"])


def test_a_list_without_names_is_called_after_cities_and_ids(ws, tmp_path):
    path = tmp_path / "stores.csv"
    path.write_text("storenum,city,state\n1,Rogers,AR\n2,Harrison,AR\n")
    report = check_path(ws.settings, path, "accounts")
    assert report.accounts["name"].tolist() == ["Rogers 1", "Harrison 2"]
    assert "made_names" in set(report.findings["code"])


def test_a_list_without_a_currency_has_that_of_its_country(ws, tmp_path):
    path = tmp_path / "plain.csv"
    path.write_text(LIST.replace(" (EUR)", ""))
    options = PathOptions(as_of=TODAY, accept_warnings=True)
    report = import_path(ws, path, "accounts", options)
    assert companies.company(latest_company(ws)).currency == "EUR"
    assert report.accounts["our_sales_minor"].tolist() == [120_050, 250_000, 30_000]
    asked = PathOptions(as_of=TODAY, accept_warnings=True, currency="CHF")
    import_path(ws, path, "accounts", asked)
    assert companies.company(latest_company(ws)).currency == "CHF"
