"""People, deals and pay terms from files: nothing of them is simulated."""

import json
from datetime import date
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest

from planner.cli.main import main
from planner.commissions.plans.template import (
    PlanForm,
    document_text,
    plan_of_form,
)
from planner.core import clock

RATE = Decimal("0.10")


def terms(currency="USD", year=None):
    """Write a plan that pays a tenth of every deal."""
    year = year or clock.today().year
    form = PlanForm(
        currency=currency,
        valid_from=date(year - 1, 1, 1),
        valid_to=date(year + 1, 1, 1),
        base_rate=RATE,
    )
    return document_text(plan_of_form(form))


@pytest.fixture(scope="module")
def out(lists, tmp_path_factory):
    folder = tmp_path_factory.mktemp("given")
    (folder / "plan.yaml").write_text(terms())
    out = folder / "out"
    words = ["demo", "--accounts", str(lists / "plain.csv"), "--out", str(out)]
    words += ["--reps", str(lists / "reps.csv"), "--deals", str(lists / "deals.csv")]
    words += ["--comp-plan", str(folder / "plan.yaml"), "--threads", "1"]
    assert main(words) in {0, 1}
    return out


def test_the_people_of_the_list_work_a_territory_each(out):
    shapes = json.loads((out / "plan.geojson").read_text())["features"]
    rows = [shape["properties"] for shape in shapes]
    assert {row["rep"] for row in rows} == {"Ana Abel", "Cy Cole"}
    assert {row["simulated"] for row in rows} == {""}
    assert {path.stem for path in (out / "routes").iterdir()} == {"E1", "E2"}
    assert {path.stem for path in (out / "statements").iterdir()} == {"E1", "E2"}


def test_the_deals_of_the_list_are_paid_by_its_terms(out, lists):
    summary = json.loads((out / "summary.json").read_text())
    deals = pd.read_csv(lists / "deals.csv")
    pay = summary["pay"]
    in_month = deals[deals["close_date"].str.startswith(pay["period"])]
    assert Decimal(pay["total"]) == RATE * int(in_month["amount"].sum())
    assert summary["counts"]["deals"] == 60
    counts = summary["counts"]["files"]["deals"]
    assert counts == {"rows_read": 61, "rows_accepted": 60, "rows_rejected": 1}
    findings = pd.read_csv(out / "findings.csv")
    assert "deals.csv" in set(findings["file"])
    assert "no such account" in set(findings["value"])


def test_only_what_no_file_gives_is_marked(out):
    summary = json.loads((out / "summary.json").read_text())
    assert "potential" in summary["simulated"]
    for name in ("deals", "people", "homes", "pay terms", "our sales"):
        assert name not in summary["simulated"]
    quotas = pd.read_csv(out / "quotas.csv", dtype=str)
    assert set(quotas["simulated"]) == {"potential_minor"}
    accounts = pd.read_csv(out / "accounts.csv", dtype=str)
    assert not accounts["simulated"].str.contains("our_sales").any()
    book = openpyxl.load_workbook(out / "statements" / "E1.xlsx")
    cells = [
        str(cell)
        for row in book.worksheets[0].iter_rows(values_only=True)
        for cell in row
    ]
    assert any("potential" in cell for cell in cells)
    assert not any("deals" in cell and "potential" in cell for cell in cells)


@pytest.mark.parametrize("option", ["--reps", "--deals", "--comp-plan"])
def test_files_beside_a_list_want_the_list(option, lists, tmp_path, capsys):
    words = ["demo", option, str(lists / "reps.csv"), "--out", str(tmp_path / "out")]
    assert main(words) == 2
    assert "--accounts" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("option", "content", "word"),
    [
        ("--reps", "a,b\n1,2\n", "rep_id"),
        ("--deals", "", "empty"),
        ("--comp-plan", "schema: other\n", "document"),
        ("--comp-plan", terms("EUR"), "EUR"),
        ("--comp-plan", terms(year=2019), "2020-01-01"),
    ],
)
def test_a_useless_file_is_refused_before_anything_is_written(
    option, content, word, lists, tmp_path, capsys
):
    path = tmp_path / "useless.csv"
    path.write_text(content)
    words = ["demo", "--accounts", str(lists / "plain.csv"), option, str(path)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 2
    message = capsys.readouterr().err.splitlines()[-1]
    assert "useless.csv" in message
    assert word in message
    assert not (tmp_path / "out").exists()


def test_an_input_is_never_an_output(lists, tmp_path, capsys):
    """The folder holds the people under the name of a file that is to be written."""
    people = tmp_path / "quotas.csv"
    people.write_bytes((lists / "reps.csv").read_bytes())
    words = ["demo", "--accounts", str(lists / "plain.csv"), "--reps", str(people)]
    assert main([*words, "--out", str(tmp_path)]) == 2
    assert "quotas.csv" in capsys.readouterr().err
    assert people.read_bytes() == (lists / "reps.csv").read_bytes()
