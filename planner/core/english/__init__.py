"""English: a template by code; how one is written stands in `core.languages`."""

from __future__ import annotations

from collections.abc import Mapping

from planner.core.english.forms import FORMS
from planner.core.english.pay import PAY
from planner.core.english.publishing import PUBLISHING
from planner.core.english.requests import REQUESTS
from planner.core.english.terms import TERMS
from planner.core.english.territory import TERRITORY
from planner.core.english.visits import VISITS

ENGLISH: Mapping[str, str] = {
    **FORMS,
    **PAY,
    **PUBLISHING,
    **REQUESTS,
    **TERMS,
    **TERRITORY,
    **VISITS,
}
