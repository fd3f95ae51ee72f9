"""Which layer or sheet of a file is read."""

from __future__ import annotations

from collections.abc import Sequence

from planner.accounts.findings import Finding, SourceError


def choose_layer(names: Sequence[str], layer: str, filename: str) -> str:
    """
    Choose a layer or a sheet: the one named, else the first.

    Raises
    ------
    SourceError
        If there is none, or none of that name.
    """
    if not names:
        raise SourceError("broken_layer", f"{filename}: holds no layer")
    if layer and layer not in names:
        raise SourceError(
            "no_such_layer",
            f"{filename}: has no sheet or layer {layer!r}, only {', '.join(names)}",
            layer,
        )
    return layer or names[0]


def first_layer_note(names: Sequence[str], layer: str) -> list[Finding]:
    """Say that only the first of several was read, unless it was chosen."""
    if layer or len(names) <= 1:
        return []
    return [
        Finding(
            code="first_layer",
            severity="notice",
            value=names[0],
            message=f"only the layer {names[0]!r} was read, not {', '.join(names[1:])}",
        )
    ]
