"""Why a plan moves what it moves, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from planner.services.territories import wording
from planner.services.territories.view import TerritoryView
from planner.services.workspace import Workspace
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
    reasons = result.get("reasons") or {}
    unit = view.accounts["unit_id"].reindex(ids).fillna("")  # of a unit: none
    language = wording.language_of(ws, view.units)
    sentences = [
        wording.sentence_of(reasons.get(own) or reasons.get(piece) or "", language)
        for own, piece in zip(ids, unit + JOINT + ids.to_numpy(), strict=True)
    ]
    return pd.Series(sentences, index=ids.index, dtype="str")
