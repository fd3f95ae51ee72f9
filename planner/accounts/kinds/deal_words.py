"""Words for what a deal is and how far it has come: theirs to ours, one table."""

from __future__ import annotations

from collections.abc import Mapping

STAGE_WORDS: Mapping[str, str] = {
    "qualify": "qualify",
    "prospecting": "qualify",
    "qualification": "qualify",
    "open": "qualify",
    "propose": "propose",
    "proposal": "propose",
    "engaging": "propose",
    "negotiate": "negotiate",
    "negotiation": "negotiate",
    "won": "won",
    "closed won": "won",
    "booked": "won",
    "lost": "lost",
    "closed lost": "lost",
}
KIND_WORDS: Mapping[str, str] = {
    "new": "new",
    "new business": "new",
    "sale": "new",
    "expansion": "expansion",
    "upsell": "expansion",
    "renewal": "renewal",
    "cancellation": "cancellation",
    "return": "cancellation",
    "credit": "cancellation",
}
