"""Reasons of unserved visits: kept as codes, worded for whoever reads."""

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path
from string import Formatter

import pandas as pd
import pytest

import planner.api.weeks
import planner.visits
from planner.core.english.visits import VISITS
from planner.core.formats import Formats
from planner.core.languages import Language
from planner.core.reasons import Reason
from planner.core.schemas import UNSERVED, check
from planner.visits.model.timing import time_day
from planner.visits.plan.rep import plan_rep
from planner.visits.reasons.explain import explain_missing
from planner.visits.reasons.unserved import (
    dated,
    in_words,
    read_cell,
    reason_cells,
    repair_of,
)
from tests.visits.worlds import monthly, world

MONDAY = date(2026, 11, 23)
FULL = Reason("unserved_days_full", {"day": 0, "late_s": 61, "end_s": 63_120})


def frame(*cells):
    return pd.DataFrame(
        [
            {"rep_id": "R1", "account_id": f"A{number}", "missing": 1, **row}
            for number, row in enumerate(cells)
        ]
    )


def test_cells_pass_the_schema_and_are_read_back_as_they_were():
    row = reason_cells(FULL)
    check(frame(row), UNSERVED)
    assert read_cell(row["reason"]) == FULL
    assert read_cell(row["repair"]) == repair_of(FULL)


def test_words_name_day_shortage_and_repair():
    """61 seconds late are two minutes: the repair must be enough."""
    words = in_words(frame(reason_cells(dated(FULL, [MONDAY])))).iloc[0]
    assert words["reason"] == (
        "its days are full: the closest, Mon 23 Nov, would end 2 min late"
    )
    assert words["repair"] == (
        "let Mon 23 Nov end at 17:32, or give up another visit there"
    )
    assert "Monday of week 1" in str(FULL)
    assert "Friday of week 4" in str(Reason("unserved_no_gap", {"day": 19}))


def test_the_reader_sees_days_in_his_own_writing():
    german = Language(formats=Formats(locale="de_DE"))
    cells = frame(reason_cells(dated(FULL, [MONDAY])))
    assert "Mo. 23 Nov." in in_words(cells, german)["reason"].iloc[0]


@pytest.mark.parametrize(
    "sentence",
    [
        "its days are full: the closest, Monday 2026-11-23, would end 2 min late",
        "",
        "12",
        "null",
        "[1]",
        '{"code": "unserved_vacant"}',
        '{"code": "of_a_later_version", "values": {}}',
        "{not json",
    ],
)
def test_sentences_of_plans_saved_before_stay_as_they_are(sentence):
    old = frame({"reason": sentence, "repair": sentence})
    assert in_words(old)["reason"].tolist() == [sentence]


def test_a_frame_without_rows_has_words_too():
    assert in_words(frame(reason_cells(FULL)).iloc[:0])["reason"].tolist() == []


def test_every_code_of_visits_has_words_and_every_reason_a_repair():
    """The codes are read from the source: none can be made without its words."""
    codes = set()
    sources = [
        *Path(planner.visits.__file__).parent.rglob("*.py"),
        Path(planner.api.weeks.__file__),
    ]
    for path in sources:
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Reason":
                first = call.args[0]
                if isinstance(first, ast.Constant):
                    codes.add(first.value)
    codes |= {f"unserved_gap_{side}" for side in ("later", "earlier", "between")}
    repairs = {f"{code}_repair" for code in codes if code.startswith("unserved_")}
    assert codes | repairs == set(VISITS)


def values_of(template):
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("code", [c for c in VISITS if c.endswith("_repair")])
def test_a_repair_asks_for_no_value_beyond_its_reason(code):
    reason = code.removesuffix("_repair")
    asked = values_of(VISITS[code]) - values_of(VISITS[reason])
    assert asked <= {
        "end_s",
        "off_s",
        "other",
        "price_s",
    }  # the engine gives these with the reason


@pytest.mark.parametrize(
    ("account", "minutes", "code"),
    [
        (monthly(((),) * 5), 10, "unserved_never_open"),
        (monthly(), 600, "unserved_too_far"),
        (monthly((((30_600, 31_000),),) * 5), 30, "unserved_closes_early"),
    ],
    ids=["never open", "too far", "closes early"],
)
def test_accounts_that_fit_no_day_say_why(account, minutes, code):
    (missing,) = plan_rep(world([account], [minutes])).unserved
    assert missing.reason.code == code
    assert str(missing.reason) != str(repair_of(missing.reason))


def test_a_full_day_says_how_late_it_would_end():
    """Two visits of three hours fit on the only working day, the third does not."""
    problem = world([monthly(service_s=3 * 3_600)] * 3, [10] * 3)
    problem = replace(problem, closed_days=frozenset(range(1, problem.n_days)))
    full = time_day(problem, 0, [1, 2])
    days = [full, *(time_day(problem, day, []) for day in range(1, problem.n_days))]
    reason = explain_missing(problem, days, 3)
    late_s = full.end_s + 3 * 3_600 - problem.day[1]
    assert reason == Reason(
        "unserved_days_full",
        {
            "day": 0,
            "late_s": late_s,
            "end_s": problem.day[1] + late_s,
            "price_s": late_s,
            "other": 1,
        },
    )
