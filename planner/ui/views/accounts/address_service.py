"""Asking an address service: set one, ask it in the background, use what it said."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from planner.core.formats import Formats
from planner.jobs import queue
from planner.services.accounts import geocoding
from planner.services.workspace import OpenCompany
from planner.ui import faults, session, widgets
from planner.ui.maps.text import markdown_text

KINDS = {"nominatim": "Nominatim", "photon": "Photon"}
BY_LADDER, BY_SERVICE = "ladder", "service"


def ask_by(ws: OpenCompany, fmt: Formats, account_ids: Sequence[str], code: str) -> str:
    """
    Ask whether the offline ladder or the service places accounts.

    Parameters
    ----------
    account_ids
        The accounts to be placed.
    code
        Which fault they have; keys the widgets.

    Returns
    -------
    ``ladder`` or ``service``.
    """
    choice = geocoding.geocoder_choice(ws)
    labels = {BY_LADDER: "ZIP or city, offline"}
    if choice.url:
        labels[BY_SERVICE] = f"{KINDS.get(choice.kind, choice.kind)}, asked before"
    by = st.selectbox(
        "By",
        list(labels),
        format_func=lambda name: labels[name],
        key=f"hlt-by-{code}",
        width=220,
    )
    with st.popover("Address service"):
        _service(ws, fmt, choice, account_ids)
    return str(by)


def _service(
    ws: OpenCompany,
    fmt: Formats,
    choice: geocoding.GeocoderChoice,
    account_ids: Sequence[str],
) -> None:
    """Set the service; ask it about the accounts that have the fault."""
    st.caption(
        "Without an address here nothing leaves this machine. One question a second; "
        "every answer is kept."
    )
    kinds = list(KINDS)
    kind = st.selectbox(
        "Kind",
        kinds,
        index=kinds.index(choice.kind) if choice.kind in kinds else 0,
        format_func=KINDS.__getitem__,
        key="hlt-service-kind",
    )
    url = st.text_input(
        "Address",
        choice.url,
        key="hlt-service-url",
        placeholder="https://nominatim.mycompany.example",
    )
    if st.button(
        "Save",
        key="hlt-service-save",
        disabled=(kind, url.strip()) == (choice.kind, choice.url),
    ):
        with faults.guard("Setting the address service"):
            geocoding.set_geocoder(ws, str(kind), url)
            st.rerun()
    if choice.url and st.button(
        f"Ask for {fmt.number(len(account_ids))} addresses", key="hlt-service-ask"
    ):
        session.submit(ws, "geocode", None, {"account_ids": list(account_ids)})
        st.rerun()


def service_job(ws: OpenCompany) -> None:
    """Show the asking while it runs, or why it ended early."""
    job = queue.latest_of_company(ws.store, "geocode", ws.company_id)
    if job is None or job.job_id == st.session_state.get("hlt-service-seen"):
        return
    view = widgets.job_panel(
        lambda job_id: session.job_view(ws, job_id),
        lambda job_id: queue.request_cancel(ws.store, job_id),
        job.job_id,
        key="geocode",
    )
    if view.is_over and job.result:
        n_found, n_missing = job.result.get("n_found"), job.result.get("n_not_found")
        st.caption(
            markdown_text(
                f"{n_found} addresses found, {n_missing} not known to the service. "
                "Choose “Place by address” by the service to use them."
            )
        )
    if view.is_over and st.button("Close", key="hlt-service-close"):
        st.session_state["hlt-service-seen"] = job.job_id
        st.rerun()
