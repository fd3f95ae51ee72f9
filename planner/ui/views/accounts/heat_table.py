"""A cross table whose cells are the darker the more they hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from planner.core.text import map_text
from planner.ui.maps.palette import ACCENT

MOST_COLUMNS = 9  # smaller groups are put together
# Share of the accent in the fullest cell: on less than it, the text's own colour keeps
# the contrast of WCAG 2.1 AA (4.5 : 1), on light and on dark.
DEEPEST = 0.6


def cross_frame(cross: pd.DataFrame, value: str) -> pd.DataFrame:
    """
    Bring a cross table into its wide form, small groups put together.

    Returns
    -------
    Segments by groups, the sums as last column and row.
    """
    wide = cross.pivot_table(
        index="segment",
        columns="group",
        values=value,
        aggfunc="sum",
        observed=True,
        fill_value=0,
    )
    wide.columns = [str(name) for name in wide.columns]
    if wide.shape[1] > MOST_COLUMNS:
        columns = wide.sum().nlargest(MOST_COLUMNS - 1).index
        rest = wide.drop(columns=columns).sum(axis=1)
        wide = wide[[name for name in wide.columns if name in set(columns)]]
        wide = wide.assign(**{"all others": rest})
    wide["All"] = wide.sum(axis=1)
    wide.loc["All"] = wide.sum()
    return wide


def heat_table(table: pd.DataFrame, write: Callable[[Any], str], caption: str) -> str:
    """Draw a table whose cells are the darker the more they hold."""
    inner = table.iloc[:-1, :-1]
    top = float(inner.to_numpy().max()) if inner.size else 0.0
    heads = "".join(f'<th scope="col">{map_text(name)}</th>' for name in table.columns)
    rows = []
    for name, row in table.iterrows():
        cells = []
        for column, amount in row.items():
            is_sum = name == "All" or column == "All"
            share = 0.0 if is_sum or top <= 0 else float(amount) / top
            text = write(amount) if amount else "–"
            cells.append(_cell(text, share, is_sum))
        rows.append(f'<tr><th scope="row">{map_text(name)}</th>{"".join(cells)}</tr>')
    return f"""<style>
.pl-heat {{ overflow-x: auto; }}
.pl-heat table {{ border-collapse: separate; border-spacing: 2px; font-size: 13px;
  min-width: 640px; width: 100%; font-variant-numeric: tabular-nums; }}
.pl-heat th {{ font-weight: 500; text-align: right; padding: 6px 8px; opacity: .8; }}
.pl-heat th[scope=row], .pl-heat thead th:first-child {{ text-align: left;
  white-space: nowrap; }}
.pl-heat td {{ text-align: right; padding: 6px 8px; border-radius: 3px; }}
.pl-heat .pl-sum {{ font-weight: 600; }}
</style><div class="pl-heat" role="region" tabindex="0"
aria-label="{map_text(caption)}"><table><thead><tr><th></th>{heads}</tr></thead>
<tbody>{"".join(rows)}</tbody></table></div>"""


def _cell(text: str, share: float, is_sum: bool) -> str:
    if is_sum:
        return f'<td class="pl-sum">{map_text(text)}</td>'
    depth = DEEPEST * share**0.5  # areas of small and large cells stay tellable apart
    fill = f"color-mix(in srgb, {ACCENT} {100 * depth:.0f}%, transparent)"
    return f'<td style="background:{fill}">{map_text(text)}</td>'
