"""Text cells: cleaned without a trace of loss, and checked for damage."""

from __future__ import annotations

import pandas as pd

# Breaks become blanks; other control signs and signs without width are taken out.
_BREAKS = r"[\t\n\r\f\v\u0085\u2028\u2029]+"
_UNSEEN = "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff]"


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
    inner = cells.str.strip()
    return inner.str.contains(_BREAKS, regex=True) | cells.str.contains(
        _UNSEEN, regex=True
    )


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
