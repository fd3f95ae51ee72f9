"""Pay: run a period from the published ownership, close it, explain a statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from planner.commissions.calculation.calculate import totals_of
from planner.commissions.earlier_years import EarlierTerms, earlier_spans
from planner.commissions.ledger.corrections import refuse_closed
from planner.commissions.ledger.entries import LedgerEntry, earnings_of, from_frame
from planner.commissions.month import MonthInputs, pay_month
from planner.commissions.plans.plan import CompPlan
from planner.commissions.statements.statement import Statement, make_statement
from planner.core.errors import ConflictError, InputError, NotFoundError
from planner.core.run import RunControl
from planner.quotas.attainment import attainment
from planner.quotas.ownership import as_day
from planner.scenarios.publish import positions_of_part
from planner.services.pay.months import refuse_closing
from planner.services.pay.terms import plan_of_month, plan_of_version, terms_view
from planner.services.people.holders import holders_in
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.pay import ledger as ledger_rows
from planner.store.pay.ledger import PayRun
from planner.store.rows.records import frame_hash, sha256_text
from planner.store.scenarios import publications as publication_rows
from planner.store.scenarios import quotas as quota_rows

MEASURE = "bookings"


def latest_period(ws: OpenCompany) -> str:
    """Name the last whole month before the company's date: ``2026-10``."""
    with ws.store.reading() as conn:
        as_of = company_rows.load_company(conn, ws.company_id).today
    return str(pd.Period(as_of, "M") - 1)


def periods(ws: OpenCompany, n_months: int = 12) -> list[str]:
    """List the months that can be paid, the latest first."""
    last = pd.Period(latest_period(ws), "M")
    return [str(last - back) for back in range(n_months)]


@dataclass(frozen=True, kw_only=True)
class PayInputs:
    """Frames a pay run reads, at one moment of the store."""

    deals: pd.DataFrame
    splits: pd.DataFrame
    ownership: pd.DataFrame
    quotas: pd.DataFrame
    positions: pd.DataFrame
    reps: pd.DataFrame
    account_names: pd.Series
    as_of: dt.date
    ledger: tuple[LedgerEntry, ...]
    earlier: tuple[EarlierTerms, ...] = ()

    def month(self, plan: CompPlan) -> MonthInputs:
        """Choose what a month's pay by a plan is worked out from."""
        return MonthInputs(
            plan=plan,
            deals=self.deals,
            ownership=self.ownership,
            splits=self.splits,
            positions=self.positions,
            quotas=self.quotas,
            tenures=self.reps[["position_id", "hired_on", "left_on"]],
            ledger=self.ledger,
            earlier=self.earlier,
        )


def _inputs(ws: OpenCompany, period: str) -> PayInputs:
    company_id = ws.company_id
    end = pd.Period(period, "M").end_time.date()
    with ws.store.reading() as conn:
        published = publication_rows.publication_in_force(conn, company_id, end)
        if published is None:
            raise InputError(
                f"no published plan is in force in {period}: pay reads only published "
                "owners and quotas. Publish a scenario from that month or earlier"
            )
        return PayInputs(
            deals=deal_rows.load_deals(conn, company_id),
            splits=deal_rows.load_splits(conn, company_id),
            ownership=quota_rows.load_ownership(conn, company_id),
            quotas=quota_rows.load_quotas(conn, published.scenario_id),
            positions=team_rows.load_positions(conn, company_id),
            reps=team_rows.load_reps(conn, company_id),
            account_names=account_rows.load_accounts(conn, company_id)["name"],
            as_of=company_rows.load_company(conn, company_id).today,
            ledger=from_frame(ledger_rows.load_ledger(conn, company_id)),
        )


def _earlier(
    ws: OpenCompany, inputs: PayInputs, plan: CompPlan, period: str
) -> tuple[EarlierTerms, ...]:
    """Read what paid the months before the plan year, as it was published then."""
    first = min((entry.origin_period for entry in inputs.ledger), default=period)
    plans = [version.plan for version in terms_view(ws).versions]
    if not plan.pays(min(period, plan.last_month)):
        return ()
    earlier = []
    with ws.store.reading() as conn:
        for held, until in earlier_spans(plan, plans, period, first):
            end = pd.Period(until, "M").end_time.date()
            published = publication_rows.publication_in_force(conn, ws.company_id, end)
            if published is None:
                continue
            scenario_id = published.scenario_id
            parts = publication_rows.load_publication_parts(conn, scenario_id)
            earlier.append(
                EarlierTerms(
                    plan=held,
                    until=until,
                    quotas=quota_rows.load_quotas(conn, scenario_id),
                    positions=positions_of_part(parts["positions.csv"]),
                )
            )
    return tuple(earlier)


def run_period(
    ws: OpenCompany, params: Mapping[str, Any], run: RunControl
) -> dict[str, Any]:
    """
    Calculate a month's pay and keep it.

    Parameters
    ----------
    params
        `period` (``2026-10``) and maybe `kind`: ``trial`` (default) or ``final``; a
        final run closes the period and posts its earnings to the ledger, with what
        changed in the months closed before.

    Returns
    -------
    Control totals and the `run_id`.

    Raises
    ------
    NotFoundError
        If the company has no pay terms of its own.
    InputError
        If nothing is published for the period, it lies outside the comp plan, a later
        one is closed already, or it is not the next month to be closed.
    """
    period = str(params["period"])
    kind = str(params.get("kind", "trial"))
    version, plan = plan_of_month(ws, period)
    inputs = _inputs(ws, period)
    inputs = replace(inputs, earlier=_earlier(ws, inputs, plan, period))
    if kind == "final":
        refuse_closed(inputs.ledger, period)
        refuse_closing(period, closed_periods(ws), inputs.as_of)
    run.report(0.1, "Crediting deals")
    paid = pay_month(inputs.month(plan), period, run.part(0.1, 0.9))
    tables = {
        "credits": paid.credits.reset_index(),
        "lines": paid.lines.reset_index(names="line_id"),
        "trace": paid.trace,
        "totals": totals_of(paid.lines),
        "credit_problems": paid.credit_problems,
        "pay_problems": paid.pay_problems,
    }
    content_hash = sha256_text("".join(frame_hash(table) for table in tables.values()))
    in_month = paid.credits[paid.credits["close_on"] >= as_day(f"{period}-01")]
    direct = in_month[
        (in_month["credit_type"] == "revenue") & (in_month["kind"] == "direct")
    ]
    corrections = paid.lines["origin_period"].ne(period)
    summary = {
        "period": period,
        "plan_id": plan.plan_id,
        "plan_version": version,
        "currency": plan.currency,
        "n_deals": int(direct["deal_id"].nunique()),
        "credit_minor": int(direct["amount_minor"].sum()),
        "pay_minor": int(paid.lines["amount_minor"].sum()),
        "earlier_minor": int(paid.lines.loc[corrections, "amount_minor"].sum()),
        "n_positions": int(paid.lines["position_id"].nunique()),
        "n_lines": len(paid.lines),
        "n_problems": len(paid.problems),
    }
    with ws.store.transaction() as conn:
        pay_run = ledger_rows.save_pay_run(
            conn,
            ws.company_id,
            period=period,
            kind=kind,
            content_hash=content_hash,
            tables=tables,
            summary=summary,
            user=ws.user,
        )
        if kind == "final":
            _refuse_grown(conn, ws.company_id, len(inputs.ledger))
            ledger_rows.append_ledger(
                conn,
                ws.company_id,
                earnings_of(paid.lines, plan.currency),
                run_id=pay_run.run_id,
                user=ws.user,
            )
    return {"run_id": pay_run.run_id, **summary}


def _refuse_grown(conn: Connection, company_id: str, n_entries: int) -> None:
    """Refuse to post what was worked out before somebody else posted."""
    n_now = len(ledger_rows.load_ledger(conn, company_id))
    if n_now != n_entries:
        raise ConflictError(
            f"the ledger has {n_now} entries now, {n_entries} when this month was "
            "worked out: another month was closed meanwhile. Close this one again"
        )


def closed_periods(ws: OpenCompany) -> list[str]:
    """List the months closed so far, in order."""
    with ws.store.reading() as conn:
        final = ledger_rows.list_pay_runs(conn, ws.company_id, kind="final")
    return sorted(run.period for run in final)


def shown_run(ws: OpenCompany, period: str) -> PayRun | None:
    """Return the final run of a month, else its newest trial; None: neither."""
    with ws.store.reading() as conn:
        runs = ledger_rows.list_pay_runs(conn, ws.company_id, period)
    final = [run for run in runs if run.kind == "final"]
    return next(iter(final or runs), None)


def plan_of_run(ws: OpenCompany, run: PayRun) -> CompPlan:
    """Read the plan that a run paid by."""
    return plan_of_version(ws, run.summary.get("plan_version"), run.period)


@dataclass(frozen=True, kw_only=True)
class PayView:
    """
    One run of one month.

    Parameters
    ----------
    run
        The run.
    positions
        Paid positions indexed `position_id`: `title`, `name`, `role`, `credit_minor`,
        `quota_minor` (of the month), `ytd_share`, `pay_minor`; for an overlay the
        credit is what it shares, without attainment.
    problems
        Deals and lines that could not be credited or paid, each with its reason.
    """

    run: PayRun
    positions: pd.DataFrame
    problems: pd.DataFrame


def pay_view(ws: OpenCompany, period: str) -> PayView | None:
    """Read a month's pay by position; None: not run yet."""
    run = shown_run(ws, period)
    if run is None:
        return None
    inputs = _inputs(ws, period)
    with ws.store.reading() as conn:
        credits_ = ledger_rows.load_pay_table(conn, run.run_id, "credits")
        totals = ledger_rows.load_pay_table(conn, run.run_id, "totals")
        problems = pd.concat(
            [
                ledger_rows.load_pay_table(conn, run.run_id, "credit_problems"),
                ledger_rows.load_pay_table(conn, run.run_id, "pay_problems"),
            ],
            ignore_index=True,
        )
    year = plan_of_run(ws, run).year
    reached = attainment(
        credits_,
        inputs.quotas,
        MEASURE,
        int(year.span(period, "year")),
        first_month=year.first_month,
    )
    month = reached.xs(period, level="period")
    table = inputs.positions[["title", "role"]].copy()
    table["name"] = holders_in(inputs.positions, inputs.reps, period)
    for name in ("credit_minor", "quota_minor", "ytd_share"):
        table[name] = month[name].reindex(table.index)
    beside = table["role"] == "overlay"
    table.loc[beside, "credit_minor"] = month["overlay_minor"].reindex(table.index)
    table.loc[beside, "ytd_share"] = float("nan")
    pay = totals.groupby("position_id")["amount_minor"].sum()
    table["pay_minor"] = pay.reindex(table.index).fillna(0).astype("Int64")
    return PayView(run=run, positions=table, problems=problems)


def statement(ws: OpenCompany, position_id: str, period: str) -> Statement | None:
    """Explain one position's pay of a month; None if it was not run yet."""
    return statements(ws, [position_id], period).get(position_id)


def statements(
    ws: OpenCompany, position_ids: Collection[str], period: str
) -> dict[str, Statement]:
    """
    Explain the pay of positions in a month, step by step.

    Returns
    -------
    By `position_id`; empty if the month was not run yet.

    Raises
    ------
    NotFoundError
        If there is no such position.
    """
    run = shown_run(ws, period)
    if run is None:
        return {}
    inputs = _inputs(ws, period)
    for position_id in position_ids:
        if position_id not in inputs.positions.index:
            raise NotFoundError(f"no position {position_id!r} in this company")
    with ws.store.reading() as conn:
        tables = {
            name: ledger_rows.load_pay_table(conn, run.run_id, name)
            for name in ("credits", "lines", "trace")
        }
    names = holders_in(inputs.positions, inputs.reps, period)
    plan = plan_of_run(ws, run)
    lines = tables["lines"].set_index("line_id")
    credits_ = tables["credits"].set_index("credit_id")
    return {
        position_id: make_statement(
            position_id=position_id,
            holder=str(names[position_id]),
            title=str(inputs.positions.at[position_id, "title"]),
            period=period,
            plan=plan,
            lines=lines,
            trace=tables["trace"],
            credits=credits_,
            quotas=inputs.quotas,
            account_names=inputs.account_names,
            is_final=run.kind == "final",
        )
        for position_id in position_ids
    }
