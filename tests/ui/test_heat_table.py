"""The cross table is readable whatever its cells hold."""

import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from planner.geography.colours import contrast
from planner.ui.maps.palette import ACCENT
from planner.ui.views.accounts.heat_table import heat_table

THEME = Path(__file__).resolve().parents[2] / ".streamlit/config.toml"
READABLE = 4.5  # WCAG 2.1 AA
CELL = re.compile(
    r'<td style="background:[^"]*?(\d+)%, transparent\)(?:;color:(#\w+))?'
)


def _mixed(top, share, ground):
    channels = [
        round(
            share * int(top[at : at + 2], 16) + (1 - share) * int(ground[at:][:2], 16)
        )
        for at in (1, 3, 5)
    ]
    return "#" + "".join(f"{channel:02X}" for channel in channels)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_cell_is_readable(scheme):
    """On the ground of the theme, from the emptiest cell to the fullest."""
    theme = tomllib.loads(THEME.read_text(encoding="utf-8"))["theme"][scheme]
    amounts = list(range(1, 101))
    cross = pd.DataFrame({"a": [*amounts, 5050], "All": [*amounts, 5050]})
    cross.index = [*map(str, amounts), "All"]
    cells = CELL.findall(heat_table(cross, str, "Segments"))
    assert len(cells) == len(amounts)
    for percent, ink in cells:
        fill = _mixed(ACCENT, int(percent) / 100, theme["backgroundColor"])
        assert contrast(ink or theme["textColor"], fill) >= READABLE, percent
    depths = [int(percent) for percent, _ in cells]
    assert depths == sorted(depths), "the more, the darker"
    assert depths[0] < depths[-1] / 5, "little and much stay tellable apart"
