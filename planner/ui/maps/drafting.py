"""What a draft puts on the map: locks, barriers, and what waits to be accepted."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planner.services.territories.view import TerritoryView
from planner.territory.editing.edits import Draft
from planner.territory.editing.moves import differs


def draft_marks(
    draft: Draft, before: TerritoryView, shown: TerritoryView
) -> dict[str, Any]:
    """
    Mark a draft on the map of territories.

    Parameters
    ----------
    draft
        The plan under work.
    before
        The scenario as it is saved.
    shown
        As the map shows it.

    Returns
    -------
    Fields of `MapData` that `territory_map` hands on. Accounts count as pending where
    they move without their unit.
    """
    units = _moved(before.units["territory_id"], shown.units["territory_id"])
    accounts = _moved(before.accounts["territory_id"], shown.accounts["territory_id"])
    alone = accounts[~shown.accounts.loc[accounts, "unit_id"].isin(units).to_numpy()]
    scenario = shown.scenario
    waits = " with changes that are not accepted" if len(units) + len(alone) else ""
    return {
        "locked_units": sorted(draft.locks.unit),
        "locked_points": sorted(draft.locks.account),
        "locked_parts": sorted(draft.locks.territory),
        "barriers": sorted(draft.barriers),
        "pending_units": list(map(str, units)),
        "pending_points": list(map(str, alone)),
        "title": scenario.name,
        "subtitle": f"Team {scenario.team} · version {scenario.version}{waits}",
    }


def _moved(was: pd.Series, now: pd.Series) -> pd.Index:
    """List what has another territory, or one where it had none, or the reverse."""
    if not was.index.equals(now.index):
        was = was.reindex(now.index)
    return now.index[differs(was, now)]
