"""Charts to decide by: balance against moves, and what each headcount comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from planner.ui.charts.bars import MID_GREY, QUIET, styled
from planner.ui.maps.palette import ACCENT, WARNING
from planner.ui.simulated import signed

PICK = "pick"  # name of the selection of the frontier
_LINES = (ACCENT, WARNING, "#6B4C9A", "#4A7C59")
_HEIGHT, _SMALL = 260, 132


def frontier_curve(
    points: pd.DataFrame,
    labels: Mapping[str, str],
    limits: Mapping[str, float],
    least_moves: float | None,
    choice: int | None = None,
    moves: str = "Accounts moved",
) -> alt.LayerChart:
    """
    Show the worst deviation that each number of moved accounts leaves.

    Parameters
    ----------
    points
        `limit`, `moved`, `least_moves` and ``<measure>_deviation``, as shares.
    labels, limits
        Name and tolerance by measure.
    least_moves
        Proven least of accounts that must move to keep the limits; None: unknown.
    choice
        Limit of the point whose plan is shown.
    moves
        What `moved` counts, as a title.

    Returns
    -------
    A chart with the point selection `PICK` on the field ``limit``. With one measure
    the ground that no plan can reach, by proof, is shaded.
    """
    worst = signed("Worst deviation", *labels)
    labels = {column: signed(label, column) for column, label in labels.items()}
    long = _long(points, labels)
    names = list(labels.values())
    scale = alt.Scale(domain=names, range=list(_LINES[: len(names)]))
    legend = None
    if len(names) > 1:  # lines that end together leave no room for names beside them
        legend = alt.Legend(title=None, orient="top", symbolType="stroke", offset=8)
    colour = alt.Color("measure:N", scale=scale, legend=legend)
    top = float(max([long["deviation"].max(), *limits.values()])) * 1.08
    x = alt.X(
        "moved:Q",
        scale=alt.Scale(type="sqrt", nice=False, domain=[0, _reach(points)]),
        axis=alt.Axis(title=moves, grid=False, values=_ticks(points)),
    )
    deviation = alt.Y(
        "deviation:Q",
        scale=alt.Scale(domain=[0, top or 1], nice=False),
        axis=alt.Axis(format="%", title=worst, tickCount=5),
    )
    base = alt.Chart(long).encode(x=x, y=deviation, color=colour)
    tips = [
        alt.Tooltip("measure:N", title="Measure"),
        alt.Tooltip("moved:Q", title=moves, format=",.0f"),
        alt.Tooltip("deviation:Q", title=worst, format=".1%"),
        alt.Tooltip("least:N", title="At least, proven"),
    ]
    pick = alt.selection_point(name=PICK, fields=["limit"], on="click", empty=False)
    dots = base.mark_point(filled=True, opacity=1, cursor="pointer").encode(
        tooltip=tips,
        size=alt.condition(
            alt.datum.limit == (-1 if choice is None else choice),
            alt.value(220),
            alt.value(90),
        ),
    )
    layers = [*_proof(points, labels, least_moves, top, x)]
    layers += _limit_lines(labels, limits, colour)
    layers += [base.mark_line(strokeWidth=2), dots.add_params(pick)]
    return styled(alt.layer(*layers).properties(height=_HEIGHT))


def _long(points: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "limit": points["limit"].astype(int),
                "moved": points["moved"].astype(float),
                "deviation": points[f"{column}_deviation"].astype(float),
                "least": [
                    "–" if pd.isna(value) else f"{value:,.0f}"
                    for value in points["least_moves"]
                ],
                "measure": label,
            }
        )
        for column, label in labels.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _reach(points: pd.DataFrame) -> float:
    return max(1.0, float(points["moved"].max())) * 1.06


def _ticks(points: pd.DataFrame) -> list[int]:
    """Choose the counts that do not stand on each other on a root scale."""
    ticks: list[int] = []
    reach = _reach(points)
    for count in sorted({round(value) for value in points["moved"]}):
        if not ticks or (count / reach) ** 0.5 - (ticks[-1] / reach) ** 0.5 > 0.06:
            ticks.append(count)
    return ticks


def _proof(
    points: pd.DataFrame,
    labels: Mapping[str, str],
    least_moves: float | None,
    top: float,
    x: alt.X,
) -> list[alt.Chart]:
    """Draw what is proven: ground that no plan reaches, and the least of moves."""
    layers = []
    if len(labels) == 1:
        proven = points.dropna(subset=["least_moves"])
        steps: list[dict[str, float]] = []
        rows = zip(
            proven["least_moves"].astype(float),
            proven[f"{next(iter(labels))}_deviation"].astype(float),
            strict=True,
        )
        for least, deviation in sorted(rows, key=lambda row: -row[1]):
            if steps:
                steps.append({"moved": steps[-1]["moved"], "deviation": deviation})
            steps.append({"moved": least, "deviation": deviation})
        if steps:
            steps.append({"moved": steps[-1]["moved"], "deviation": 0.0})
            layers.append(
                alt.Chart(pd.DataFrame(steps))
                .mark_area(orient="horizontal", color=MID_GREY, opacity=0.22)
                .encode(x=x, x2=alt.datum(0), y=alt.Y("deviation:Q"))
            )
    if least_moves is not None and least_moves > 0:
        table = pd.DataFrame(
            {
                "moved": [least_moves],
                "deviation": [top],
                "text": [f"at least {least_moves:,.0f}, proven"],
            }
        )
        is_right = (least_moves / _reach(points)) ** 0.5 > 0.5
        rule = alt.Chart(table).encode(x=x)
        layers += [
            rule.mark_rule(color=QUIET, strokeDash=[4, 4], strokeWidth=1.5),
            rule.mark_text(
                align="right" if is_right else "left",
                baseline="top",
                dx=-6 if is_right else 6,
                dy=2,
                fontSize=12,
                color=QUIET,
            ).encode(y=alt.Y("deviation:Q"), text="text:N"),
        ]
    return layers


def _limit_lines(
    labels: Mapping[str, str], limits: Mapping[str, float], colour: alt.Color
) -> list[alt.Chart]:
    """Draw each limit in its measure's colour."""
    table = pd.DataFrame(
        [
            {
                "measure": label,
                "deviation": limits[column],
                "text": f"limit {100 * limits[column]:g} %",
            }
            for column, label in labels.items()
            if column in limits
        ]
    )
    if table.empty:
        return []
    base = alt.Chart(table).encode(y=alt.Y("deviation:Q"), color=colour)
    return [
        base.mark_rule(strokeDash=[2, 3], strokeWidth=1.5),
        base.mark_text(align="left", dx=4, dy=-7, fontSize=12).encode(
            x=alt.value(0), text="text:N"
        ),
    ]


def headcount_line(
    values: pd.Series,
    *,
    label: str,
    number: str,
    choice: int,
    of: Sequence[str] = (),
) -> alt.LayerChart:
    """
    Show one figure for each number of territories.

    Parameters
    ----------
    values : shape (n_counts,)
        Figure by number of territories.
    label
        What is measured, with its unit.
    number
        d3 format of the figures.
    choice
        Number whose plan is shown, or the number of today.
    of
        What is shown or what it is made of, as of `simulated.signed`.
    """
    label = signed(label, *of)
    table = pd.DataFrame(
        {"n": [str(n) for n in values.index], "value": values.to_numpy(dtype=float)}
    )
    table["is_chosen"] = table["n"] == str(choice)
    base = alt.Chart(table).encode(
        x=alt.X("n:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, grid=False)),
        y=alt.Y(
            "value:Q",
            scale=alt.Scale(zero=False, padding=14),
            axis=alt.Axis(format=number, title=None, tickCount=3),
        ),
    )
    tips = [
        alt.Tooltip("n:N", title="Territories"),
        alt.Tooltip("value:Q", title=label, format=number),
    ]
    is_chosen = alt.datum.is_chosen
    dots = base.mark_point(filled=True, opacity=1).encode(
        size=alt.condition(is_chosen, alt.value(130), alt.value(44)),
        color=alt.condition(is_chosen, alt.value(ACCENT), alt.value(MID_GREY)),
        tooltip=tips,
    )
    figures = (
        base.transform_filter(is_chosen)
        .mark_text(dy=-14, fontSize=12, fontWeight=600, color=ACCENT)
        .encode(text=alt.Text("value:Q", format=number))
    )
    title = alt.TitleParams(
        label, anchor="start", fontSize=13, fontWeight=400, color=QUIET, offset=8
    )
    layers = alt.layer(base.mark_line(color=MID_GREY, strokeWidth=2), dots, figures)
    return styled(layers.properties(height=_SMALL, title=title))
