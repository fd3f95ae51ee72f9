"""Run control: time limit, progress and cancel of anything that takes long."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from planner.core.errors import ParamsError


@dataclass(frozen=True, slots=True)
class Progress:
    """
    How far a run has come.

    Parameters
    ----------
    fraction
        Share of the work done, 0 to 1.
    note
        What is being done, in a user's words.
    best
        Objective of the best plan so far; None: no plan yet.
    bound
        Proven bound of the objective; None: not known.
    """

    fraction: float
    note: str = ""
    best: float | None = None
    bound: float | None = None


def _ignore(progress: Progress) -> None:
    """Take no notice."""


def _never() -> bool:
    return False


@dataclass(slots=True)
class RunControl:
    """
    The last argument of every long function.

    Parameters
    ----------
    time_limit_s
        Seconds after which `should_stop` answers True; None: no limit.
    on_progress
        Called with each report.
    is_cancelled
        Asked by `should_stop`; cheap enough to be asked often.

    Raises
    ------
    ParamsError
        If the limit is no number of seconds.
    """

    time_limit_s: float | None = None
    on_progress: Callable[[Progress], None] = _ignore
    is_cancelled: Callable[[], bool] = _never
    _started_s: float = field(default_factory=time.monotonic, repr=False)

    def __post_init__(self) -> None:
        limit = self.time_limit_s
        if limit is None:
            return
        is_number = isinstance(limit, int | float) and math.isfinite(limit)
        if not is_number or limit < 0:
            raise ParamsError(
                "time limit must be a number of seconds, 0 or more (leave it out for "
                f"none), got {limit!r}"
            )

    @property
    def elapsed_s(self) -> float:
        """Seconds since this control was made."""
        return time.monotonic() - self._started_s

    @property
    def is_out_of_time(self) -> bool:
        """Whether the time limit is used up."""
        return self.time_limit_s is not None and self.elapsed_s >= self.time_limit_s

    def report(
        self,
        fraction: float,
        note: str = "",
        best: float | None = None,
        bound: float | None = None,
    ) -> None:
        """Pass on how far the run has come."""
        share = min(1.0, max(0.0, fraction))
        self.on_progress(Progress(share, note, best, bound))

    def should_stop(self) -> bool:
        """Whether to end now and return the best so far; ask once a second."""
        return self.is_out_of_time or self.is_cancelled()

    def steady(self) -> RunControl:
        """Make a control that never reports less than before: for work of open end."""
        highest = 0.0

        def onward(progress: Progress) -> None:
            nonlocal highest
            highest = max(highest, progress.fraction)
            self.report(highest, progress.note, progress.best, progress.bound)

        return RunControl(self.time_limit_s, onward, self.is_cancelled, self._started_s)

    def part(self, start: float, end: float) -> RunControl:
        """
        Hand a stretch of this run to a step of it.

        Parameters
        ----------
        start, end
            The step's own 0 and 1 as fractions of this run.

        Returns
        -------
        A control with the same limit, clock and cancel, reporting into the stretch.
        """

        def onward(progress: Progress) -> None:
            self.report(
                start + (end - start) * progress.fraction,
                progress.note,
                progress.best,
                progress.bound,
            )

        return RunControl(self.time_limit_s, onward, self.is_cancelled, self._started_s)
