"""What of an account is compared: name, street, phone, place, brought to one form."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.accounts.kinds.matching import name_key

PHONE_WORDS = ("phone", "telephone", "tel", "phone number", "phone no", "telefon")
_LEAST_DIGITS = 7  # of a phone number; shorter ones are extensions
_STREET_TYPES = (
    "street|str|st|avenue|ave|av|road|rd|boulevard|blvd|place|pl|drive|dr|court|ct|"
    "parkway|pkwy|lane|ln|terrace|ter|highway|hwy|way|square|sq|circle|cir|strasse|"
    "straße|platz|weg|allee|rue|chemin|calle|via"
)
_DIRECTIONS = {"north": "n", "south": "s", "east": "e", "west": "w"}
_INSIDE = r"(?:suite|ste|unit|room|rm|floor|fl|apt|bldg|building|#)\b?.*$"


@dataclass(frozen=True, eq=False, kw_only=True)
class AccountKeys:
    """
    The compared parts of accounts, each of shape (n_accounts,) and in their order.

    Parameters
    ----------
    account_id
        Ids.
    name
        Letters and digits of the name, without case, accents and legal form.
    number, street
        House number, and the street's words without direction and type; empty: none.
    direction
        ``n``, ``s``, ``e``, ``w`` of the street; empty: not said.
    phone
        Last ten digits, or seven if there are no more; empty: none.
    postcode, city
        In one form; empty: none.
    lat, lon
        Degrees; nan unless the account's own.
    """

    account_id: np.ndarray
    name: np.ndarray
    number: np.ndarray
    street: np.ndarray
    direction: np.ndarray
    phone: np.ndarray
    postcode: np.ndarray
    city: np.ndarray
    lat: np.ndarray
    lon: np.ndarray

    def __len__(self) -> int:
        """Count the accounts."""
        return len(self.account_id)


def read_keys(accounts: pd.DataFrame) -> AccountKeys:
    """
    Bring the parts that are compared to one form.

    Parameters
    ----------
    accounts : shape (n_accounts, n_columns)
        Indexed `account_id`: `name` and what there is of `street`, `city`, `postcode`,
        `lat`, `lon`, `geo_precision`, `phone`, `custom` (JSON that may hold a phone).
    """
    streets = _streets(_texts(accounts, "street"))
    places = _places(accounts)
    return AccountKeys(
        account_id=accounts.index.to_numpy(dtype=object),
        name=_plain(name_key(name_key(_one_line(_texts(accounts, "name"))))),  # Co, Inc
        number=_plain(streets["number"]),
        street=_plain(streets["street"]),
        direction=_plain(streets["direction"]),
        phone=_plain(_phones(accounts)),
        postcode=_plain(_postcodes(_texts(accounts, "postcode"))),
        city=_plain(name_key(_one_line(_texts(accounts, "city")))),
        lat=places["lat"].to_numpy(dtype=float),
        lon=places["lon"].to_numpy(dtype=float),
    )


def _texts(accounts: pd.DataFrame, column: str) -> pd.Series:
    if column not in accounts:
        return pd.Series("", index=accounts.index, dtype="str")
    return accounts[column].astype("str").fillna("")


def _one_line(text: pd.Series) -> pd.Series:
    return text.str.replace(r"\s+", " ", regex=True).str.strip()


def _plain(text: pd.Series) -> np.ndarray:
    return text.to_numpy(dtype=object)


def _streets(text: pd.Series) -> pd.DataFrame:
    """Split streets into house number, direction and words."""
    plain = _one_line(text).str.normalize("NFKD").str.casefold()
    plain = plain.str.replace(r"[\u0300-\u036f'’`]", "", regex=True)
    plain = plain.str.replace(_INSIDE, "", regex=True)
    first = plain.str.extract(r"^\W*(\d+)", expand=False)
    last = plain.str.extract(r"\s(\d+)[a-z]?\W*$", expand=False)
    number = first.fillna(last).astype("str").fillna("")
    # 1333-45 W. Argyle and Geelsebaan 31a: what belongs to the number goes with it.
    rest = plain.str.replace(r"^\W*\d+(?:\s*[-–/]\s*\d+)?[a-z]?\b", " ", regex=True)
    rest = rest.mask(
        first.isna(), plain.str.replace(r"\s\d+[a-z]?\W*$", "", regex=True)
    )
    rest = rest.str.replace(r"[^\w]+", " ", regex=True)
    rest = rest.str.replace(r"(\d+)\s?(?:st|nd|rd|th)\b", r"\1", regex=True)
    for word, short in _DIRECTIONS.items():
        rest = rest.str.replace(rf"\b{word}\b", short, regex=True)
    direction = rest.str.extract(r"^\s*([nsew])\b", expand=False).astype("str")
    words = rest.str.replace(r"\b[nsew]\b", " ", regex=True)
    # What follows the type (a floor, a town) is no part of the street's name.
    cut = words.str.replace(rf"(?<=\w)\s+(?:{_STREET_TYPES})\b.*$", "", regex=True)
    cut = cut.str.replace(r"(?<=\w)(?:strasse|straße|str)$", "", regex=True)
    return pd.DataFrame(
        {
            "number": number.str.lstrip("0"),
            "direction": direction.fillna(""),
            "street": _one_line(cut),
        }
    )


def _postcodes(text: pd.Series) -> pd.Series:
    """Keep letters and digits; of a ZIP+4 the ZIP."""
    plain = text.str.casefold().str.replace(r"[^a-z0-9-]", "", regex=True)
    return plain.str.replace(r"-\d*$", "", regex=True)


def _phones(accounts: pd.DataFrame) -> pd.Series:
    """Read phones from their column, else from the custom fields."""
    texts = _texts(accounts, "phone")
    if "phone" not in accounts and "custom" in accounts:
        texts = accounts["custom"].map(_phone_in).astype("str").fillna("")
    digits = texts.str.replace(r"(?:x|ext).*$", "", regex=True, case=False)
    digits = digits.str.replace(r"\D", "", regex=True)
    is_real = (digits.str.len() >= _LEAST_DIGITS) & ~digits.str.fullmatch(r"(\d)\1*")
    return digits.str[-10:].where(is_real, "")


def _phone_in(custom: object) -> str:
    if not isinstance(custom, str) or not custom:
        return ""
    try:
        fields = json.loads(custom)
    except ValueError:
        return ""
    if not isinstance(fields, dict):
        return ""
    cell_by_name = {str(name).casefold().strip(): cell for name, cell in fields.items()}
    return next(
        (str(cell_by_name[word]) for word in PHONE_WORDS if cell_by_name.get(word)), ""
    )


def _places(accounts: pd.DataFrame) -> pd.DataFrame:
    """Take coordinates that are the account's own, not those of its postcode."""
    if "lat" not in accounts or "lon" not in accounts:
        return pd.DataFrame({"lat": np.nan, "lon": np.nan}, index=accounts.index)
    places = accounts[["lat", "lon"]].astype(float).copy()
    if "geo_precision" in accounts:
        places[accounts["geo_precision"] != "exact"] = np.nan
    return places
