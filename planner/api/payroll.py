"""Pay of a month by a comp plan, each line with its working."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import pandas as pd

from planner.api.shown import Shown, checked_path
from planner.commissions.calculation.calculate import PayResult
from planner.commissions.plans.plan import CompPlan
from planner.core.errors import InputError
from planner.core.files.tables import in_money
from planner.core.money import format_minor
from planner.core.schemas import DEALS, OWNERSHIP, POSITIONS, QUOTAS, SPLITS, check

if TYPE_CHECKING:
    import pandera.pandas as pa

    from planner.commissions.statements.statement import Statement

_Table: TypeAlias = pd.DataFrame | str | PathLike[str]


@dataclass(frozen=True, kw_only=True)
class PayRun(Shown, PayResult):
    """
    Pay of a month: a `PayResult` with what it was made from.

    Parameters
    ----------
    comp_plan
        The plan it was paid by.
    credits
        Of the plan year up to the month's end, as `quotas.crediting` makes them.
    positions, quotas
        As they were given.
    """

    comp_plan: CompPlan
    credits: pd.DataFrame = field(repr=False)
    positions: pd.DataFrame = field(repr=False)
    quotas: pd.DataFrame = field(repr=False)

    @property
    def total_minor(self) -> int:
        """The pay of all, in minor units of the plan's currency."""
        return int(self.lines["amount_minor"].sum())

    def summary(self) -> str:
        """Say what is paid to how many, and what could not be."""
        currency = self.comp_plan.currency
        total = format_minor(self.total_minor, currency)
        n_paid = self.lines["position_id"].nunique()
        text = (
            f"{self.params.period}: {total} {currency} for {n_paid:,} positions, "
            f"{len(self.lines):,} lines"
        )
        if self.problems.empty:
            return text
        shown = [text, f"{len(self.problems):,} could not be paid or credited:"]
        return "\n".join([*shown, *self.problems["message"].head(5)])

    def statement(self, position_id: str) -> Statement:
        """
        Explain a position's pay, step by step.

        Raises
        ------
        InputError
            If there is no such position.
        """
        from planner.commissions.statements.statement import make_statement

        if position_id not in self.positions.index:
            known = ", ".join(map(str, self.positions.index[:20]))
            raise InputError(f"there is no position {position_id!r}; there are {known}")
        return make_statement(
            position_id=position_id,
            holder=position_id,
            title=str(self.positions.loc[position_id, "title"]),
            period=self.params.period,
            plan=self.comp_plan,
            lines=self.lines,
            trace=self.trace,
            credits=self.credits,
            quotas=self.quotas,
        )

    def table(self) -> pd.DataFrame:
        """Return the lines with money as decimals."""
        return in_money(self.lines, self.comp_plan.currency, has_currency_column=True)

    def shapes(self) -> NoReturn:
        """Refuse: pay lies nowhere."""
        raise InputError(
            "pay has no places, so no map and no shapes: write .csv, .xlsx, .json or "
            ".parquet, or draw the map of a plan or of visits"
        )

    def sheet(self) -> NoReturn:
        """Refuse: pay lies nowhere."""
        self.shapes()


def read_comp_plan(path: str | PathLike[str]) -> CompPlan:
    """
    Read and check a comp plan.

    Parameters
    ----------
    path
        A YAML or JSON file of the form that ``plan_schema.json`` describes, or the
        text of one.

    Raises
    ------
    InputError
        Naming the place in the document, the value and the rule it breaks.
    """
    from planner.commissions.plans.plan import load_plan

    is_text = isinstance(path, str) and "\n" in path
    return load_plan(path if is_text else checked_path(path))  # type: ignore[arg-type]


def pay(
    deals: _Table,
    ownership: _Table,
    quotas: _Table,
    comp_plan: CompPlan | str | PathLike[str],
    period: str,
    *,
    positions: _Table | None = None,
    splits: _Table | None = None,
) -> PayRun:
    """
    Credit deals to their owners and pay a month by a comp plan.

    Parameters
    ----------
    deals, ownership, quotas
        Frames of these names as `docs/data-model.md` describes them, or files as the
        command ``pay`` reads them. Deals of the whole plan year: measures run on.
    comp_plan
        As `read_comp_plan` returns it, or its file.
    period
        The month, ``2026-10``.
    positions
        Who reports to whom; None: nobody to anybody.
    splits
        Deals that several positions share; None: those written beside the deals.

    Returns
    -------
    The lines, their working, the totals, and what could not be paid.

    Raises
    ------
    InputError
        If something cannot be used; names the thing, the value and the rule.

    Examples
    --------
    >>> import pandas as pd, planner
    >>> deals = pd.DataFrame(
    ...     {"account_id": "a", "product": "-", "kind": "new", "stage": "won",
    ...      "opened_on": "2026-10-01", "close_on": "2026-10-05",
    ...      "amount_minor": 100_00, "currency": "USD", "term_months": 0,
    ...      "related_deal_id": None},
    ...     index=pd.Index(["d1"], name="deal_id"))
    >>> ownership = pd.DataFrame(
    ...     {"account_id": ["a"], "position_id": "P1", "role": "owner",
    ...      "share_ppm": 1_000_000, "valid_from": "2026-01-01", "valid_to": None})
    >>> quotas = pd.DataFrame(
    ...     {"position_id": ["P1"], "measure": "sales", "period": "2026",
    ...      "amount_minor": 1000_00, "currency": "USD"})
    >>> text = '''
    ... schema: commission-plan/1
    ... plan: {id: p, currency: USD, valid_from: 2026-01-01, valid_to: 2027-01-01}
    ... measures:
    ...   - {code: sales, credit_type: revenue, kind: direct, accumulation: none}
    ... components:
    ...   - {id: c, name: Bonus, type: spif, measure: sales, amount: 10,
    ...      window: {from: 2026-01-01, to: 2027-01-01}}
    ... '''
    >>> planner.pay(deals, ownership, quotas, text, "2026-10").total_minor
    1000
    """
    from planner.commissions.calculation.calculate import calculate
    from planner.commissions.calculation.questions import (
        outside_plan,
        questioned_quotas,
    )
    from planner.commissions.files import inputs
    from planner.quotas.crediting import credit_deals
    from planner.quotas.exchange import convert_deals

    plan = comp_plan if isinstance(comp_plan, CompPlan) else read_comp_plan(comp_plan)
    if not isinstance(deals, pd.DataFrame):
        deals, beside = inputs.read_deals(checked_path(deals), plan.currency)
        splits = beside if splits is None else splits
    deals = _frame("deals", deals, DEALS)
    owners = _frame("ownership", ownership, OWNERSHIP, inputs.read_ownership)
    goals = _frame(
        "quotas", quotas, QUOTAS, lambda path: inputs.read_quotas(path, plan.currency)
    )
    if splits is not None:
        splits = _frame("splits", splits, SPLITS, inputs.read_splits)
    if positions is None:
        none = pd.DataFrame(columns=list(SPLITS.columns))
        seats = inputs.positions_of(owners, none if splits is None else splits)
    else:
        seats = _frame("positions", positions, POSITIONS, inputs.read_hierarchy)
    _month(period)
    converted, unrated = convert_deals(deals, None, plan.currency)
    start, end = plan.days_to(period)
    credited = credit_deals(converted, owners, splits, seats, start, end)
    paid = calculate(credited.credits, goals, plan, period, seats)
    unrated = unrated[unrated["close_on"] < end] if len(unrated) else unrated
    outside = outside_plan(converted, plan, period)
    questions = questioned_quotas(credited.credits, goals, plan, period, seats)
    problems = [unrated, credited.problems, outside, paid.problems, questions]
    values = {part.name: getattr(paid, part.name) for part in fields(paid)}
    values["problems"] = pd.concat(problems, ignore_index=True)
    return PayRun(
        **values,
        comp_plan=plan,
        credits=credited.credits,
        positions=seats,
        quotas=goals,
    )


def _frame(
    name: str,
    table: Any,
    schema: pa.DataFrameSchema,
    read: Callable[[Path], pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Check a frame, or read a file."""
    if isinstance(table, pd.DataFrame):
        known = [column for column in schema.columns if column in table]
        return check(table[known], schema)
    if read is not None and isinstance(table, str | PathLike):
        return read(Path(table))
    raise InputError(
        f"{name} must be a DataFrame or the path of a file, got {type(table).__name__}"
    )


def _month(period: Any) -> pd.Period:
    try:
        month = pd.Period(period, freq="M") if isinstance(period, str) else None
    except ValueError:
        month = None
    if month is None or str(month) != period:
        raise InputError(f"period must be a month like '2026-10', got {period!r}")
    return month
