"""Which territory each unit and account is in."""

from __future__ import annotations

from planner.store.scenarios.reading import SavedPlan
from planner.territory.model.alignment import Alignment


def alignment_of(plan: SavedPlan) -> Alignment:
    """Take the alignment with its named accounts out of a plan as it was read."""
    by_account = plan.named_accounts["territory_id"]
    return Alignment(plan.alignment["territory_id"], by_account.dropna())
