from __future__ import annotations

import itertools

import numpy as np

from planner.maps.labels import LINE_HEIGHT, place_labels, text_width

FRAME = (200.0, 100.0)


def test_names_in_one_place_move_aside_and_never_overlap():
    texts = ["T01", "T02", "T03", "T04"]
    middles = place_labels(texts, np.full((4, 2), 50.0), 10, FRAME)
    assert middles[0] == (50, 50)
    assert None not in middles
    for (x, y), (u, v) in itertools.combinations(middles, 2):
        is_aside = abs(x - u) >= text_width("T01", 10)
        assert is_aside or abs(y - v) >= 10 * LINE_HEIGHT


def test_a_name_without_room_is_left_out():
    middles = place_labels(["x" * 20] * 9, np.full((9, 2), 50.0), 10, FRAME)
    assert middles[0] is not None  # moved aside: around 50 it would leave the frame
    assert middles[0][0] == 50 + text_width("x" * 20, 10) / 2
    assert middles.count(None) > 4  # a frame of 100 pixels has no room for nine lines


def test_chinese_letters_are_wide():
    assert text_width("東京", 10) > text_width("To", 10)
