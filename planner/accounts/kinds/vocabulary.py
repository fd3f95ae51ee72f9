"""Words that cells are made of: weekdays, scales of ratings, names that are none."""

from __future__ import annotations

import re

import pandas as pd

from planner.core.schemas import WEEKDAYS

VISIT_CLASSES = ("A", "B", "C", "D")
_LONGEST_DAYS = 200

_DAY_WORDS = (
    "mon monday mo montag lundi lunes",
    "tue tues tuesday tu di dienstag mardi martes",
    "wed weds wednesday we mi mittwoch mercredi miércoles",
    "thu thur thurs thursday th do donnerstag jeudi jueves",
    "fri friday fr freitag vendredi viernes",
    "sat saturday sa samstag samedi sábado",
    "sun sunday su so sonntag dimanche domingo",
)
_DAY_BY_WORD = {
    word: place for place, words in enumerate(_DAY_WORDS) for word in words.split()
}
_DAY_GROUPS = {
    "daily": range(7),
    "every day": range(7),
    "all": range(7),
    "weekdays": range(5),
    "weekends": range(5, 7),
}
_NO_NAMES = (
    "tba|tbd|na|n/a|#n/a|none|null|nil|nan|unknown|unnamed|noname|no name|dummy|asdf|"
    "asdfgh|qwerty|placeholder|test|tests|testing|testkunde|mustermann|musterfirma|"
    "max mustermann|john doe|jane doe|not available|to be determined|do not use|"
    "delete me|lorem ipsum"
)
_TEST_NAME = (
    r"(?:test|dummy|sample)[ _-]?(?:account|customer|company|client|record|name)?"
    r"[ _-]?\d*"
)
_FILLER = r"x{2,}|[\W_]+"  # xx, ???, ---
_SCALES = {
    "A to E": r"[a-e][+-]?",
    "1 to 5": r"[1-5](?:\.0)?",
    "stars": r"[★*]{1,5}",
    "hot, warm, cold": r"hot|warm|cold",
    "high, medium, low": r"high|medium|low",
    "platinum, gold, silver, bronze": r"platinum|gold|silver|bronze",
}


def is_placeholder_name(names: pd.Series) -> pd.Series:
    """
    Tell which names were typed only because one had to be given.

    Parameters
    ----------
    names : shape (n_rows,)
        Clean text.
    """
    plain = names.str.strip().str.casefold()
    return (
        plain.isin(_NO_NAMES.split("|"))
        | plain.str.fullmatch(_TEST_NAME)
        | plain.str.fullmatch(_FILLER)
    )


def rating_scale(ratings: pd.Series) -> tuple[str, pd.Series]:
    """
    Find the scale that most ratings are on.

    Parameters
    ----------
    ratings : shape (n_rows,)
        Clean text without empty cells.

    Returns
    -------
    scale
        Its name for messages; empty if no rating is on a scale we know.
    is_member : shape (n_rows,)
        Which ratings are on it.
    """
    best, best_members = "", pd.Series(data=False, index=ratings.index)
    plain = ratings.str.casefold()
    for name, pattern in _SCALES.items():
        members = plain.str.fullmatch(pattern)
        if int(members.sum()) > int(best_members.sum()):
            best, best_members = name, members
    return best, best_members


def read_weekdays(days: pd.Series) -> pd.Series:
    """
    Bring opening days to ``Mon;Tue;Wed``.

    Parameters
    ----------
    days : shape (n_rows,)
        Clean text such as ``Monday, Tuesday``, ``Mo-Fr`` or ``daily``.

    Returns
    -------
    shape (n_rows,)
        In the order of the week; empty where a word is no day.
    """
    days_by_text = {text: _weekdays(text) for text in days.unique()}
    return days.map(days_by_text).astype("str")


def _weekdays(text: str) -> str:
    plain = text.strip().casefold()
    if plain in _DAY_GROUPS:
        return ";".join(WEEKDAYS[day] for day in _DAY_GROUPS[plain])
    numbers: set[int] = set()
    spans = re.sub(r"\s*(?:-|–|\bto\b|\bbis\b)\s*", "-", plain[:_LONGEST_DAYS])
    for part in re.split(r"[;,/|\s]+|\band\b|\bund\b|&", spans):
        if not part:
            continue
        ends = [_DAY_BY_WORD.get(word.strip(".")) for word in part.split("-")]
        if len(ends) > 2 or None in ends:
            return ""
        first, last = ends[0] or 0, ends[-1] or 0
        numbers |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return ";".join(WEEKDAYS[day] for day in sorted(numbers))
