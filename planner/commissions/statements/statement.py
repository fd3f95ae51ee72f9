"""One position's period step by step: deal → credit → measure → tier × rate → pay."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from planner.commissions.plans.calendar import PlanYear
from planner.commissions.plans.plan import CompPlan
from planner.commissions.statements.sentence import pay_sentence
from planner.commissions.wording import month_text, working_text
from planner.core.files.spreadsheets import xlsx_bytes
from planner.core.files.tables import exact_money, in_money


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """
    What a position is paid for a period, and how it came to it.

    Parameters
    ----------
    position_id, holder, title, period, currency
        Whose, of when, in what.
    is_final
        Whether the period is closed; a trial can still change.
    total_minor
        The pay.
    quota_by_measure
        The year's quotas, minor units.
    sentence
        The whole statement in one sentence.
    components
        Indexed by `component_id`: `name`, `amount_minor`.
    steps
        One row per line, indexed by `line_id`: deal, account, date, product, credit and
        its share, measure before and after, quota, `working` (tier × rate), `rule`,
        `entry_type`, `amount_minor`.
    trace
        The working's rows of these lines.
    """

    position_id: str
    holder: str
    title: str
    period: str
    currency: str
    is_final: bool
    total_minor: int
    quota_by_measure: dict[str, int]
    sentence: str
    components: pd.DataFrame
    steps: pd.DataFrame
    trace: pd.DataFrame


def make_statement(
    *,
    position_id: str,
    holder: str,
    title: str,
    period: str,
    plan: CompPlan,
    lines: pd.DataFrame,
    trace: pd.DataFrame,
    credits: pd.DataFrame,  # noqa: A002 (the glossary's word)
    quotas: pd.DataFrame,
    account_names: pd.Series | None = None,
    is_final: bool = False,
) -> Statement:
    """
    Explain a position's pay.

    Parameters
    ----------
    position_id, holder, title
        Whose statement, and how to call them.
    period
        The month, ``2026-10``.
    plan
        The plan the lines were made by.
    lines, trace
        As `calculate` gives them.
    credits
        As `credit_deals` gives them.
    quotas
        QUOTAS frame; the year's stand on the statement.
    account_names : shape (n_accounts,)
        Names by `account_id`; None: ids alone.
    is_final
        Whether the period is closed.
    """
    mine = lines[lines["position_id"].eq(position_id) & lines["period"].eq(period)]
    working = trace[trace["line_id"].isin(mine.index)]
    steps_by_line: dict[str, list[Any]] = {}
    for step in working.itertuples():
        steps_by_line.setdefault(step.line_id, []).append(step)
    names = {part.component_id: part.name for part in plan.components}
    name_by_account = {} if account_names is None else account_names.to_dict()
    facts = credits.reindex(mine["credit_id"])
    steps = mine.assign(
        product=facts["product"].to_numpy(),
        share_ppm=facts["share_ppm"].array,
        working=[
            working_text(steps_by_line.get(line_id, []), plan.currency)
            for line_id in mine.index
        ],
        component=[names.get(name, name) for name in mine["component_id"]],
        account=[name_by_account.get(name, name) for name in mine["account_id"]],
    )
    sums = mine.groupby("component_id", sort=False)["amount_minor"].sum()
    components = pd.DataFrame(
        {"name": [names.get(name, name) for name in sums.index], "amount_minor": sums}
    )
    total_minor = int(mine["amount_minor"].sum())
    return Statement(
        position_id=position_id,
        holder=holder,
        title=title,
        period=period,
        currency=plan.currency,
        is_final=is_final,
        total_minor=total_minor,
        quota_by_measure=_year_quotas(quotas, position_id, plan.year, period),
        sentence=pay_sentence(list(mine.itertuples()), steps_by_line, plan, period),
        components=components,
        steps=steps,
        trace=working.reset_index(drop=True),
    )


def _year_quotas(
    quotas: pd.DataFrame, position_id: str, year: PlanYear, period: str
) -> dict[str, int]:
    """Sum the quotas of a year by measure; a stated year stands above its months."""
    here = year.span(period, "year")
    mine = quotas[quotas["position_id"].eq(position_id)]
    mine = mine[mine["period"].map(lambda of: year.span(of, "year")).eq(here)]
    is_year = mine["period"].eq(here)
    months = mine[~is_year].groupby("measure")["amount_minor"].sum()
    stated = mine[is_year].set_index("measure")["amount_minor"]
    return {str(name): int(v) for name, v in (*months.items(), *stated.items())}


def statement_xlsx_bytes(statement: Statement, *, simulated: str = "") -> bytes:
    """
    Encode a statement as a workbook: the statement, its deals, its trace.

    Parameters
    ----------
    statement
        What `make_statement` returned.
    simulated
        What of the figures it comes from is simulated, in words; "": nothing.
    """
    currency = statement.currency
    first, *rest = statement.sentence.split(": ", 1)
    head: list[tuple[str, str | Decimal]] = [
        ("", first),
        *(("", part) for part in (rest[0].split(", ") if rest else [])),
        ("Position", f"{statement.position_id} {statement.title}".strip()),
        ("Held by", statement.holder),
        ("State", "closed" if statement.is_final else "trial: can still change"),
    ]
    if simulated:
        head.append(("Simulated", simulated))
    head += [
        (f"Quota {statement.period[:4]}, {measure}", exact_money(quota, currency))
        for measure, quota in statement.quota_by_measure.items()
    ]
    head += [
        (str(row.name), exact_money(int(row.amount_minor), currency))
        for row in statement.components.itertuples(index=False)
    ]
    head.append((f"Total {currency}", exact_money(statement.total_minor, currency)))
    cover = pd.DataFrame(head, columns=["Statement", month_text(statement.period)])
    sheets = {
        "Statement": cover,
        "Deals": _deals_sheet(statement),
        "Trace": in_money(statement.trace, currency),
    }
    return xlsx_bytes(sheets, index=False)


def _deals_sheet(statement: Statement) -> pd.DataFrame:
    """Name the steps as on the page: deal, credit, measure, tier × rate, pay."""
    steps = statement.steps
    sheet = pd.DataFrame(
        {
            "Deal": steps["deal_id"],
            "Account": steps["account"],
            "Closed on": steps["close_on"].dt.strftime("%Y-%m-%d"),
            "Product": steps["product"],
            "Share of credit": steps["share_ppm"].astype(float) / 1e6,
            "credit_minor": steps["credit_minor"],
            "Measure": steps["measure"],
            "measure_before_minor": steps["measure_before_minor"],
            "measure_after_minor": steps["measure_after_minor"],
            "quota_minor": steps["quota_minor"],
            "Tier × rate": steps["working"],
            "What": steps["entry_type"].str.replace("_", " "),
            "Rule": steps["rule"],
            "For": steps["origin_period"],
            "amount_minor": steps["amount_minor"],
        }
    )
    names = {
        "credit": "Credit",
        "measure_before": "Before",
        "measure_after": "After",
        "quota": "Quota",
        "amount": "Pay",
    }
    return in_money(sheet, statement.currency).rename(columns=names)
