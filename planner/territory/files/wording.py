"""A report's codes in words; light imports only, pages use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.core.languages import Language
from planner.core.reasons import Reason


def worded_report(report: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """
    Put the reasons of a report into words, beside their codes and values.

    Parameters
    ----------
    report
        What `report_of` returned, or what a job row kept of it; reasons kept from
        before they had codes stay as they were.
    language
        Of the reader.
    """
    worded = dict(report)
    if "violations" in report:
        reasons = map(read_reason, report["violations"])
        worded["violations"] = list(map(language.clause, reasons))
    if "blocking" in report:
        worded["blocking"] = [_worded_row(row, language) for row in report["blocking"]]
    if "districts" in report:
        worded["districts"] = worded_report(report["districts"], language)
    return worded


def _worded_row(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    if "code" not in row:
        return dict(row)
    return {**row, "reason": language.clause(Reason.from_dict(row))}


def read_reason(reason: Mapping[str, Any] | str) -> Reason | str:
    """Read a reason of a job row; a text, from before reasons had codes, stays one."""
    return reason if isinstance(reason, str) else Reason.from_dict(reason)
