"""Numbers of a list's own: which are measures, and that they can be balanced."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import planner
from planner.accounts.own_measures import own_numbers
from planner.segmentation.expressions import apply
from planner.territory.model.unit_table import MEASURES, measures_among


def custom(*fields):
    index = [f"A{place}" for place in range(len(fields))]
    return pd.Series([json.dumps(field) for field in fields], index=index)


def test_numbers_are_measures_and_words_are_not():
    own = own_numbers(
        custom({"Beds": "1,410", "Ward": "Hip"}, {"Beds": "880", "Ward": "Knee"})
    )
    assert own["custom.Beds"].tolist() == [1410, 880]
    assert list(own.columns) == ["custom.Beds"]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Invoice No", ["1", "2"]),
        ("Average payment", ["10.5", "12.5"]),
        ("Founded year", ["1990", "2001"]),
        ("Plant", ["007", "012"]),
        ("Balance", ["5", "-7"]),
        ("Extra", ["0", "0"]),
    ],
)
def test_what_cannot_be_added_is_no_measure(name, cells):
    assert own_numbers(custom(*({name: cell} for cell in cells))).empty


def test_an_account_without_the_number_has_none():
    own = own_numbers(custom({"Beds": "5"}, {}))
    assert own["custom.Beds"].tolist()[0] == 5
    assert np.isnan(own["custom.Beds"].tolist()[1])


def test_own_measures_stand_behind_ours_by_their_own_name():
    names = measures_among(
        ["custom.Beds", "custom", "employees", "custom.Beds_deviation"]
    )
    assert names == ["employees", "custom.Beds"]
    assert MEASURES["custom.Beds"] == "Beds"


def test_a_territory_is_balanced_on_beds():
    places = {"lat": [40.0, 40.0, 41.0, 41.0], "lon": [-80.0, -81.0, -80.0, -81.0]}
    accounts = pd.DataFrame(places, index=list("abcd"))
    accounts["custom"] = [json.dumps({"Beds": n}) for n in ("100", "300", "100", "300")]
    instance = planner.Instance.from_accounts(accounts)
    plan = planner.balance(instance, {"Beds": 0.05}, n_territories=2)
    assert plan.is_met
    assert plan.params.measures[0].column == "custom.Beds"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("custom.Beds > 400", [True, False]),
        ("custom.Emergency_cases < 50", [False, True]),
        ("custom.Beds = '410'", [True, False]),
    ],
)
def test_rules_compare_own_numbers(rule, expected):
    frame = custom(
        {"Beds": "410", "Emergency cases": "90"}, {"Beds": "95", "Emergency cases": "9"}
    ).to_frame("custom")
    assert apply(rule, frame).tolist() == expected
