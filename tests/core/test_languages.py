"""Codes and values into words: names, figures, plurals, what is left out."""

import copy
import json
from string import Formatter

import pytest

from planner.core.english import ENGLISH
from planner.core.english.forms import FORMS
from planner.core.english.pay import PAY
from planner.core.english.publishing import PUBLISHING
from planner.core.english.requests import REQUESTS
from planner.core.english.terms import TERMS
from planner.core.english.territory import TERRITORY
from planner.core.english.visits import VISITS
from planner.core.errors import InfeasibleError, InputError
from planner.core.formats import Formats
from planner.core.languages import PLAIN, TEMPLATES, Language
from planner.core.reasons import Reason


def worded(template, language=None, /, **values):
    """Word a template that no table has."""
    patch = pytest.MonkeyPatch()
    patch.setitem(TEMPLATES["en"], "of_a_test", template)
    try:
        return (language or PLAIN).clause(Reason("of_a_test", values))
    finally:
        patch.undo()


READER = Language(
    formats=Formats(locale="de_DE", currency="EUR", distance_unit="mi"),
    names={
        "unit": {"17031": "Cook, IL", "17097": "Lake, IL"},
        "measure": {"potential_minor": "potential", "workload_min": "workload"},
    },
)


@pytest.mark.parametrize(
    ("template", "values", "plain", "read"),
    [
        ("{u:unit}", {"u": "17031"}, "'17031'", "Cook, IL"),
        ("{t:territory}", {"t": "T1"}, "T1", "T1"),
        ("{n:number:1}", {"n": 1234.56}, "1234.6", "1.234,6"),
        ("{s:percent:1}", {"s": 0.1234}, "12.3 %", "12,3 %"),
        ("{s:percent}", {"s": 0.05}, "5 %", "5 %"),
        ("{s:percent}", {"s": 0.0125}, "1.25 %", "1,25 %"),
        ("{n:figure}", {"n": 0.125}, "0.125", "0,125"),
        ("{km:distance}", {"km": 16.09344}, "16 km", "10 mi"),
        ("{s:clock}", {"s": 32_459}, "09:00", "09:00"),
        ("{s:duration}", {"s": 3_689}, "1 h 01", "1 h 01"),
        ("{s:duration:up}", {"s": 61}, "2 min", "2 min"),
        ("{d:day}", {"d": "2026-11-26"}, "Thu 26 Nov", "Do. 26 Nov."),
        ("{d:day}", {"d": 8}, "Thursday of week 2", "Thursday of week 2"),
        (
            "{a:amount:{m}}",
            {"a": 123456.0, "m": "potential_minor"},
            "123,456 potential_minor",
            "€1.234,56 potential",
        ),
        (
            "{a:amount:{m}}",
            {"a": 60.0, "m": "workload_min"},
            "60 workload_min",
            "1 hour of workload",
        ),
        ("{a:amount:{m}}", {"a": 2.5, "m": "visits"}, "2.5 visits", "2,5 visits"),
        (
            "{u:list:unit:1}",
            {"u": ["17031", "17097"]},
            "'17031' and 1 more",
            "Cook, IL and 1 more",
        ),
        (
            "{u:list:unit:4}",
            {"u": ["17031", "17097"]},
            "'17031', '17097'",
            "Cook, IL; Lake, IL",
        ),
        ("{m:list:measure}", {"m": ["a", "b", "c"]}, "a, b, and c", "a, b, and c"),
    ],
)
def test_values_are_written_for_their_reader(template, values, plain, read):
    """Ids and raw columns for programs; names, money and hours for people."""
    assert worded(template, **values) == plain
    assert worded(template, READER, **values) == read


def test_a_noun_follows_its_number():
    """Each language has its own plural forms, those left out are as the last."""
    assert worded("{n:count:unit|units}", n=1) == "1 unit"
    assert worded("{n:count:unit|units}", n=0) == "0 units"
    hebrew, french = (Language(language=name) for name in ("he", "fr"))
    patch = pytest.MonkeyPatch()
    try:
        for name in ("he", "fr"):
            table = {"of_a_test": "{n:count:a|b|c}"}
            patch.setitem(TEMPLATES, name, table)
        told = [hebrew.clause(Reason("of_a_test", {"n": n})) for n in (1, 2, 3)]
        assert told == ["1 a", "2 b", "3 c"]
        assert french.clause(Reason("of_a_test", {"n": 0})) == "0 a"
    finally:
        patch.undo()


@pytest.mark.parametrize("nothing", [None, [], ""])
def test_a_part_without_value_is_left_out(nothing):
    """Zero is a value; none, an empty list and no text are not."""
    assert worded("over[ by {n}]!", n=nothing) == "over!"
    assert worded("over[ by {n}]!", n=0) == "over by 0!"


def test_names_cannot_write_templates():
    """A unit called like a field or a bracket stays what it is called."""
    language = Language(names={"unit": {"a": "{b} [c]"}})
    assert worded("{u:unit}", language, u="a") == "{b} [c]"


def test_reasons_hold_reasons_and_travel_as_json():
    """A reason of reasons is the same after a job row."""
    inner = Reason("unit_oversized", {"share": 1.4})
    outer = Reason("plan_blocked", {"territory": "T1", "blocked": inner})
    again = Reason.from_dict(json.loads(json.dumps(outer.to_dict())))
    assert str(again) == str(outer)
    assert "In the way: T1: this unit alone is 140 % of" in str(outer)
    both = [Reason("price_tie"), Reason("relationship", {"months": 1})]
    said = PLAIN.sentence(both)
    assert said == "A tie on the whole: either would do; relationship 1 month"


def test_errors_carry_reasons_and_read_as_text():
    """An error is worded with plain ids unless a door words it."""
    reasons = [Reason("unit_twice", {"unit": "a"}), "told before there were codes"]
    error = copy.copy(InfeasibleError(reasons))
    assert error.reasons == tuple(reasons)
    assert str(error) == (
        "unit 'a' occurs twice; ids must be unique; told before there were codes"
    )
    assert str(InputError(reasons[0])) == "unit 'a' occurs twice; ids must be unique"


def test_tables_hold_each_code_once_and_sound_templates():
    """No two domains share a code; every field has a form that exists."""
    tables = (FORMS, PAY, PUBLISHING, REQUESTS, TERMS, TERRITORY, VISITS)
    assert sum(map(len, tables)) == len(ENGLISH)
    kinds = {"", "amount", "count", "distance", "figure", "list", "number", "percent"}
    kinds |= {"quoted", "reasons", "unit", "territory", "measure", "account"}
    kinds |= {"clock", "day", "duration", "money", "rate", "date"}
    for code, template in ENGLISH.items():
        for _, name, spec, _ in Formatter().parse(template):
            assert name is None or name.isidentifier(), code
            assert (spec or "").partition(":")[0] in kinds, code
