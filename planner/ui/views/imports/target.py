"""Where a file goes: a new company, a list of the open one, a draft, a layer."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import pandas as pd
import streamlit as st

from planner.core import clock
from planner.core.money import MINOR_DIGITS
from planner.core.names import company_name_from, name_from
from planner.services.company import companies
from planner.services.imports import refresh
from planner.services.imports.units import UNIT_CHOICES
from planner.services.regional import country_names
from planner.services.scenarios import FIELD, listing
from planner.services.workspace import OpenCompany
from planner.ui.views.imports.rolling import HOWS

CURRENCIES = tuple(MINOR_DIGITS)
NEW, INTO = "new", "into"
OTHER_SOURCE = ""
ADD, UPDATE, WHOLE = "add", "update", "whole"
LOADS = {
    ADD: "Adds accounts",
    UPDATE: "Brings accounts up to date",
    WHOLE: "Is the whole list",
}
LEAST_OF_WHOLE = 0.8  # of a list's accounts: a file with fewer is a part of it
BEGINS_ANOTHER = "import_begins_another"  # of the session, set by Home
MODES = {"add": "Add and update", "replace": "Replace all"}
HOW = {how: HOWS[how] for how in ("sum", "mean")}


def ask_target(
    ws: OpenCompany | None,
    kind: str,
    filename: str,
    file_id: str,
    ids: pd.Series | None = None,
) -> dict[str, Any]:
    """
    Ask where the rows go.

    Parameters
    ----------
    ws
        The open company; None: there is none, so accounts begin one.
    kind
        Of the file.
    filename
        What a new company or layer is called, unless said otherwise.
    file_id
        Keys the fields.
    ids
        Ids of the accounts in the file: they show what it is to the open company.

    Returns
    -------
    `into` for accounts (``new`` or ``into``) with the new company's `name`,
    `country`, `currency`, `units`, `as_of`, `fill`, or the `source` and the `load`
    (``add``, ``update`` or ``whole``); `mode` for the other kinds; `scenario_id` and
    `version` for quotas; `name`, `unit`, `how` for market data.
    """
    stem = PurePath(filename).stem.replace("_", " ").strip() or "My company"
    stem = name_from(stem)
    stem = stem[:1].upper() + stem[1:]
    if ws is None:
        st.subheader("The new company")
        return {"into": NEW, **_new_company(stem, file_id)}
    if kind == "accounts":
        return _accounts(ws, stem, file_id, ids)
    if kind == "market":
        return _market(stem, file_id)
    target: dict[str, Any] = {"mode": _mode(kind, file_id)}
    return target | (_draft(ws, file_id) if kind == "quotas" else {})


def _accounts(
    ws: OpenCompany,
    stem: str,
    file_id: str,
    ids: pd.Series | None,
) -> dict[str, Any]:
    st.subheader("Where the accounts go")
    company = companies.company(ws)
    sources = list(refresh.sources(ws).index)
    names = {NEW: "A new company", INTO: f"{company.name}, the open company"}
    # A company of one's own is loaded again and again; the sample is not, nor is the
    # open one where another was to be begun.
    is_other = company.kind == "sample" or bool(st.session_state.get(BEGINS_ANOTHER))
    first = NEW if is_other else INTO
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
        source = _source(sources, stem, file_id)
        load = _load(ws, source, ids, file_id)
        return {"into": INTO, "source": source, "load": load}
    return {"into": NEW, **_new_company(stem, file_id)}


def _load(ws: OpenCompany, source: str, ids: pd.Series | None, file_id: str) -> str:
    """Ask whether the file adds accounts, updates them, or is all there is."""
    load = st.segmented_control(
        "The file",
        list(LOADS),
        default=usual_load(ws, source, ids),
        format_func=LOADS.__getitem__,
        key=f"imp-{file_id}-load",
        required=True,
        help="Adds accounts: rows whose id is known are left out. Brings accounts up "
        "to date: what the file lacks stays. Is the whole list: what it lacks is gone.",
    )
    return str(load)


def usual_load(ws: OpenCompany, source: str, ids: pd.Series | None) -> str:
    """
    Choose what a file is to a list by the ids that both have.

    Returns
    -------
    ``add`` if none is known, ``whole`` if nearly all of the list stand in the file,
    else ``update``.
    """
    if ids is None:
        return WHOLE
    listed, every = refresh.ids_of(ws, source)
    in_file = pd.Index(ids.unique())
    if not in_file.isin(every).any():
        return ADD
    whole = listed if len(listed) else every
    n_there = int(whole.isin(in_file).sum())
    return WHOLE if n_there >= LEAST_OF_WHOLE * len(whole) else UPDATE


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
        name = st.text_input(
            "Name", company_name_from(stem), key=f"imp-{file_id}-name", width=260
        )
        country = st.selectbox(
            "Country of the list",
            ["", *country_names()],
            format_func=lambda code: country_names().get(code, "found out row by row"),
            key=f"imp-{file_id}-country",
            width=210,
            help="Of rows that name none. Found out from towns, postcodes and phones "
            "unless you say it.",
        )
        currency = st.selectbox(
            "Currency",
            ["", *CURRENCIES],
            format_func=lambda code: code or "found out",
            key=f"imp-{file_id}-currency",
            width=130,
            help="Of all amounts. Found out from headers, amounts and the country "
            "unless you say it.",
        )
        units = st.selectbox(
            "Areas",
            list(UNIT_CHOICES),
            format_func=UNIT_CHOICES.__getitem__,
            key=f"imp-{file_id}-units",
            width=320,
            help="What territories are made of.",
        )
    fill = st.checkbox(
        "Simulate what the list lacks (revenue, potential, last visits, deals, homes)",
        value=False,
        key=f"imp-{file_id}-fill",
        help="Invented figures make balance, quotas, visits and pay possible. They are "
        "labelled as simulated on every account.",
    )
    return {
        "name": name,
        "country": str(country) or None,
        "currency": str(currency) or None,
        "units": units,
        "as_of": clock.today(),
        "fill": fill,
    }


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
