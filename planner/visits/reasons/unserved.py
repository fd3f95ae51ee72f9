"""
Reasons of unserved visits as cells of the UNSERVED frame, and these in words.

A cell holds a reason as JSON, its code and values: one plan is read by people of
several languages. Plans saved before reasons had codes hold sentences; they stay.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from planner.core.languages import PLAIN, TEMPLATES, Language
from planner.core.reasons import Reason

_REPAIR = "_repair"


def repair_of(reason: Reason) -> Reason:
    """Give the cheapest repair of what a reason names; it has the same values."""
    return Reason(f"{reason.code}{_REPAIR}", reason.values)


def dated(
    reason: Reason, dates: Sequence[date], account_ids: Sequence[str] | None = None
) -> Reason:
    """Name a reason's day by its date and its account by its id, not by numbers."""
    values = dict(reason.values)
    if "other" in values and account_ids is not None:
        values["other"] = account_ids[values["other"]]
    if "day" in values:
        values["day"] = dates[values["day"]].isoformat()
    return Reason(reason.code, values)


def reason_cells(reason: Reason) -> dict[str, Any]:
    """Write a reason and its repair as the cells ``reason`` and ``repair``."""
    return {"reason": _cell(reason), "repair": _cell(repair_of(reason))}


def read_cell(cell: str) -> Reason | str:
    """Read a cell: a reason, or a sentence of a plan saved before there were any."""
    try:
        content = json.loads(cell)
        reason = Reason.from_dict(content)
    except (ValueError, TypeError, KeyError, AttributeError):
        return cell
    return reason if reason.code in TEMPLATES[PLAIN.language] else cell


def in_words(unserved: pd.DataFrame, language: Language = PLAIN) -> pd.DataFrame:
    """
    Word the reasons and repairs of unserved visits.

    Parameters
    ----------
    unserved
        Frame after `core.schemas.UNSERVED`, more columns allowed.
    language
        Of the reader.

    Returns
    -------
    The frame with `reason` and `repair` as clauses.
    """
    words = {
        name: [language.clause(read_cell(str(cell))) for cell in unserved[name]]
        for name in ("reason", "repair")
    }
    return unserved.assign(
        **{
            name: pd.Series(clauses, index=unserved.index, dtype="str")
            for name, clauses in words.items()
        }
    )


def _cell(reason: Reason) -> str:
    return json.dumps(reason.to_dict(), ensure_ascii=False)
