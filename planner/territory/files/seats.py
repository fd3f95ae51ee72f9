"""What is asked of districts: how many, or names with their territories."""

from __future__ import annotations

from planner.core.errors import InputError
from planner.core.names import checked_name


def parse_districts(text: str) -> int | dict[str, int]:
    """
    Read what is asked of districts.

    Parameters
    ----------
    text
        A number: territories first, then gathered into so many districts. Names with
        their seats, ``north=4,south=6``: districts first, then territories inside.

    Raises
    ------
    InputError
        If it is neither.
    """
    try:
        if "=" not in text:
            return int(text)
        pairs = [pair.partition("=") for pair in text.split(",")]
        seats = {name.strip(): int(count) for name, _, count in pairs}
    except ValueError:
        raise InputError(
            "districts are a number, or names with their territories like "
            f"north=4,south=6; got {text!r}"
        ) from None
    if len(seats) < len(pairs) or "" in seats:
        raise InputError(f"districts must be named once each, got {text!r}")
    return {checked_name(name, "a district"): seats[name] for name in seats}
