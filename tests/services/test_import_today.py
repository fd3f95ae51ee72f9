"""Dates after the company's today are questioned, wherever a file is checked."""

from __future__ import annotations

import datetime as dt
import json

from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source
from planner.cli.main import main
from planner.services.imports import check

AS_OF = dt.date(2026, 11, 20)
LIST = b"account_id,name,lat,lon,owned_since\nZ1,Inn,43,-89,2026-11-21\n"
PAST = LIST.replace(b"11-21", b"11-20")


def codes(report):
    return set(report.findings["code"])


def test_the_open_company_says_what_is_future(small):
    for content, expected in ((LIST, {"future_date"}), (PAST, set())):
        raw = read_source(content, "list.csv")
        found = codes(import_table(raw, check.company_context(small, "accounts")))
        assert found & {"future_date"} == expected
        mine = import_table(
            raw, check.list_context(small.settings, "accounts", as_of=AS_OF)
        )
        assert codes(mine) & {"future_date"} == expected


def test_the_command_line_questions_days_to_come(tmp_path, capsys):
    path = tmp_path / "list.csv"
    path.write_bytes(LIST.replace(b"2026", b"2199"))
    assert main(["check", str(path), "--kind", "accounts", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [found["code"] for found in told["findings"]] == ["future_date"]
