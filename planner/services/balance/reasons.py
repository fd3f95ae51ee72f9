"""Why a plan moves what it moves, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from planner.services.territories import wording
from planner.services.territories.view import TerritoryView
from planner.services.workspace import Workspace
from planner.store.company import companies as company_rows
from planner.territory.studies.splitting import JOINT


def reasons_of(
    ws: Workspace, view: TerritoryView, result: Mapping[str, Any], ids: pd.Series
) -> pd.Series:
    """
    Say why a plan moves units, and accounts of divided units.

    Parameters
    ----------
    view
        The scenario.
    result
        The plan, see `services.balance.plan.plan_of`.
    ids
        Units and accounts.

    Returns
    -------
    Sentences in the order and index of `ids`; "" where the plan gives none.
    """
    told = pd.Series(result.get("reasons") or {}, dtype="str")
    unit = view.accounts["unit_id"].reindex(ids).fillna("")  # of a unit: none
    piece = pd.Series(unit.to_numpy() + JOINT + ids.to_numpy(), index=ids.index)
    found = ids.map(told).where(ids.isin(told.index), piece.map(told))
    names = wording.unit_names(view.units)
    with ws.store.reading() as conn:
        currency = company_rows.load_company(conn, str(ws.company_id)).currency
    said = found.astype("str").fillna("")
    return said.map(lambda text: wording.in_words(text, names, currency))
