"""Text cells: cleaned without a trace of loss, and checked for damage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# Breaks become blanks; other control signs and signs without width are taken out.
_BREAKS = r"[\t\n\r\f\v\u0085\u2028\u2029]+"
_UNSEEN = "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff]"
# Either of them, in the words of RE2: one look at the column, and most hold none.
_ODD = r"[\x00-\x1f\x7f-\x9f\x{200b}\x{2028}\x{2029}\x{2060}\x{feff}]"


def clean_text(cells: pd.Series) -> pd.Series:
    """Compose accents (NFC), take off outer blanks, breaks and unseen signs."""
    is_unseen = has_unseen(cells)
    if bool(is_unseen.any()):
        plain = cells[is_unseen].str.replace(_BREAKS, " ", regex=True)
        plain = plain.str.replace(_UNSEEN, "", regex=True)
        cells = cells.where(~is_unseen, plain)
    trimmed = cells.str.strip(" \u00a0")
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
