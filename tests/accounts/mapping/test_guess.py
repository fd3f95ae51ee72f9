"""Column guesses on the headers of real lists."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.accounts.mapping.columns import KNOWN_COLUMNS
from planner.accounts.mapping.guess import (
    check_mapping,
    guess_mapping,
    header_currency,
    is_sure,
    load_mapping,
    save_mapping,
)
from planner.core.errors import InputError


def test_breweries_are_mapped():
    columns = [
        "id",
        "name",
        "brewery_type",
        "address_1",
        "address_2",
        "address_3",
        "city",
        "state_province",
        "postal_code",
        "country",
        "phone",
        "website_url",
        "longitude",
        "latitude",
    ]
    assert guess_mapping(columns) == {
        "account_id": "id",
        "name": "name",
        "industry": "brewery_type",
        "street": "address_1",
        "city": "city",
        "region": "state_province",
        "postcode": "postal_code",
        "country": "country",
        "lat": "latitude",
        "lon": "longitude",
    }


def test_hospitals_are_mapped_by_the_last_words():
    columns = [
        "Provider Id",
        "Provider Name",
        "Provider City",
        "Provider State",
        "Provider Zip Code",
        "Total Discharges",
        "lat",
        "lon",
    ]
    mapping = guess_mapping(columns)
    assert mapping["account_id"] == "Provider Id"
    assert mapping["region"] == "Provider State"
    assert mapping["postcode"] == "Provider Zip Code"
    assert not is_sure("postcode", "Provider Zip Code")
    assert "Total Discharges" not in mapping.values()


def test_values_can_contradict_a_name():
    sample = pd.DataFrame({"st": ["5", "7"], "STRSTATE": ["AR", "AR"]})
    assert guess_mapping(sample.columns, sample)["region"] == "STRSTATE"
    sample = pd.DataFrame({"long": ["a long text", "another"]})
    assert "lon" not in guess_mapping(sample.columns, sample)


@pytest.mark.parametrize("kind", list(KNOWN_COLUMNS))
def test_our_own_names_map_to_themselves(kind):
    columns = list(KNOWN_COLUMNS[kind])
    assert guess_mapping(columns, kind=kind) == {name: name for name in columns}


def test_spelling_may_differ_a_little():
    assert guess_mapping(["Lattitude"]) == {"lat": "Lattitude"}
    assert guess_mapping(["PostalCode", "Annual Revenue (EUR)"]) == {
        "postcode": "PostalCode",
        "annual_revenue": "Annual Revenue (EUR)",
    }
    assert guess_mapping(["closed_on", "segment"]) == {}


def test_currency_in_a_header():
    assert header_currency("revenue_usd") == "USD"
    assert header_currency("Revenue (EUR)") == "EUR"
    assert header_currency("revenue") is None
    assert header_currency("omsætning_dkk") == "DKK"


def test_a_code_that_is_a_word_needs_brackets():
    """The lek is called ALL, the lira TRY: "Sales all" is in no currency."""
    assert header_currency("Sales all") is None
    assert header_currency("Revenue (TRY)") == "TRY"
    assert guess_mapping(["Annual Revenue (TRY)"]) == {
        "annual_revenue": "Annual Revenue (TRY)"
    }


def test_saved_mapping_is_read_back_and_checked():
    mapping = {"name": "Firma", "city": ""}
    assert load_mapping(save_mapping(mapping)) == mapping
    assert check_mapping(mapping, ["Firma"]) == {"name": "Firma"}
    with pytest.raises(InputError, match="'naam'"):
        check_mapping({"naam": "Firma"}, ["Firma"])
    with pytest.raises(InputError, match="has only"):
        check_mapping({"name": "Firm"}, ["Firma"])
    with pytest.raises(InputError, match="no JSON"):
        load_mapping("{")
    with pytest.raises(InputError, match="must be like"):
        load_mapping("[1]")
    with pytest.raises(InputError, match="kind must be"):
        guess_mapping([], kind="colours")
