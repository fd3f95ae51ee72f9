"""What can be wrong with a saved account: names, reasons, and the repairs offered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from planner.core.errors import ParamsError

SEVERITIES = ("error", "warn", "notice")
PRECISIONS = ("exact", "street", "postcode", "city")  # the best first
REMOVAL = "remove_simulated"  # no repair of a fault, but taken back as one
REPAIRS = {
    "swap": "Exchange latitude and longitude",
    "turn_sign": "Turn the sign that was lost",
    "reproject": "Convert metres to degrees",
    "geocode": "Place again by its address",
    "merge": "Merge into the other account",
    "drop": "Remove the account",
    "set_owner": "Give it another owner",
    "clear_owner": "Take the owner out",
    "set": "Write another value",
    "keep": "Keep as it is",
    "link": "Take an id of a list for an account",
    REMOVAL: "Remove what is simulated",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthParams:
    """
    The limits of the health report.

    Parameters
    ----------
    as_of
        The company's today; later days lie in the future.
    far_km
        Distance from the centre of its postcode above which a place is questioned.
    border_km
        A place this near the stated region still counts as in it: outlines are
        simplified.
    needed_precision
        One of `PRECISIONS`; places known less exactly are told.
    shared_least
        So many accounts at one point, of different addresses, look like the default
        answer of a geocoder.
    """

    as_of: dt.date
    far_km: float = 50.0
    border_km: float = 5.0
    needed_precision: str = "postcode"
    shared_least: int = 5

    def __post_init__(self) -> None:
        if self.needed_precision not in PRECISIONS:
            allowed = ", ".join(PRECISIONS)
            raise ParamsError(
                f"needed_precision must be one of {allowed}, "
                f"got {self.needed_precision}"
            )
        for name in ("far_km", "border_km"):
            if not getattr(self, name) > 0:
                raise ParamsError(f"{name} must be above 0, got {getattr(self, name)}")
        if self.shared_least < 2:
            raise ParamsError(
                f"shared_least must be at least 2, got {self.shared_least}"
            )


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One thing looked for.

    Parameters
    ----------
    code
        Short name, stable across versions.
    severity
        One of `SEVERITIES`: plans will be wrong; look at it; good to know.
    title, why
        What it is, and one sentence why it matters.
    repairs
        Kinds of `REPAIRS` offered, the default first.
    column
        The column that the repair ``set`` writes; empty: it sets lat and lon.
    seen
        Columns whose values a user accepts with ``keep``: if one changes, it is told
        again.
    """

    code: str
    severity: str
    title: str
    why: str
    repairs: tuple[str, ...]
    column: str = ""
    seen: tuple[str, ...] = ("lat", "lon")


_PLACE = ("lat", "lon", "postcode", "region", "country")
RULES = {
    rule.code: rule
    for rule in (
        Rule(
            "missing_place",
            "error",
            "No coordinates",
            "An account without a place lies in no territory and on no route.",
            ("geocode", "set", "drop"),
        ),
        Rule(
            "projected",
            "error",
            "Coordinates in metres",
            "Metres read as degrees put the account nowhere on the map.",
            ("reproject", "geocode", "drop"),
        ),
        Rule(
            "out_of_range",
            "error",
            "Coordinates outside the globe",
            "There is no such place, so the account lies in no territory.",
            ("geocode", "drop"),
        ),
        Rule(
            "null_island",
            "error",
            "Coordinates 0, 0",
            "That is where failed look-ups end, in the sea off Africa.",
            ("geocode", "set", "drop"),
        ),
        Rule(
            "swapped",
            "error",
            "Latitude and longitude exchanged",
            "The account is drawn and routed on another continent.",
            ("swap", "geocode", "keep"),
            seen=_PLACE,
        ),
        Rule(
            "lost_sign",
            "error",
            "A sign was lost",
            "Without its minus the place lies on another continent.",
            ("turn_sign", "geocode", "set", "keep"),
            seen=_PLACE,
        ),
        Rule(
            "far_from_postcode",
            "warn",
            "Far from its postcode",
            "Either the coordinates or the postcode is wrong, and with it the "
            "territory.",
            ("geocode", "set", "keep"),
            column="postcode",
            seen=_PLACE,
        ),
        Rule(
            "outside_country",
            "warn",
            "Outside its country",
            "The place contradicts the country the account states.",
            ("geocode", "set", "keep"),
            column="country",
            seen=_PLACE,
        ),
        Rule(
            "outside_region",
            "warn",
            "Outside its state",
            "The place contradicts the state the account gives; a territory of "
            "another state gets it.",
            ("geocode", "set", "keep"),
            column="region",
            seen=_PLACE,
        ),
        Rule(
            "outside_units",
            "error",
            "In no unit",
            "Territories are made of units: an account in none of them has no owner "
            "and no visits.",
            ("geocode", "set", "drop", "keep"),
        ),
        Rule(
            "shared_place",
            "warn",
            "One point for many addresses",
            "Accounts with different addresses at one point got the default answer "
            "of a geocoder, such as the middle of a town.",
            ("geocode", "set", "keep"),
        ),
        Rule(
            "rough_place",
            "notice",
            "Place known only roughly",
            "Travel times and routes are wrong by the distance to the true address.",
            ("geocode", "set", "keep"),
            seen=("geo_precision",),
        ),
        Rule(
            "duplicate_exact",
            "warn",
            "The same name at the same place",
            "A customer listed twice is counted, visited and credited twice.",
            ("merge", "drop", "keep"),
            seen=("name", "lat", "lon"),
        ),
        Rule(
            "duplicate_fuzzy",
            "warn",
            "Perhaps the same account",
            "A customer listed twice under names spelled differently is counted, "
            "visited and credited twice.",
            ("merge", "keep"),
            seen=("name", "street", "lat", "lon"),
        ),
        Rule(
            "negative_revenue",
            "error",
            "Revenue below zero",
            "It takes from the sum of its territory and from every average.",
            ("set", "keep"),
            column="annual_revenue_minor",
            seen=("annual_revenue_minor",),
        ),
        Rule(
            "zero_revenue",
            "notice",
            "Revenue of zero",
            "Nothing known is better left empty: a zero counts in segments and "
            "averages.",
            ("set", "keep"),
            column="annual_revenue_minor",
            seen=("annual_revenue_minor",),
        ),
        Rule(
            "owner_left",
            "warn",
            "Owner has left",
            "Nobody works the account now, whatever the plan says.",
            ("set_owner", "clear_owner", "keep"),
            column="owner_id",
            seen=("owner_id",),
        ),
        Rule(
            "owner_unknown",
            "warn",
            "Owner not known",
            "The owner is neither a position nor a person of the company, so the "
            "account looks unowned.",
            ("set_owner", "clear_owner", "keep"),
            column="owner_id",
            seen=("owner_id",),
        ),
        Rule(
            "unassigned",
            "warn",
            "In no territory",
            "Its unit belongs to no territory in this scenario: nobody gets it. "
            "Assign the unit on the Territories page.",
            ("keep",),
            seen=("unit_id",),
        ),
        Rule(
            "future_visit",
            "warn",
            "Last visit in the future",
            "The account looks visited and its score sinks.",
            ("set", "keep"),
            column="last_visit_on",
            seen=("last_visit_on",),
        ),
        Rule(
            "future_owner",
            "notice",
            "Owned since a day to come",
            "Who owns the account today cannot be told from it.",
            ("set", "keep"),
            column="owned_since",
            seen=("owned_since",),
        ),
    )
}


def repair_title(kind: str, code: str) -> str:
    """Call a change of the log by what it does, and by the fault it cured if any."""
    rule = RULES.get(code)
    title = REPAIRS.get(kind, kind)
    if rule is None:
        return title
    if kind == "set" and not rule.column:
        title = "Put at a place on the map"
    return f"{title} ({rule.title})"
