"""A pay run on files: read, credit, pay, correct earlier months, write."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from planner.commissions.earlier_years import EarlierTerms, earlier_spans
from planner.commissions.files.inputs import (
    positions_of,
    read_deals,
    read_hierarchy,
    read_ownership,
    read_quotas,
    read_splits,
)
from planner.commissions.files.ledger_files import (
    ledger_csv,
    ledger_files,
    month_file,
    read_ledger,
)
from planner.commissions.files.rates import read_rates
from planner.commissions.ledger.corrections import (
    entries_of_plan,
    new_entries,
    refuse_closed,
)
from planner.commissions.ledger.entries import LedgerEntry, balance, post
from planner.commissions.month import MonthInputs, MonthPay, pay_month
from planner.commissions.plans.plan import load_plan
from planner.commissions.statements.statement import (
    make_statement,
    statement_xlsx_bytes,
)
from planner.commissions.verify import differing_lines
from planner.core.errors import InputError
from planner.core.files.outputs import Outputs
from planner.core.files.spreadsheets import csv_bytes
from planner.core.files.tables import in_money, write_bytes
from planner.core.money import format_minor
from planner.core.names import file_name_of
from planner.core.run import RunControl

TABLES = ("credits.csv", "lines.csv", "trace.csv", "ledger.csv")
SUMMARY = "summary.json"
STATEMENTS = "statements"
_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """The month's pay, the ledger with it, and what is new in that."""

    paid: MonthPay
    ledger: tuple[LedgerEntry, ...]
    posted: tuple[LedgerEntry, ...]


def run_pay(
    *,
    plan_path: Path,
    deals_path: Path,
    ownership_path: Path,
    quotas_path: Path,
    period: str,
    out_dir: Path,
    hierarchy_path: Path | None = None,
    fx_path: Path | None = None,
    ledger_dir: Path | None = None,
    splits_path: Path | None = None,
    earlier_plan_paths: Sequence[Path] = (),
    is_verified: bool = False,
    run: RunControl | None = None,
    outputs: Outputs | None = None,
) -> dict[str, Any]:
    """
    Pay a month from files and write its files.

    Parameters
    ----------
    plan_path, deals_path, ownership_path, quotas_path
        The plan (YAML) and the CSV files it is run on.
    period
        The month, ``2026-10``.
    out_dir
        Folder of the results.
    hierarchy_path, fx_path, splits_path
        Positions and their superiors, exchange rates, splits; None: there are none.
    ledger_dir
        Folder of the ledger: earlier months are read from it, what changed in them is
        posted as differences, and this month is filed beside them. None: no ledger.
    earlier_plan_paths
        Plans of days before this one: what arrives late for their months is paid by
        them.
    is_verified
        Whether all is calculated once more by the Decimal engine; lines that differ
        stand in the summary under ``differences``.
    run
        Run control.
    outputs
        Names the files that none of ours may replace, and is told what was written.

    Returns
    -------
    What ``summary.json`` holds: counts, control totals, problems.

    Raises
    ------
    InputError
        If a file cannot be used or written; nothing is written then.
    """
    run, outputs = run or RunControl(), outputs or Outputs()
    files = {
        "plan": plan_path,
        "deals": deals_path,
        "ownership": ownership_path,
        "quotas": quotas_path,
        "hierarchy": hierarchy_path,
        "fx": fx_path,
        "splits": splits_path,
    }
    _check_period(period)  # it is part of a file's name
    _name_files(outputs, files, period, out_dir, ledger_dir)
    for path in earlier_plan_paths:
        outputs.read(f"--earlier-plan {path}", path)
    with outputs:
        inputs = _with_earlier(_read(files, ledger_dir), earlier_plan_paths, period)
        run.report(0.2, "crediting deals")
        outcome = _pay(inputs, period, run.part(0.2, 0.6))
        summary = _summary(inputs, outcome, period)
        if is_verified:
            summary["differences"] = differing_lines(inputs, outcome.paid, period)
        summary["inputs"] = {
            name: hashlib.sha256(path.read_bytes()).hexdigest()
            for name, path in files.items()
            if path is not None
        } | {
            f"earlier_plan_{number}": hashlib.sha256(path.read_bytes()).hexdigest()
            for number, path in enumerate(earlier_plan_paths, start=1)
        }
        run.report(0.6, "writing statements")
        _write(inputs, outcome, summary, period, outputs["--out"])
        if ledger_dir is not None and outcome.posted:
            posted = ledger_csv(outcome.posted, inputs.plan.currency)
            name = month_file(ledger_dir, period)
            write_bytes(posted, outputs["--ledger"] / name, private=True)
    run.report(1.0, "paid")
    return summary


def _name_files(
    outputs: Outputs,
    files: dict[str, Path | None],
    period: str,
    out_dir: Path,
    ledger_dir: Path | None,
) -> None:
    for name, path in files.items():
        outputs.read(f"--{name}", path)
    for path in ledger_files(ledger_dir):
        outputs.read(f"--ledger file {path.name}", path)
    if ledger_dir is not None:
        free = month_file(ledger_dir, period)
        outputs.folder("--ledger", ledger_dir, files=[free])
    outputs.folder("--out", out_dir, files=[*TABLES, SUMMARY], folders=[STATEMENTS])


def _read(files: dict[str, Path | None], ledger_dir: Path | None) -> MonthInputs:
    plan = load_plan(Path(str(files["plan"])))
    deals, splits = read_deals(Path(str(files["deals"])), plan.currency)
    ownership = read_ownership(Path(str(files["ownership"])))
    if files["splits"] is not None:
        splits = pd.concat([splits, read_splits(files["splits"])], ignore_index=True)
        twice = splits.duplicated(["deal_id", "position_id"])
        if twice.any():
            deal_id = splits.loc[twice, "deal_id"].iloc[0]
            raise InputError(
                f"{files['splits'].name}: the splits of deal {deal_id} stand in the "
                "deals file too; keep one of them"
            )
    hierarchy, rates = files["hierarchy"], files["fx"]
    return MonthInputs(
        plan=plan,
        deals=deals,
        splits=splits,
        ownership=ownership,
        quotas=read_quotas(Path(str(files["quotas"])), plan.currency),
        positions=(
            positions_of(ownership, splits)
            if hierarchy is None
            else read_hierarchy(hierarchy)
        ),
        rates=None if rates is None else read_rates(rates),
        ledger=read_ledger(ledger_dir),
    )


def _with_earlier(
    inputs: MonthInputs, paths: Sequence[Path], period: str
) -> MonthInputs:
    """Find what paid the months before the plan year: an earlier plan, or this one."""
    plans = [inputs.plan, *(load_plan(path) for path in paths)]
    for plan in plans[1:]:
        if plan.currency != inputs.plan.currency:
            raise InputError(
                f"plan {plan.plan_id} pays in {plan.currency}, must be "
                f"{inputs.plan.currency} like {inputs.plan.plan_id}"
            )
    first = min((entry.origin_period for entry in inputs.ledger), default=period)
    if not inputs.plan.pays(min(period, inputs.plan.last_month)):
        return inputs  # refused where the month is paid
    earlier = [
        EarlierTerms(
            plan=plan, until=until, quotas=inputs.quotas, positions=inputs.positions
        )
        for plan, until in earlier_spans(inputs.plan, plans, period, first)
    ]
    return replace(inputs, earlier=tuple(earlier))


def _pay(inputs: MonthInputs, period: str, run: RunControl) -> _Outcome:
    """Pay the month, and say what is to be posted for it."""
    refuse_closed(inputs.ledger, period)
    paid = pay_month(inputs, period, run)
    numbers = {
        entry.seq
        for year in paid.years
        for entry in entries_of_plan(inputs.ledger, year.terms.plan, inputs.deals)
    }
    own = [entry for entry in inputs.ledger if entry.seq in numbers]
    ledger = post(inputs.ledger, new_entries(paid.lines, own, period))
    return _Outcome(paid=paid, ledger=ledger, posted=ledger[len(inputs.ledger) :])


def _check_period(period: str) -> None:
    if not _MONTH.fullmatch(period):
        raise InputError(f"period must look like 2026-10, got {period!r}")


def _in_month(credit_rows: pd.DataFrame, period: str) -> pd.DataFrame:
    return credit_rows[credit_rows["close_on"] >= pd.Timestamp(f"{period}-01")]


def _summary(inputs: MonthInputs, outcome: _Outcome, period: str) -> dict[str, Any]:
    """Collect counts and control totals; money as decimal text."""
    plan, lines = inputs.plan, outcome.paid.lines
    rows = _in_month(outcome.paid.credits, period)
    direct = rows[rows["kind"].eq("direct") & rows["credit_type"].eq("revenue")]

    def money(amount_minor: int) -> str:
        return format_minor(int(amount_minor), plan.currency)

    def sums(column: str) -> dict[str, str]:
        by_value = lines.groupby(column)["amount_minor"].sum()
        return {str(name): money(amount) for name, amount in by_value.items()}

    earlier = lines["origin_period"].ne(period)
    return {
        "period": period,
        "plan_id": plan.plan_id,
        "plan_sha256": plan.content_hash,
        "currency": plan.currency,
        "deals_read": len(inputs.deals),
        "deals_credited": int(direct["deal_id"].nunique()),
        "credits": len(rows),
        "lines": len(lines),
        "positions_paid": int(lines["position_id"].nunique()),
        "totals": {
            "credited": money(direct["amount_minor"].sum()),
            "pay": money(lines["amount_minor"].sum()),
            "pay_for_earlier_months": money(lines.loc[earlier, "amount_minor"].sum()),
            "ledger": money(balance(outcome.ledger, period=period)),
            "by_component": sums("component_id"),
            "by_position": sums("position_id"),
        },
        "ledger": {
            "entries_before": len(inputs.ledger),
            "entries_posted": len(outcome.posted),
            "months_checked_again": outcome.paid.corrected,
        },
        "problems": outcome.paid.problems["message"].tolist(),
    }


def _write(
    inputs: MonthInputs,
    outcome: _Outcome,
    summary: dict[str, Any],
    period: str,
    folder: Path,
) -> None:
    """Write what only those may read who may know of pay."""
    plan = inputs.plan
    tables = (
        _in_month(outcome.paid.credits, period).reset_index(),
        outcome.paid.lines.reset_index(names="line_id"),
        outcome.paid.trace,
    )
    contents = {
        name: csv_bytes(in_money(frame, plan.currency), index=False)
        for name, frame in zip(TABLES, tables, strict=False)
    }
    contents[TABLES[-1]] = ledger_csv(outcome.ledger, plan.currency)
    for position_id in sorted(outcome.paid.lines["position_id"].unique()):
        is_position = position_id in inputs.positions.index
        statement = make_statement(
            position_id=position_id,
            holder="",
            title=str(inputs.positions.at[position_id, "title"]) if is_position else "",
            period=period,
            plan=plan,
            lines=outcome.paid.lines,
            trace=outcome.paid.trace,
            credits=outcome.paid.credits,
            quotas=inputs.quotas,
        )
        name = f"{STATEMENTS}/{file_name_of(position_id)}.xlsx"
        contents[name] = statement_xlsx_bytes(statement)
    text = json.dumps(summary, indent=1, ensure_ascii=False)
    contents[SUMMARY] = f"{text}\n".encode()
    for name, content in contents.items():
        write_bytes(content, folder / name, private=True)
