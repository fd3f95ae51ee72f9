"""
Territory, quota, visit and commission planning.

The names below are the Python surface and the only ones promised to others; each is
loaded when it is first used, so that importing the package costs next to nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.api import (
        BalanceMeasure,
        BalanceParams,
        CadenceParams,
        InfeasibleError,
        InputError,
        Instance,
        PlannerError,
        RouteParams,
        Rules,
        RunControl,
        balance,
        open_store,
        pay,
        plan_visits,
        read_accounts,
        read_comp_plan,
    )

__version__ = "0.1.0"

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
    """Load a name of the surface when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from planner import api

    return getattr(api, name)


def __dir__() -> list[str]:
    """Name the surface, also what is not loaded yet."""
    return sorted({*globals(), *__all__})
