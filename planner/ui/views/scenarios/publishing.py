"""Publishing a scenario: from when, what changes, and what was published."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st

from planner.core.errors import PlannerError
from planner.core.formats import Formats
from planner.core.text import map_text
from planner.services.drafts import editing
from planner.services.quotas import setting
from planner.services.scenarios import FIELD, Scenario, publishing
from planner.services.scenarios.publish_preview import PublishPreview, preview_publish
from planner.services.territories.wording import language_of
from planner.services.workspace import OpenCompany
from planner.ui import faults, session, tables, widgets
from planner.ui.maps.text import markdown_text

SHOWN_SIGNS = 16  # of a hash: enough to tell two apart


def stamp_text(stamp: str, fmt: Formats) -> str:
    """Write the store's stamp of a moment."""
    return f"{fmt.day(stamp[:10])} {stamp[11:16]} UTC"


@st.dialog("Publish", width="large")
def publish_form(ws: OpenCompany, fmt: Formats, scenario: Scenario) -> None:
    """Ask from when, show what would change, and freeze it."""
    st.markdown(f"**{markdown_text(scenario.name)}** {_meaning(scenario)}")
    suggested = publishing.suggested_start(ws, scenario.team)
    day = st.date_input("In force from", suggested, key="scn-start-day")
    try:
        preview = preview_publish(ws, scenario.scenario_id, _as_day(day))
    except PlannerError as error:
        faults.error_box(error, where="This cannot be published yet")
        return
    _figures(fmt, preview)
    _problems(ws, preview)
    _pending(ws, fmt, preview)
    past = _ask_past(fmt, preview)
    _change_list(fmt, preview)
    if st.button(f"Publish for {fmt.day(day)}", type="primary", key="scn-publish-do"):
        with faults.guard("Publishing", "Nothing was published."):
            version = session.seen_version(scenario)
            publication = publishing.publish(
                ws, scenario.scenario_id, version, _as_day(day), past=past
            )
            st.session_state["scn-published"] = (
                scenario.name,
                publication.effective_from,
                publication.content_hash,
            )
            st.rerun()


def _meaning(scenario: Scenario) -> str:
    """Say what publishing a team's scenario does, and what it leaves alone."""
    if scenario.team == FIELD:
        return (
            "becomes the plan from this day on: owners, territories and quotas are "
            "frozen, and pay reads them."
        )
    team = markdown_text(scenario.team)
    return (
        f"becomes the plan of {team} from this day on. Its positions stand beside the "
        "owners, each credited in full as an overlay; owners, quotas and visits stay "
        f"those of the {FIELD} team."
    )


def _as_day(day: Any) -> dt.date:
    return day if isinstance(day, dt.date) else dt.date.fromisoformat(str(day))


def _figures(fmt: Formats, preview: PublishPreview) -> None:
    """Count what is frozen, and what changes hands; nothing does before a first."""
    team = preview.scenario.team
    owners_label, change = "With an owner", "Owner changes"
    if team != FIELD:
        owners_label, change = f"Served by {team}", f"Changes within {team}"
    metrics = [
        widgets.Metric("Accounts", fmt.number(preview.n_accounts)),
        widgets.Metric(owners_label, fmt.number(preview.n_owned)),
    ]
    changes = preview.changes
    if preview.is_first and changes.empty:
        before = widgets.Metric(change, "First publication", change="none before it")
        widgets.metric_row([*metrics, before])
        return
    against = "against the owners the list names" if preview.is_first else ""
    metrics.append(widgets.Metric(change, fmt.number(len(changes)), change=against))
    sales_minor = int(changes["our_sales_minor"].fillna(0).sum())
    if sales_minor or changes.empty:  # a list without sales has none to change hands
        worth = fmt.money_short(sales_minor)
        metrics.append(
            widgets.Metric(
                "Our sales that change hands", worth, of=("our_sales_minor",)
            )
        )
    widgets.metric_row(metrics)


def _problems(ws: OpenCompany, preview: PublishPreview) -> None:
    """Say what should be looked at first."""
    if not preview.problems:
        return
    language = language_of(ws)
    lines = "".join(
        f"<li>{map_text(language.sentence([reason]), 300)}.</li>"
        for reason in preview.problems
    )
    st.html(
        '<div class="pl-box pl-box-warning"><div class="pl-box-head">Look at this '
        f"first</div><ul>{lines}</ul></div>"
    )
    is_stale = any(reason.code == "publish_stale_quotas" for reason in preview.problems)
    if is_stale and st.button("Set the quotas anew", key="scn-quotas-again"):
        with faults.guard("Setting the quotas", "They stay as they were."):
            scenario = preview.scenario
            version = setting.set_again(ws, scenario.scenario_id, scenario.version)
            session.look_at(scenario.scenario_id, version)
            st.rerun(scope="fragment")


def _pending(ws: OpenCompany, fmt: Formats, preview: PublishPreview) -> None:
    """List the moves that are not part of the plan, and offer to accept them."""
    pending = preview.pending
    if pending.empty:
        return
    with st.expander(f"The {fmt.number(len(pending))} pending moves"):
        tables.table(
            pending,
            {
                "what": tables.Column("What", width=80),
                "id": tables.Column("Id"),
                "was": tables.Column("Territory now", width=110),
                "will": tables.Column("Territory then", width=110),
                "label": tables.Column("By"),
            },
            fmt=fmt,
            key="scn-pending",
            height=240,
            label="Moves that are not part of the plan",
        )
    if st.button("Accept them first", key="scn-accept-pending"):
        with faults.guard("Accepting the pending moves", "They stay pending."):
            scenario_id = preview.scenario.scenario_id
            accepted = editing.accept(ws, editing.open_draft(ws, scenario_id))
            session.look_at(scenario_id, accepted.scenario.version)
            st.rerun(scope="fragment")


def _ask_past(fmt: Formats, preview: PublishPreview) -> str:
    """Ask who is credited with deals from before a first plan, and say the effect."""
    if not preview.past:
        return publishing.NOT_CREDITED
    day = fmt.day(preview.effective_from)
    labels = {publishing.NOT_CREDITED: f"Nobody: credits begin with {day}"}
    names = {
        publishing.BY_LIST: "The owners the list names",
        publishing.BY_PLAN: "The owners of this plan",
    }
    for past, credit in preview.past.items():
        labels[past] = (
            f"{names[past]}: {fmt.number(credit.n_deals)} deals, "
            f"{fmt.money_short(credit.amount_minor)} since {fmt.day(credit.since)}"
        )
    past = st.radio(
        "Who is credited with deals closed before?",
        list(labels),
        format_func=labels.__getitem__,
        key="scn-past",
        help="They count towards the attainment of the year, and a cancellation is "
        "taken from whoever was credited. Deals with a split of their own always go "
        "by it.",
    )
    return str(past)


def _change_list(fmt: Formats, preview: PublishPreview) -> None:
    """List the accounts that get another owner."""
    changes = preview.changes
    if changes.empty:
        return
    with st.expander(f"The {fmt.number(len(changes))} accounts that change owner"):
        tables.table(
            changes,
            {
                "name": tables.Column("Account"),
                "from_owner": tables.Column("Position before"),
                "to_owner": tables.Column("Position then"),
                "our_sales_minor": tables.Column("Our sales", "money"),
                "potential_minor": tables.Column("Potential", "money"),
            },
            fmt=fmt,
            key="scn-changes",
            height=280,
            label="Accounts that change owner",
            optional=("our_sales_minor", "potential_minor"),
        )


def published_note(fmt: Formats) -> None:
    """Say once what was published just now."""
    publication = st.session_state.pop("scn-published", None)
    if publication is None:
        return
    name, effective_from, content_hash = publication
    st.success(
        f"{markdown_text(name)} is published from {fmt.day(effective_from)}. "
        f"Content hash `{content_hash[:SHOWN_SIGNS]}`."
    )


def publication_list(ws: OpenCompany, fmt: Formats, scenarios: list[Scenario]) -> None:
    """List what was published, with the hash that proves it unchanged."""
    published = publishing.publications(ws)
    st.subheader("Published")
    if not published:
        st.caption("Nothing yet. Pay and visits read only what is published.")
        return
    names = {scenario.scenario_id: scenario.name for scenario in scenarios}
    teams = {scenario.scenario_id: scenario.team for scenario in scenarios}
    frame = pd.DataFrame(
        {
            "name": [names.get(p.scenario_id, p.scenario_id) for p in published],
            "team": [teams.get(p.scenario_id, "") for p in published],
            "from": [p.effective_from for p in published],
            "at": [stamp_text(p.published_at, fmt) for p in published],
            "by": [p.published_by for p in published],
            "hash": [p.content_hash[:SHOWN_SIGNS] for p in published],
        }
    )
    tables.table(
        frame,
        {
            "name": tables.Column("Scenario"),
            "team": tables.Column("Team", width=90, of=()),
            "from": tables.Column("In force from", "day"),
            "at": tables.Column("Published"),
            "by": tables.Column("By", width=90),
            "hash": tables.Column(
                "Content hash",
                help="The beginning of its SHA-256; exports have all",
            ),
        },
        fmt=fmt,
        key="scn-publications",
        label="Published scenarios",
    )
