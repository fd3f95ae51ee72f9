"""The error tree; a message names the thing, the value and the rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planner.core.reasons import Reason


class PlannerError(Exception):
    """
    Anything a user can understand and repair.

    Its arguments are reasons, which a door words for its reader, or a text; as text of
    its own reasons are worded with plain ids.
    """

    @property
    def reasons(self) -> tuple[Reason | str, ...]:
        """What is the matter, one for each thing that is."""
        return self.args

    @property
    def is_coded(self) -> bool:
        """Whether its reasons have codes, so that a door can word them."""
        return any(isinstance(reason, Reason) for reason in self.args)

    def __str__(self) -> str:
        return "; ".join(map(str, self.args))


class InputError(PlannerError, ValueError):
    """What was given cannot be used."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """
    One cell that breaks a rule.

    Parameters
    ----------
    row
        Label of the row: its id, or its number counted from 1.
    column
        Name of the column.
    value
        The value as text.
    rule
        What would have been right.
    """

    row: str
    column: str
    value: str
    rule: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column} = {self.value!r}: {self.rule}"


class SchemaError(InputError):
    """Rows that break the schema of their frame."""

    def __init__(self, frame_name: str, rows: Sequence[RowFault]) -> None:
        self.frame_name = frame_name
        self.rows = tuple(rows)
        shown = "; ".join(str(fault) for fault in self.rows[:5])
        more = f"; and {len(self.rows) - 5} more" if len(self.rows) > 5 else ""
        super().__init__(f"{frame_name}: {shown}{more}")


class ParamsError(InputError):
    """A parameter outside its range."""


class CrsError(InputError):
    """A coordinate system that cannot serve the purpose."""


class InfeasibleError(PlannerError):
    """No plan can satisfy what was asked."""

    def __init__(self, reasons: Sequence[Reason | str]) -> None:
        super().__init__(*reasons)

    def __reduce__(self) -> tuple[type[InfeasibleError], tuple[list[Reason | str]]]:
        return type(self), (list(self.args),)


class StoreError(PlannerError):
    """The store cannot do this."""


class NotFoundError(StoreError):
    """Nothing is stored under this id."""


class ConflictError(StoreError):
    """Someone else saved first."""


class ProviderError(PlannerError):
    """An outside service did not answer as it should."""


class AccessError(PlannerError):
    """The user lacks the right to do it."""


class JobError(PlannerError):
    """A background job failed."""


def named(name: str, message: str) -> str:
    """Put the name of a file before a message, unless it begins with it."""
    return message if message.startswith(f"{name}: ") else f"{name}: {message}"
