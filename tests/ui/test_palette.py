from __future__ import annotations

import pytest

from planner.ui.maps import palette

ROLES = [palette.ACCENT, palette.GOOD, palette.WARNING, palette.FAULT, palette.QUIET]


@pytest.mark.parametrize("role", ROLES)
def test_text_in_a_role_colour_reads_on_the_ground(role):
    assert palette.contrast(role, palette.PAPER) >= 4.5


def test_eight_colours_at_most():
    assert len(palette.TERRITORY) <= 8
    assert len(set(palette.TERRITORY)) == len(palette.TERRITORY)


def test_every_name_offered_exists():
    assert all(hasattr(palette, name) for name in palette.__all__)
