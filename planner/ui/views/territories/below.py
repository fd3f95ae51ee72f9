"""What lies below the map: figures, changes, problems, coverage, history, lists."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.services.drafts.problems import find_problems, fix_of
from planner.services.people.roster import Roster
from planner.ui import cache
from planner.ui.turns import let_tops_pass
from planner.ui.views.balance.form import balance_form
from planner.ui.views.balance.proposal import answer_part
from planner.ui.views.territories.answer import Stage
from planner.ui.views.territories.tools import Tools
from planner.ui.views.workbench.coverage_table import coverage_table
from planner.ui.views.workbench.districts import district_part
from planner.ui.views.workbench.draft_history import history_part
from planner.ui.views.workbench.list_part import list_part
from planner.ui.views.workbench.other_team import overlap_part
from planner.ui.views.workbench.pending_changes import answers_taken, changes_part
from planner.ui.views.workbench.problem_list import problem_list
from planner.ui.views.workbench.territory_figures import figures
from planner.ui.views.workbench.wanted_shares import shares_note
from planner.ui.views.workbench.workbench import Workbench

CHANGES, PROBLEMS, COVERAGE = "Changes", "Problems", "Coverage"
HISTORY, LIST = "History", "List"
QUICK_ACCOUNTS = 20_000  # with more, problems are looked for when they are asked


def below_part(bench: Workbench, stage: Stage, tools: Tools) -> None:
    """Show the figures of the plan and, of a draft, the part the user chose."""
    let_tops_pass()
    has_offer = stage.offer is not None
    if len(stage.shown.territories):
        measures = _balanced(bench, stage, tools.measure)
        figures(bench.fmt, stage.before, stage.after, measures)
    district_part(bench.fmt, stage.shown, tools.measure)
    shares_note(bench, is_editable=bench.is_editable and not has_offer)
    overlap_part(bench.ws, bench.fmt, stage.shown, tools.beside)
    if not has_offer:
        _draft_part(bench)


def _balanced(bench: Workbench, stage: Stage, measure: str) -> dict[str, float | None]:
    """Name the measures of the balance shown with their tolerances, else the first."""
    requests = [answer.params for answer in answers_taken(bench)]
    if stage.offer is not None:
        requests.append(stage.offer.plan.params)
    for request in reversed(requests):
        limits = {
            one["column"]: one["tolerance"] for one in request.get("measures", [])
        }
        balanced = {name: limit for name, limit in limits.items() if limit is not None}
        if balanced:
            return balanced if measure in balanced else {measure: None, **balanced}
    return {measure: None}


def _draft_part(bench: Workbench) -> None:
    is_problems = st.session_state.get("terr-below") == PROBLEMS
    is_quick = len(bench.shown.accounts) <= QUICK_ACCOUNTS
    count = ""
    if is_quick or is_problems:
        count = bench.fmt.number(len(_problems(bench)))
    part = st.segmented_control(
        "Below the map",
        [CHANGES, PROBLEMS, COVERAGE, HISTORY, LIST],
        default=CHANGES,
        key="terr-below",
        format_func=lambda name: (
            f"Problems {count}".strip() if name == PROBLEMS else name
        ),
        label_visibility="collapsed",
        required=True,
    )
    with st.container(key="terr-below-part"):
        if part == CHANGES:
            answer_part(bench)
            changes_part(bench)
        elif part == PROBLEMS:
            _problem_part(bench, _problems(bench))
        elif part == COVERAGE:
            coverage_table(bench.fmt, bench.saved, _roster(bench), bench.after)
        elif part == HISTORY:
            history_part(bench)
        else:
            list_part(bench)


def _problems(bench: Workbench) -> pd.DataFrame:
    """Find what is wrong with the plan under work, once for each of its states."""
    by_state: dict[tuple[object, ...], pd.DataFrame]
    by_state = st.session_state.setdefault("wb-problems", {})
    key = (*cache.facts_key(bench.ws), bench.scenario.scenario_id, bench.opened.stamp)
    if key not in by_state:
        by_state.clear()
        by_state[key] = find_problems(
            bench.shown,
            bench.opened.draft,
            _roster(bench),
            bench.opened.saved,
            divided=_divided(bench),
        )
    return by_state[key]


def _divided(bench: Workbench) -> frozenset[str]:
    """Name the units that balances divided on purpose, by their accounts."""
    return frozenset(
        str(unit_id)
        for answer in answers_taken(bench)
        for unit_id in answer.params.get("split_units") or ()
    )


def _roster(bench: Workbench) -> Roster:
    return cache.roster(bench.ws, bench.scenario)


def _problem_part(bench: Workbench, problems: pd.DataFrame) -> None:
    """List the problems; show the one looked at, or cure it by its edit."""
    request = problem_list(bench.fmt, problems, is_editable=bench.is_editable)
    if request is None:
        return
    what, row = request
    if what == "show":
        _show(bench, row)
        st.rerun()
    edit = fix_of(row, bench.shown, bench.opened.draft)
    if edit is None:
        balance_form(bench)
        return
    bench.do(edit, f"Fix: {row['fix_label']}")
    st.rerun()


def _show(bench: Workbench, row: pd.Series) -> None:
    """Choose a problem's units and accounts, and bring them into sight."""
    units = bench.shown.units.index.intersection(list(row["unit_ids"]))
    accounts = bench.shown.accounts.index.intersection(list(row["account_ids"]))
    if not len(units) and not len(accounts):
        by_unit = bench.shown.units["territory_id"]
        units = bench.shown.units.index[by_unit == row["territory_id"]]
    bench.zoom_to(units, accounts)
    bench.choice.clear()
    bench.choice.units |= dict.fromkeys(map(str, row["unit_ids"]))
    bench.choice.accounts |= dict.fromkeys(map(str, row["account_ids"]))
