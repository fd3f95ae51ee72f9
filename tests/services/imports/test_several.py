"""The three files of a CRM in one step: kinds, references, all of them or none."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
import sqlalchemy as sa

from planner.core.errors import InputError
from planner.services.imports.importing import PathOptions, import_path
from planner.services.imports.several.members import guess_kind, members_of
from planner.services.imports.several.paths import check_paths, import_paths
from planner.services.workspace import companies, latest_company, open_company
from planner.store.company import accounts as account_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.rows.schema import audit
from tests.services.conftest import AS_OF

FILES = {
    "Opportunity.csv": (
        "Id,AccountId,Name,StageName,Amount,CloseDate,IsWon,IsClosed,OwnerId\n"
        "006A,001A,One,Closed Won,1000.50,2026-10-05,TRUE,TRUE,005A\n"
        "006B,001B,Two,Prospecting,2000,2026-12-05,FALSE,FALSE,005B\n"
        "006C,001C,Three,Closed Won,100,2026-10-05,TRUE,TRUE,005A\n"
    ),
    "Account.csv": (
        "Id,Name,Type,BillingStreet,BillingCity,BillingState,BillingPostalCode,"
        "BillingCountry,AnnualRevenue,OwnerId\n"
        "001A,Juniper,Customer - Direct,1 Main,Madison,WI,53703,United States,1,005A\n"
        "001B,Oxbow,Prospect,2 Main St,Milwaukee,WI,53202,United States,2,005B\n"
        "001C,,Customer - Direct,3 Main St,Madison,WI,53703,United States,3,005A\n"
    ),
    "User.csv": (
        "Id,Name,Title,ManagerId,IsActive\n"
        "005M,Mia Moss,Director,,TRUE\n"
        "005A,Ana Abel,AE,005M,TRUE\n"
        "005B,Bo Bohr,AE,005M,TRUE\n"
    ),
}
MENDED = "file,row,column,value\nAccount.csv,3,Name,Cedar\n"
OPTIONS = PathOptions(as_of=AS_OF)


@pytest.fixture
def paths(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return [tmp_path / name for name in FILES]


@pytest.fixture
def mended(tmp_path):
    path = tmp_path / "corrections.csv"
    path.write_text(MENDED)
    return PathOptions(as_of=AS_OF, corrections=path)


def zipped(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"export/{name}", text)
    return content.getvalue()


def test_kinds_are_guessed_by_columns_also_in_an_archive():
    members = members_of([("sf.zip", zipped(FILES))])
    kinds = {one.name: guess_kind(one.read(), one.name) for one in members}
    assert kinds == {
        "Opportunity.csv": "deals",
        "Account.csv": "accounts",
        "User.csv": "reps",
    }
    plain = members_of(
        [(f"{n}.csv", text.encode()) for n, text in enumerate(FILES.values())]
    )
    assert [guess_kind(one.read()) for one in plain] == ["deals", "accounts", "reps"]


def test_sheets_of_several_kinds_are_tables_of_their_own():
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, text in FILES.items():
        sheet = book.create_sheet(name.removesuffix(".csv"))
        for line in text.splitlines():
            sheet.append(line.split(","))
    book.create_sheet("Notes").append(["Made by Ann"])
    content = io.BytesIO()
    book.save(content)
    members = members_of([("sf.xlsx", content.getvalue())])
    assert [one.layer for one in members] == ["Opportunity", "Account", "User"]


def test_they_are_checked_together(ws, paths):
    deals, accounts, reps = check_paths(ws.settings, paths, [], OPTIONS)
    assert (deals.kind, accounts.kind, reps.kind) == ("deals", "accounts", "reps")
    assert deals.first_faults(1)[0].startswith("row 3, AccountId = '001C'")
    assert accounts.rows_rejected == 1
    assert "unknown_owner" not in set(accounts.findings["code"])
    assert reps.is_whole


def test_one_faulty_row_stops_all_of_them_and_is_named(ws, paths):
    with pytest.raises(InputError, match=r"Opportunity.csv(.|\n)*row 3, AccountId"):
        import_paths(ws, paths, [], OPTIONS)
    assert companies(ws) == []


def test_a_fault_while_saving_leaves_nothing(ws, paths, mended, monkeypatch):
    def fails(*_args, **_options):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("planner.services.imports.saving.settle_by_deals", fails)
    with pytest.raises(RuntimeError):
        import_paths(ws, paths, [], mended)
    assert companies(ws) == []


def test_they_begin_a_company_in_one_step(ws, paths, mended):
    reports = import_paths(ws, paths, [], mended)
    assert all(report.is_whole for report in reports)
    company = latest_company(ws)
    with ws.store.reading() as conn:
        accounts = account_rows.load_accounts(conn, company.company_id)
        deals = deal_rows.load_deals(conn, company.company_id)
        reps = team_rows.load_reps(conn, company.company_id)
        positions = team_rows.load_positions(conn, company.company_id)
        lines = conn.execute(sa.select(audit.c.after)).scalars().all()
    assert accounts["name"].to_dict()["001C"] == "Cedar"
    assert len(deals) == 3
    assert sorted(reps["name"]) == ["Ana Abel", "Bo Bohr", "Mia Moss"]
    boss = reps.at["005M", "position_id"]
    assert positions.at[reps.at["005A", "position_id"], "parent_id"] == boss
    typed = [json.loads(line) if isinstance(line, str) else line for line in lines]
    assert [line["corrections"] for line in typed if "corrections" in (line or {})] == [
        [{"row": 3, "column": "Name", "was": "", "value": "Cedar"}]
    ]


def test_users_and_deals_go_into_the_open_company(ws, paths):
    import_path(
        ws, paths[1], "accounts", PathOptions(as_of=AS_OF, accept_warnings=True)
    )
    options = PathOptions(as_of=AS_OF, mode="add", accept_warnings=True)
    import_paths(ws, [paths[0], paths[2]], [], options)
    company = open_company(ws)
    with ws.store.reading() as conn:
        assert len(deal_rows.load_deals(conn, company.company_id)) == 2


@pytest.mark.parametrize(
    ("names", "kinds", "says"),
    [
        (["Account.csv", "Account.csv"], [], "both taken as accounts"),
        (["Account.csv", "User.csv"], ["accounts"], "--kind stands 1 times"),
        (["Opportunity.csv", "User.csv"], [], "belong to accounts"),
        (["Account.csv", "User.csv"], ["accounts", "units"], "bring it alone"),
    ],
)
def test_what_cannot_come_together_is_refused(ws, tmp_path, paths, names, kinds, says):
    del paths
    with pytest.raises(InputError, match=says):
        check_paths(ws.settings, [tmp_path / name for name in names], kinds, OPTIONS)


def test_rows_of_a_list_are_kept_as_deals(ws, tmp_path):
    path = tmp_path / "invoices.csv"
    path.write_text(
        "account_id,name,lat,lon,Invoice date,Product,Net\n"
        "K1,Juniper,43.07,-89.40,2026-03-01,Hip,10.50\n"
        "K1,Juniper,43.07,-89.40,2026-01-01,Spine,20\n"
        "K2,Oxbow,43.04,-87.91,2026-02-01,Hip,7\n"
    )
    options = PathOptions(
        as_of=AS_OF,
        roll_up={"Net": "mean"},
        deal_date="Invoice date",
        deal_amount="Net",
        accept_warnings=True,
    )
    import_path(ws, path, "accounts", options)
    company = latest_company(ws)
    with ws.store.reading() as conn:
        accounts = account_rows.load_accounts(conn, company.company_id)
        deals = deal_rows.load_deals(conn, company.company_id)
    assert len(accounts) == 2
    assert '"Net": "15.25"' in accounts.at["K1", "custom"]
    assert sorted(deals["amount_minor"]) == [700, 1_050, 2_000]
    with pytest.raises(InputError, match="both their day and their amount"):
        PathOptions(deal_date="Invoice date")
