"""The files of the demo: tables, maps, calendars, statements, report, summary."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from planner.commissions.plans.plan import load_plan
from planner.commissions.statements.statement import (
    Statement,
    make_statement,
    statement_xlsx_bytes,
)
from planner.core.english import simulated as words
from planner.core.files.tables import in_money, write_bytes, write_frame, write_text
from planner.core.money import format_minor
from planner.core.settings import Settings
from planner.demo.line import DemoLine
from planner.demo.report import report_html
from planner.geography.boundaries import dissolve
from planner.segmentation.rules import DEFAULT_RULES, columns_of
from planner.services.accounts.simulated import Simulated
from planner.services.people.holders import owner_names
from planner.visits.files.sheets import calendar_bytes, join_places
from planner.visits.reasons.unserved import in_words

FILES = (
    "accounts.csv",
    "segments.csv",
    "findings.csv",
    "plan.csv",
    "plan.geojson",
    "quotas.csv",
    "visits.csv",
    "unserved.csv",
    "report.html",
    "summary.json",
)
ROUTES, STATEMENTS = "routes", "statements"
PLAN_COLUMNS = ["account_id", "territory_id", "reason"]
NO_PLACE = "it has no place: give coordinates, or a postcode or city that is known"
OUTSIDE = "its place lies in no unit: look whether the coordinates are right"


def write_files(line: DemoLine, settings: Settings, folder: Path) -> dict[str, Any]:
    """
    Write what the finished steps made.

    Returns
    -------
    What ``summary.json`` holds, without the seconds; empty unless all steps finished.
    """
    for step, write in _WRITERS.items():
        if step in line.finished:
            write(line, folder)
    if not set(_WRITERS).issubset(line.finished):
        return {}
    statements = _statements(line)
    for position_id, statement in statements.items():
        name = f"{_rep_of(line, position_id)}.xlsx"
        simulated = words.named(line.simulated_codes)
        content = statement_xlsx_bytes(
            statement, simulated=words.EVERYTHING if line.sample else simulated
        )
        write_bytes(content, folder / STATEMENTS / name, private=True)
    summary = make_summary(line)
    write_text(report_html(line, summary, statements, settings), folder / "report.html")
    return summary


def _write_accounts(line: DemoLine, folder: Path) -> None:
    write_frame(_accounts_file(line), folder / "accounts.csv")
    segments = line.accounts[["segment", "visit_class", "rule"]]
    write_frame(segments, folder / "segments.csv")
    if len(line.findings):
        write_frame(line.findings, folder / "findings.csv", index=False)


def _write_plan(line: DemoLine, folder: Path) -> None:
    plan = line.territory_by_account.rename("territory_id").reset_index()
    plan["reason"] = _why_in_none(line).to_numpy()
    write_frame(plan[PLAN_COLUMNS], folder / "plan.csv", index=False)


def _why_in_none(line: DemoLine) -> pd.Series:
    """Say why accounts are in no territory; empty for those that are in one."""
    territory = line.territory_by_account
    is_placed = line.accounts["lat"].reindex(territory.index).notna()
    why = pd.Series(OUTSIDE, index=territory.index, dtype="str")
    return why.where(is_placed, NO_PLACE).where(territory.isna(), "")


def _write_quotas(line: DemoLine, folder: Path) -> None:
    write_frame(_territory_polygons(line), folder / "plan.geojson")
    quotas = in_money(line.quotas, line.currency, has_currency_column=True)
    quotas["simulated"] = _simulated_of(line, "quotas", "owners")
    write_frame(quotas, folder / "quotas.csv", index=False)


def _simulated_of(line: DemoLine, *figures: str) -> str:
    """Name what is simulated of some figures, as the accounts do row by row."""
    if line.sample is not None:
        return "all"
    simulated = Simulated(
        is_everything=False,
        columns=dict.fromkeys(line.simulated_codes, len(line.accounts)),
        rule_columns=columns_of(DEFAULT_RULES),
        parts=(),
    )
    return ";".join(simulated.among(*figures))


def _write_visits(line: DemoLine, folder: Path) -> None:
    write_frame(_visits_file(line), folder / "visits.csv", index=False)
    write_frame(in_words(line.visits.unserved), folder / "unserved.csv", index=False)
    _write_calendars(line, folder / ROUTES)


def _write_nothing(line: DemoLine, folder: Path) -> None:
    """Leave it to the statements and the report."""


_WRITERS: dict[str, Callable[[DemoLine, Path], None]] = {
    "segment": _write_accounts,
    "balance": _write_plan,
    "quotas": _write_quotas,
    "visits": _write_visits,
    "publish": _write_nothing,
    "pay": _write_nothing,
}


def _accounts_file(line: DemoLine) -> pd.DataFrame:
    frame = line.accounts.copy()
    if "balance" in line.finished:
        frame["territory_id"] = line.territory_by_account
    return in_money(frame, line.currency, has_currency_column=True)


def _territory_polygons(line: DemoLine) -> gpd.GeoDataFrame:
    polygons = dissolve(line.units, line.balanced.alignment.territory_by_unit)
    names = owner_names(line.positions, line.reps, line.as_of)
    by_territory = line.positions.dropna(subset="territory_id")
    by_territory = pd.Series(by_territory.index, index=by_territory["territory_id"])
    polygons["position_id"] = by_territory.reindex(polygons.index)
    polygons["rep"] = polygons["position_id"].map(names)
    polygons["simulated"] = _simulated_of(line, "owners")
    counts = line.territory_by_account.value_counts()
    polygons["accounts"] = counts.reindex(polygons.index).fillna(0).astype(int)
    return polygons


def _visits_file(line: DemoLine) -> pd.DataFrame:
    visits = line.visits.visits
    return pd.DataFrame(
        {
            "rep_id": visits["rep_id"],
            "date": visits["visit_on"].dt.strftime("%Y-%m-%d"),
            "sequence": visits["sequence"],
            "account_id": visits["account_id"],
            "arrive": visits["arrive_s"],
            "leave": visits["leave_s"],
            "simulated": _simulated_of(line, "visits planned"),
        }
    )


def _write_calendars(line: DemoLine, folder: Path) -> None:
    stops = join_places(line.visits.visits, line.accounts)
    for rep_id, mine in stops.groupby("rep_id"):
        name = str(line.reps.at[rep_id, "name"])
        content = calendar_bytes(mine, title=f"Visits of {name}")
        write_bytes(content, folder / f"{rep_id}.ics")


def _statements(line: DemoLine) -> dict[str, Statement]:
    names = owner_names(line.positions, line.reps, line.as_of)
    plan = load_plan(line.plan_text)
    quotas = line.quotas if line.sample is None else line.sample.quotas
    held = [name for name in line.positions.index if names[name] != "vacant"]
    return {
        position_id: make_statement(
            position_id=position_id,
            holder=str(names[position_id]),
            title=str(line.positions.at[position_id, "title"]),
            period=line.period,
            plan=plan,
            lines=line.paid.lines,
            trace=line.paid.trace,
            credits=line.credited.credits,
            quotas=quotas,
            account_names=line.accounts["name"],
            is_final=False,
        )
        for position_id in held
    }


def _rep_of(line: DemoLine, position_id: str) -> str:
    """Name the person at a position on the company's day, for the file's name."""
    day = pd.Timestamp(line.as_of)
    reps = line.reps
    active = reps[
        (reps["position_id"] == position_id)
        & (reps["left_on"].isna() | (reps["left_on"] > day))
    ]
    return str(active.index[0]) if len(active) else position_id


def make_summary(line: DemoLine) -> dict[str, Any]:
    """
    Collect the figures of a run.

    Returns
    -------
    Counts, balance, bound and gap, travel, visits, pay totals; ready for JSON.
    """
    from planner.territory.files.run import report_of

    report = report_of(line.balanced)
    first = line.measures[0]
    measure = report["measures"][first.column]
    is_open = line.accounts["status"] != "closed"
    unserved = line.visits.unserved
    lines = line.paid.lines
    pay_minor = int(lines["amount_minor"].sum())
    return {
        "company": line.name,
        "simulated": line.simulated,
        "as_of": str(line.as_of),
        "counts": {
            **line.import_counts,
            "accounts": len(line.accounts),
            "open_accounts": int(is_open.sum()),
            "geo_source": line.accounts["geo_source"].value_counts().to_dict(),
            "units": len(line.units),
            "territories": len(line.balanced.territories),
            "reps": int((line.positions["role"] == "rep").sum()),
            "deals": len(line.deals),
            "unassigned_accounts": int(line.territory_by_account.isna().sum()),
        },
        "segments": line.accounts["segment"].value_counts().to_dict(),
        "balance": {
            "measure": first.column,
            "tolerance": first.tolerance,
            "max_deviation": measure["max_deviation"],
            "worst_territory": measure["worst_territory"],
            "ideal": measure["ideal"],
            "extra_pieces": report["extra_pieces"],
            "is_met": bool(line.balanced.is_met),
            "objective": report["objective"],
            "bound": report["bound"],
            "gap": report["gap"],
            "units_moved": report["moved"],
            "accounts_moved": n_moved(line),
            "bridges": int(line.edges["is_bridge"].sum()),
            "summary": line.balanced.summary(),
        },
        "travel": report["travel"],
        "quotas": {
            "year": line.effective_from.year,
            "target": format_minor(_target_minor(line), line.currency),
            "currency": line.currency,
        },
        "published": {
            "effective_from": str(line.effective_from),
            "content_hash": line.published.content_hash,
        },
        "visits": {
            "served": len(line.visits.visits),
            "missed": int(unserved["missing"].sum()) if len(unserved) else 0,
            "travel_h": round(float(line.visits.visits["travel_s"].sum()) / 3600, 1),
            "days": int(
                line.visits.visits.groupby("rep_id")["visit_on"].nunique().sum()
            ),
            "travel_times": "estimated from straight distances",
        },
        "pay": {
            "period": line.period,
            "currency": line.currency,
            "total": format_minor(pay_minor, line.currency),
            "positions": int(lines["position_id"].nunique()),
            "deals_credited": int(line.credited.credits["deal_id"].nunique()),
            "deals_with_problems": len(line.credited.problems),
        },
    }


def n_moved(line: DemoLine) -> int | None:
    """Count the accounts that change territory; None without a plan before."""
    if line.before is None:
        return None
    was, will = line.before, line.territory_by_account
    return int((was.notna() & will.notna() & (was != will)).sum())


def _target_minor(line: DemoLine) -> int:
    tops = line.positions.index[line.positions["parent_id"].isna()]
    yearly = line.quotas[
        (line.quotas["period"].str.len() == len("2026"))
        & line.quotas["position_id"].isin(tops)
    ]
    return int(yearly["amount_minor"].sum())
