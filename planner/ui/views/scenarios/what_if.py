"""What if there were one head more or fewer: ask, follow it, see both plans."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from planner.core.formats import Formats
from planner.core.units import M_PER_KM
from planner.jobs import Job, queue
from planner.services.balance.request import LABELS
from planner.services.people.holders import VACANT
from planner.services.scenarios import Scenario, listing, what_if
from planner.services.scenarios.listing import Comparison
from planner.services.territories.view import TerritoryView
from planner.services.territories.wording import language_of, report_in_words
from planner.services.workspace import OpenCompany, Workspace
from planner.territory.solve.proposal import Proposal
from planner.ui import cache, faults, session, widgets
from planner.ui.maps.text import markdown_text
from planner.ui.views.balance.measures import ask_measures
from planner.ui.views.balance.proposal import best_text
from planner.ui.views.balance.proposal_text import unmet_lines
from planner.ui.views.scenarios.comparison import two_maps
from planner.ui.views.scenarios.comparison_table import metrics_table
from planner.ui.views.scenarios.difference import difference_part

MORE, FEWER = "One rep more", "One rep fewer"
MOST_LINES = 4
_OPEN, _ASKED = "what-if-open", "what-if-asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    A what-if of this session.

    Parameters
    ----------
    clone_id, version
        The copy as it was made.
    job_id
        Of its balance.
    """

    clone_id: str
    version: int
    job_id: str


def what_if_button(
    ws: Workspace,
    scenario: Scenario,
    view: TerritoryView,
    *,
    has_pending: bool = False,
) -> None:
    """
    Offer the question; once asked, the answer opens by itself when it is there.

    Parameters
    ----------
    ws
        The open company.
    scenario, view
        What is asked about, as it is saved.
    has_pending
        Whether there are changes that are not saved, and so not in the copy.
    """
    is_asked = st.button(
        "What if",
        key="what-if",
        disabled=view.territories.empty,
        help="One rep more or fewer: a copy is balanced and laid beside this plan.",
    )
    if is_asked or st.session_state.get(_OPEN) == scenario.scenario_id:
        what_if_dialog(ws, scenario, view, has_pending=has_pending)


def _closed() -> None:
    st.session_state.pop(_OPEN, None)


@st.dialog("What if", width="large", on_dismiss=_closed)
def what_if_dialog(
    ws: OpenCompany,
    scenario: Scenario,
    view: TerritoryView,
    *,
    has_pending: bool = False,
) -> None:
    """
    Ask for one head more or fewer; show the job, then both plans side by side.

    Parameters
    ----------
    ws, scenario, view, has_pending
        As of `what_if_button`.
    """
    fmt = session.formats(ws)
    st.session_state[_OPEN] = scenario.scenario_id
    questions: dict[str, Asked] = st.session_state.setdefault(_ASKED, {})
    question = questions.get(scenario.scenario_id)
    if question is None:
        place = st.empty()
        with place.container():
            if has_pending:
                st.caption("Pending changes are not in the copy: accept them first.")
            question = _form(ws, fmt, scenario, view)
        if question is None:
            return
        questions[scenario.scenario_id] = question
        place.empty()
    _answer(ws, fmt, scenario, view, question)


def _form(
    ws: OpenCompany, fmt: Formats, scenario: Scenario, view: TerritoryView
) -> Asked | None:
    """Ask what changes and how even the plan is to be; start it."""
    st.caption(
        f"A copy of {markdown_text(scenario.name)} as it is saved gets one territory "
        "more or fewer and is balanced again with as few moves as can be. "
        f"{markdown_text(scenario.name)} itself does not change."
    )
    change = st.segmented_control(
        "Heads",
        [MORE, FEWER],
        default=MORE,
        key="what-if-change",
        required=True,
    )
    place = st.container()
    measures = ask_measures(view, fmt.currency)
    dropped = None
    if change == FEWER:
        with place:
            dropped = _which_ends(fmt, view, measures[0].column)
    n_heads = len(view.territories) + (1 if dropped is None else -1)
    name = st.text_input(
        "Name of the copy",
        what_if.free_name(ws, scenario, n_heads),
        key=f"what-if-name-{n_heads}",
    )
    if not st.button("Start", type="primary", key="what-if-start"):
        return None
    with faults.guard("Starting the what-if"), st.spinner("Making the copy …"):
        rows = [one.measure() for one in measures]
        request = what_if.request_of(view, rows)
        what_if.check(ws, view, request, dropped)
        clone = what_if.start_what_if(ws, view, name, dropped=dropped)
        job_id = session.submit(ws, "balance", clone.scenario_id, request.to_dict())
        return Asked(clone_id=clone.scenario_id, version=clone.version, job_id=job_id)
    return None


def _which_ends(fmt: Formats, view: TerritoryView, measure: str) -> str:
    """Ask which territory ends: the vacant ones first, then the smallest."""
    territories = view.territories
    column = measure if measure in territories else "accounts"

    def told(territory_id: str) -> str:
        row = territories.loc[territory_id]
        share = fmt.signed_share(row[f"{column}_deviation"])
        n_accounts = fmt.number(row["accounts"])
        return (
            f"{territory_id} {row['rep_name']}, {n_accounts} accounts, {share} "
            f"{LABELS[column].lower()}"
        )

    return str(
        st.selectbox(
            "Which one ends",
            what_if.first_to_end(view, column),
            format_func=told,
            key="what-if-ends",
            help="Vacant seats first, then the smallest. Its accounts go to others.",
        )
    )


def _answer(
    ws: OpenCompany,
    fmt: Formats,
    scenario: Scenario,
    view: TerritoryView,
    question: Asked,
) -> None:
    """Show the job until it ends, then the two plans."""
    job = queue.load(ws.store, question.job_id)
    clone = listing.scenario(ws, question.clone_id)
    if not job.is_over or not job.result:
        _job(ws, fmt, view, job)
        if not job.is_over:
            st.caption(
                "You can close this and go on: the balance runs by itself, and the "
                f"copy stands among the scenarios as {markdown_text(clone.name)}."
            )
            return
        st.caption(
            f"The copy {markdown_text(clone.name)} is not balanced: nothing was found "
            "before the job ended."
        )
        _again(scenario)
        return
    proposal = Proposal.from_dict(job.result)
    with faults.guard("Taking the balance into the copy"):
        clone = what_if.take_answer(
            ws, clone.scenario_id, question.version, job.job_id, proposal
        )
    is_left = clone.version == question.version
    if is_left and not what_if.is_saved(ws, clone.scenario_id, proposal):
        st.caption(
            f"Somebody opened {markdown_text(clone.name)} before: the balance stands "
            "there as pending changes, to be accepted there."
        )
    comparison = cache.comparison(ws, scenario, clone)
    st.markdown(said(fmt, comparison, job.params["measures"][0]["column"]))
    if job.state == "cancelled":
        st.caption("It was stopped early; this is the best plan found until then.")
    _unmet(ws, comparison, proposal)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Work on the copy", type="primary", key="what-if-open-copy"):
            session.choose_scenario(clone.scenario_id)
            session.look_at(clone.scenario_id, clone.version)
            _forget(scenario)
            _closed()
            st.rerun()
        _again(scenario)
    st.html(
        metrics_table(
            comparison.metrics, fmt, comparison.a.scenario, comparison.b.scenario
        )
    )
    two_maps(ws, fmt, comparison, key="what-if")
    why = what_if.why_moved(ws, comparison, proposal)
    difference_part(ws, fmt, comparison, key="what-if", why=why)


def said(fmt: Formats, comparison: Comparison, measure: str) -> str:
    """
    Say in two sentences what one head more or fewer does.

    Parameters
    ----------
    comparison
        The plan and its copy.
    measure
        What was balanced first.
    """
    a, b = comparison.a, comparison.b
    n_moved, n_all = len(comparison.moved), len(a.accounts)
    heads = f"{len(b.territories)} reps instead of {len(a.territories)}"
    text = (
        f"**{heads}.** {fmt.number(n_moved)} of {fmt.number(n_all)} accounts get "
        "another territory"
    )
    if measure in a.index:
        was, will = fmt.share(a.index[measure]), fmt.share(b.index[measure])
        text += (
            f"; {LABELS[measure].lower()} is at worst {will} off its share, {was} today"
        )
    way = comparison.metrics.set_index("label").loc["Travel to the centre, mean"]
    text += (
        f"; the mean way goes from {fmt.distance(float(way['a']) * M_PER_KM)} to "
        f"{fmt.distance(float(way['b']) * M_PER_KM)}."
    )
    new = b.territories.loc[b.territories.index.difference(a.territories.index)]
    if len(new):
        row = new.iloc[0]
        seat = "vacant" if row["rep_name"] == VACANT else f"worked by {row['rep_name']}"
        text += f" {markdown_text(new.index[0])} is new and {markdown_text(seat)}."
    text += (
        " Quotas are those of today; set them again once you work on the copy."
        if "Quota without a territory" in set(comparison.metrics["label"]) or len(new)
        else ""
    )
    return text


def _job(ws: Workspace, fmt: Formats, view: TerritoryView, job: Job) -> None:
    def load(job_id: str) -> widgets.JobView:
        view_of_job = session.job_view(ws, job_id)
        return replace(
            view_of_job, best=best_text(fmt, view, job.params, view_of_job.objective)
        )

    widgets.job_panel(
        load,
        lambda job_id: queue.request_cancel(ws.store, job_id),
        job.job_id,
        key="what-if",
    )


def _unmet(ws: OpenCompany, comparison: Comparison, proposal: Proposal) -> None:
    """Say what the balance could not meet."""
    language = language_of(ws, comparison.a.units)
    report = report_in_words(proposal.report, language)
    lines = unmet_lines(report)[:MOST_LINES]
    if lines:
        bullets = "\n".join(f"- {markdown_text(text, 400)}" for text in lines)
        st.markdown(f"Not everything could be met:\n{bullets}")


def _again(scenario: Scenario) -> None:
    if st.button("Ask another", key="what-if-again"):
        _forget(scenario)
        st.rerun()


def _forget(scenario: Scenario) -> None:
    st.session_state[_ASKED].pop(scenario.scenario_id, None)
