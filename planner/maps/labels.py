"""Names on a printed map: each where it covers no other, or not at all."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np

LETTER_WIDTH = 0.68  # of the font size: wide enough for the fonts of the picture
WIDE_LETTER_WIDTH = 1.05  # Chinese, Japanese, Korean
LINE_HEIGHT = 1.4
# Where a name may stand: in its place, else moved by lines and halves of its width.
SHIFTS = ((0, 0), (0, 1), (0, -1), (0.5, 0), (-0.5, 0), (0, 2), (0, -2))


def place_labels(
    texts: Sequence[str],
    places: np.ndarray,
    size: float,
    frame: tuple[float, float],
    obstacles: Sequence[tuple[float, float, float, float]] = (),
) -> list[tuple[float, float] | None]:
    """
    Place names so that no two overlap and none leaves the frame.

    Parameters
    ----------
    texts
        Names, the most important first.
    places : shape (n, 2)
        Where each would stand best, pixels.
    size
        Of the font, pixels.
    frame
        Width and height of the map, pixels.
    obstacles
        Boxes that are not free: left, bottom, right, top.

    Returns
    -------
    Middle of each name; None where no place is free.
    """
    boxes = list(obstacles)
    middles: list[tuple[float, float] | None] = []
    for text, (x, y) in zip(texts, places, strict=True):
        half = text_width(text, size) / 2
        tall = size * LINE_HEIGHT / 2
        middles.append(None)
        for across, up in SHIFTS:
            middle = (x + across * 2 * half, y + up * 2 * tall)
            box = (
                middle[0] - half,
                middle[1] - tall,
                middle[0] + half,
                middle[1] + tall,
            )
            if _is_inside(box, frame) and not any(_overlap(box, b) for b in boxes):
                boxes.append(box)
                middles[-1] = middle
                break
    return middles


def text_width(text: str, size: float) -> float:
    """Estimate how wide a line is, pixels; rather too wide than too narrow."""
    widths = (
        WIDE_LETTER_WIDTH
        if unicodedata.east_asian_width(letter) in "WF"
        else LETTER_WIDTH
        for letter in text
    )
    return size * sum(widths)


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _is_inside(box: tuple[float, ...], frame: tuple[float, float]) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= frame[0] and box[3] <= frame[1]
