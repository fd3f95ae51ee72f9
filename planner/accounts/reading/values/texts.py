"""Text cells: cleaned without a trace of loss, and checked for damage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# Breaks become blanks; other control signs and signs without width are taken out.
_BREAKS = r"[\t\n\r\f\v\u0085\u2028\u2029]+"
# Marks of direction are among them: they turn the text around a name about.
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = (
    f"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u180e\u200b\u2060\ufeff{_DIRECTIONS}]"
)
# Either of them, in the words of RE2: one look at the column, and most hold none.
_ODD = (
    r"[\x00-\x1f\x7f-\x9f\x{ad}\x{61c}\x{180e}\x{200b}\x{200e}\x{200f}\x{2028}-\x{202e}"
    r"\x{2060}\x{2066}-\x{2069}\x{feff}]"
)

_CYRILLIC, _GREEK = "авекмнорстухіјѕ", "αβεικνορτυχ"
_LOOKALIKES = str.maketrans(_CYRILLIC + _GREEK, "abekmhopctyxijs" + "abeikvoptux")


def clean_text(cells: pd.Series) -> pd.Series:
    """Compose accents (NFC), take off outer blanks, breaks and unseen signs."""
    is_unseen = has_unseen(cells)
    if bool(is_unseen.any()):
        plain = cells[is_unseen].str.replace(_BREAKS, " ", regex=True)
        plain = plain.str.replace(_UNSEEN, "", regex=True)
        cells = cells.where(~is_unseen, plain)
    trimmed = cells.str.strip()
    is_plain = trimmed.str.isascii()
    if bool(is_plain.all()):
        return trimmed
    return trimmed.where(is_plain, trimmed[~is_plain].str.normalize("NFC"))


def has_unseen(cells: pd.Series) -> pd.Series:
    """Tell which texts hold line breaks, control signs or signs without width."""
    is_odd = _holds_odd(cells)
    if not bool(is_odd.any()):
        return is_odd
    odd = cells[is_odd]
    is_odd[is_odd] = odd.str.strip().str.contains(
        _BREAKS, regex=True
    ) | odd.str.contains(_UNSEEN, regex=True)
    return is_odd


def _holds_odd(cells: pd.Series) -> pd.Series:
    """Tell which texts may hold such signs; those at the ends may be mere blanks."""
    texts = pa.array(cells, type=pa.large_string(), from_pandas=True)
    hits = pc.fill_null(pc.match_substring_regex(texts, _ODD), fill_value=False)
    return pd.Series(np.array(hits, dtype=bool), index=cells.index)


def look_key(ids: pd.Series) -> pd.Series:
    """
    Reduce ids to what an eye tells apart.

    Parameters
    ----------
    ids : shape (n_rows,)
        Clean text.

    Returns
    -------
    shape (n_rows,)
        Without case, width, blanks and signs between; letters of other scripts that
        look Latin as Latin; numbers without zeros before them.
    """
    plain = ids.str.normalize("NFKC").str.casefold().str.translate(_LOOKALIKES)
    bare = plain.str.replace(r"[\s\u200c\u200d]+", "", regex=True)
    bare = bare.str.replace(r"[\u2010-\u2015\u2212]", "-", regex=True)
    is_number = bare.str.fullmatch(r"\d+")
    return bare.where(~is_number, bare.str.lstrip("0"))


def looks_damaged(cells: pd.Series) -> pd.Series:
    """
    Tell which texts were decoded wrongly before they reached us.

    Parameters
    ----------
    cells : shape (n_rows,)
        Text.

    Notes
    -----
    UTF-8 read as Windows-1252 turns back into valid UTF-8 (``CafÃ©`` → ``Café``);
    replacement marks are beyond repair.
    """
    suspect = cells.str.contains("[ÃÂâ\ufffd]", regex=True)
    damaged = suspect.copy()
    for row, text in cells[suspect].items():
        damaged[row] = "\ufffd" in text or _turns_back(text)
    return damaged


def _turns_back(text: str) -> bool:
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8") != text
        except UnicodeError:
            continue
    return False
