"""What a rule is made of once it is read, and the error of one that cannot be."""

from __future__ import annotations

from dataclasses import dataclass, fields

from planner.core.errors import InputError


class ExpressionError(InputError):
    """A rule that cannot be read; `position` counts its characters from 1."""

    def __init__(self, message: str, position: int, expression: str) -> None:
        self.position = position
        self.expression = expression
        super().__init__(f"at character {position} of {expression!r}: {message}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of a rule and where it starts, counted from 0."""

    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    """A number or a text."""

    value: float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Node):
    """A column by its name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysSince(Node):
    """Days from a date to the company's today."""

    column: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """Two numbers and a sign between them."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """Two values of one kind compared."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class IsIn(Node):
    """A value among some."""

    value: Node
    options: tuple[Literal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IsEmpty(Node):
    """A value that is missing."""

    value: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Node):
    """A text that contains, starts or ends with another."""

    how: str
    value: Node
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    """The opposite."""

    part: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Both(Node):
    """Two parts joined by ``and`` or ``or``."""

    word: str
    left: Node
    right: Node


def names_in(node: Node) -> set[str]:
    """Name the columns that a rule, or a part of one, looks at."""
    if isinstance(node, Column):
        return {node.name}
    inner = [getattr(node, part.name) for part in fields(node)]
    return {name for part in inner if isinstance(part, Node) for name in names_in(part)}
