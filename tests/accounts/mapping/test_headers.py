"""Headers of CRMs and of other languages, and which of several addresses is meant."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.accounts.context import ImportContext
from planner.accounts.importing import import_table
from planner.accounts.mapping.addresses import addresses, main_address
from planner.accounts.mapping.guess import guess_mapping, is_sure
from planner.accounts.reading.sources import read_source


def report_of(text, kind="accounts"):
    return import_table(
        read_source(text.encode(), "list.csv"), ImportContext(kind=kind)
    )


@pytest.mark.parametrize(
    "header",
    [
        "ID,NAME,BILLINGSTREET,BILLINGCITY,BILLINGSTATE,BILLINGPOSTALCODE,BILLINGCOUNTRY",
        "Record ID,Company name,Street Address,City,State/Region,Postal Code,"
        "Country/Region",
        "Account Number,Account Name,Address 1: Street 1,Address 1: City,"
        "Address 1: State/Province,Address 1: ZIP/Postal Code,"
        "Address 1: Country/Region",
        "KUNNR,NAME1,STRAS,ORT01,REGIO,PSTLZ,LAND1",
        "Kundennummer,Firma,Straße,Ort,Bundesland,PLZ,Land",
        "Code client,Raison sociale,Adresse,Ville,Région,Code postal,Pays",
        "Código cliente,Razón social,Dirección,Población,Provincia,Código postal,País",
        "Codice cliente,Ragione sociale,Indirizzo,Città,Regione,CAP,Paese",
        "Código do cliente,Razão social,Endereço,Cidade,UF,CEP,País",
        "Klantnummer,Bedrijfsnaam,Adres,Plaats,Provincie,Postcode,Land",
    ],
)
def test_accounts_of_crms_and_languages(header):
    columns = header.split(",")
    targets = ("account_id", "name", "street", "city", "region", "postcode", "country")
    mapping = guess_mapping(columns)
    assert [mapping.get(target) for target in targets] == columns
    assert all(is_sure(target, mapping[target]) for target in targets)


@pytest.mark.parametrize(
    "header",
    [
        "ID,ACCOUNTID,STAGENAME,AMOUNT,CLOSEDATE,ISWON",
        "Record ID,Associated Company ID,Deal Stage,Amount,Close Date,Is Won",
        "Deal - ID,Organization - ID,Deal - Status,Deal - Value,Deal - Won time,Won",
        "VBELN,KUNAG,Phase,NETWR,FKDAT,Won",
        "Rechnungsnummer,Kundennummer,Phase,Betrag,Rechnungsdatum,Is won",
        "Numéro facture,Code client,Étape,Montant,Date facture,Is won",
        "Numero fattura,Codice cliente,Fase,Importo,Data fattura,Is won",
    ],
)
def test_deals_of_crms_and_languages(header):
    columns = header.split(",")
    mapping = guess_mapping(columns, kind="deals")
    targets = ("deal_id", "account_id", "stage", "amount", "close_on", "is_won")
    assert [mapping.get(target) for target in targets] == columns


@pytest.mark.parametrize("word", ["id", "No.", "number", "code"])
def test_an_id_stands_beside_a_name_of_the_same_word(word):
    columns = [f"Clinic {word}", "Clinic name", "Owner name", "City"]
    mapping = guess_mapping(columns)
    assert (mapping["account_id"], mapping["name"]) == (columns[0], columns[1])


def test_a_country_or_region_is_the_country_only():
    mapping = guess_mapping(["Site: Country/Region", "Site: City"])
    assert mapping["country"] == "Site: Country/Region"
    assert "region" not in mapping


def test_a_column_without_a_name_is_known_by_what_it_holds():
    sample = pd.DataFrame(
        {
            "column 1": ["A1", "A2"],
            "column 2": ["a@b.example", "c@d.example"],
            "name": ["Birch", "Cedar"],
            "zip": ["60601", "60602"],
        }
    )
    mapping = guess_mapping(sample.columns, sample)
    assert mapping["account_id"] == "column 1"
    assert mapping["name"] == "name"


def test_addresses_are_never_mixed():
    columns = [
        "Billing City",
        "Billing Zip",
        "Shipping City",
        "Shipping State",
        "Shipping Zip",
    ]
    by_mark = addresses(columns)
    assert by_mark["billing"] == {"city": "Billing City", "postcode": "Billing Zip"}
    assert main_address(by_mark) == "shipping"  # it says more
    taken = set(guess_mapping(columns).values())
    assert taken == {"Shipping City", "Shipping State", "Shipping Zip"}


def test_a_row_without_the_one_address_is_placed_by_the_other():
    report = report_of(
        "Account ID,Account Name,Shipping City,Shipping Zip,Billing City,Billing Zip,"
        "Billing Latitude,Billing Longitude\n"
        "A1,Birch,Newark,07102,,,,\nA2,Cedar,Newark,07102,Denver,80202,39.7,-105\n"
    )
    assert report.frame["city"].tolist() == ["Denver"]  # A1's ZIP is not known here
    turned = report.findings[report.findings["code"] == "other_address"]
    assert "in 1 rows" in turned["message"].item()


def test_deleted_accounts_are_not_open():
    report = report_of("Id,Name,lat,lon,IsDeleted\nA,B,41,-87,TRUE\nC,D,42,-87,false\n")
    assert report.frame["status"].tolist() == ["closed", "prospect"]
