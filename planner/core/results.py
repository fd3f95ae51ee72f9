"""What every solver returns: a status, its parameters, tables and a summary."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pandas as pd

from planner.core.files.tables import write_frame
from planner.core.run import RunControl


class SolveStatus(StrEnum):
    """How a run ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NOT_MET = "not_met"  # ended by itself; whether it can be met is not proven
    TIME_LIMIT = "time_limit"
    CANCELLED = "cancelled"

    @classmethod
    def of_stop(cls, run: RunControl) -> SolveStatus:
        """Tell why `run` ended early, or FEASIBLE if it did not."""
        if run.is_cancelled():
            return cls.CANCELLED
        return cls.TIME_LIMIT if run.is_out_of_time else cls.FEASIBLE


@dataclass(frozen=True, kw_only=True)
class Result:
    """
    Base of all results; immutable.

    Parameters
    ----------
    status
        How the run ended.
    params
        The parameters it ran with, so that it can be run again.
    elapsed_s
        Wall time in seconds.
    """

    status: SolveStatus
    params: Any
    elapsed_s: float

    def summary(self) -> str:
        """Say in a few lines what came out."""
        return f"{type(self).__name__}: {self.status} after {self.elapsed_s:.1f} s"

    def to_frame(self) -> pd.DataFrame:
        """Return the main table."""
        raise NotImplementedError

    def to_file(self, path: Path) -> None:
        """Write the main table in the format that the suffix of `path` names."""
        write_frame(self.to_frame(), Path(path))
