"""What is older than the data it was made from: visits, trial pay, balances."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from planner.accounts.health.rules import REMOVAL, REPAIRS
from planner.services.workspace import OpenCompany
from planner.store.scenarios.editing import data_changes

Made = Literal["balance", "visits", "pay"]
# What changes which results: kinds of lists, segment rules, repairs, and simulated
# figures that were removed or brought back. Quotas compare what they were split by.
_MADE_FROM: Mapping[Made, frozenset[str]] = {
    "balance": frozenset({"accounts", "units", "rules", "repair", "simulated"}),
    "visits": frozenset(
        {"accounts", "units", "reps", "positions", "rules", "repair", "simulated"}
    ),
    "pay": frozenset({"deals", "reps", "positions", "repair", "simulated"}),
}
_REMOVAL = REPAIRS[REMOVAL].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewerData:
    """
    The first change of a company's data after something was made from them.

    Parameters
    ----------
    at, who, action
        As the audit log has it.
    n_more
        Changes of that sort after it.
    """

    at: str
    who: str
    action: str
    n_more: int


def newer_data(ws: OpenCompany, made: Made, made_at: str) -> NewerData | None:
    """
    Find what changed of the data since something was made from them.

    Parameters
    ----------
    ws
        The open company.
    made
        What was made.
    made_at
        Its stamp, as the store keeps it.

    Returns
    -------
    None: it is as new as its data.
    """
    with ws.store.reading() as conn:
        lines = data_changes(conn, ws.company_id, made_at)
    newer = [line for line in lines if _kind_of(line) in _MADE_FROM[made]]
    if not newer:
        return None
    first = newer[0]
    return NewerData(
        at=first["at"],
        who=first["who"],
        action=first["action"],
        n_more=len(newer) - 1,
    )


def _kind_of(line: Mapping[str, Any]) -> str:
    """Tell what a line of the audit log changed; "": nothing that plans stand on."""
    action, after = str(line["action"]), line["after"]
    after = json.loads(after) if isinstance(after, str) else (after or {})
    if action.removeprefix("undo: ").lower() == _REMOVAL:
        return "simulated"
    if action.startswith("refresh "):
        return "accounts"
    if action == "change the segment rules":
        return "rules"
    return "repair" if "repair_id" in after else str(after.get("kind", ""))
