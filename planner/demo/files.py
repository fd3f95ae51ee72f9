"""The files of the demo: tables, maps, calendars, statements, report, summary."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from planner.commissions.statements.statement import statement_xlsx_bytes
from planner.core.english import simulated as words
from planner.core.files.tables import in_money, write_bytes, write_frame, write_text
from planner.core.money import format_minor
from planner.core.names import file_name_of
from planner.core.schemas import ACCOUNTS
from planner.demo.line import DemoLine
from planner.demo.report import report_html
from planner.geography.boundaries import dissolve
from planner.services.exports.tables import table_of
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
SEGMENT_COLUMNS = ["segment", "visit_class", "rule"]
NO_PLACE = "it has no place: give coordinates, or a postcode or city that is known"
OUTSIDE = "its place lies in no unit: look whether the coordinates are right"
EVERYTHING = "Invented company in real geography: everything is simulated"


def write_files(line: DemoLine, folder: Path) -> dict[str, Any]:
    """
    Write what the finished steps made.

    Returns
    -------
    What ``summary.json`` holds, without the seconds; empty unless all steps finished.
    """
    for step, write in _WRITERS.items():
        if step in line.finished:
            write(line, folder)
    if "pay" not in line.finished:
        return {}
    summary = make_summary(line)
    write_text(report_html(line, summary), folder / "report.html")
    return summary


def _write_accounts(line: DemoLine, folder: Path) -> None:
    own = [name for name in ACCOUNTS.columns if name not in SEGMENT_COLUMNS]
    columns = [*own, *SEGMENT_COLUMNS, "workload_min"]
    if "balance" in line.finished:
        columns.append("territory_id")
    accounts = line.accounts[columns]
    table = in_money(accounts, line.company.currency, has_currency_column=True)
    write_frame(table, folder / "accounts.csv")
    write_frame(accounts[SEGMENT_COLUMNS], folder / "segments.csv")
    findings = [report.findings.assign(file=report.file) for report in line.reports]
    findings = [rows for rows in findings if len(rows)]
    if findings:
        write_frame(pd.concat(findings), folder / "findings.csv", index=False)


def _write_plan(line: DemoLine, folder: Path) -> None:
    territory = line.accounts["territory_id"]
    reason = pd.Series(OUTSIDE, index=territory.index, dtype="str")
    reason = reason.where(line.accounts["lat"].notna(), NO_PLACE)
    plan = pd.DataFrame(
        {"territory_id": territory, "reason": reason.where(territory.isna(), "")}
    )
    write_frame(plan, folder / "plan.csv")
    view = line.view
    polygons = dissolve(view.units, view.units["territory_id"])
    polygons["position_id"] = view.territories["position_id"]
    polygons["rep"] = view.territories["rep_name"]
    polygons["simulated"] = _simulated_of(line, "owners")
    counts = territory.value_counts().reindex(polygons.index)
    polygons["accounts"] = counts.fillna(0).astype(int)
    write_frame(polygons, folder / "plan.geojson")


def _write_quotas(line: DemoLine, folder: Path) -> None:
    quotas = table_of(line.ws, "quotas", line.scenario_id)
    quotas["simulated"] = _simulated_of(line, "quotas", "owners")
    write_frame(quotas, folder / "quotas.csv", index=False)


def _simulated_of(line: DemoLine, *figures: str) -> str:
    """Name what is simulated of some figures, as the accounts do row by row."""
    if line.simulated.is_everything:
        return "all"
    return ";".join(line.simulated.among(*figures))


def _write_visits(line: DemoLine, folder: Path) -> None:
    visits = line.visits.visits
    table = visits[["rep_id"]].assign(
        date=visits["visit_on"].dt.strftime("%Y-%m-%d"),
        sequence=visits["sequence"],
        account_id=visits["account_id"],
        arrive=visits["arrive_s"],
        leave=visits["leave_s"],
        simulated=_simulated_of(line, "visits planned"),
    )
    write_frame(table, folder / "visits.csv", index=False)
    write_frame(in_words(line.visits.unserved), folder / "unserved.csv", index=False)
    for rep_id, mine in join_places(visits, line.accounts).groupby("rep_id"):
        title = f"Visits of {line.reps.at[rep_id, 'name']}"
        path = folder / ROUTES / f"{file_name_of(str(rep_id))}.ics"
        write_bytes(calendar_bytes(mine, title=title), path)


def _write_statements(line: DemoLine, folder: Path) -> None:
    simulated = words.named(line.simulated.codes)
    if line.simulated.is_everything:
        simulated = words.EVERYTHING
    for position_id, statement in line.statements.items():
        content = statement_xlsx_bytes(statement, simulated=simulated)
        name = file_name_of(line.rep_by_position[position_id])
        write_bytes(content, folder / STATEMENTS / f"{name}.xlsx", private=True)


_WRITERS: dict[str, Callable[[DemoLine, Path], None]] = {
    "import": _write_accounts,
    "balance": _write_plan,
    "quotas": _write_quotas,
    "visits": _write_visits,
    "pay": _write_statements,
}


def make_summary(line: DemoLine) -> dict[str, Any]:
    """
    Collect the figures of a run.

    Returns
    -------
    Counts, balance, bound and gap, travel, visits, pay totals; ready for JSON.
    """
    report, quotas, pay = line.proposal.report, line.quota_view, line.pay.run.summary
    accounts, visits = line.accounts, line.visits
    first, measure = next(iter(report["measures"].items()))
    currency = line.company.currency
    return {
        "company": line.company.name,
        "simulated": simulated_text(line),
        "as_of": str(line.company.today),
        "counts": {
            **_rows_of_files(line),
            "accounts": len(accounts),
            "open_accounts": int((accounts["status"] != "closed").sum()),
            "geo_source": accounts["geo_source"].value_counts().to_dict(),
            "units": len(line.view.units),
            "territories": len(line.view.territories),
            "reps": int((line.roster.positions["role"] == "rep").sum()),
            "deals": line.n_deals(),
            "unassigned_accounts": int(accounts["territory_id"].isna().sum()),
        },
        "segments": accounts["segment"].value_counts().to_dict(),
        "balance": {
            "measure": first,
            **{
                name: measure[name]
                for name in ("tolerance", "max_deviation", "worst_territory", "ideal")
            },
            "extra_pieces": report["extra_pieces"],
            "is_met": report["met"],
            "objective": report["objective"],
            "bound": report["bound"],
            "gap": report["gap"],
            "units_moved": report["moved"],
            "accounts_moved": n_moved(line),
            "bridges": int(line.view.edges["is_bridge"].sum()),
            "summary": "\n".join(map(str, line.proposal.summary)),
        },
        "travel": report["travel"],
        "quotas": {
            "year": line.published.effective_from.year,
            "target": format_minor(quotas.target_minor, currency),
            "currency": currency,
        },
        "published": {
            "effective_from": str(line.published.effective_from),
            "content_hash": line.published.content_hash,
        },
        "visits": {
            "served": visits.summary["served"],
            "missed": visits.summary["missed"],
            "travel_h": visits.summary["travel_h"],
            "days": int(visits.visits.groupby("rep_id")["visit_on"].nunique().sum()),
            "travel_times": "estimated from straight distances",
        },
        "pay": {
            "period": line.period,
            "currency": pay["currency"],
            "total": format_minor(pay["pay_minor"], pay["currency"]),
            "positions": pay["n_positions"],
            "deals_credited": int(line.pay_table("credits")["deal_id"].nunique()),
            "deals_with_problems": len(line.pay_table("credit_problems")),
        },
    }


def simulated_text(line: DemoLine) -> str:
    """Say what is simulated; "": nothing."""
    if line.simulated.is_everything:
        return EVERYTHING
    names = words.named(line.simulated.codes)
    return f"Accounts and places are from the list; simulated: {names}" if names else ""


def _rows_of_files(line: DemoLine) -> dict[str, Any]:
    """Count the rows of the accounts, and of the files beside them by kind."""
    if not line.reports:
        n = len(line.accounts)
        return {"rows_read": n, "rows_accepted": n, "rows_rejected": 0}
    counts = {
        report.kind: {
            "rows_read": report.rows_read,
            "rows_accepted": report.rows_accepted,
            "rows_rejected": report.rows_rejected,
        }
        for report in line.reports
    }
    of_accounts: dict[str, Any] = {**counts.pop("accounts")}
    return of_accounts | ({"files": counts} if counts else {})


def n_moved(line: DemoLine) -> int | None:
    """Count the accounts that change territory; None without a plan before."""
    if line.before.territories.empty:
        return None
    was = line.before.accounts["territory_id"]
    will = line.accounts["territory_id"].reindex(was.index)
    return int((was.notna() & will.notna() & (was != will)).sum())
