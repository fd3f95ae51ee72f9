"""The colours of the screen; defined where reports can reach them too."""

from __future__ import annotations

from dataclasses import dataclass

from planner.geography.colours import ALIKE, TERRITORY

ACCENT = "#0B6E99"
GOOD = "#1F7A4D"
WARNING = "#B45309"
FAULT = "#B42318"
QUIET = "#5B6670"  # axis labels and second lines; 5.6 to 1 on the ground
RULE = "#DAD9D2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """
    Colours of territories to choose from.

    Parameters
    ----------
    name
        As the user knows it.
    colours
        Eight at most.
    alike
        Pairs, the lower index first, that are hard to tell apart for some: no two
        neighbours get them where that can be helped.
    """

    name: str
    colours: tuple[str, ...]
    alike: frozenset[tuple[int, int]]


# Soft, bright, muted: Paul Tol (SRON/EPS/TN/09-002, 2021), schemes "light", "bright"
# and "muted". Vivid: Okabe and Ito (2008), Color Universal Design. Light to dark: six
# steps of viridis (Smith and van der Walt, 2015), apart also where all is printed grey.
PALETTES = (
    Palette(name="Soft", colours=TERRITORY, alike=ALIKE),
    Palette(
        name="Bright",
        colours=(
            "#4477AA",
            "#EE6677",
            "#228833",
            "#CCBB44",
            "#66CCEE",
            "#AA3377",
            "#BBBBBB",
        ),
        alike=frozenset({(0, 5), (1, 2)}),
    ),
    Palette(
        name="Vivid",
        colours=(
            "#E69F00",
            "#56B4E9",
            "#009E73",
            "#F0E442",
            "#0072B2",
            "#D55E00",
            "#CC79A7",
        ),
        alike=frozenset({(0, 3), (0, 5), (2, 6)}),
    ),
    Palette(
        name="Muted",
        colours=(
            "#CC6677",
            "#332288",
            "#DDCC77",
            "#117733",
            "#88CCEE",
            "#44AA99",
            "#999933",
            "#AA4499",
        ),
        alike=frozenset({(0, 5)}),
    ),
    Palette(
        name="Light to dark",
        colours=("#440154", "#414487", "#2A788E", "#22A884", "#7AD151", "#FDE725"),
        alike=frozenset({(0, 1)}),
    ),
)
