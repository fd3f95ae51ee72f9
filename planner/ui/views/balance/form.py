"""The form that asks for a balance, a frontier or a headcount, and queues it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from planner.core.errors import ParamsError, PlannerError
from planner.services.balance import inputs
from planner.services.balance.baseline import baselines
from planner.services.balance.request import (
    LABELS,
    BalanceRequest,
    too_big,
    usual_counts,
)
from planner.services.drafts.gestures import things_text
from planner.services.drafts.view import NOTHING, Held, held_of, n_locked
from planner.services.territories.view import TerritoryView
from planner.territory.model.params import BalanceParams
from planner.ui import faults, session
from planner.ui.maps.text import markdown_text
from planner.ui.views.balance.calculated import ask_calculated
from planner.ui.views.balance.measures import MeasureAsked, ask_measures
from planner.ui.views.balance.rules import Goal, Rules, ask_goal, ask_rules
from planner.ui.views.workbench.workbench import Workbench

MOST_TERRITORIES = 254  # what one map can tell apart by code
MOST_SAID = 3  # units too big that are named
KINDS = {
    "balance": "One plan",
    "frontier": "Moves against balance",
    "headcount": "How many territories",
}
_SAID = {
    "frontier": "Shows how even the territories of today can become if 0, 10, 25, 50 … "
    "accounts move. Pick a point of the curve to see its plan.",
    "headcount": "Plans with three territories fewer to three more, and compares "
    "travel, hours, coverage and cost. Pick a number to see its plan. What is kept, "
    "named or tied to today's territories is left aside here.",
}
_PLURAL = {"territory": "territories", "unit": "units", "account": "accounts"}
_HOLDING = ("kept_territories", "kept_accounts", "keeps_drawn", "together_by")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the upper part of the form asks: the question, number, measures, goal."""

    kind: str
    n_territories: int | None
    measures: list[MeasureAsked]
    goal: Goal = field(default_factory=Goal)


@st.dialog("Balance the territories", width="medium")
def balance_form(bench: Workbench) -> None:
    """Ask what to balance around what is drawn and locked, and queue the job."""
    ws, view = bench.ws, bench.shown
    currency = bench.fmt.currency
    answers = _ask(bench)
    with st.expander("Calculate a measure"):
        ask_calculated(bench)
    with st.expander("More: what stays, shares, travel, cost of a move"):
        rules = ask_rules(
            view, answers.kind, answers.n_territories, currency, answers.goal.low
        )
    if answers.kind != "headcount" and not rules.own.get("districts"):
        rules = replace(rules, own=rules.own | _ask_drawn(bench))
    divided = _too_big(view, answers)
    _foresee(bench, answers, rules, divided)
    if not st.button("Start", type="primary", key="bal-start"):
        return
    with faults.guard("Starting the balance"):
        request = _request(view, answers, rules, divided)
        asked_now = request.for_kind(answers.kind)
        inputs.check(ws, view, asked_now, _held(bench, answers, request))
        session.submit(ws, answers.kind, bench.scenario.scenario_id, request.to_dict())
        st.rerun()


def _ask_drawn(bench: Workbench) -> dict[str, Any]:
    """Say what is locked, and ask whether what is drawn stays, too."""
    counts = n_locked(bench.opened.draft)
    parts = [
        f"{bench.fmt.number(n)} {_PLURAL[what] if n > 1 else what}"
        for what, n in counts.items()
        if n
    ]
    if parts:
        st.caption(f"Locked, and stays where it is: {', '.join(parts)}.")
    edits = held_of(bench.opened, keeps_drawn=True)
    locks = bench.opened.draft.locks
    n_units = len(edits.units - locks.unit)
    n_accounts = len(edits.accounts - locks.account)
    if not n_units and not n_accounts:
        return {}
    is_kept = st.toggle(
        f"Keep what I have drawn: {things_text(n_units, n_accounts)}",
        value=True,
        key="bal-drawn",
        help="Pending changes made by hand stay; what an earlier balance moved is "
        "free. Off: everything that is not locked may move.",
    )
    return {"keeps_drawn": is_kept}


def _held(bench: Workbench, answers: _Asked, request: BalanceRequest) -> Held:
    if answers.kind == "headcount" or request.districts:
        return NOTHING
    return held_of(bench.opened, keeps_drawn=request.keeps_drawn)


def _ask(bench: Workbench) -> _Asked:
    """Ask which question, for how many territories, by which measures."""
    view, currency = bench.shown, bench.fmt.currency
    has_current = bool(view.units["territory_id"].notna().any())
    kinds = [kind for kind in KINDS if has_current or kind != "frontier"]
    kind = str(
        st.segmented_control(
            "What do you want to see?",
            kinds,
            default=kinds[0],
            format_func=KINDS.get,
            key="bal-kind",
            required=True,
        )
    )
    if kind in _SAID:
        st.caption(_SAID[kind])
    n_territories = None
    if kind != "frontier":
        left, _ = st.columns(2)
        n_today = len(view.territories) if has_current else 10
        n_empty = 0
        if has_current and not held_of(bench.opened, keeps_drawn=True).is_empty:
            # What is locked or drawn holds for the territories that have units.
            n_empty = n_today - int(view.units["territory_id"].nunique())
        n_today -= n_empty
        label = "Territories" if kind == "balance" else "Around, territories"
        n_territories = int(
            left.number_input(label, min_value=1, value=n_today, step=1, key="bal-n")
        )
        if n_empty and kind == "balance" and n_territories == n_today:
            noun = "territory holds" if n_empty == 1 else "territories hold"
            st.caption(f"{n_empty} {noun} no unit and would end with this balance.")
    measures = ask_measures(view, currency)
    goal = Goal()
    if has_current and kind != "headcount":
        offered = baselines(bench.ws, bench.scenario, view)
        goal = ask_goal(kind, offered)
    return _Asked(kind=kind, n_territories=n_territories, measures=measures, goal=goal)


def _too_big(view: TerritoryView, answers: _Asked) -> tuple[str, ...]:
    """Say which units alone are too big, and offer to divide them."""
    if not all(one.is_sound for one in answers.measures):
        return ()  # refused at Start
    units = too_big(view, BalanceRequest(params=_params(answers, Rules())))
    if units.empty:
        return ()
    lines = [
        f"**{markdown_text(str(row['name']))}** is {row['share']:.0%} of a territory's "
        f"share of {LABELS[row['measure']].lower()}".replace("%", " %")
        for row in units.head(MOST_SAID).to_dict("records")
    ]
    more = len(units) - len(lines)
    rest = f" and {more} more" if more else ""
    st.warning(
        f"Too big to be kept whole: {', '.join(lines)}{rest}. With whole units the "
        "limit cannot be met."
    )
    is_divided = st.toggle(
        "Divide "
        + ("it by its accounts" if len(units) == 1 else "them by their accounts"),
        value=False,
        key="bal-divide",
        help="Its accounts may then go to different territories; all other units stay "
        "whole. Accounts that differ from most of their unit are kept as named ones.",
    )
    has_accounts = units["n_accounts"] > 0
    return tuple(units.loc[has_accounts, "unit_id"]) if is_divided else ()


def _foresee(
    bench: Workbench,
    answers: _Asked,
    rules: Rules,
    divided: tuple[str, ...],
) -> None:
    """Say at once what must stay that makes the limit impossible."""
    is_locked = any(n_locked(bench.opened.draft).values())
    if not is_locked and not any(rules.own.get(name) for name in _HOLDING):
        return
    try:
        request = _request(bench.shown, answers, rules, divided).for_kind(answers.kind)
        fixed = _held(bench, answers, request)
        problems = inputs.check(bench.ws, bench.shown, request, fixed)
    except PlannerError:
        return  # told at Start
    if problems:
        text = "; ".join(problems[:MOST_SAID])
        st.warning(
            f"With what stays the limit cannot be met: {markdown_text(text, 400)}."
        )


def _params(answers: _Asked, rules: Rules) -> BalanceParams:
    return BalanceParams(
        measures=tuple(one.measure() for one in answers.measures),
        n_territories=answers.n_territories,
        minimise="travel" if answers.goal.low == "travel" else "moves",
        **rules.start,
    )


def _request(
    view: TerritoryView, answers: _Asked, rules: Rules, divided: tuple[str, ...]
) -> BalanceRequest:
    """Put the answers together; refuse what no map could show."""
    if answers.n_territories is not None:
        _check(answers.n_territories, len(view.units))
    counts = usual_counts(len(view.accounts)) if answers.kind == "frontier" else ()
    return BalanceRequest(
        params=_params(answers, rules),
        split_units=divided,
        counts=counts,
        weighs_moves=answers.goal.low == "cost",
        counted_from=answers.goal.counted_from,
        **rules.own,
    )


def _check(n_territories: int, n_units: int) -> None:
    """Refuse what no map could show or no balance could do."""
    most = min(n_units, MOST_TERRITORIES)
    if n_territories > n_units:
        raise ParamsError(
            f"{n_territories:,} territories cannot be made of {n_units:,} units: each "
            f"needs at least one. Ask for {most:,} at most"
        )
    if n_territories > MOST_TERRITORIES:
        raise ParamsError(
            f"{n_territories:,} territories are more than one map can tell apart. Ask "
            f"for {most:,} at most"
        )
