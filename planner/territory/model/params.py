"""What a balanced alignment must satisfy; light imports only, pages use it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from planner.core.errors import InputError, ParamsError
from planner.core.reasons import Reason

MINIMISE = ("travel", "moves")
_GAPS_WANTED = (0.01, 0.05)  # with one balanced measure; with several


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceMeasure:
    """
    One column of the units and how evenly it must be shared.

    Parameters
    ----------
    column
        Name of the column.
    tolerance
        Largest allowed |actual ÷ ideal - 1|, a share; None: no such limit.
    minimum, maximum
        Least and most of any territory, in the column's own unit; None: no such limit.
    priority
        1 is kept first where not all can be kept; each further one counts a tenth.
    """

    column: str
    tolerance: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    priority: int = 1

    def __post_init__(self) -> None:
        if not self.column:
            raise ParamsError("measure must name a column, got ''")
        if self.tolerance is not None and not 0 < self.tolerance < 1:
            raise ParamsError(
                f"tolerance of {self.column} must lie in (0, 1), got {self.tolerance}; "
                "write 5 % as 0.05"
            )
        for name, limit in (("minimum", self.minimum), ("maximum", self.maximum)):
            if limit is not None and not (math.isfinite(limit) and limit >= 0):
                raise ParamsError(
                    f"{name} of {self.column} must be a number not below 0, got {limit}"
                )
        if (
            self.minimum is not None
            and self.maximum is not None
            and self.minimum >= self.maximum
        ):
            raise ParamsError(
                f"minimum of {self.column} must be below its maximum, got "
                f"{self.minimum:g} and {self.maximum:g}"
            )
        if not 1 <= self.priority <= 9:
            raise ParamsError(
                f"priority of {self.column} must lie in 1 … 9, got {self.priority}"
            )

    @property
    def is_balanced(self) -> bool:
        """Whether anything is asked of it; else it is only reported."""
        limits = (self.tolerance, self.minimum, self.maximum)
        return any(limit is not None for limit in limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceParams:
    """
    What a balanced alignment must satisfy, and the seed of the search for it.

    Parameters
    ----------
    measures
        Most important first; the first one also weighs the travel.
    n_territories
        How many; None: as many as there are centres or territories today.
    is_contiguous
        Whether each territory must hang together.
    minimise
        ``travel``: Σ weight · distance² to the territory's centre; ``moves``: units
        leaving today's territory, travel after that.
    max_moved
        Most units that may leave today's territory, each counting `Rules.move_size`
        where that is given; None: no limit.
    is_started_from_current
        Whether the search begins with today's alignment rather than a new one.
        `minimise` ``moves`` and `max_moved` always do.
    effort
        Work of the search as a multiple of the usual; bounds steps, not the clock.
    seed
        Of all random choices.
    gap_wanted
        Share above the proven bound at which the search may end; None: 0.01 with one
        balanced measure, 0.05 with several.
    """

    measures: tuple[BalanceMeasure, ...]
    n_territories: int | None = None
    is_contiguous: bool = True
    minimise: str = "travel"
    max_moved: int | None = None
    is_started_from_current: bool = False
    effort: float = 1.0
    seed: int = 0
    gap_wanted: float | None = None

    def __post_init__(self) -> None:
        if not self.measures:
            raise ParamsError("measures must name at least one column, got none")
        names = [measure.column for measure in self.measures]
        for name in names:
            if names.count(name) > 1:
                raise ParamsError(f"measure {name!r} must be named once")
        if self.n_territories is not None and self.n_territories < 1:
            raise ParamsError(
                f"n_territories must be at least 1, got {self.n_territories}"
            )
        if self.minimise not in MINIMISE:
            raise ParamsError(
                f"minimise must be one of {', '.join(MINIMISE)}, got {self.minimise!r}"
            )
        if self.max_moved is not None and self.max_moved < 0:
            raise ParamsError(f"max_moved must be at least 0, got {self.max_moved}")
        if not 0 < self.effort <= 100:
            raise ParamsError(f"effort must lie in (0, 100], got {self.effort}")
        if self.seed < 0:
            raise ParamsError(f"seed must be at least 0, got {self.seed}")
        aim = self.gap_wanted
        if aim is not None and not 0 < aim < math.inf:
            raise ParamsError(
                f"gap_wanted must be a share above 0, got {aim}; write 1 % as 0.01"
            )

    @property
    def balanced(self) -> tuple[BalanceMeasure, ...]:
        """The measures that have a tolerance, a minimum or a maximum."""
        return tuple(m for m in self.measures if m.is_balanced)

    @property
    def gap_aim(self) -> float:
        """The gap at which the search may end."""
        if self.gap_wanted is not None:
            return self.gap_wanted
        return _GAPS_WANTED[len(self.balanced) > 1]

    @property
    def needs_current(self) -> bool:
        """Whether the request makes no sense without today's alignment."""
        return (
            self.minimise == "moves"
            or self.max_moved is not None
            or self.is_started_from_current
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        plain = asdict(self)
        plain["measures"] = list(plain["measures"])
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """
        Make the parameters from what `to_dict` returned.

        Raises
        ------
        ParamsError
            If a name is unknown or a value out of range.
        """
        try:
            measures = tuple(BalanceMeasure(**dict(m)) for m in plain["measures"])
            return cls(**{**plain, "measures": measures})
        except (KeyError, TypeError) as error:
            raise ParamsError(
                f"balance parameters are not understood: {error}"
            ) from None


def params_of(
    measures: Mapping[str, float | None] | BalanceParams,
    n_territories: int | None = None,
    seed: int = 0,
) -> BalanceParams:
    """
    Read what is asked, in the short form or in full.

    Parameters
    ----------
    measures
        Tolerance by column, None for a measure that is only reported; or parameters.
    n_territories, seed
        As of `BalanceParams`; given with the short form only.

    Raises
    ------
    InputError
        If the measures have another form, or a number is given twice.
    """
    if isinstance(measures, BalanceParams):
        for name, value, default in (
            ("n_territories", n_territories, None),
            ("seed", seed, 0),
        ):
            if value != default:
                values = f"{getattr(measures, name)} and {value}"
                raise InputError(
                    Reason("params_counted_twice", {"name": name, "got": values})
                )
        return measures
    is_form = isinstance(measures, Mapping) and all(
        isinstance(column, str) and (limit is None or type(limit) in (int, float))
        for column, limit in measures.items()
    )
    if not is_form:
        raise InputError(Reason("measures_wrong", {"got": repr(measures)}))
    return BalanceParams(
        measures=tuple(
            BalanceMeasure(column=column, tolerance=limit)
            for column, limit in measures.items()
        ),
        n_territories=n_territories,
        seed=seed,
    )
