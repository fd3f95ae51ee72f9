"""Share as a web page: a map shown before it is saved as one file to send."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import geopandas as gpd
import streamlit as st

from planner.core.errors import InputError
from planner.geography.basemap import base_map, extent_of
from planner.maps.sheet import MapSheet
from planner.services.exports import sharing
from planner.services.exports.files import MIMES, Offer
from planner.services.scenarios import Scenario
from planner.services.workspace import OpenCompany, Workspace
from planner.ui.downloads import file_name

LABEL = "Share as a web page"
HEIGHT = 460
# From the frame in which streamlit-folium draws: right below any base path.
LEAFLET = "../../app/static/vendor/leaflet"


def share_button(
    ws: Workspace,
    what: str,
    sheet: Callable[[], MapSheet],
    *,
    key: str,
    scenario: Scenario | None = None,
) -> None:
    """
    Offer a map as one file to send, to be seen before it is saved.

    Parameters
    ----------
    ws
        The open company.
    what
        Which map, as in the log of exports: ``territories``, ``accounts`` …
    sheet
        Makes what the page shows; asked only when the button is pressed.
    key
        Unique on the page.
    scenario
        Whose plan it shows.
    """
    if st.button(LABEL, icon=":material/share:", key=f"share-{key}"):
        _dialog(ws, what, sheet, key, scenario)


def ground_of(ws: Workspace, areas: gpd.GeoDataFrame | None) -> gpd.GeoSeries | None:
    """Return borders around what is shown; None: no file of them, or none near."""
    bounds = None if areas is None else extent_of(areas)
    try:
        near = base_map(ws.settings.data_dir, bounds).outlines
    except InputError:
        return None
    return near.geometry if len(near) else None


@st.dialog(LABEL, width="large")
def _dialog(
    ws: OpenCompany,
    what: str,
    make: Callable[[], MapSheet],
    key: str,
    scenario: Scenario | None,
) -> None:
    # Loaded here: no page needs them to open.
    from streamlit_folium import st_folium

    from planner.maps.web_page import folium_map

    try:
        sheet = make()
        web_map = folium_map(sheet, LEAFLET)
    except InputError as error:
        st.warning(str(error))
        return
    st_folium(
        web_map,
        height=HEIGHT,
        use_container_width=True,
        returned_objects=[],
        key=f"share-map-{key}",
    )
    offer = Offer(f"map-{what}", ("html",), LABEL, of_scenario=scenario is not None)
    st.download_button(
        "Save the page",
        lambda: sharing.share(ws, sheet, f"map_{what}", scenario).content,
        file_name(offer, "html", scenario, dt.datetime.now(dt.UTC).date()),
        MIMES["html"],
        key=f"share-save-{key}",
        icon=":material/download:",
        type="primary",
        on_click="ignore",
    )
    st.caption(
        "One file that opens in any browser, without internet. Whoever has it can read "
        "every name and figure in it."
    )
