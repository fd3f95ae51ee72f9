"""Lists of what happened and what is asked: deals, their splits, visits, quotas."""

from __future__ import annotations

import pandas as pd

from planner.accounts.kinds.custom_fields import custom_fields, other_columns
from planner.accounts.kinds.deal_stages import (
    close_dates_in_turn,
    deal_stages,
    refuse_deleted,
)
from planner.accounts.kinds.matching import report_repeated_ids
from planner.accounts.kinds.periods import read_periods
from planner.accounts.kinds.plausibility import question_deals
from planner.accounts.kinds.references import present_ids, report_unknown
from planner.accounts.pipeline import KindRules
from planner.accounts.reading.cells import CellReader
from planner.core.schemas import DEALS, QUOTAS, SPLITS, VISITS_MADE
from planner.core.units import PPM

DEFAULT_MEASURE = "bookings"


def _read_deals(cells: CellReader) -> pd.DataFrame:
    """
    Read deals, won, lost and still open.

    Notes
    -----
    Without a column of them, the stage is won, the kind new and the opening the closing
    date; see `deal_stages`. Amounts are exact: more decimals than the currency has
    refuse the row. A deal of an account that the company does not have is refused.
    """
    ids = cells.text("deal_id", required=True)
    report_repeated_ids(ids, cells.raw.frame, cells.log, column="deal_id")
    cells.refuse_foreign_currency()
    close_on = cells.date("close_on", required=True)
    stage = deal_stages(cells)
    amount = _exact_amount(cells, signed=True, is_open=stage != "won")
    refuse_deleted(cells)
    account_id = present_ids(cells.text("account_id", required=True), cells)
    _refuse_unknown_account(account_id, cells)
    related = cells.text("related_deal_id")
    deal_ids = cells.context.references.deal_ids
    if deal_ids is not None:
        report_unknown(
            related,
            deal_ids.union(pd.Index(ids)),
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
            "kind": cells.choice("kind", "new"),
            "stage": stage,
            "opened_on": cells.date("opened_on").fillna(close_on),
            "close_on": close_on,
            "amount_minor": amount,
            "currency": cells.context.currency,
            "term_months": cells.count("term_months").fillna(0),
            "related_deal_id": related.mask(related == ""),
            "custom": custom_fields(cells),
        }
    )
    question_deals(deals, cells)
    return deals


def _read_visits(cells: CellReader) -> pd.DataFrame:
    """
    Read visits made.

    Notes
    -----
    Without a visit_id the id is made of account, rep and day, so that the same file
    makes the same visits again. An unknown account refuses the row; an unknown rep, who
    may have left long ago, is warned of.
    """
    account_id = present_ids(cells.text("account_id", required=True), cells)
    rep_id = cells.text("rep_id", required=True)
    visited_on = cells.date("visited_on", required=True)
    ids = cells.text("visit_id")
    ids = ids.where(ids != "", _visit_ids(account_id, rep_id, visited_on))
    report_repeated_ids(ids, cells.raw.frame, cells.log, column="visit_id")
    _refuse_unknown_account(account_id, cells)
    report_unknown(
        rep_id,
        cells.context.references.rep_ids,
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


def _visit_ids(account_id: pd.Series, rep_id: pd.Series, on: pd.Series) -> pd.Series:
    """Name visits by who, where and when; a second one of the day gets a number."""
    day = on.dt.strftime("%Y-%m-%d").fillna("")
    plain = rep_id + "/" + day + "/" + account_id
    number = plain.groupby(plain).cumcount() + 1
    return plain.where(number == 1, plain + "/" + number.astype("str"))


def _read_quotas(cells: CellReader) -> pd.DataFrame:
    """
    Read quotas by position and period.

    Notes
    -----
    Without a measure it is bookings. Columns that are not ours are not kept: quotas are
    sealed as they are when published.
    """
    position_id = cells.text("position_id", required=True)
    cells.refuse_foreign_currency()
    measure = cells.text("measure")
    texts = cells.text("period", required=True)
    period, is_bad = read_periods(texts)
    column = cells.mapping.get("period", "period")
    cells.log.rows(
        "bad_period",
        "reject",
        texts[is_bad],
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
        cells.context.references.position_ids,
        cells,
        "position_id",
        code="unknown_position",
        severity="reject",
        says="is no position of the company; import the positions first",
    )
    other = other_columns(cells)
    if other:
        cells.log.file(
            "not_kept",
            "notice",
            f"quotas have no columns of their own: {', '.join(other[:10])} not kept",
        )
    return pd.DataFrame(
        {
            "position_id": position_id,
            "measure": measure,
            "period": period,
            "amount_minor": _exact_amount(cells, signed=False),
            "currency": cells.context.currency,
        }
    )


def _read_splits(cells: CellReader) -> pd.DataFrame:
    """
    Read who shares the credit of which deal, and how much each gets.

    Notes
    -----
    The shares of a deal make 100 % to the millionth, or all its rows are refused: what
    is missing would be credited to nobody.
    """
    deal_id = cells.text("deal_id", required=True)
    position_id = cells.text("position_id", required=True)
    complete = (deal_id != "") & (position_id != "")
    report_repeated_ids(
        (deal_id + " · " + position_id).where(complete, ""),
        cells.raw.frame,
        cells.log,
        column="deal_id",
    )
    references = cells.context.references
    for target, there, what in (
        ("deal_id", references.deal_ids, "deal"),
        ("position_id", references.position_ids, "position"),
    ):
        report_unknown(
            deal_id if target == "deal_id" else position_id,
            there,
            cells,
            target,
            code=f"unknown_{what}",
            severity="reject",
            says=f"is no {what} of the company; import the {what}s first",
        )
    share = (cells.share("share") * PPM).round().astype("Int64")
    _refuse_shares(deal_id, share, cells)
    other = other_columns(cells)
    if other:
        cells.log.file(
            "not_kept",
            "notice",
            f"splits have no columns of their own: {', '.join(other[:10])} not kept",
        )
    return pd.DataFrame(
        {"deal_id": deal_id, "position_id": position_id, "share_ppm": share}
    )


def _refuse_shares(deal_id: pd.Series, share: pd.Series, cells: CellReader) -> None:
    """Refuse empty shares and zeros, and deals whose shares do not make 100 %."""
    log, column, texts = cells.log, cells.mapping["share"], cells.raw_cells("share")
    log.rows(
        "missing_share",
        "reject",
        texts[(share.isna() | share.eq(0)) & ~share.index.isin(list(log.rejected))],
        "share must be above 0 and at most 1 (or 100 %), got {value}",
        column=column,
    )
    is_accepted = ~share.index.isin(list(log.rejected)) & (deal_id != "")
    sums = share[is_accepted].groupby(deal_id[is_accepted]).sum()
    wrong = sums[sums != PPM]
    detail = deal_id.map(wrong / (PPM // 100))
    is_wrong = pd.Series(is_accepted, index=share.index) & deal_id.isin(wrong.index)
    log.rows(
        "share_sum",
        "reject",
        deal_id[is_wrong],
        "the shares of deal {value} make {detail} % in the rows that can be taken; "
        "they must make 100 %, to the millionth",
        column=column,
        detail=detail[is_wrong].map(lambda sum_: f"{float(sum_):.10g}"),
    )


def _exact_amount(
    cells: CellReader, *, signed: bool, is_open: pd.Series | None = None
) -> pd.Series:
    """Read amounts; an open deal may lack one."""
    amount = cells.money("amount", signed=signed, exact=True)
    texts = cells.raw_cells("amount")
    is_empty = texts.str.strip() == ""
    if is_open is not None:
        cells.log.rows(
            "missing_amount",
            "warn",
            texts[is_empty & is_open],
            "the open deal has no amount; it was kept with 0",
            column=cells.mapping["amount"],
        )
        amount = amount.mask(is_empty & is_open, 0)
        is_empty = is_empty & ~is_open
    cells.log.rows(
        "missing_amount",
        "reject",
        texts[is_empty],
        "amount must not be empty",
        column=cells.mapping["amount"],
    )
    readable = amount.isna() & ~amount.index.isin(list(cells.log.rejected))
    cells.log.rows(
        "missing_amount",
        "reject",
        texts[readable],
        "amount must be a number, got {value}",
        column=cells.mapping["amount"],
    )
    return amount


def _refuse_unknown_account(account_id: pd.Series, cells: CellReader) -> None:
    report_unknown(
        account_id,
        cells.context.references.account_ids,
        cells,
        "account_id",
        code="unknown_account",
        severity="reject",
        says="is no account of the company; import it, or mend its row, first",
    )


DEAL_RULES = KindRules(
    schema=DEALS,
    required=("deal_id", "account_id", "amount", "close_on"),
    read=_read_deals,
    shape_rows=close_dates_in_turn,
)
VISIT_RULES = KindRules(
    schema=VISITS_MADE,
    required=("account_id", "rep_id", "visited_on"),
    read=_read_visits,
)
SPLIT_RULES = KindRules(
    schema=SPLITS, required=("deal_id", "position_id", "share"), read=_read_splits
)
QUOTA_RULES = KindRules(
    schema=QUOTAS, required=("position_id", "period", "amount"), read=_read_quotas
)
