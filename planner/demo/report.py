"""The demo's report: one self-contained page with maps and charts, no script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from planner.commissions.statements.statement import Statement
from planner.core.formats import Formats
from planner.core.settings import Settings
from planner.demo.line import DemoLine
from planner.demo.report_maps import territories_part, worst_before
from planner.demo.report_work import pay_part, visits_part
from planner.services.people.holders import owner_names
from planner.services.regional import formats_of, main_country, regional_details
from planner.territory.model.unit_table import MEASURES
from planner.visits.model.params import CadenceParams

TEMPLATE = Path(__file__).with_name("report.html.j2")
BAR_REACH = 1.0  # deviation shown at the end of a bar
MOST_LINES = 12
MOST_REASONS = 10
CLIP_DEG = 0.05  # ground shown around a route
VISITS_WORDS = {4: "every week", 2: "every second week", 1: "every fourth week"}


def report_html(
    line: DemoLine,
    summary: Mapping[str, Any],
    statements: Mapping[str, Statement],
    settings: Settings,
) -> str:
    """
    Write the report of a run.

    Parameters
    ----------
    line, summary, statements
        What the run made.
    settings
        Formats, and where the state outlines are.

    Returns
    -------
    One HTML page; everything in it is escaped by the template.
    """
    details = regional_details(main_country(line.accounts))
    fmt = formats_of(settings, details, line.currency)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    context = {
        "title": f"{line.name}: territories, visits and pay",
        "subtitle": (
            f"As of {fmt.day(line.as_of)} · plan from {fmt.day(line.effective_from)}"
        ),
        "simulated": f"Simulated. {line.simulated}.",
        "figures": _figures(line, summary, fmt),
        **territories_part(line, summary, settings, fmt),
        "segments": _segments(line, fmt),
        **_quotas(line, summary, fmt),
        **visits_part(line, summary, fmt),
        **pay_part(line, summary, statements, fmt),
        "problems": _problems(line, summary),
        "footer": (
            "Made by `python -m planner demo`. Methods and sources: docs/methods.md. "
            "Places: GeoNames (CC BY 4.0); borders: US Census Bureau."
        ),
    }
    return template.render(context)


def _figures(
    line: DemoLine, summary: Mapping[str, Any], fmt: Formats
) -> list[dict[str, str]]:
    balance, visits = summary["balance"], summary["visits"]
    label = MEASURES[balance["measure"]].lower()
    before = worst_before(line, balance["measure"])
    planned = visits["served"] + visits["missed"]
    gap = balance["gap"]
    return [
        {
            "label": "Accounts",
            "value": fmt.number(summary["counts"]["accounts"]),
            "note": f"{fmt.number(summary['counts']['rows_rejected'])} rows rejected",
        },
        {
            "label": f"Worst deviation of {label}",
            "value": fmt.share(balance["max_deviation"]),
            "note": f"was {fmt.share(before)}" if before is not None else "",
        },
        {
            "label": "Mean distance to the territory's centre",
            "value": fmt.distance(summary["travel"]["weighted_mean_km"] * 1000),
            "note": ""
            if gap is None
            else f"proven within {fmt.share(gap)} of the best possible travel",
        },
        {
            "label": "Visits planned in four weeks",
            "value": fmt.number(visits["served"]),
            "note": f"{fmt.share(visits['served'] / max(1, planned))} of those owed",
        },
        {
            "label": f"Pay of {fmt.month(line.period)}",
            "value": fmt.money(int(line.paid.lines["amount_minor"].sum())),
            "note": f"{summary['pay']['positions']} positions, every line traced",
        },
    ]


def _segments(line: DemoLine, fmt: Formats) -> list[dict[str, str]]:
    grouped = line.accounts.groupby("segment", sort=False)
    visits = CadenceParams().visits_per_4_weeks
    rows = []
    for segment, accounts in sorted(
        grouped, key=lambda part: -part[1]["potential_minor"].fillna(0).sum()
    ):
        main = accounts["visit_class"].mode()
        often = visits.get(main.iloc[0] if len(main) else "", 0)
        rows.append(
            {
                "segment": str(segment),
                "accounts": fmt.number(len(accounts)),
                "potential": fmt.money(
                    int(accounts["potential_minor"].fillna(0).sum())
                ),
                "sales": fmt.money(int(accounts["our_sales_minor"].fillna(0).sum())),
                "visits": f"mostly {VISITS_WORDS.get(often, 'none owed')}",
            }
        )
    return rows


def _quotas(line: DemoLine, summary: Mapping[str, Any], fmt: Formats) -> dict[str, Any]:
    year = summary["quotas"]["year"]
    yearly = line.quotas[line.quotas["period"] == str(year)]
    amount = yearly.set_index("position_id")["amount_minor"]
    names = owner_names(line.positions, line.reps, line.as_of)
    position = line.positions["territory_id"].dropna()
    by_territory = (
        line.accounts["potential_minor"]
        .fillna(0)
        .groupby(line.territory_by_account)
        .sum()
    )
    rows = []
    levels = {"vp": 0, "manager": 1, "rep": 2}
    for position_id, row in line.positions.iterrows():
        if position_id not in amount.index:
            continue
        territory_id = position.get(position_id, "")
        potential = by_territory.get(territory_id)
        quota = int(amount[position_id])
        rows.append(
            {
                "level": levels.get(row["role"], 2),
                "title": row["title"],
                "name": names[position_id],
                "territory_id": territory_id,
                "potential": fmt.money(None if potential is None else int(potential)),
                "quota": fmt.money(quota),
                "ratio": fmt.share(None if not potential else quota / float(potential)),
            }
        )
    published = summary["published"]
    return {
        "quota_year": year,
        "quota_text": (
            f"The target of {fmt.money(_top(rows, amount, line))} is split by "
            "potential and ramp down the hierarchy; every level sums exactly. Owners "
            "hold from "
            f"{fmt.day(line.effective_from)}; the published plan has the content hash "
            f"{published['content_hash'][:12]}."
        ),
        "quotas": rows,
    }


def _top(rows: list[dict[str, Any]], amount: pd.Series, line: DemoLine) -> int:
    tops = line.positions.index[line.positions["parent_id"].isna()]
    return int(amount.reindex(tops).fillna(0).sum()) if rows else 0


def _problems(line: DemoLine, summary: Mapping[str, Any]) -> list[str]:
    counts = summary["counts"]
    said = []
    if counts["rows_rejected"]:
        said.append(
            f"{counts['rows_rejected']:,} rows of the list were rejected; "
            "findings.csv says why, row by row."
        )
    by_zip = counts["geo_source"].get("postcode", 0)
    by_city = counts["geo_source"].get("city", 0)
    if by_zip or by_city:
        said.append(
            f"{by_zip:,} accounts were placed by ZIP code and {by_city:,} by city: "
            "good enough for territories, not for arrival times."
        )
    if counts["unassigned_accounts"]:
        said.append(f"{counts['unassigned_accounts']:,} accounts lie in no unit.")
    if summary["balance"]["bridges"]:
        said.append(
            f"{summary['balance']['bridges']} links over water or gaps were assumed so "
            "that islands and far states can belong to a territory."
        )
    if summary["visits"]["missed"]:
        said.append(
            f"{summary['visits']['missed']:,} visits do not fit into the four weeks."
        )
    if summary["pay"]["deals_with_problems"]:
        said.append(
            f"{summary['pay']['deals_with_problems']:,} deals could not be credited."
        )
    names = owner_names(line.positions, line.reps, line.as_of)
    vacant = [name for name in line.positions.index if names[name] == "vacant"]
    if vacant:
        said.append(f"Vacant: {', '.join(vacant)}.")
    return said or ["Nothing."]
