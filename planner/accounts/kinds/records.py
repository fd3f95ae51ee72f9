"""Lists of what happened and what is asked: deals, visits made, quotas."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planner.accounts.findings import ImportReport
from planner.accounts.kinds.custom_fields import custom_fields, other_columns
from planner.accounts.kinds.deal_words import KIND_WORDS, STAGE_WORDS
from planner.accounts.kinds.matching import report_repeated_ids
from planner.accounts.kinds.periods import read_periods
from planner.accounts.kinds.plausibility import question_deals
from planner.accounts.kinds.references import Known, present_ids, report_unknown
from planner.accounts.mapping.guess import Mapped
from planner.accounts.mapping.params import ImportParams
from planner.accounts.pipeline import run_import
from planner.accounts.reading.cells import CellReader
from planner.accounts.reading.tables import RawTable
from planner.core.schemas import DEALS, QUOTAS, VISITS_MADE

DEFAULT_MEASURE = "bookings"


def import_deals(
    raw: RawTable,
    mapping: Mapping[str, Mapped] | None = None,
    *,
    params: ImportParams | None = None,
    known: Known | None = None,
) -> ImportReport:
    """
    Turn a table into deals, won, lost and still open.

    Parameters
    ----------
    raw, mapping, params, known
        As of `import_table`.

    Returns
    -------
    The report; its frame passes the DEALS schema.

    Notes
    -----
    Required: deal_id, account_id, amount and close_on. Without a column of them, the
    stage is won, the kind new and the opening the closing date. Amounts are exact:
    more decimals than the currency has refuse the row. A deal of an account that the
    company does not have is refused.
    """
    there = known or Known()

    def build(cells: CellReader) -> pd.DataFrame:
        return _read_deals(cells, there)

    needed = ("deal_id", "account_id", "amount", "close_on")
    return run_import(raw, "deals", mapping, params, DEALS, needed, (), build)


def import_visits_made(
    raw: RawTable,
    mapping: Mapping[str, Mapped] | None = None,
    *,
    params: ImportParams | None = None,
    known: Known | None = None,
) -> ImportReport:
    """
    Turn a table into visits made.

    Parameters
    ----------
    raw, mapping, params, known
        As of `import_table`.

    Returns
    -------
    The report; its frame passes the VISITS_MADE schema.

    Notes
    -----
    Required: account_id, rep_id, visited_on. Without a visit_id the id is made of the
    three, so that the same file makes the same visits again. An unknown account
    refuses the row; an unknown rep, who may have left long ago, is warned of.
    """
    there = known or Known()

    def build(cells: CellReader) -> pd.DataFrame:
        return _read_visits(cells, there)

    needed = ("account_id", "rep_id", "visited_on")
    return run_import(
        raw, "visits_made", mapping, params, VISITS_MADE, needed, (), build
    )


def import_quotas(
    raw: RawTable,
    mapping: Mapping[str, Mapped] | None = None,
    *,
    params: ImportParams | None = None,
    known: Known | None = None,
) -> ImportReport:
    """
    Turn a table into quotas by position and period.

    Parameters
    ----------
    raw, mapping, params, known
        As of `import_table`.

    Returns
    -------
    The report; its frame passes the QUOTAS schema.

    Notes
    -----
    Required: position_id, period, amount. Without a measure it is bookings. Columns
    that are not ours are not kept: quotas are sealed as they are when published.
    """
    there = known or Known()

    def build(cells: CellReader) -> pd.DataFrame:
        return _read_quotas(cells, there)

    needed = ("position_id", "period", "amount")
    return run_import(raw, "quotas", mapping, params, QUOTAS, needed, (), build)


def _read_deals(cells: CellReader, known: Known) -> pd.DataFrame:
    ids = cells.text("deal_id", required=True)
    report_repeated_ids(ids, cells.raw.frame, cells.log, column="deal_id")
    cells.refuse_foreign_currency()
    close_on = cells.date("close_on", required=True)
    amount = _exact_amount(cells, signed=True)
    account_id = present_ids(cells.text("account_id", required=True), known, cells)
    _refuse_unknown_account(account_id, known, cells)
    related = cells.text("related_deal_id")
    if known.deal_ids is not None:
        report_unknown(
            related,
            known.deal_ids.union(pd.Index(ids)),
            cells,
            "related_deal_id",
            code="unknown_deal",
            severity="warn",
            says="is no deal of the file or of the company; the deal was kept",
        )
    deals = pd.DataFrame(
        {
            "deal_id": ids,
            "account_id": account_id,
            "product": cells.text("product"),
            "kind": cells.choice("kind", KIND_WORDS, "new"),
            "stage": cells.choice("stage", STAGE_WORDS, "won"),
            "opened_on": cells.date("opened_on").fillna(close_on),
            "close_on": close_on,
            "amount_minor": amount,
            "currency": cells.params.currency,
            "term_months": cells.count("term_months").fillna(0),
            "related_deal_id": related.mask(related == ""),
            "custom": custom_fields(cells),
        }
    )
    question_deals(deals, cells)
    return deals


def _read_visits(cells: CellReader, known: Known) -> pd.DataFrame:
    account_id = present_ids(cells.text("account_id", required=True), known, cells)
    rep_id = cells.text("rep_id", required=True)
    visited_on = cells.date("visited_on", required=True)
    ids = cells.text("visit_id")
    made = _made_ids(account_id, rep_id, visited_on)
    ids = ids.where(ids != "", made)
    report_repeated_ids(ids, cells.raw.frame, cells.log, column="visit_id")
    _refuse_unknown_account(account_id, known, cells)
    report_unknown(
        rep_id,
        known.rep_ids,
        cells,
        "rep_id",
        code="unknown_rep",
        severity="warn",
        says="is no rep of the company; the visit was kept",
    )
    outcome = cells.text("outcome")
    return pd.DataFrame(
        {
            "visit_id": ids,
            "account_id": account_id,
            "rep_id": rep_id,
            "visited_on": visited_on,
            "minutes": cells.count("minutes", rounded=True).fillna(0),
            "outcome": outcome.mask(outcome == ""),
            "custom": custom_fields(cells),
        }
    )


def _made_ids(account_id: pd.Series, rep_id: pd.Series, on: pd.Series) -> pd.Series:
    """Name visits by who, where and when; a second one of the day gets a number."""
    day = on.dt.strftime("%Y-%m-%d").fillna("")
    plain = rep_id + "/" + day + "/" + account_id
    number = plain.groupby(plain).cumcount() + 1
    return plain.where(number == 1, plain + "/" + number.astype("str"))


def _read_quotas(cells: CellReader, known: Known) -> pd.DataFrame:
    position_id = cells.text("position_id", required=True)
    cells.refuse_foreign_currency()
    measure = cells.text("measure")
    given = cells.text("period", required=True)
    period, is_bad = read_periods(given)
    column = cells.mapping.get("period", "period")
    cells.log.rows(
        "bad_period",
        "reject",
        given[is_bad],
        "period must be a year (2027) or a month (2027-03), got {value}",
        column=column,
    )
    measure = measure.where(measure != "", DEFAULT_MEASURE)
    key = position_id + " · " + measure + " · " + period
    complete = (position_id != "") & (period != "")
    report_repeated_ids(
        key.where(complete, ""), cells.raw.frame, cells.log, column="position_id"
    )
    report_unknown(
        position_id,
        known.position_ids,
        cells,
        "position_id",
        code="unknown_position",
        severity="reject",
        says="is no position of the company; import the positions first",
    )
    left = other_columns(cells)
    if left:
        cells.log.file(
            "not_kept",
            "notice",
            f"quotas have no columns of their own: {', '.join(left[:10])} not kept",
        )
    return pd.DataFrame(
        {
            "position_id": position_id,
            "measure": measure,
            "period": period,
            "amount_minor": _exact_amount(cells, signed=False),
            "currency": cells.params.currency,
        }
    )


def _exact_amount(cells: CellReader, *, signed: bool) -> pd.Series:
    amount = cells.money("amount", signed=signed, exact=True)
    given = cells.raw_cells("amount")
    cells.log.rows(
        "missing_amount",
        "reject",
        given[given.str.strip() == ""],
        "amount must not be empty",
        column=cells.mapping["amount"],
    )
    readable = amount.isna() & ~amount.index.isin(list(cells.log.rejected))
    cells.log.rows(
        "missing_amount",
        "reject",
        given[readable],
        "amount must be a number, got {value}",
        column=cells.mapping["amount"],
    )
    return amount


def _refuse_unknown_account(
    account_id: pd.Series, known: Known, cells: CellReader
) -> None:
    report_unknown(
        account_id,
        known.account_ids,
        cells,
        "account_id",
        code="unknown_account",
        severity="reject",
        says="is no account of the company; import the accounts first",
    )
