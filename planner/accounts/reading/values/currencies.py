"""Currencies written in cells: signs and ISO codes beside the digits."""

from __future__ import annotations

import re
from functools import lru_cache

import pandas as pd
from babel.numbers import list_currencies

# Currencies that a sign may stand for; where there are several, it is the company's.
_DOLLARS = "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP BRL JMD TTD BBD BSD FJD NAD"
_PLAIN_SIGNS = {
    "$": _DOLLARS,
    "€": "EUR",
    "£": "GBP EGP GIP FKP SHP LBP",
    "¥": "JPY CNY",
    "元": "CNY TWD HKD",
    "円": "JPY",
    "₹": "INR",
    "₽": "RUB",
    "₺": "TRY",
    "₩": "KRW",
    "₪": "ILS",
    "฿": "THB",
    "₫": "VND",
    "₴": "UAH",
    "₦": "NGN",
    "₱": "PHP",
    "₡": "CRC",
    "₲": "PYG",
    "₵": "GHS",
    "₸": "KZT",
    "₾": "GEL",
    "₼": "AZN",
    "kr": "SEK NOK DKK ISK",
    "zł": "PLN",
    "zl": "PLN",
    "kč": "CZK",
    "kc": "CZK",
    "ft": "HUF",
    "lei": "RON MDL",
    "лв": "BGN",
    "руб": "RUB",
    "грн": "UAH",
    "rs": "INR PKR LKR NPR MUR",
    "rp": "IDR",
    "rm": "MYR",
    "fr": "CHF",
    "sfr": "CHF",
    "sek": "SEK",
    "euro": "EUR",
    "euros": "EUR",
    "tl": "TRY",
    "s/": "PEN",
    "q": "GTQ",
    "r": "ZAR",
    "dh": "AED MAD",
    "us$": "USD",
    "u$s": "USD",
    "us": "USD",
    "c$": "CAD",
    "ca$": "CAD",
    "can$": "CAD",
    "a$": "AUD",
    "au$": "AUD",
    "nz$": "NZD",
    "s$": "SGD",
    "hk$": "HKD",
    "nt$": "TWD",
    "mx$": "MXN",
    "r$": "BRL",
    "$us": "USD",
}
_NUMBER = r"[+\-]?[\d.,'’\u00a0\u202f\u2009 ]*\d[\d.,'’\u00a0\u202f\u2009 ]*[+\-]?"
_CELL = re.compile(
    rf"(?P<minus>[+\-]?)\s*(?P<before>[^\d\s+\-.,()]*?)\.?\s*(?P<number>{_NUMBER})\s*"
    r"(?P<after>[^\d\s+\-.,()]*?)\.?"
)


def part_currencies(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """
    Part amounts from the currency written beside them.

    Parameters
    ----------
    text : shape (n_rows,)
        Stripped cells, minus signs in front and plain.

    Returns
    -------
    bare : shape (n_rows,)
        The cells without a sign or code that we know; all others as they were.
    currencies : shape (n_rows,)
        What the sign may stand for, three letters each, parted by blanks; empty where
        no currency stands.
    """
    is_marked = text.str.contains(r"[^\d\s+\-.,'’]", regex=True)
    if not bool(is_marked.any()):
        return text, pd.Series("", index=text.index, dtype="str")
    parts = {cell: _part(cell) for cell in text[is_marked].unique()}
    marked = text[is_marked]
    bare = text.copy()
    bare[is_marked] = marked.map({cell: part[0] for cell, part in parts.items()})
    currencies = pd.Series("", index=text.index, dtype="str")
    currencies[is_marked] = marked.map({cell: part[1] for cell, part in parts.items()})
    return bare.astype("str"), currencies.astype("str")


def is_other_currency(currencies: pd.Series, currency: str) -> pd.Series:
    """
    Tell which cells are in another currency than the company's.

    Parameters
    ----------
    currencies : shape (n_rows,)
        As of `part_currencies`.
    currency
        Three letters.
    """
    by_text = {
        text: bool(text) and currency not in text.split()
        for text in currencies.unique()
    }
    return currencies.map(by_text).astype(bool)


def _part(cell: str) -> tuple[str, str]:
    match = _CELL.fullmatch(cell)
    if match is None:
        return cell, ""
    marks = [match[side] for side in ("before", "after") if match[side]]
    named = [_currencies_of(mark) for mark in marks]
    if not named or not all(named):
        return cell, ""
    common = [code for code in named[0].split() if code in named[-1].split()]
    if not common:
        return cell, ""
    return f"{match['minus']}{match['number'].strip()}", " ".join(common)


def _currencies_of(mark: str) -> str:
    """Name the currencies that a sign, a code, or both at once stand for."""
    folded = mark.casefold()
    if folded in _PLAIN_SIGNS:
        return _PLAIN_SIGNS[folded]
    code = folded.strip("$€£¥").upper()
    return code if code in _codes() else ""


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(list_currencies())
