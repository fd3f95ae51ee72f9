"""Colours of maps, charts and reports: few, tellable apart by everyone, fixed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
import pandas as pd

# Paul Tol, "Colour schemes" (SRON/EPS/TN/09-002, 2021), qualitative scheme "light":
# made to fill labelled areas under dark text, safe for colour-blind readers.
TERRITORY = (
    "#77AADD",
    "#EE8866",
    "#44BB99",
    "#EEDD88",
    "#FFAABB",
    "#BBCC33",
    "#99DDFF",
    "#AAAA00",
)
GREY = "#DDDDDD"
# Pairs of `TERRITORY` that look alike from afar, or to those who see no red or no
# green: kept apart where that is possible.
ALIKE = frozenset({(0, 6), (1, 2), (1, 3), (2, 4), (3, 5), (3, 7), (5, 7)})
INK = "#1F2933"
PAPER = "#FAFAF8"

# Paul Tol, same source, sequential scheme "iridescent" (nine of its 23 stops).
IRIDESCENT = (
    "#FCF7D5",
    "#DDECBF",
    "#B5DDD8",
    "#8DCBE4",
    "#7EB2E4",
    "#9398D2",
    "#9D7DB2",
    "#805770",
    "#46353A",
)

# ColorBrewer 2 (Harrower and Brewer, 2003): the blues of RdBu and the oranges of
# PuOr around a grey, so that neither end reads as good or bad.
DEVIATION = ("#2166AC", "#67A9CF", "#E0DFDA", "#F1A340", "#B35806")

# Days since the last visit: light = recent, dark = long ago.
VISIT_BANDS = (
    (30, "up to 30 days", IRIDESCENT[1]),
    (60, "31–60 days", IRIDESCENT[3]),
    (90, "61–90 days", IRIDESCENT[4]),
    (180, "91–180 days", IRIDESCENT[6]),
    (10**9, "over 180 days", IRIDESCENT[7]),
)
NEVER_VISITED = (IRIDESCENT[8], "never visited")


def colour_territories(
    neighbours: Mapping[str, AbstractSet[str]],
    n_colours: int = len(TERRITORY),
    alike: AbstractSet[tuple[int, int]] = ALIKE,
) -> dict[str, int]:
    """
    Give each territory a colour that none of its neighbours has.

    Parameters
    ----------
    neighbours
        The territories that touch each territory; need not be symmetric.
    n_colours
        How many colours there are.
    alike
        Pairs of colours, the lower first, that look alike.

    Returns
    -------
    Index of the colour by territory. The colours are used evenly; if one territory
    has more neighbours than there are colours, the least conflicting is taken.

    Notes
    -----
    DSATUR: the territory whose neighbours already show most colours goes first.
    Source: Brélaz (1979), Communications of the ACM 22(4). Ties go by name, so
    the same map always gets the same colours.
    """
    touching = _symmetric(neighbours)
    colour_of: dict[str, int] = {}
    used = [0] * n_colours
    waiting = set(touching)
    while waiting:
        next_id = max(sorted(waiting), key=lambda t: _urgency(t, touching, colour_of))
        near = [colour_of[n] for n in touching[next_id] if n in colour_of]
        beyond = {
            colour_of[far]
            for n in touching[next_id]
            for far in touching[n]
            if far in colour_of
        }
        colour = min(
            range(n_colours),
            key=lambda c: (
                near.count(c),
                sum((min(c, n), max(c, n)) in alike for n in near),
                c in beyond,
                used[c],
                c,
            ),
        )
        colour_of[next_id] = colour
        used[colour] += 1
        waiting.remove(next_id)
    return {territory: colour_of[territory] for territory in neighbours}


def _symmetric(neighbours: Mapping[str, AbstractSet[str]]) -> dict[str, set[str]]:
    """Make every neighbour known from both sides; none touches itself."""
    touching: dict[str, set[str]] = {territory: set() for territory in neighbours}
    for territory, others in neighbours.items():
        for other in others:
            if other != territory:
                touching[territory].add(other)
                touching.setdefault(other, set()).add(territory)
    return touching


def _urgency(
    territory: str,
    touching: Mapping[str, AbstractSet[str]],
    colour_of: Mapping[str, int],
) -> tuple[int, int]:
    """Rank by distinct colours around, then by number of neighbours."""
    around = {colour_of[n] for n in touching[territory] if n in colour_of}
    return len(around), len(touching[territory])


def neighbours_of(
    territory_by_unit: pd.Series, edges: pd.DataFrame
) -> dict[str, set[str]]:
    """
    Find which territories touch.

    Parameters
    ----------
    territory_by_unit : shape (n_units,)
        Territory by `unit_id`; missing: unassigned.
    edges
        EDGES frame; bridges count as touching.

    Returns
    -------
    The neighbours of each territory, every territory present.
    """
    nth, ids = pd.factorize(territory_by_unit, sort=True)
    neighbours: dict[str, set[str]] = {str(territory): set() for territory in ids}
    nth = np.append(nth, -1)  # of units that are not known: none
    ends = [
        nth[territory_by_unit.index.get_indexer(edges[end])]
        for end in ("unit_id", "neighbour_id")
    ]
    pairs = np.unique(np.column_stack(ends), axis=0)
    for a, b in pairs[(pairs >= 0).all(axis=1) & (pairs[:, 0] != pairs[:, 1])]:
        neighbours[ids[a]].add(ids[b])
        neighbours[ids[b]].add(ids[a])
    return neighbours


def rgb(colour: str) -> tuple[int, int, int]:
    """Split ``#RRGGBB`` into its three parts, 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def blend(colour: str, other: str, share: float) -> str:
    """
    Mix two colours.

    Parameters
    ----------
    colour, other
        ``#RRGGBB``.
    share
        How much of `other`, 0 to 1.
    """
    mixed = (
        round(a + (b - a) * share) for a, b in zip(rgb(colour), rgb(other), strict=True)
    )
    return "#" + "".join(f"{part:02X}" for part in mixed)


def tints(colour: str) -> tuple[str, ...]:
    """Return a fill as it is, darker and lighter: for maps of more than its palette."""
    return colour, blend(colour, INK, 0.3), blend(colour, PAPER, 0.5)


def tinted(
    colours: Mapping[str, str], before: Mapping[str, str] | None = None
) -> dict[str, str]:
    """
    Tell territories of one colour apart by its tints, as far as these go.

    Parameters
    ----------
    colours
        Colour of the palette by territory.
    before
        Colour or tint by territory as last seen: kept where no other has it.

    Returns
    -------
    By territory its colour as long as it is the only one to have it, else a tint of
    it; of palettes of eight no two of 24 evenly coloured territories look the same.
    """
    uses: dict[str, int] = {}
    fills: dict[str, str] = {}
    for name, colour in colours.items():
        last = (before or {}).get(name)
        if last in tints(colour) and not uses.get(last):
            fills[name] = last
            uses[last] = 1
    for name, colour in colours.items():
        if name not in fills:
            fills[name] = min(tints(colour), key=lambda tint: uses.get(tint, 0))
            uses[fills[name]] = uses.get(fills[name], 0) + 1
    return {name: fills[name] for name in colours}


def shade(colour: str) -> str:
    """Darken a fill so that it stands as a line or a point on that fill."""
    return blend(colour, INK, 0.45)


def along(stops: Sequence[str], share: float) -> str:
    """Return the colour at `share` (0 to 1) of a ramp given by its stops."""
    place = min(1.0, max(0.0, float(share))) * (len(stops) - 1)
    low = min(int(place), len(stops) - 2)
    return blend(stops[low], stops[low + 1], place - low)


VISIT_LIMITS = tuple(limit for limit, _, _ in VISIT_BANDS[:-1])
VISIT_LABELS = (*(label for _, label, _ in VISIT_BANDS), NEVER_VISITED[1])
VISIT_COLOURS = (*(colour for _, _, colour in VISIT_BANDS), NEVER_VISITED[0])


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2, 0 (black) to 1 (white)."""
    parts = np.array(rgb(colour)) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(colour: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2, 1 (equal) to 21 (black on white)."""
    light, dark = sorted((luminance(colour), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
