"""Take a page's data away as a file: one button, made only when it is asked for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence

import streamlit as st

from planner.services.exports import files
from planner.services.exports.files import Offer
from planner.services.scenarios import Scenario, listing
from planner.services.workspace import OpenCompany, Workspace

MOST_OF_NAME = 60  # characters of a scenario's name in that of a file
FORMAT_NAMES = {
    "csv": "CSV",
    "xlsx": "Excel",
    "parquet": "Parquet",
    "geojson": "GeoJSON",
    "gpkg": "GeoPackage",
}


def export_menu(
    ws: Workspace, what: Sequence[str], *, key: str, scenario_id: str | None = None
) -> None:
    """
    Offer tables as files behind one button.

    Parameters
    ----------
    ws
        The open company.
    what
        Which of `exports.offers`, in this order.
    key
        Unique on the page.
    scenario_id
        Which scenario; None: the one saved last.

    Notes
    -----
    A file is made, and its line in the audit log written, when its button is pressed;
    until then nothing is read.
    """
    with st.popover("Export", icon=":material/download:", key=f"export-{key}"):
        _choice(ws, tuple(what), key, scenario_id)


@st.fragment
def _choice(
    ws: OpenCompany, what: tuple[str, ...], key: str, scenario_id: str | None
) -> None:
    offers = {offer.what: offer for offer in files.offers()}
    choices = [offers[name] for name in what if name in offers]
    forms = list(dict.fromkeys(form for offer in choices for form in offer.formats))
    form = st.segmented_control(
        "Format",
        forms,
        default=forms[0] if forms else None,
        format_func=FORMAT_NAMES.__getitem__,
        key=f"export-format-{key}",
        required=True,
    )
    plan = listing.scenario(ws, scenario_id) if scenario_id else None
    for offer in choices:
        if form not in offer.formats:
            continue
        chosen_id = scenario_id if offer.of_scenario else None
        st.download_button(
            offer.title,
            _content(ws, offer.what, str(form), chosen_id),
            file_name(offer, str(form), plan, dt.datetime.now(dt.UTC).date()),
            files.MIMES[str(form)],
            key=f"export-{key}-{offer.what}",
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
        )


def file_name(offer: Offer, form: str, plan: Scenario | None, today: dt.date) -> str:
    """Name a file after its plan, the plan's version and the day it was taken."""
    if plan is None or not offer.of_scenario:
        return f"{offer.what}.{form}"
    words = re.sub(r"[^\w]+", "-", plan.name).strip("-")[:MOST_OF_NAME]
    return f"{offer.what}-{words}-v{plan.version}-{today}.{form}"


def _content(
    ws: OpenCompany, what: str, form: str, scenario_id: str | None
) -> Callable[[], bytes]:
    return lambda: files.export(ws, what, form, scenario_id).content
