"""Rows broken on purpose: what an import must find, each named in its own column."""

from __future__ import annotations

import pandas as pd

from .output import with_decimal_money

# fault → columns of a good row that it changes
_FAULTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("missing coordinates", {"lat": "", "lon": ""}),
    ("missing latitude only", {"lat": ""}),
    ("missing id", {"account_id": ""}),
    ("missing name", {"name": ""}),
    ("missing every place", dict.fromkeys(("lat", "lon", "city", "postcode"), "")),
    ("latitude out of range", {"lat": "141.8781"}),
    ("longitude out of range", {"lon": "-287.6298"}),
    ("zero coordinates", {"lat": "0", "lon": "0"}),
    ("coordinates in another country", {"lat": "48.1374", "lon": "11.5755"}),
    ("coordinates far from ZIP", {"lat": "33.4484", "lon": "-112.0740"}),
    ("decimal comma in coordinate", {"lat": "41,8781", "lon": "-87,6298"}),
    ("degrees and minutes", {"lat": "41°52'41\"N", "lon": "87°37'47\"W"}),
    ("text in coordinate", {"lat": "unknown", "lon": "unknown"}),
    ("text in number", {"employees": "about 50"}),
    ("negative employees", {"employees": "-12"}),
    ("fraction of an employee", {"employees": "12.5"}),
    ("negative revenue", {"annual_revenue": "-250000.00"}),
    ("text in revenue", {"annual_revenue": "1.2 million"}),
    ("currency sign in revenue", {"annual_revenue": "$1,250,000"}),
    ("decimal comma in revenue", {"annual_revenue": "1250000,50"}),
    ("grouping of thousands", {"annual_revenue": "1,250,000.00"}),
    ("not a number", {"annual_revenue": "NaN"}),
    ("infinite revenue", {"annual_revenue": "inf"}),
    ("three decimals of money", {"potential": "1200.505"}),
    ("huge number", {"potential": "1e18"}),
    ("unknown currency", {"currency": "XXQ"}),
    ("other currency", {"currency": "EUR"}),
    ("impossible date", {"last_visit_on": "2026-02-30"}),
    ("day and month unclear", {"last_visit_on": "03/04/2026"}),
    ("two-digit year", {"last_visit_on": "7/1/26"}),
    ("date in the future", {"last_visit_on": "2031-01-15"}),
    ("text as date", {"last_visit_on": "last spring"}),
    ("spreadsheet serial as date", {"last_visit_on": "46301"}),
    ("malformed ZIP", {"postcode": "55044-", "lat": "", "lon": ""}),
    ("ZIP without leading zero", {"postcode": "2116", "lat": "", "lon": ""}),
    ("ZIP that does not exist", {"postcode": "00000", "lat": "", "lon": ""}),
    ("ZIP of nine digits", {"postcode": "606011234", "lat": "", "lon": ""}),
    ("unknown region", {"region": "QZ"}),
    ("region in full", {"region": "Illinois"}),
    ("unknown city", {"city": "Nowhereville", "lat": "", "lon": "", "postcode": ""}),
    ("unknown country", {"country": "Atlantis"}),
    ("unknown status", {"status": "maybe"}),
    ("status in capitals", {"status": "CUSTOMER"}),
    ("unknown owner", {"owner_id": "P-R99"}),
    ("owner since, but no owner", {"owner_id": ""}),
    ("unknown visit class", {"visit_class": "Z"}),
    ("unknown rating", {"rating": "five stars"}),
    ("propensity above one", {"propensity_share": "1.7"}),
    ("propensity in percent", {"propensity_share": "62%"}),
    ("unknown weekday", {"open_days": "Mon;Funday"}),
    ("closes before it opens", {"opens_s": "61200", "closes_s": "30600"}),
    ("time of day past midnight", {"closes_s": "999999"}),
    ("clock time for seconds", {"opens_s": "8:30"}),
    ("blanks around", {"name": "  Tarnwold Pumps  ", "city": " Peoria "}),
    ("formula in name", {"name": '=cmd|"/c calc"!A1'}),
    ("formula with plus", {"name": "+1+1 Halmere Foods"}),
    ("script in name", {"name": "<script>alert(1)</script> Kestmont Clinic"}),
    ("template in name", {"name": "Brynfell ${7*7} `Labs`"}),
    ("line break in street", {"street": "12 Foundry St\nUnit 4"}),
    ("very long name", {"name": "Skarthorpe " + "Very " * 60 + "Long Co."}),
    ("letters of other scripts", {"name": "Größe & Söhne 北京 مصنع Labs"}),
)


def faulty_rows(accounts: pd.DataFrame, currency: str) -> pd.DataFrame:
    """
    Break copies of good accounts, one fault a row.

    Parameters
    ----------
    accounts : shape (n_accounts, 29)
        ACCOUNTS frame of the sample, at least 70 rows.
    currency
        Of its money.

    Returns
    -------
    The import form as text, with a last column ``fault_on_purpose``; the first two
    rows have no fault.
    """
    text = with_decimal_money(accounts, currency).reset_index()
    text["account_id"] = "F" + text["account_id"].str[-4:]
    left_out = ["geo_source", "geo_precision", "unit_id", "simulated", "custom"]
    text = text.drop(columns=left_out).astype(object)
    is_dated = text["last_visit_on"].notna() & text["owned_since"].notna()
    good = text[is_dated & text["postcode"].notna()].head(len(_FAULTS) + 5)
    good = good.reset_index(drop=True)
    for column in ("last_visit_on", "owned_since"):
        good[column] = [f"{day:%Y-%m-%d}" for day in good[column]]
    rows = [{**good.iloc[place], "fault_on_purpose": ""} for place in range(2)]
    for place, (fault, changes) in enumerate(_FAULTS, start=2):
        rows.append({**good.iloc[place], **changes, "fault_on_purpose": fault})
    swapped = {**good.iloc[len(_FAULTS) + 2]}
    swapped["lat"], swapped["lon"] = swapped["lon"], swapped["lat"]
    rows.append({**swapped, "fault_on_purpose": "latitude and longitude swapped"})
    first = good.iloc[len(_FAULTS) + 3]
    rows.append({**first, "fault_on_purpose": "original of the duplicates below"})
    copies = {
        "duplicate id": {"name": "Ulverquay Foods"},
        "duplicate company": {"account_id": "F9001"},
        "duplicate company, other spelling": {
            "account_id": "F9002",
            "name": str(first["name"]).upper(),
            "street": f" {first['street']}.",
        },
    }
    for fault, changes in copies.items():
        rows.append({**first, **changes, "fault_on_purpose": fault})
    return pd.DataFrame(rows)
