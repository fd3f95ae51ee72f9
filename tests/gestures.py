"""What a planner does with a few clicks, for tests of what comes of it."""

from __future__ import annotations

from collections.abc import Sequence

from planner.services.drafts import editing
from planner.services.drafts.gestures import assign_edit
from planner.services.territories.view import TerritoryView
from planner.services.territories.view import as_if
from planner.services.territories.view import overview
from planner.services.workspace import Workspace


def assign(
    ws: Workspace, scenario_id: str, unit_ids: Sequence[str], to: str | None
) -> int:
    """Give units to a territory, also a new one or none, and save; the new version."""
    opened = editing.open_draft(ws, scenario_id)
    view = overview(ws, scenario_id)
    edit = assign_edit(view, opened.draft, to, unit_ids)
    drawn = editing.do(ws, opened, edit, f"{len(unit_ids)} to {to}")
    return editing.accept(ws, drawn).scenario.version


def moved(view: TerritoryView, unit_ids: Sequence[str], to: str | None):
    """Show a scenario with units, and accounts that follow them, elsewhere."""
    by_unit = view.units["territory_id"].copy()
    follows = view.accounts["unit_id"].map(by_unit) == view.accounts["territory_id"]
    follows &= view.accounts["unit_id"].isin(list(unit_ids))
    by_unit.loc[list(unit_ids)] = to
    by_account = view.accounts["territory_id"].mask(follows.to_numpy(), to)
    return as_if(view, by_unit, by_account)
