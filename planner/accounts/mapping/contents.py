"""Ids and names of accounts told by what columns hold, whatever they are called."""

from __future__ import annotations

import pandas as pd

from planner.accounts.mapping.headers import header_words

_ID_WORDS = {"id", "no", "nr", "num", "number", "code", "key", "ref", "reference"}
_ID_WORDS |= {"nummer", "numero", "codigo", "codice", "kenn", "kennung", "referencia"}
_ID_WORDS |= {"referenz", "referentie", "riferimento", "matricola", "cod"}
# An id, number or code of these is not the account's.
_OF_OTHERS = {"tax", "vat", "ein", "duns", "naics", "sic", "zip", "postal", "phone"}
_OF_OTHERS |= {"fax", "parent", "owner", "rep", "user", "product", "country", "state"}
_OF_OTHERS |= {"region", "city", "county", "currency", "industry", "price", "group"}
_OF_OTHERS |= {"branch", "cost", "house", "employees", "street", "area", "fips", "iban"}
_OF_OTHERS |= {"telefono", "telefone", "telefon", "telephone", "fiscal", "iva"}
_NO_NAMES = {"note", "notes", "notiz", "comment", "comments", "remark", "remarks"}
_NO_NAMES |= {"description", "email", "mail", "website", "web", "url", "phone", "fax"}
_NO_NAMES |= {"contact", "first", "last", "owner", "rep", "manager", "user", "street"}
_NO_NAMES |= {"address", "address2", "hours", "date", "time", "tags", "products"}
_LEAST_FILLED = 0.8
_LEAST_DISTINCT = 0.7
_LEAST_WORDS = 0.9
_LENGTHS = (3, 60)  # of a usual name
_NO_NAME_CELL = r"(?i:\S+@\S+|https?://.*|www\..*|[\d\s().+/:-]+|\d+[-/.]\d+[-/.]\d+.*)"


def take_by_content(
    guessed: dict[str, str], free: dict[str, None], sample: pd.DataFrame
) -> None:
    """
    Take the ids and the names of accounts by what columns hold.

    Parameters
    ----------
    guessed
        Column of the file by column of ours; what is found is added.
    free
        Columns that are nothing yet; those taken are removed.
    sample : shape (n_rows, n_columns)
        Some text rows.

    Notes
    -----
    An id is a column called an id, number, code or reference of nothing else, with
    another value in each row. A name is the first column of words, filled and
    different in nearly all rows: "Hospital", "Apotheke".
    """
    if len(sample) < 2:
        return
    for target, fits in (("account_id", _holds_ids), ("name", _holds_names)):
        if target in guessed:
            continue
        for column in free:
            if fits(column, sample[column].astype("str").str.strip()):
                guessed[target] = column
                del free[column]
                break


def _holds_ids(column: str, cells: pd.Series) -> bool:
    words = set(header_words(column))
    if not words & _ID_WORDS or words & _OF_OTHERS:
        return False
    is_like = bool(cells.str.fullmatch(r"[\w.@/-]{1,60}").all())
    return is_like and cells.is_unique


def _holds_names(column: str, cells: pd.Series) -> bool:
    if set(header_words(column)) & (_NO_NAMES | _ID_WORDS):
        return False
    given = cells[cells != ""]
    if len(given) < _LEAST_FILLED * len(cells):
        return False
    has_words = given.str.contains(r"[^\W\d_]{2}") & ~given.str.fullmatch(_NO_NAME_CELL)
    shortest, longest = _LENGTHS
    return bool(
        has_words.mean() >= _LEAST_WORDS
        and given.nunique() >= _LEAST_DISTINCT * len(given)
        and shortest <= given.str.len().median() <= longest
    )
