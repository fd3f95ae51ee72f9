"""What is simulated, in English: columns of accounts and parts of a company."""

from __future__ import annotations

from collections.abc import Iterable

MARK = "◇"  # before the heading of a figure that is simulated
EVERYTHING = "everything in this company"
NAMES = {
    "status": "status",
    "employees": "employees",
    "annual_revenue_minor": "annual revenue",
    "our_sales_minor": "our sales",
    "potential_minor": "potential",
    "rating": "rating",
    "propensity_share": "propensity",
    "products": "products",
    "last_visit_on": "last visit",
    "open_days": "opening days",
    "opens_s": "opening hours",
    "closes_s": "closing hours",
    "visit_class": "visit class",
    "team": "people and positions",
    "homes": "homes of people",
    "deals": "deals",
    "visits": "visits made",
    "terms": "pay terms",
}


def named(codes: Iterable[str]) -> str:
    """Name what is simulated in a phrase: ``potential, our sales``."""
    given = set(codes)
    known = [name for code, name in NAMES.items() if code in given]
    return ", ".join(known + sorted(given - set(NAMES)))


def note(codes: Iterable[str], *, is_everything: bool) -> str:
    """Say what is simulated: ``Simulated: potential``; "" if nothing is."""
    text = EVERYTHING if is_everything else named(codes)
    return f"Simulated: {text}" if text else ""
