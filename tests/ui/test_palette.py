from __future__ import annotations

import numpy as np
import pytest

from planner.geography import colours
from planner.geography.colours import colour_territories, rgb
from planner.ui.maps import palette

ROLES = [palette.ACCENT, palette.GOOD, palette.WARNING, palette.FAULT, palette.QUIET]


@pytest.mark.parametrize("role", ROLES)
def test_text_in_a_role_colour_reads_on_the_ground(role):
    assert colours.contrast(role, colours.PAPER) >= 4.5


def test_eight_colours_at_most():
    assert len(colours.TERRITORY) <= 8
    assert len(set(colours.TERRITORY)) == len(colours.TERRITORY)


# Linear RGB as seen without red or green cones. Source: Machado, Oliveira and Fernandes
# (2009), IEEE Transactions on Visualization and Computer Graphics 15(6), severity 1.
SIGHT = {
    "full": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
APART = 20  # CIE 1976 colour difference; 2.3 is just noticeable side by side


def lab(colour, sight):
    """CIELAB under D65 of a colour as someone sees it."""
    parts = np.array(rgb(colour)) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = np.clip(SIGHT[sight] @ linear, 0, 1)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    xyz = to_xyz @ seen / np.array([0.95047, 1, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one, other, sight):
    return float(np.linalg.norm(lab(one, sight) - lab(other, sight)))


@pytest.mark.parametrize("chosen", palette.PALETTES, ids=lambda p: p.name)
@pytest.mark.parametrize("sight", SIGHT)
def test_colours_not_called_alike_are_apart_for_everyone(chosen, sight):
    n = len(chosen.colours)
    assert n <= 8
    for i in range(n):
        for j in range(i + 1, n):
            if (i, j) not in chosen.alike:
                apart = difference(chosen.colours[i], chosen.colours[j], sight)
                assert apart >= APART, (i, j)


@pytest.mark.parametrize("chosen", palette.PALETTES, ids=lambda p: p.name)
def test_neighbours_on_a_map_are_apart_for_everyone(chosen):
    """Bricks in rows, each with six neighbours, as counties have them."""
    side, around = 8, {}
    for row in range(side):
        for column in range(side):
            steps = [(0, 1), (0, -1), (1, 0), (-1, 0)]
            steps += [(1, 1), (-1, 1)] if row % 2 else [(1, -1), (-1, -1)]
            near = {(row + down, column + across) for down, across in steps}
            around[f"{row} {column}"] = {
                f"{r} {c}" for r, c in near if 0 <= r < side and 0 <= c < side
            }
    given = colour_territories(around, len(chosen.colours), chosen.alike)
    pairs = {tuple(sorted((given[a], given[b]))) for a in around for b in around[a]}
    for i, j in pairs:
        for sight in SIGHT:
            one, other = chosen.colours[i], chosen.colours[j]
            # also where a crowd of neighbours left only one that is alike
            assert difference(one, other, sight) >= APART / 2, (i, j, sight)
    lines = [tuple(sorted((given[a], given[b]))) for a in around for b in around[a]]
    assert sum(line in chosen.alike for line in lines) <= 0.05 * len(lines)


def test_the_palette_for_grey_print_steps_in_lightness():
    steps = [lab(c, "full")[0] for c in palette.PALETTES[-1].colours]
    assert np.diff(steps).min() >= 14
