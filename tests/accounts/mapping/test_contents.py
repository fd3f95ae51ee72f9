"""Ids and names that only the content of a column tells."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.accounts.mapping.guess import guess_mapping


def guessed(**columns):
    """Guess on columns of five cells."""
    frame = pd.DataFrame(
        {name.replace("__", " "): cells for name, cells in columns.items()}
    )
    return guess_mapping(frame.columns, frame.astype("str"))


CITIES = ["Lima", "Dublin", "Lima", "Marion", "Delaware"]
BEDS = [20, 400, 71, 300, 20]
NAMES = ["St. Mary", "Mercy West", "Good Hope", "County General", "Riverside"]
CODES = ["H-1", "H-2", "H-3", "H-4", "H-5"]


@pytest.mark.parametrize("header", ["Hospital", "Apotheke", "Punto__vendita", "Site"])
def test_the_first_column_of_words_is_the_name(header):
    mapping = guessed(**{"City": CITIES, "Beds": BEDS, header: NAMES})
    assert mapping["name"] == header.replace("__", " ")


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Ward", ["A", "B", "A", "B", "A"]),  # not different
        ("Beds", BEDS),
        ("Notes", NAMES),
        ("E-mail", [f"{code}@example.com" for code in CODES]),
        ("Anything", ["www.a.com", "www.b.com", "www.c.com", "www.d.com", "www.e.com"]),
        ("Opened", ["1/2/2020", "2/2/2020", "3/2/2020", "4/2/2020", "5/2/2020"]),
    ],
)
def test_what_names_no_account_is_not_taken(header, cells):
    assert "name" not in guessed(**{"City": CITIES, header: cells})


@pytest.mark.parametrize(
    "header",
    ["Código", "Customer__Ref", "ID de fiche d'informations", "Codice interno", "Key"],
)
def test_a_code_of_each_row_is_the_id(header):
    mapping = guessed(**{"City": CITIES, "Name": NAMES, header: CODES})
    assert mapping["account_id"] == header.replace("__", " ")


@pytest.mark.parametrize("header", ["VAT no", "Owner code", "Phone number", "Fax no"])
def test_a_number_of_something_else_is_no_id(header):
    mapping = guessed(**{"City": CITIES, "Name": NAMES, header: CODES})
    assert "account_id" not in mapping


def test_a_code_that_repeats_is_no_id():
    mapping = guessed(City=CITIES, Name=NAMES, Codice=["a", "b", "a", "c", "d"])
    assert "account_id" not in mapping


def test_a_row_of_data_is_no_header():
    frame = pd.DataFrame({"Acme": NAMES, "17": BEDS, "Toledo": CITIES}).astype("str")
    assert guess_mapping(frame.columns, frame) == {}


def test_a_county_is_no_country():
    columns = ["Company", "Town", "County", "Postcode"]
    assert "country" not in guess_mapping(columns)


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Propriétaire de l'entreprise", "owner_id"),
        ("Nom de l'entreprise", "name"),
        ("Pays/Région", "country"),
        ("Date de la dernière activité", "last_visit_on"),
        ("Phase du cycle de vie", "status"),
        ("Zuständiger Mitarbeiter", "owner_id"),
        ("Etapa del ciclo de vida", "status"),
        ("Nome dell'azienda", "name"),
        ("Proprietário da empresa", "owner_id"),
        ("Faturamento anual (R$)", "annual_revenue"),
        ("Revenue [US$]", "annual_revenue"),
    ],
)
def test_headers_of_crms_in_other_languages(header, target):
    assert guess_mapping([header]) == {target: header}
