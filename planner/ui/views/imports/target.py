"""Where a file goes: a new company, a list of the open one, a draft, a layer."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import streamlit as st

from planner.core import clock
from planner.core.money import MINOR_DIGITS
from planner.core.names import name_from
from planner.services.company import companies
from planner.services.imports import refresh
from planner.services.scenarios import FIELD, listing
from planner.services.workspace import OpenCompany

CURRENCIES = tuple(MINOR_DIGITS)
NEW, INTO = "new", "into"
OTHER_SOURCE = ""
MODES = {"add": "Add and update", "replace": "Replace all"}
HOW = {"sum": "added up", "mean": "averaged"}


def ask_target(
    ws: OpenCompany, kind: str, filename: str, file_id: str
) -> dict[str, Any]:
    """
    Ask where the rows go.

    Returns
    -------
    `into` for accounts (``new`` or ``into``) with the new company's `name`,
    `currency`, `as_of`, `fill` or the `source`; `mode` for the other kinds;
    `scenario_id` and `version` for quotas; `name`, `unit`, `how` for market data.
    """
    stem = PurePath(filename).stem.replace("_", " ").strip() or "My company"
    stem = name_from(stem)
    if kind == "accounts":
        return _accounts(ws, stem[:1].upper() + stem[1:], file_id)
    if kind == "market":
        return _market(stem[:1].upper() + stem[1:], file_id)
    target: dict[str, Any] = {"mode": _mode(kind, file_id)}
    return target | (_draft(ws, file_id) if kind == "quotas" else {})


def _accounts(ws: OpenCompany, stem: str, file_id: str) -> dict[str, Any]:
    st.subheader("Where the accounts go")
    company = companies.company(ws)
    sources = list(refresh.sources(ws).index)
    names = {NEW: "A new company", INTO: f"{company.name}, the open company"}
    # A company of one's own is loaded again and again; the sample is not.
    first = INTO if company.kind != "sample" else NEW
    into = st.segmented_control(
        "Into",
        list(names),
        default=first,
        format_func=names.__getitem__,
        key=f"imp-{file_id}-into",
        required=True,
        label_visibility="collapsed",
    )
    if into == INTO:
        return {"into": INTO, "source": _source(sources, stem, file_id)}
    return {"into": NEW, **_new_company(stem, file_id)}


def _source(sources: list[str], stem: str, file_id: str) -> str:
    """Ask which list this is a load of: what it brought last time may be gone now."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="imp-source"):
        source = OTHER_SOURCE
        if sources:
            source = st.selectbox(
                "It is a load of",
                [*sources, OTHER_SOURCE],
                format_func=lambda name: name or "another list",
                key=f"imp-{file_id}-source",
                width=260,
            )
        if source == OTHER_SOURCE:
            source = st.text_input(
                "Name of the list", stem, key=f"imp-{file_id}-list", width=260
            )
    return str(source)


def _new_company(stem: str, file_id: str) -> dict[str, Any]:
    with st.container(horizontal=True, vertical_alignment="bottom", key="imp-company"):
        name = st.text_input("Name", stem, key=f"imp-{file_id}-name", width=280)
        currency = st.selectbox(
            "Currency", CURRENCIES, key=f"imp-{file_id}-currency", width=110
        )
    fill = st.checkbox(
        "Simulate what the list lacks (revenue, potential, last visits, deals)",
        value=True,
        key=f"imp-{file_id}-fill",
        help="Invented figures make balance, quotas, visits and pay possible. They are "
        "labelled as simulated on every account.",
    )
    return {"name": name, "currency": currency, "as_of": clock.today(), "fill": fill}


def _mode(kind: str, file_id: str) -> str:
    mode = st.segmented_control(
        "What is there already",
        list(MODES),
        default="replace",
        format_func=MODES.__getitem__,
        key=f"imp-{file_id}-mode",
        required=True,
        help=f"Replace all: the {kind.replace('_', ' ')} of the file are all there "
        "are. Add and update: those of other ids stay.",
    )
    return str(mode)


def _draft(ws: OpenCompany, file_id: str) -> dict[str, Any]:
    drafts = {
        scenario.scenario_id: scenario
        for scenario in listing.scenarios(ws)
        if scenario.status == "draft" and scenario.team == FIELD
    }
    scenario_id = st.selectbox(
        "Into the draft",
        list(drafts),
        format_func=listing.titles(list(drafts.values())).get,
        key=f"imp-{file_id}-draft",
        width=280,
    )
    if scenario_id is None:
        st.caption("Quotas go into a draft; start one on the Scenarios page.")
        return {}
    return {"scenario_id": scenario_id, "scenario_version": drafts[scenario_id].version}


def _market(stem: str, file_id: str) -> dict[str, Any]:
    with st.container(horizontal=True, vertical_alignment="bottom", key="imp-layer"):
        name = st.text_input("Name of the layer", stem, key=f"imp-{file_id}-layer-name")
        unit = st.text_input(
            "Unit", "", key=f"imp-{file_id}-layer-unit", placeholder="households"
        )
        how = st.selectbox(
            "Areas of one unit are",
            list(HOW),
            format_func=HOW.__getitem__,
            key=f"imp-{file_id}-layer-how",
            width=170,
        )
    return {"name": name, "unit": unit, "how": how}
