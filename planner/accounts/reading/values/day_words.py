"""Dates with the name of their month: 05-OCT-26, 5. März 2026, Oct 5, 2026."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import pandas as pd
from babel import Locale

_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi")
_MORE_MONTHS = {"mrz": 3, "marz": 3, "sept": 9, "okt": 10, "dez": 12, "maerz": 3}
_FILLERS = {"of", "the", "den", "der", "le", "de", "del", "di", "il", "el", "do", "om"}
_ENDINGS = {"st", "nd", "rd", "th", "er", "o", "a", "utc", "gmt", "am", "pm", "z", "t"}
_YOUNGEST_SHORT_YEAR = 29  # two digits: 00-29 are this century, as in Excel


def named_dates(cells: pd.Series) -> pd.Series:
    """
    Write dates that name their month as ISO.

    Parameters
    ----------
    cells : shape (n_rows,)
        Stripped text.

    Returns
    -------
    shape (n_rows,)
        ``2026-10-05``; cells of another form as they were.
    """
    by_text = {text: _iso(text) or text for text in cells.unique()}
    return cells.map(by_text).astype("str")


def _iso(text: str) -> str:
    date = re.sub(r"[T,]?\s*\d{1,2}:\d{2}.*$", "", text)  # a time of day behind it
    words = re.findall(r"[^\W\d_]+|\d+", date)
    numbers = [word for word in words if word.isdecimal()]
    names = [_plain(word) for word in words if not word.isdecimal()]
    months = [_months()[name] for name in names if name in _months()]
    others = {name for name in names if name not in _months()}
    if len(numbers) != 2 or len(months) != 1 or not others <= _known_words():
        return ""
    year, day = sorted(numbers, key=len, reverse=True)
    if len(year) != 4:  # 05-OCT-26: the year stands last
        day, year = numbers
    if len(year) == 2:
        year = f"{20 if int(year) <= _YOUNGEST_SHORT_YEAR else 19}{year}"
    if len(year) != 4 or not 1 <= int(day) <= 31:
        return ""
    return f"{year}-{months[0]:02d}-{int(day):02d}"


def _plain(word: str) -> str:
    split = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in split if not unicodedata.combining(sign))


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """List month names of the west; a word that two languages part on is left out."""
    months: dict[str, int] = dict(_MORE_MONTHS)
    unclear = set()
    for language in _LANGUAGES:
        names = Locale(language).months
        for use in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in names[use][width].items():
                    word = _plain(name).strip(".")
                    if months.setdefault(word, number) != number:
                        unclear.add(word)
    return {word: number for word, number in months.items() if word not in unclear}


@lru_cache(maxsize=1)
def _known_words() -> frozenset[str]:
    """List what may stand beside a month: weekdays, articles, endings of numbers."""
    words = set(_FILLERS | _ENDINGS)
    for language in _LANGUAGES:
        days = Locale(language).days
        for width in ("wide", "abbreviated"):
            for name in days["format"][width].values():
                words |= set(re.findall(r"[a-z]+", _plain(name)))
    return frozenset(words)
