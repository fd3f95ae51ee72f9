"""Charts in the colours of the map; names beside the marks before any legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from planner.geography.colours import DEVIATION, GREY, TERRITORY
from planner.ui.maps.palette import ACCENT
from planner.ui.simulated import signed

BAR = 14
ROW = 24
AXIS = 64  # Streamlit fits axis and legend into the height too
ROOM_FOR_FIGURES = 64  # at the right of the bars, pixels
LEGEND = 64
MID_GREY = "#9AA5B1"
QUIET = "#6B7783"  # reads on the light and on the dark ground
_SIGNED = "datum.value == 0 ? '0 %' : format(datum.value * 100, '+.0f') + ' %'"


def deviation_bars(
    shares: pd.Series,
    tolerance: float,
    *,
    before: pd.Series | None = None,
    label: str = "Deviation",
    of: Sequence[str] = (),
) -> alt.LayerChart:
    """
    Show how far each territory is from its ideal, with the tolerance as a band.

    Parameters
    ----------
    shares : shape (n_territories,)
        Deviations as shares, indexed by the name to show; drawn in this order.
    tolerance
        Largest allowed deviation, as a share.
    before : shape (n_territories,)
        The same before the pending change, drawn as a tick.
    label
        Heading of the axis.
    of
        What is shown or what it is made of, as of `simulated.signed`.
    """
    label = signed(label, *of)
    table = pd.DataFrame({"name": shares.index, "share": shares.to_numpy()})
    table["text"] = [f"{100 * x:+.1f} %".replace("-", "−") for x in table["share"]]
    table["kind"] = _beyond(table["share"], tolerance)
    reach = max([tolerance, *shares.abs().dropna()])
    if before is not None:
        table["before"] = before.reindex(shares.index).to_numpy()
        reach = max([reach, *before.abs().dropna()])
    limit = reach * 1.05
    x_axis = alt.Axis(labelExpr=_SIGNED, title=label, grid=False, tickCount=5)
    scale = alt.Scale(domain=[-limit, limit], nice=False)
    rows = alt.Y("name:N", sort=None, title=None, axis=_names_axis())
    band = (
        alt.Chart(pd.DataFrame({"low": [-tolerance], "high": [tolerance]}))
        .mark_rect(color=MID_GREY, opacity=0.18)
        .encode(x=alt.X("low:Q", scale=scale), x2="high:Q")
    )
    base = alt.Chart(table)
    value = alt.X("share:Q", axis=x_axis, scale=scale)
    bars = base.mark_bar(size=BAR).encode(
        x=value,
        y=rows,
        color=alt.Color("kind:N", scale=_kind_scale(), legend=None),
        tooltip=[
            alt.Tooltip("name:N", title="Territory"),
            alt.Tooltip("text:N", title=label),
        ],
    )
    figures = base.mark_text(align="left", dx=8, fontSize=12, color=QUIET).encode(
        x=alt.value("width"), y=rows, text="text:N"
    )
    marks = [band, bars, figures]
    if before is not None:
        marks.append(
            base.mark_tick(color=QUIET, thickness=2, size=BAR).encode(
                x=alt.X("before:Q", scale=scale), y=rows
            )
        )
    beside = {"left": 0, "top": 4, "right": ROOM_FOR_FIGURES, "bottom": 4}
    return _quiet(alt.layer(*marks).properties(padding=beside), len(table))


def _beyond(shares: pd.Series, tolerance: float) -> list[str]:
    """Sort deviations into below, within and above the tolerance."""
    return [
        "above" if x > tolerance else "below" if x < -tolerance else "within"
        for x in shares
    ]


def _kind_scale() -> alt.Scale:
    return alt.Scale(
        domain=["below", "within", "above"],
        range=[DEVIATION[1], MID_GREY, DEVIATION[3]],
    )


def legend_bars(
    counts: pd.Series,
    colours: Mapping[str, str],
    *,
    label: str = "Accounts",
    heading: str = "Class",
    of: Sequence[str] = (),
) -> alt.LayerChart:
    """
    Show how many there are of each class, in the map's colours.

    Parameters
    ----------
    counts : shape (n_classes,)
        Count by the name of the class; drawn in this order.
    colours
        Colour by name; a name without one is grey.
    label
        What is counted.
    heading
        What the classes are.
    of
        What the classes are made of, as of `simulated.signed`.
    """
    heading = signed(heading, *of)
    table = pd.DataFrame({"name": counts.index, "count": counts.to_numpy()})
    names = [str(name) for name in counts.index]
    scale = alt.Scale(domain=names, range=[colours.get(n, GREY) for n in names])
    rows = alt.Y("name:N", sort=None, title=None, axis=_names_axis())
    top = float(counts.max()) * 1.15 if len(counts) else 1
    value = alt.X(
        "count:Q", axis=None, scale=alt.Scale(domain=[0, top or 1], nice=False)
    )
    base = alt.Chart(table)
    bars = base.mark_bar(size=BAR).encode(
        x=value,
        y=rows,
        color=alt.Color("name:N", scale=scale, legend=None),
        tooltip=[
            alt.Tooltip("name:N", title=heading),
            alt.Tooltip("count:Q", title=label, format=","),
        ],
    )
    figures = base.mark_text(align="left", dx=5, fontSize=12, color=QUIET).encode(
        x=value, y=rows, text=alt.Text("count:Q", format=",")
    )
    beside = {"left": 0, "top": 8, "right": 0, "bottom": 8}
    chart = alt.layer(bars, figures).properties(padding=beside)
    return _quiet(chart, len(table), around=16)


def month_line(
    table: pd.DataFrame,
    *,
    label: str,
    colours: Sequence[str] = (ACCENT, MID_GREY, TERRITORY[1], TERRITORY[2]),
    number: str = ",.0f",
    of: Sequence[str] = (),
) -> alt.LayerChart:
    """
    Show figures by month, each line named at its end.

    Parameters
    ----------
    table : shape (n_months, n_lines)
        Figures; index: months (``2026-03`` or dates), columns: lines.
    label
        What is measured, with its unit.
    colours
        One for each line, in order.
    number
        d3 format of the figures.
    of
        What is shown or what it is made of, as of `simulated.signed`.
    """
    label = signed(label, *of)
    lines = [str(name) for name in table.columns]
    long = table.set_axis(pd.to_datetime(table.index), axis=0).rename_axis("month")
    long = (
        long.reset_index().melt("month", var_name="line", value_name="value").dropna()
    )
    ends = long.sort_values("month").groupby("line", sort=False).tail(1)
    scale = alt.Scale(
        domain=lines, range=[colours[i % len(colours)] for i in range(len(lines))]
    )
    colour = alt.Color("line:N", scale=scale, legend=None)
    month = alt.X("month:T", title=None, axis=alt.Axis(format="%b %y", grid=False))
    value = alt.Y("value:Q", axis=alt.Axis(format=number, title=label, tickCount=5))
    base = alt.Chart(long).encode(x=month, y=value, color=colour)
    tips = [
        alt.Tooltip("line:N", title="Line"),
        alt.Tooltip("month:T", title="Month", format="%b %Y"),
        alt.Tooltip("value:Q", title=label, format=number),
    ]
    line_names = alt.Chart(ends).encode(x=month, y=value, color=colour, text="line:N")
    layers = alt.layer(
        base.mark_line(strokeWidth=2),
        base.mark_point(filled=True, size=24, opacity=1).encode(tooltip=tips),
        line_names.mark_text(align="left", dx=8, fontSize=12, fontWeight=600),
    )
    room = 16 + 7 * max((len(line) for line in lines), default=0)
    return styled(layers.properties(height=240, padding={"right": room, "left": 0}))


def _names_axis() -> alt.Axis:
    return alt.Axis(
        domain=False,
        ticks=False,
        labelOverlap=False,
        labelLimit=220,
        labelFontSize=13,
        labelPadding=8,
    )


def _quiet(chart: Any, n_rows: int, around: int = AXIS) -> Any:
    """Size a chart of rows and take away what carries no data."""
    return styled(chart.properties(height=max(1, n_rows) * ROW + around))


def styled(chart: Any) -> Any:
    """Take away the lines of a chart that carry no data."""
    return (
        chart.configure_view(stroke=None)
        .configure_axis(domain=False, ticks=False, gridOpacity=0.5, titleFontWeight=400)
        .configure_axisX(titlePadding=8)
    )
