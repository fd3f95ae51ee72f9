"""Reading REP.json: what is wrong is named."""

from __future__ import annotations

import copy
import json

import pytest

from planner.core.errors import InputError
from planner.visits.model.rep_file import parse_problem, read_problem

ACCOUNT = {
    "id": 1,
    "kind": "C",
    "visits_per_4_weeks": 1,
    "service_s": 1200,
    "lat": 0,
    "lon": 0,
    "same_weekday": False,
    "priority": 3,
    "start_windows": [[[32400, 59400]]] * 5,
    "fixed": None,
}
HOME = ACCOUNT | {"id": 0, "visits_per_4_weeks": 0, "start_windows": [[]] * 5}
GOOD = {
    "seed": 1,
    "days": 20,
    "day": [30600, 63000],
    "lunch": {"duration": 2700, "start_earliest": 42300, "start_latest": 48600},
    "accounts": [HOME, ACCOUNT],
    "travel_s": [[0, 600], [600, 0]],
}


def test_a_good_file_is_read(tmp_path):
    path = tmp_path / "rep.json"
    path.write_text(json.dumps(GOOD), encoding="utf-8")
    problem = read_problem(path)
    assert problem.travel_s.tolist() == [[0, 600], [600, 0]]
    assert problem.windows(1, 7) == ((32400, 59400),)
    assert problem.lunch.latest_s == 48600


def test_an_appointment_replaces_the_window_of_its_day():
    content = copy.deepcopy(GOOD)
    content["accounts"][1]["fixed"] = [7, 36000, 36900]
    problem = parse_problem(content)
    assert problem.windows(1, 7) == ((36000, 36900),)
    assert problem.windows(1, 8) == ((32400, 59400),)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("days",), 66, "days must be at most 65"),
        (("day",), [63000, 30600], "day must be in order"),
        (("lunch",), None, "lunch must hold"),
        (("lunch", "start_latest"), 100, "start_latest"),
        (("accounts",), [], "accounts must be a list"),
        (("accounts", 1), "x", "account 1 must be an object"),
        (("accounts", 1, "id"), 7, "account 1: id"),
        (("accounts", 1, "visits_per_4_weeks"), 3, "must be 0, 1, 2 or 4, got 3"),
        (("accounts", 1, "service_s"), -5, "account 1: service_s"),
        (("accounts", 1, "service_s"), "long", "got 'long'"),
        (("accounts", 1, "start_windows"), [[]], "Monday to Friday"),
        (("accounts", 1, "start_windows", 0), [[9, 5]], "in order"),
        (("accounts", 1, "fixed"), [25, 1, 2], "fixed day must be below 20"),
        (("travel_s",), [[0]], "2 rows of 2"),
        (("travel_s", 0), [0, -1], r"travel_s\[0\]\[1\]"),
    ],
)
def test_a_fault_names_the_place_the_value_and_the_rule(path, value, words):
    content = copy.deepcopy(GOOD)
    part = content
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    with pytest.raises(InputError, match=words):
        parse_problem(content)


@pytest.mark.parametrize("text", ["", "[]", "{", "\xff"])
def test_no_json_object_is_refused_with_the_file_name(tmp_path, text):
    path = tmp_path / "rep.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"rep\.json"):
        read_problem(path)
