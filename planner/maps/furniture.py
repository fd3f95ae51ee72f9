"""What stands beneath a printed map: the key of the colours and the scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from planner.core.english.simulated import MARK
from planner.core.text import plain_text
from planner.core.units import KM_PER_MILE, M_PER_KM
from planner.geography.colours import GREY, INK, PAPER
from planner.maps.labels import text_width
from planner.maps.sheet import Swatch

SIZE = 10.0
QUIET, WARNING = "#5B6670", "#B45309"
MARGIN = 14.0
SWATCH_WIDTH = 40.0  # of one entry beside its text, pixels
SCALE_WIDTH = 130.0  # at most
MOST_LETTERS = 24


def add_legend(
    figure: Figure, legend: Sequence[Swatch], title: str, foot: float
) -> None:
    """
    Write the key of the colours in the foot; what does not fit is counted.

    Parameters
    ----------
    figure
        The picture.
    legend, title
        The key; none without entries.
    foot
        Height of the foot, pixels.
    """
    if not legend:
        return
    width, height = (inch * figure.dpi for inch in figure.get_size_inches())
    texts = [_text_of(swatch) for swatch in legend]
    room = width - 2 * MARGIN - SCALE_WIDTH - 70 - text_width(title, SIZE)
    n_shown, used = 0, 0.0
    for text in texts:
        used += SWATCH_WIDTH + text_width(text, SIZE)
        if used > room and n_shown:
            break
        n_shown += 1
    handles = [_handle_of(swatch) for swatch in legend[:n_shown]]
    lines = texts[:n_shown]
    if n_shown < len(legend):
        handles.append(Line2D([], [], linestyle="none"))
        lines.append(f"and {len(legend) - n_shown} more")
    if title:
        handles.insert(0, Line2D([], [], linestyle="none"))
        lines.insert(0, plain_text(title, MOST_LETTERS))
    key = figure.legend(
        handles,
        [" "] * len(handles),
        loc="center left",
        bbox_to_anchor=(MARGIN / width, foot / 2 / height),
        ncols=len(handles),
        frameon=False,
        borderpad=0,
        borderaxespad=0,
        handlelength=1.1,
        handletextpad=0.5,
        columnspacing=1.3,
        fontsize=SIZE,
        labelcolor=INK,
    )
    # Only now: what a legend is given it reads, "_" and "$" as signs of its own.
    for entry, text in zip(key.get_texts(), lines, strict=True):
        entry.set_parse_math(False)
        entry.set_text(text)


def add_simulated(figure: Figure, note: str) -> None:
    """
    Say in the upper left corner what of the figures is simulated.

    Parameters
    ----------
    figure
        The picture.
    note
        As of `MapSheet.simulated`; "": nothing is, and nothing is drawn.
    """
    if not note:
        return
    width, height = (inch * figure.dpi for inch in figure.get_size_inches())
    text = figure.text(
        MARGIN / width,
        1 - MARGIN / height,
        "",
        ha="left",
        va="top",
        fontsize=SIZE,
        color=WARNING,
        bbox={"boxstyle": "round,pad=0.25", "fc": PAPER, "ec": "none", "alpha": 0.85},
    )
    n_letters = int((width - 2 * MARGIN) / text_width("n", SIZE))
    text.set_parse_math(False)
    text.set_text(plain_text(f"{MARK} Simulated: {note}", n_letters))


def _text_of(swatch: Swatch) -> str:
    label = plain_text(swatch.label, MOST_LETTERS)
    return f"{label}  {plain_text(swatch.count)}" if swatch.count else label


def _handle_of(swatch: Swatch) -> Any:
    if swatch.mark == "line":
        return Line2D([], [], color=swatch.colour or GREY, linewidth=2)
    if swatch.mark == "point":
        return Line2D(
            [],
            [],
            linestyle="none",
            marker="o",
            markersize=5,
            markeredgewidth=0,
            color=swatch.colour or GREY,
        )
    if swatch.colour is None:
        return Patch(facecolor=PAPER, edgecolor=GREY, hatch="////")
    return Patch(facecolor=swatch.colour, edgecolor=INK, linewidth=0.5)


def add_scale_bar(figure: Figure, m_per_pixel: float, unit: str, foot: float) -> None:
    """
    Draw a bar of a round length in the lower right corner.

    Parameters
    ----------
    figure
        The picture.
    m_per_pixel
        In the middle of the map.
    unit
        ``km`` or ``mi``.
    foot
        Height of the foot, pixels.
    """
    width, height = (inch * figure.dpi for inch in figure.get_size_inches())
    unit_m = M_PER_KM * (KM_PER_MILE if unit == "mi" else 1.0)
    length = round_length(SCALE_WIDTH * m_per_pixel / unit_m)
    bar = length * unit_m / m_per_pixel
    right, y = width - MARGIN, foot / 2
    ends = [(right - bar) / width, right / width]
    for place in ends:
        tick = Line2D([place, place], [(y - 3) / height, (y + 3) / height])
        tick.set(color=QUIET, linewidth=1.2)
        figure.add_artist(tick)
    line = Line2D(ends, [y / height] * 2, color=QUIET, linewidth=1.2)
    figure.add_artist(line)
    figure.text(
        ends[0] - 6 / width,
        y / height,
        f"{length:g} {unit}",
        ha="right",
        va="center",
        fontsize=SIZE,
        color=QUIET,
    )


def round_length(longest: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten up to `longest`."""
    power = 10.0 ** math.floor(math.log10(longest))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= longest)
