"""The figures of two plans as a table, on the screen and in a file."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planner.accounts.own_measures import OWN
from planner.core.files.tables import exact_money
from planner.core.formats import EMPTY, MINUS, Formats
from planner.core.text import map_text
from planner.core.units import M_PER_KM
from planner.services.scenarios import Scenario
from planner.services.scenarios.listing import Comparison
from planner.territory.model.unit_table import MEASURES
from planner.ui.simulated import signed

_COLUMNS = {label: column for column, label in MEASURES.items()}
# How other figures of `Comparison` begin, by what they are made of.
_FIGURES = {
    "Territories without a rep": ("team",),
    "Our sales": ("our_sales_minor",),
    "Workload of": ("workload",),
    "On the road": ("workload",),
    "Hours a year": ("workload", "team"),
    "Quota ÷ potential": ("quotas", "potential_minor"),
    "Quota without": ("quotas",),
}


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
            f'<tr><th scope="row">{map_text(_marked(row["label"]))}</th>'
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
@media (max-width: 640px) {{
  .pl-cmp th, .pl-cmp td {{ padding: 6px 4px; font-size: 13px; }}
}}
</style><div class="pl-cmp"><table><thead><tr><th scope="col">Figure</th>
<th scope="col">{map_text(a.name, 40)}</th><th scope="col">{map_text(b.name, 40)}</th>
<th scope="col">Difference</th></tr></thead><tbody>{"".join(rows)}</tbody></table>
</div>"""


def _marked(label: str) -> str:
    """Put the mark before a figure that is simulated."""
    measure, is_of_measure, _ = label.partition(", worst deviation")
    if is_of_measure:
        return signed(label, _COLUMNS.get(measure, f"{OWN}{measure}"))
    figures = [of for begins, of in _FIGURES.items() if label.startswith(begins)]
    return signed(label, *(name for of in figures for name in of))


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
        "money": lambda: _signed_money(change, fmt),
        "share": lambda: fmt.points(change),
        "hours": lambda: f"{fmt.signed(change)} h",
        "km": lambda: _signed_distance(change, fmt),
    }[kind]()
    if row["less_is_better"] is None or pd.isna(row["less_is_better"]):
        return text, None
    return text, (change < 0) == bool(row["less_is_better"])


def _signed_money(change_minor: float, fmt: Formats) -> str:
    sign = "+" if change_minor > 0 else MINUS
    return f"{sign}{fmt.money_short(abs(change_minor))}"


def _signed_distance(change_km: float, fmt: Formats) -> str:
    length = fmt.length(change_km * M_PER_KM)
    return f"{fmt.signed(length, 1)} {fmt.distance_unit}"


def figures_sheet(comparison: Comparison, fmt: Formats) -> pd.DataFrame:
    """Write the figures for a file: amounts as decimals, under name and version."""
    figures = comparison.metrics.set_index("label").astype({"a": object, "b": object})
    for label in figures.index[figures["kind"] == "money"]:
        for side in ("a", "b"):
            figures.at[label, side] = exact_money(figures.at[label, side], fmt.currency)
    a, b = comparison.a.scenario, comparison.b.scenario
    heads = {
        "a": f"before: {a.name} v{a.version}",
        "b": f"after: {b.name} v{b.version}",
    }
    return figures.rename(columns=heads)
