"""Text cells: cleaned without a trace of loss, and checked for damage."""

from __future__ import annotations

import pandas as pd


def clean_text(cells: pd.Series) -> pd.Series:
    """Compose accents (NFC) and take off outer blanks."""
    trimmed = cells.str.strip(" \u00a0")
    is_plain = trimmed.str.isascii()
    if bool(is_plain.all()):
        return trimmed
    return trimmed.where(is_plain, trimmed[~is_plain].str.normalize("NFC"))


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
