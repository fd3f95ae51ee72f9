"""Lists of reps and deals: the same walls as accounts, with the rules of their kind."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planner.accounts.cells import CellReader
from planner.accounts.enrich import Gazetteer
from planner.accounts.findings import ImportReport
from planner.accounts.matching import report_repeated_ids
from planner.accounts.params import ImportParams
from planner.accounts.pipeline import run_import
from planner.accounts.places import read_places
from planner.accounts.sense import question_deals
from planner.accounts.sources import RawTable
from planner.core.schemas import DEALS
from planner.core.schemas import REPS

WORK_START_S = 8 * 3600 + 1800
WORK_END_S = 17 * 3600

_STAGES = {
    "qualify": "qualify",
    "prospecting": "qualify",
    "qualification": "qualify",
    "open": "qualify",
    "propose": "propose",
    "proposal": "propose",
    "engaging": "propose",
    "negotiate": "negotiate",
    "negotiation": "negotiate",
    "won": "won",
    "closed won": "won",
    "booked": "won",
    "lost": "lost",
    "closed lost": "lost",
}
_DEAL_KINDS = {
    "new": "new",
    "new business": "new",
    "sale": "new",
    "expansion": "expansion",
    "upsell": "expansion",
    "renewal": "renewal",
    "cancellation": "cancellation",
    "return": "cancellation",
    "credit": "cancellation",
}


def import_reps(
    raw: RawTable,
    mapping: Mapping[str, str] | None = None,
    *,
    gazetteer: Gazetteer | None = None,
    params: ImportParams | None = None,
) -> ImportReport:
    """
    Turn a table into reps.

    Parameters
    ----------
    raw, mapping, gazetteer, params
        As of `import_accounts`.

    Returns
    -------
    The report; its frame passes the REPS schema.

    Notes
    -----
    Required: rep_id and name. A rep may have no home; a home given by postcode or city
    is placed like an account. Hours default to 8:30-17:00, ramp to 1.
    """
    places = gazetteer or Gazetteer.empty()

    def build(cells: CellReader) -> pd.DataFrame:
        return _read_reps(cells, places)

    return run_import(raw, "reps", mapping, params, REPS, ("rep_id", "name"), (), build)


def import_deals(
    raw: RawTable,
    mapping: Mapping[str, str] | None = None,
    *,
    params: ImportParams | None = None,
) -> ImportReport:
    """
    Turn a table into deals.

    Parameters
    ----------
    raw, mapping, params
        As of `import_accounts`.

    Returns
    -------
    The report; its frame passes the DEALS schema.

    Notes
    -----
    Required: deal_id, account_id, amount and close_on. Without a column of them, the
    stage is won, the kind new and the opening the closing date. Amounts are exact:
    more decimals than the currency has refuse the row.
    """
    needed = ("deal_id", "account_id", "amount", "close_on")
    return run_import(raw, "deals", mapping, params, DEALS, needed, (), _read_deals)


def _read_reps(cells: CellReader, gazetteer: Gazetteer) -> pd.DataFrame:
    ids = cells.text("rep_id", required=True)
    report_repeated_ids(ids, cells.raw.frame, cells.log, column="rep_id")
    cells.refuse_foreign_currency()
    found = read_places(cells, gazetteer, required=False)
    frame = pd.DataFrame(
        {
            "rep_id": ids,
            "name": cells.text("name", required=True),
            "position_id": _blank(cells.text("position_id")),
            "lat": found["lat"],
            "lon": found["lon"],
            "work_start_s": cells.time("work_start_s").fillna(WORK_START_S),
            "work_end_s": cells.time("work_end_s").fillna(WORK_END_S),
            "cost_minor_per_year": cells.money("cost_per_year"),
            "ramp_share": cells.share("ramp_share").fillna(1.0),
            "hired_on": cells.date("hired_on"),
            "left_on": cells.date("left_on"),
        }
    )
    backwards = frame["work_end_s"] <= frame["work_start_s"]
    cells.log.rows(
        "hours_backwards",
        "reject",
        frame["work_end_s"][backwards].astype("str"),
        "work ends ({value} seconds after midnight) before it starts",
        column=cells.mapping.get("work_end_s", "work_end_s"),
    )
    return frame


def _read_deals(cells: CellReader) -> pd.DataFrame:
    ids = cells.text("deal_id", required=True)
    report_repeated_ids(ids, cells.raw.frame, cells.log, column="deal_id")
    cells.refuse_foreign_currency()
    close_on = cells.date("close_on", required=True)
    amount = cells.money("amount", signed=True, exact=True)
    given = cells.raw_cells("amount")
    cells.log.rows(
        "missing_amount",
        "reject",
        given[given.str.strip() == ""],
        "amount must not be empty",
        column=cells.mapping["amount"],
    )
    deals = pd.DataFrame(
        {
            "deal_id": ids,
            "account_id": cells.text("account_id", required=True),
            "product": cells.text("product"),
            "kind": cells.choice("kind", _DEAL_KINDS, "new"),
            "stage": cells.choice("stage", _STAGES, "won"),
            "opened_on": cells.date("opened_on").fillna(close_on),
            "close_on": close_on,
            "amount_minor": amount,
            "currency": cells.params.currency,
            "term_months": cells.count("term_months").fillna(0),
            "related_deal_id": _blank(cells.text("related_deal_id")),
        }
    )
    question_deals(deals, cells)
    return deals


def _blank(cells: pd.Series) -> pd.Series:
    return cells.mask(cells == "")
