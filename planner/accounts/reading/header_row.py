"""Where the header of a table stands: below titles, notes and empty lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from planner.accounts.findings import Finding
from planner.accounts.mapping.headers import n_known_names

LOOKED_AT = 20  # lines in which a header is looked for
_PROBED = 60
_LEAST_KNOWN = 2
_VALUE = re.compile(r"[+-]?[\d.,/:\- ]*\d[\d.,/:\- %]*")

Rows = Sequence[Sequence[str]]


def header_place(rows: Rows) -> int:
    """
    Find the row that names the columns.

    Parameters
    ----------
    rows : shape (n_rows, any)
        Cells as text, empty rows as empty lists.

    Returns
    -------
    Place of the header from 0: the first row that is not empty, unless it is narrower
    than the table or names fewer columns we know than a row below it.
    """
    first = next((place for place, row in enumerate(rows) if _filled(row)), 0)
    usual = _usual_width(rows[first:])
    best, most = first, _score(rows[first], usual)
    for place in range(first + 1, min(len(rows) - 1, first + LOOKED_AT)):
        score = _score(rows[place], usual)
        is_title = _filled(rows[first]) < max(2, usual / 2)
        has_names = score >= _LEAST_KNOWN or (is_title and best == first)
        if score > most and has_names:
            best, most = place, score
    return best


def title_notes(rows: Rows, place: int) -> list[Finding]:
    """Say which lines above the header were left out, and how rows are counted."""
    above = [" ".join(filter(None, row)).strip() for row in rows[:place]]
    above = [text for text in above if text]
    if not above:
        return []
    return [
        Finding(
            code="lines_above",
            severity="notice",
            value=above[0][:120],
            message=f"the names of the columns stand in line {place + 1}; the lines "
            f"above it ({above[0][:60]!r} …) were left out. Row 1 is line {place + 2}",
        )
    ]


def _score(row: Sequence[str], usual: float) -> float:
    """Weigh how much a row is a header: names we know, else texts as wide as rows."""
    cells = [cell.strip() for cell in row if cell.strip()]
    if not cells or any(_VALUE.fullmatch(cell) for cell in cells):
        return 0.0
    known = n_known_names(cells)
    is_wide = len(cells) >= 0.8 * usual and len(set(cells)) == len(cells)
    return known + (0.5 if is_wide and len(cells) > 1 else 0.0)


def _usual_width(rows: Rows) -> float:
    """Tell how many cells most rows fill; the widest of those that tie."""
    widths = Counter(_filled(row) for row in rows[:_PROBED] if _filled(row))
    return max(widths, key=lambda width: (widths[width], width)) if widths else 0


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())
