"""Why a plan moves what it moves, in words."""

from __future__ import annotations

import pandas as pd

from planner.services.territories import wording
from planner.services.territories.view import TerritoryView
from planner.services.workspace import OpenCompany
from planner.territory.solve.proposal import Proposal
from planner.territory.studies.splitting import JOINT


def reasons_of(
    ws: OpenCompany, view: TerritoryView, plan: Proposal, ids: pd.Series
) -> pd.Series:
    """
    Say why a plan moves units, and accounts of divided units.

    Parameters
    ----------
    view
        The scenario.
    plan
        What moves them.
    ids
        Units and accounts.

    Returns
    -------
    Sentences in the order and index of `ids`; "" where the plan gives none.
    """
    reasons = plan.reasons
    unit = view.accounts["unit_id"].reindex(ids).fillna("")  # of a unit: none
    language = wording.language_of(ws, view.units)
    sentences = [
        language.sentence(reasons.get(own) or reasons.get(piece) or ())
        for own, piece in zip(ids, unit + JOINT + ids.to_numpy(), strict=True)
    ]
    return pd.Series(sentences, index=ids.index, dtype="str")
