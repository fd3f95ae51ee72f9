"""What the forms of `core.languages` need besides the value they write."""

from __future__ import annotations

from collections.abc import Mapping

FORMS: Mapping[str, str] = {
    "amount": "{figure} {label}",
    "amount_hours": "{hours:count:hour|hours} of {label}",
    "day_of_week": "{weekday} of week {week}",
    "more": "{names} and {n_more:number} more",
}
