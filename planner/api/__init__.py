"""The Python surface: what `import planner` offers, and where each name lives."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.api.lists import read_accounts
    from planner.api.payroll import pay, read_comp_plan
    from planner.api.plans import balance
    from planner.api.stored import open_store
    from planner.api.weeks import plan_visits
    from planner.core.errors import InfeasibleError, InputError, PlannerError
    from planner.core.run import RunControl
    from planner.territory.model.instance import Instance
    from planner.territory.model.params import BalanceMeasure, BalanceParams
    from planner.territory.model.rules import Rules
    from planner.visits.model.params import CadenceParams, RouteParams

_HOMES = {
    "BalanceMeasure": "planner.territory.model.params",
    "BalanceParams": "planner.territory.model.params",
    "CadenceParams": "planner.visits.model.params",
    "InfeasibleError": "planner.core.errors",
    "InputError": "planner.core.errors",
    "Instance": "planner.territory.model.instance",
    "PlannerError": "planner.core.errors",
    "RouteParams": "planner.visits.model.params",
    "Rules": "planner.territory.model.rules",
    "RunControl": "planner.core.run",
    "balance": "planner.api.plans",
    "open_store": "planner.api.stored",
    "pay": "planner.api.payroll",
    "plan_visits": "planner.api.weeks",
    "read_accounts": "planner.api.lists",
    "read_comp_plan": "planner.api.payroll",
}

__all__ = [
    "BalanceMeasure",
    "BalanceParams",
    "CadenceParams",
    "InfeasibleError",
    "InputError",
    "Instance",
    "PlannerError",
    "RouteParams",
    "Rules",
    "RunControl",
    "balance",
    "open_store",
    "pay",
    "plan_visits",
    "read_accounts",
    "read_comp_plan",
]


def __getattr__(name: str) -> Any:
    """Load a name from its home when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
