"""Two scenarios side by side: maps, figures, accounts that differ."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from planner.core.files import exact_money
from planner.core.formats import EMPTY
from planner.core.formats import Formats
from planner.core.units import M_PER_KM
from planner.services.scenarios import Comparison
from planner.services.scenarios import Scenario
from planner.services.scenarios import titles
from planner.services.territory import TerritoryView
from planner.services.workspace import Workspace
from planner.ui import widgets
from planner.ui.maps.territory import territory_map
from planner.ui.maps.text import map_text
from planner.ui.planmap import planmap
from planner.ui.views import reads

SMALL_MAP = 360
MOVED = {
    "name": widgets.Column("Account"),
    "a_territory": widgets.Column("Territory, left"),
    "a_owner": widgets.Column("Owner, left"),
    "b_territory": widgets.Column("Territory, right"),
    "b_owner": widgets.Column("Owner, right"),
    "our_sales_minor": widgets.Column("Our sales", "money"),
    "potential_minor": widgets.Column("Potential", "money"),
    "open_pipeline_minor": widgets.Column("Open pipeline", "money"),
}


def side_by_side(
    ws: Workspace, fmt: Formats, known: list[Scenario], current: Scenario
) -> None:
    """Put two scenarios beside each other: maps, figures, accounts that differ."""
    st.subheader("Side by side")
    if len(known) < 2:
        st.caption("Clone the scenario, change the copy, and compare the two here.")
        return
    ids = [scenario.scenario_id for scenario in known]
    by_id = {scenario.scenario_id: scenario for scenario in known}
    title_of = titles(known)
    left_id, right_id = _default_pair(known, current)
    left, right = st.columns(2, gap="small")
    a_id = left.selectbox(
        "Left, before",
        ids,
        index=ids.index(left_id),
        format_func=title_of.get,
        key="scn-a",
    )
    b_id = right.selectbox(
        "Right, after",
        ids,
        index=ids.index(right_id),
        format_func=title_of.get,
        key="scn-b",
    )
    found = reads.comparison(ws, by_id[a_id], by_id[b_id])
    with left:
        _small_map(ws, fmt, found.a, "scn-map-a")
    with right:
        _small_map(ws, fmt, found.b, "scn-map-b")
    st.html(metrics_table(found.metrics, fmt, found.a.scenario, found.b.scenario))
    _moved(fmt, found)


def _default_pair(known: list[Scenario], current: Scenario) -> tuple[str, str]:
    """Choose the open scenario on the right, what it came from on the left."""
    ids = [scenario.scenario_id for scenario in known]
    others = [name for name in ids if name != current.scenario_id]
    parent = str(current.parent_id)
    return (parent if parent in others else others[0]), current.scenario_id


def _small_map(ws: Workspace, fmt: Formats, view: TerritoryView, key: str) -> None:
    if view.units.empty:
        st.caption("No units yet.")
        return
    planmap(
        territory_map(
            view,
            fmt,
            shapes=reads.unit_shapes(ws, view, fmt),
            base=reads.state_shapes(ws, view),
            colours=reads.colours(ws, view),
            has_homes=False,
        ),
        key=key,
        height=SMALL_MAP,
        events=(),
    )


def metrics_table(metrics: pd.DataFrame, fmt: Formats, a: Scenario, b: Scenario) -> str:
    """
    Draw the figures of two scenarios with their signed difference.

    Parameters
    ----------
    metrics
        As of `Comparison`.
    fmt
        How figures are written.
    a, b
        The two scenarios.
    """
    rows = []
    for row in metrics.to_dict("records"):
        change, is_better = _difference(row, fmt)
        tone = {True: "pl-good", False: "pl-bad", None: ""}[is_better]
        rows.append(
            f'<tr><th scope="row">{map_text(row["label"])}</th>'
            f"<td>{map_text(_figure(row['kind'], row['a'], fmt))}</td>"
            f"<td>{map_text(_figure(row['kind'], row['b'], fmt))}</td>"
            f'<td class="{tone}">{map_text(change)}</td></tr>'
        )
    return f"""<style>
.pl-cmp {{ overflow-x: auto; }}
.pl-cmp table {{ border-collapse: collapse; width: 100%; font-size: 14px;
  font-variant-numeric: tabular-nums; }}
.pl-cmp th, .pl-cmp td {{ padding: 7px 12px; text-align: right; font-weight: 400;
  border-bottom: 1px solid color-mix(in srgb, currentColor 10%, transparent); }}
.pl-cmp td {{ white-space: nowrap; }}
.pl-cmp thead th {{ font-size: 13px; opacity: .72; }}
.pl-cmp th:first-child {{ text-align: left; }}
</style><div class="pl-cmp"><table><thead><tr><th scope="col">Figure</th>
<th scope="col">{map_text(a.name, 40)}</th><th scope="col">{map_text(b.name, 40)}</th>
<th scope="col">Difference</th></tr></thead><tbody>{"".join(rows)}</tbody></table>
</div>"""


def _figure(kind: str, value: Any, fmt: Formats) -> str:
    if value is None or pd.isna(value):
        return EMPTY
    if kind == "hours":
        return f"{fmt.number(value)} h"
    if kind == "km":
        return fmt.distance(float(value) * M_PER_KM)
    if kind == "money":
        return fmt.money_short(value)
    return fmt.share(value) if kind == "share" else fmt.number(value)


def _difference(row: dict[str, Any], fmt: Formats) -> tuple[str, bool | None]:
    """Write the signed difference, and whether it is an improvement."""
    a, b, kind = row["a"], row["b"], row["kind"]
    if a is None or b is None or pd.isna(a) or pd.isna(b):
        return EMPTY, None
    change = float(b) - float(a)
    if abs(change) < 1e-9:
        return "0", None
    text = {
        "number": lambda: fmt.signed(change),
        "money": lambda: fmt.signed_money(int(change)),
        "share": lambda: fmt.points(change),
        "hours": lambda: f"{fmt.signed(change)} h",
        "km": lambda: _signed_distance(change, fmt),
    }[kind]()
    if row["less_is_better"] is None or pd.isna(row["less_is_better"]):
        return text, None
    return text, (change < 0) == bool(row["less_is_better"])


def _signed_distance(change_km: float, fmt: Formats) -> str:
    length = fmt.length(change_km * M_PER_KM)
    return f"{fmt.signed(length, 1)} {fmt.distance_unit}"


def _moved(fmt: Formats, found: Comparison) -> None:
    moved = found.moved
    st.subheader(f"Accounts with another territory: {fmt.number(len(moved))}")
    if moved.empty:
        st.caption("Both scenarios give every account to the same territory.")
        return
    widgets.table(
        moved,
        MOVED,
        fmt=fmt,
        key="scn-moved",
        height=320,
        label="Accounts with another territory",
    )
    a, b = found.a.scenario, found.b.scenario
    key = (a.scenario_id, str(a.version), b.scenario_id, str(b.version))
    sheets = {"Figures": _figures_sheet(found, fmt), "Accounts": moved}
    as_csv, as_xlsx = reads.table_files(key, sheets, fmt.currency)
    widgets.download_row(
        [
            widgets.Download("CSV", as_csv, "moved_accounts.csv", "text/csv"),
            widgets.Download("Excel", as_xlsx, "comparison.xlsx"),
        ],
        key="scn-files",
    )


def _figures_sheet(found: Comparison, fmt: Formats) -> pd.DataFrame:
    """Write the figures for a file: amounts as decimals, each with its kind."""
    figures = found.metrics.set_index("label").astype({"a": object, "b": object})
    for label in figures.index[figures["kind"] == "money"]:
        for side in ("a", "b"):
            figures.at[label, side] = exact_money(figures.at[label, side], fmt.currency)
    return figures
