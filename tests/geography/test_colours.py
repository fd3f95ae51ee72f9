from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.geography import colours


def ring(n: int) -> dict[str, set[str]]:
    return {f"T{i}": {f"T{(i + 1) % n}", f"T{(i - 1) % n}"} for i in range(n)}


@given(st.integers(3, 40))
def test_neighbours_on_a_ring_differ(n):
    around = ring(n)
    colour = colours.colour_territories(around)
    assert all(colour[a] != colour[b] for a in around for b in around[a])


@given(
    st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), min_size=1, max_size=60)
)
def test_neighbours_differ_wherever_no_one_has_eight(pairs):
    around: dict[str, set[str]] = {}
    for a, b in pairs:
        around.setdefault(f"T{a}", set())
        if a != b:
            around[f"T{a}"].add(f"T{b}")
            around.setdefault(f"T{b}", set()).add(f"T{a}")
    colour = colours.colour_territories(around)
    assert set(colour) == set(around)
    if max(len(others) for others in around.values()) < len(colours.TERRITORY):
        assert all(colour[a] != colour[b] for a in around for b in around[a])


def test_a_clique_of_eight_uses_all_eight_colours():
    clique = {f"T{i}": {f"T{j}" for j in range(8) if j != i} for i in range(8)}
    assert sorted(colours.colour_territories(clique).values()) == list(range(8))


def test_more_neighbours_than_colours_is_no_crash():
    clique = {f"T{i}": {f"T{j}" for j in range(10) if j != i} for i in range(10)}
    assert set(colours.colour_territories(clique).values()) == set(range(8))


def test_colours_do_not_depend_on_the_order_given():
    around = ring(12)
    turned = dict(reversed(list(around.items())))
    assert colours.colour_territories(around) == colours.colour_territories(turned)


def test_territories_touch_where_their_units_do():
    territory = pd.Series({"a": "T1", "b": "T1", "c": "T2", "d": None})
    edges = pd.DataFrame({"unit_id": ["a", "b", "c"], "neighbour_id": ["b", "c", "d"]})
    assert colours.neighbours_of(territory, edges) == {"T1": {"T2"}, "T2": {"T1"}}


@pytest.mark.parametrize("colour", [*colours.TERRITORY, colours.GREY])
def test_labels_read_on_every_fill(colour):
    assert colours.contrast(colours.INK, colour) >= 4.5


@pytest.mark.parametrize("colour", colours.TERRITORY)
def test_points_stand_out_from_their_own_fill(colour):
    assert colours.contrast(colours.shade(colour), colour) >= 2
    assert colours.contrast(colours.shade(colour), colours.PAPER) >= 3


def test_known_contrasts():
    assert colours.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert colours.contrast("#777777", "#777777") == pytest.approx(1)


def test_the_ramp_darkens():
    shown = [colours.luminance(colour) for colour in colours.IRIDESCENT]
    assert shown == sorted(shown, reverse=True)


def test_last_visit_bands_darken_with_time():
    shown = [colours.luminance(colour) for colour in colours.VISIT_COLOURS]
    assert shown == sorted(shown, reverse=True)
    assert len(colours.VISIT_LABELS) == len(colours.VISIT_COLOURS)


def test_more_territories_than_colours_are_told_apart_by_tints():
    """Twenty-four of eight colours: three tints each, no two alike."""
    palette = {f"T{n:02}": colours.TERRITORY[n % 8] for n in range(24)}
    fills = colours.tinted(palette)
    assert len(set(fills.values())) == 24
    assert all(fills[name] in colours.tints(palette[name]) for name in palette)
    first = dict(list(palette.items())[:8])
    assert colours.tinted(first) == first


def test_a_tint_stays_with_its_territory():
    red, blue = colours.TERRITORY[:2]
    before = colours.tinted({"A": red, "B": red, "C": blue})
    after = colours.tinted({"B": red, "C": blue, "D": red}, before)
    assert after["B"] == before["B"] != after["D"]
