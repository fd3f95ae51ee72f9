"""The live balance table beside the map: one row a territory, before → after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.core.units import M_PER_KM
from planner.services.deviations import has_shares
from planner.services.territory import TerritoryView
from planner.ui.maps.territory import territory_labels
from planner.ui.maps.text import map_text

Write = Callable[[Any], str]
REACH = 3.0  # the bar spans so many tolerances to each side
_SHEET = """<style>
.pl-bal { max-height: 600px; overflow: auto; border: 1px solid
  color-mix(in srgb, currentColor 14%, transparent); border-radius: 6px; }
.pl-bal table { border-collapse: collapse; width: 100%; font-size: 13px; line-height:
  16px; font-variant-numeric: tabular-nums; }
.pl-bal th { position: sticky; top: 0; z-index: 1; text-align: right; font-weight: 500;
  padding: 8px 6px; background: var(--st-secondary-background-color, #F4F4F0);
  white-space: nowrap; }
.pl-bal th:first-child, .pl-bal td:first-child { text-align: left; padding-left: 12px;
  position: sticky; left: 0; background: var(--st-background-color, #FAFAF8); }
.pl-bal th:first-child { z-index: 2;
  background: var(--st-secondary-background-color, #F4F4F0); }
.pl-bal th:last-child, .pl-bal td:last-child { padding-right: 12px; }
.pl-bal td { text-align: right; padding: 5px 6px; white-space: nowrap; border-top: 1px
  solid color-mix(in srgb, currentColor 9%, transparent); }
.pl-bal .pl-swatch { display: inline-block; width: 10px; height: 10px; border-radius:
  2px; margin-right: 6px; border: 1px solid rgb(0 0 0 / 25%); }
.pl-bal .pl-was { opacity: .6; }
.pl-bal .pl-moved { background: color-mix(in srgb, #0B6E99 9%, transparent); }
.pl-dev { display: inline-block; vertical-align: middle; width: 54px; height: 16px;
  margin-right: 4px; position: relative; }
.pl-dev i { position: absolute; top: 0; height: 16px; }
.pl-dev .pl-dev-band { left: 33.3%; width: 33.4%; background: #9AA5B1; opacity: .22; }
.pl-dev .pl-dev-bar { top: 4px; height: 8px; }
.pl-dev .pl-dev-zero { left: calc(50% - .5px); width: 1px; background: #5B6670; }
.pl-dev .pl-dev-was { width: 2px; margin-left: -1px; background: #5B6670; }
.pl-out { font-weight: 650; }
</style>"""


def balance_table(
    view: TerritoryView,
    fmt: Formats,
    *,
    measure: str,
    measure_label: str,
    tolerance: float,
    colours: dict[str, str],
    after: TerritoryView | None = None,
) -> None:
    """
    Show how each territory stands against its ideal share.

    Parameters
    ----------
    view
        The scenario as it is.
    fmt
        How figures are written.
    measure, measure_label
        What is balanced.
    tolerance
        Allowed deviation, a share; drawn as a band.
    colours
        Colour by territory, as on the map.
    after
        The scenario as it would be; rows that change show both.
    """
    now = (after or view).territories
    was = view.territories if after is not None else None
    labels = {**territory_labels(view), **(territory_labels(after) if after else {})}
    has_value = measure != "accounts"
    has_district = bool(now["district"].notna().any())
    heads = ["Territory", *(["District"] if has_district else [])]
    heads.append("From wanted" if has_shares(now) else "Deviation")
    if has_value:
        heads.append(measure_label)
    heads += ["Accounts", "Workload", f"Travel, {fmt.distance_unit}", "Pieces"]
    rows = [
        _row(
            str(name),
            row,
            None if was is None else was.reindex([name]).iloc[0],
            label=labels[str(name)],
            colour=colours.get(str(name), "#DDDDDD"),
            fmt=fmt,
            measure=measure if has_value else None,
            share_column=f"{measure}_deviation",
            tolerance=tolerance,
            has_district=has_district,
        )
        for name, row in now.iterrows()
    ]
    head = "".join(f'<th scope="col">{map_text(text)}</th>' for text in heads)
    caption = f"Balance of {view.scenario.name} on {measure_label}"
    st.html(
        f'{_SHEET}<div class="pl-bal" role="region" tabindex="0" '
        f'aria-label="{map_text(caption)}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _row(
    name: str,
    row: pd.Series,
    was: pd.Series | None,
    *,
    label: str,
    colour: str,
    fmt: Formats,
    measure: str | None,
    share_column: str,
    tolerance: float,
    has_district: bool,
) -> str:
    share, before = row[share_column], None if was is None else was[share_column]
    is_moved = was is not None and not _is_same(row["accounts"], was["accounts"])
    cells = [_deviation(share, before if is_moved else None, tolerance, fmt)]
    if has_district:
        cells.insert(0, "–" if pd.isna(row["district"]) else map_text(row["district"]))
    if measure is not None:
        cells.append(_both(row, was, measure, writer_of(measure, fmt)))
    cells.append(_both(row, was, "accounts", fmt.number))
    cells.append(f"{fmt.number(row['workload_min'] / 60)} h")
    km = row["travel_km"]
    cells.append("–" if pd.isna(km) else fmt.number(fmt.length(float(km) * M_PER_KM)))
    cells.append(fmt.number(int(row["extra_pieces"]) + 1))
    body = "".join(f"<td>{cell}</td>" for cell in cells)
    mark = ' class="pl-moved"' if is_moved else ""
    swatch = f'<span class="pl-swatch" style="background:{map_text(colour)}"></span>'
    return (
        f'<tr{mark}><td title="{map_text(row["rep_name"])}, {map_text(name)}">'
        f"{swatch}{map_text(label, 18)}</td>{body}</tr>"
    )


def writer_of(measure: str, fmt: Formats) -> Write:
    """Choose how a measure's figures are written."""
    if measure.endswith("_minor"):
        return fmt.money_short
    return fmt.duration if measure == "workload_min" else fmt.number


def _both(row: pd.Series, was: pd.Series | None, column: str, write: Write) -> str:
    """Write a figure, and what it was if it changes."""
    text = map_text(write(row[column]))
    if was is None or pd.isna(was[column]) or _is_same(row[column], was[column]):
        return text
    old = map_text(write(was[column]))
    return f'<span class="pl-was">{old} →</span> {text}'


def _is_same(one: float, other: float) -> bool:
    if pd.isna(one) or pd.isna(other):
        return bool(pd.isna(one)) and bool(pd.isna(other))
    return abs(float(one) - float(other)) < 1e-9


def _deviation(
    share: float, before: float | None, tolerance: float, fmt: Formats
) -> str:
    """Draw a deviation as a bar around zero with its tolerance, the figure beside."""
    if pd.isna(share):
        return "–"
    reach = tolerance * REACH
    at = 50 + 50 * max(-1.0, min(1.0, share / reach))
    left, width = min(at, 50.0), max(abs(at - 50), 1.0)
    is_out = abs(share) > tolerance + 1e-9
    fill = ("#B35806" if share > 0 else "#2166AC") if is_out else "#9AA5B1"
    tick = ""
    if before is not None and not pd.isna(before):
        place = 50 + 50 * max(-1.0, min(1.0, before / reach))
        tick = f'<i class="pl-dev-was" style="left:{place:.1f}%"></i>'
    out = ' class="pl-out"' if is_out else ""
    return (
        '<span class="pl-dev" aria-hidden="true"><i class="pl-dev-band"></i>'
        f'<i class="pl-dev-bar" style="left:{left:.1f}%;width:{width:.1f}%;'
        f'background:{fill}"></i>{tick}<i class="pl-dev-zero"></i></span>'
        f"<span{out}>{map_text(fmt.signed_share(share))}</span>"
    )
