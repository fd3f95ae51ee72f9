"""What a proposal says: what it changes, how good it is, what could not be had."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planner.core.formats import Formats
from planner.core.units import M_PER_KM
from planner.services.balance.proposal import ProposalView
from planner.services.balance.request import LABELS
from planner.territory.model.precheck import UNIT_OVERSIZED
from planner.territory.solve.proposal import Proposal
from planner.ui.maps.text import markdown_text
from planner.ui.views.workbench.balance_figures import writer_of

_MET = 1e-6  # rounding allowed at a limit
_BEST = 0.0005  # a gap that shows as none
PROOF_HELP = (
    "No plan within these limits can be better by more than this. The proof holds for "
    "the middles (or homes) of this plan, and leaves aside that units stay whole and "
    "territories hang together; so the plan may well be nearer the best than it says."
)


def unmet_lines(report: Mapping[str, Any]) -> list[str]:
    """Say what could not be had, the least proven first, then who stands in the way."""
    lines = [_capital(str(text)) for text in report.get("violations") or []]
    said_first = {row["unit_id"] for row in report.get("too_big") or []}
    for row in report.get("blocking") or []:
        unit, name = row.get("unit"), str(row.get("unit_name") or "")
        reason = str(row.get("reason", ""))
        if unit in said_first and row.get("code") == UNIT_OVERSIZED:
            continue
        line = f"{row.get('territory') or ''}: {reason}".strip(": ")
        lines.append(f"{line} ({name})" if name else line)
    return lines


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def proof_text(fmt: Formats, report: Mapping[str, Any]) -> str:
    """Say how near the best possible a plan is proven to be; "" if nothing is."""
    status = report.get("status")
    stopped = (
        "Stopped early, this is the best found until then. "
        if status in ("cancelled", "time_limit")
        else ""
    )
    gap, what = report.get("gap"), "Travel"
    if report.get("minimised") == "moves":
        what = "Disturbance"
        if report.get("moves_counted") == "accounts":
            return stopped + _fewest_text(fmt, report)
        objective, least = report.get("objective"), report.get("moved_lower_bound")
        if objective == report.get("moved") and least is not None:
            return (
                f"{stopped}{fmt.number(objective)} units move; at least "
                f"{fmt.number(least)} must, proven."
            )
    if gap is None:
        return stopped.strip()
    if gap < _BEST:
        return f"{stopped}{what} is the best possible at these limits, proven."
    text = (
        f"{stopped}{what} is within {fmt.share(gap)} of the best possible at these "
        "limits, proven."
    )
    if report.get("stopped_because") == "work":
        text += " The search ended after its usual work."
    return text


def _fewest_text(fmt: Formats, report: Mapping[str, Any]) -> str:
    """Say how few accounts any plan must move with their units."""
    least = math.ceil(float(report.get("bound") or 0.0) - _MET)
    if float(report.get("objective") or 0.0) <= least:
        return "No plan within these limits moves fewer accounts, proven."
    if least <= 0:
        return "How few accounts must move at least is not proven."
    return (
        f"No plan within these limits moves fewer than {fmt.number(least)} accounts, "
        "proven."
    )


def by_travel_text(fmt: Formats, plan: Proposal) -> str:
    """
    Say what the shortest way at the same limits would move; "" if it is not known.

    Parameters
    ----------
    plan
        Of few moves, compared with the shortest way.
    """
    if not plan.by_travel:
        return ""
    n_moved, rms_km = plan.by_travel["n_moved_accounts"], plan.by_travel["rms_km"]
    here_km = plan.report["travel"]["weighted_rms_km"]
    limits = "" if plan.by_travel.get("is_met") else " (limits not met)"
    return (
        f"Balanced by travel instead{limits}, {fmt.number(n_moved)} accounts would "
        f"move and the way to the middle would be {fmt.distance(rms_km * M_PER_KM)} "
        f"instead of {fmt.distance(here_km * M_PER_KM)}."
    )


def proposal_text(fmt: Formats, proposal: ProposalView) -> str:
    """Say what a plan reaches and how many accounts it moves, in one line."""
    report = proposal.report
    parts = []
    for name, figures in report.get("measures", {}).items():
        if (
            figures.get("tolerance") is not None
            and figures["max_deviation"] is not None
        ):
            worst, limit = figures["max_deviation"], figures["tolerance"]
            text = f"{LABELS[name]} within {fmt.share(worst)}"
            if worst > limit + _MET:
                text += f" (limit {fmt.share(limit, 0)} not met)"
            parts.append(text)
        parts += _limits_text(fmt, name, figures)
    of_all = fmt.number(len(proposal.before.accounts))
    if proposal.before.territories.empty:
        n_placed = len(proposal.after.accounts) - proposal.after.n_unassigned_accounts
        parts.append(f"{fmt.number(n_placed)} of {of_all} accounts get a territory")
    else:
        n_moved = fmt.number(len(proposal.moved_accounts))
        parts.append(f"{n_moved} of {of_all} accounts move")
    return markdown_text(" · ".join(parts), 400)


def _limits_text(fmt: Formats, name: str, figures: Mapping[str, Any]) -> list[str]:
    """Say what the least and the most of a territory became, where they were asked."""
    write, label = writer_of(name, fmt), LABELS[name]
    parts = []
    for word, limit, reached, over in (
        ("at least", figures.get("minimum"), figures.get("least"), -1),
        ("at most", figures.get("maximum"), figures.get("most"), 1),
    ):
        if limit is None or reached is None:
            continue
        is_passed = over * (reached - limit) > _MET * max(1.0, limit)
        goal = f" (asked {write(limit)}, not met)" if is_passed else ""
        parts.append(f"{label} {word} {write(reached)}{goal}")
    return parts


def exceptions_text(fmt: Formats, n_exceptions: int) -> str:
    """Say which accounts named apart would follow their unit again."""
    if n_exceptions == 1:
        return (
            "1 account is kept apart from its unit by name; accepting ends this "
            "exception, and it follows its unit."
        )
    return (
        f"{fmt.number(n_exceptions)} accounts are kept apart from their unit by name; "
        "accepting ends these exceptions, and they follow their units."
    )
