"""The demo's report: one self-contained page with maps and charts, no script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from planner.demo.line import DemoLine
from planner.demo.report_maps import territories_part, worst_before
from planner.demo.report_work import pay_part, visits_part
from planner.services.people.holders import VACANT
from planner.territory.model.unit_table import MEASURES
from planner.visits.model.params import CadenceParams

TEMPLATE = Path(__file__).with_name("report.html.j2")
VISITS_WORDS = {4: "every week", 2: "every second week", 1: "every fourth week"}


def report_html(line: DemoLine, summary: Mapping[str, Any]) -> str:
    """
    Write the report of a run.

    Parameters
    ----------
    line, summary
        What the run made.

    Returns
    -------
    One HTML page; everything in it is escaped by the template.
    """
    fmt = line.formats
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    first_day = line.published.effective_from
    simulated = summary["simulated"]
    context = {
        "title": f"{summary['company']}: territories, visits and pay",
        "subtitle": (
            f"As of {fmt.day(line.company.today)} · plan from {fmt.day(first_day)}"
        ),
        "simulated": f"Simulated. {simulated}." if simulated else "",
        "figures": _figures(line, summary),
        **territories_part(line, summary),
        "segments": _segments(line),
        **_quotas(line, summary),
        **visits_part(line, summary),
        **pay_part(line, summary),
        "problems": _problems(line, summary),
        "footer": (
            "Made by `python -m planner demo`. Methods and sources: docs/methods.md. "
            "Places: GeoNames (CC BY 4.0); borders: US Census Bureau."
        ),
    }
    return template.render(context)


def _figures(line: DemoLine, summary: Mapping[str, Any]) -> list[dict[str, str]]:
    fmt, balance, visits = line.formats, summary["balance"], summary["visits"]
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
            "value": fmt.money(line.pay.run.summary["pay_minor"]),
            "note": f"{summary['pay']['positions']} positions, every line traced",
        },
    ]


def _segments(line: DemoLine) -> list[dict[str, str]]:
    fmt = line.formats
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


def _quotas(line: DemoLine, summary: Mapping[str, Any]) -> dict[str, Any]:
    fmt, view = line.formats, line.quota_view
    positions = view.positions[view.positions["quota_minor"].notna()]
    positions = positions.fillna({"territory_id": ""})
    published = summary["published"]
    return {
        "quota_year": summary["quotas"]["year"],
        "quota_text": (
            f"The target of {fmt.money(view.target_minor)} is split by potential and "
            "ramp down the hierarchy; every level sums exactly. Owners hold from "
            f"{fmt.day(line.published.effective_from)}; the published plan has the "
            f"content hash {published['content_hash'][:12]}."
        ),
        "quotas": [
            {
                "level": row.level,
                "title": row.title,
                "name": row.name,
                "territory_id": row.territory_id,
                "potential": fmt.money(int(row.potential_minor)),
                "quota": fmt.money(int(row.quota_minor)),
                "ratio": fmt.share(row.quota_per_potential),
            }
            for row in positions.itertuples(index=False)
        ],
    }


def _problems(line: DemoLine, summary: Mapping[str, Any]) -> list[str]:
    counts = summary["counts"]
    lines = []
    if counts["rows_rejected"]:
        lines.append(
            f"{counts['rows_rejected']:,} rows of the list were rejected; "
            "findings.csv says why, row by row."
        )
    by_zip = counts["geo_source"].get("postcode", 0)
    by_city = counts["geo_source"].get("city", 0)
    if by_zip or by_city:
        lines.append(
            f"{by_zip:,} accounts were placed by ZIP code and {by_city:,} by city: "
            "good enough for territories, not for arrival times."
        )
    for kind, rows in counts.get("files", {}).items():
        if rows["rows_rejected"]:
            lines.append(
                f"{rows['rows_rejected']:,} rows of the {kind} were rejected; "
                "findings.csv says why, row by row."
            )
    if counts["unassigned_accounts"]:
        lines.append(f"{counts['unassigned_accounts']:,} accounts lie in no unit.")
    if summary["balance"]["bridges"]:
        lines.append(
            f"{summary['balance']['bridges']} links over water or gaps were assumed so "
            "that islands and far states can belong to a territory."
        )
    if summary["visits"]["missed"]:
        lines.append(
            f"{summary['visits']['missed']:,} visits do not fit into the four weeks."
        )
    if summary["pay"]["deals_with_problems"]:
        lines.append(
            f"{summary['pay']['deals_with_problems']:,} deals could not be credited."
        )
    names = line.roster.owner_names
    vacant = list(names.index[names == VACANT])
    if vacant:
        lines.append(f"Vacant: {', '.join(vacant)}.")
    return lines or ["Nothing."]
