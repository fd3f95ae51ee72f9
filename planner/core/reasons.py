"""What an engine has to say: a code and its values, worded by `core.languages`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Reason:
    """
    A reason, refusal or problem, said in no language.

    Parameters
    ----------
    code
        Which one, as in the tables of `core.languages`.
    values
        What it speaks of, by name: ids, numbers, texts, lists of these, and reasons;
        all ready for JSON. Quantities carry their unit, shares are 0 to 1.

    Examples
    --------
    >>> str(Reason("unit_oversized", {"share": 1.43}))
    "this unit alone is 143 % of one territory's ideal: no plan of whole units can keep the limit; use finer units"
    """  # noqa: E501

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Word it with plain ids, in English."""
        # Here, for the language's formats raise errors, and errors carry reasons.
        from planner.core.languages import PLAIN

        return PLAIN.clause(self)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        values = {name: _plain(value) for name, value in self.values.items()}
        return {"code": self.code, "values": values}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """Make the reason from what `to_dict` returned."""
        values = {name: _read(value) for name, value in plain["values"].items()}
        return cls(plain["code"], values)


def _plain(value: Any) -> Any:
    if isinstance(value, Reason):
        return value.to_dict()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _read(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Reason.from_dict(value)
    if isinstance(value, list | tuple):
        return [_read(item) for item in value]
    return value
