"""The place of an account, pointed at on a map, typed, and saved."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.core.units import M_PER_KM
from planner.geography.basemap import extent_of
from planner.services.accounts.health_view import HealthView
from planner.services.accounts.spots import Spot, put_account, spot_at
from planner.services.workspace import OpenCompany
from planner.ui import cache, faults, session
from planner.ui.components.planmap import (
    Entry,
    MapData,
    Points,
    Units,
    places_of,
    planmap,
    take,
)
from planner.ui.maps.palette import ACCENT
from planner.ui.maps.text import markdown_text

MAP_HEIGHT = 420
MARGIN_DEG = 0.5
MOST_LETTERS = 60
NEAR_KM = 25.0  # to the middle of a town: beyond, nobody would call it near


def typed_place(code: str, account_id: str | None) -> dict[str, float]:
    """
    Ask for degrees, filled by the last click on the map of `place_part`.

    Parameters
    ----------
    code
        The fault.
    account_id
        The account to be put there; None: not one account is chosen.

    Returns
    -------
    `lat` and `lon`; empty: not both are known yet.
    """
    keys = {name: f"hlt-{name}-{code}-{account_id}" for name in ("lat", "lon")}
    for event in take(_map_key(code)):
        if event.kind == "place" and account_id is not None:
            lat, lon = event.path[0]
            st.session_state[keys["lat"]] = lat
            st.session_state[keys["lon"]] = (lon + 180) % 360 - 180
    lat = st.number_input(
        "Latitude", -90.0, 90.0, None, format="%.4f", width=190, key=keys["lat"]
    )
    lon = st.number_input(
        "Longitude", -180.0, 180.0, None, format="%.4f", width=190, key=keys["lon"]
    )
    return {} if lat is None or lon is None else {"lat": float(lat), "lon": float(lon)}


def place_part(
    ws: OpenCompany,
    fmt: Formats,
    view: HealthView,
    code: str,
    account_id: str | None,
    place: dict[str, float],
) -> None:
    """
    Show the map to click on, say what lies at the place, and save it.

    Parameters
    ----------
    ws, fmt, view
        As the page has them.
    code, account_id
        As of `typed_place`.
    place
        What `typed_place` returned.
    """
    if account_id is None:
        st.caption("Choose one account in the list, then click its place on the map.")
        return
    account = view.accounts.loc[account_id]
    name = markdown_text(account["name"], MOST_LETTERS)
    units = cache.company_facts(ws).units
    spot = spot_at(ws, place["lat"], place["lon"], units) if place else None
    planmap(
        _map(ws, fmt, view.accounts, account, spot),
        key=_map_key(code),
        height=MAP_HEIGHT,
        events=("place",),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if spot is None:
            address = markdown_text(_address(account), 200)
            st.markdown(f"**{name}**, {address}: click its place on the map.")
            return
        st.markdown(f"**{name}** · {_told(ws, fmt, spot, units)}", width="stretch")
        if st.button("Save this place", type="primary", key="hlt-place"):
            with faults.guard("Saving the place"):
                put_account(ws, code, account_id, spot, view.scenario_id)
                st.session_state["hlt-done"] = (
                    f"{account['name']} now lies {_near(fmt, spot)}. Take it back "
                    "under Repairs done."
                )
                st.session_state["hlt-turn"] = st.session_state.get("hlt-turn", 0) + 1
                st.rerun()


def _map_key(code: str) -> str:
    return f"place-{code}"


def _told(ws: OpenCompany, fmt: Formats, spot: Spot, units: gpd.GeoDataFrame) -> str:
    """Say what lies at a place, and whose it is."""
    near = markdown_text(_near(fmt, spot), 120)
    if spot.unit_id is None:
        return f"{near}, in no unit: it would be in no territory"
    unit = markdown_text(units.at[spot.unit_id, "name"], MOST_LETTERS)
    scenario = session.scenario(ws)
    if scenario is None:
        return f"{near}, in {unit}"
    territory_view = cache.territory_view(ws, scenario)
    territory = territory_view.units["territory_id"].get(spot.unit_id)
    if pd.isna(territory):
        return f"{near}, in {unit}, which is in no territory"
    return f"{near}, in {unit}: territory {markdown_text(territory, MOST_LETTERS)}"


def _near(fmt: Formats, spot: Spot) -> str:
    if not spot.town:
        return f"at {spot.lat:.4f}, {spot.lon:.4f}"
    away = fmt.distance(spot.km * M_PER_KM)
    if spot.km > NEAR_KM:
        return f"{away} from {spot.town}"
    return f"near {spot.town} ({away})"


def _address(account: pd.Series) -> str:
    parts = [account[name] for name in ("street", "postcode", "city", "region")]
    return ", ".join(str(part) for part in parts if not pd.isna(part)) or "no address"


def _map(
    ws: OpenCompany,
    fmt: Formats,
    accounts: pd.DataFrame,
    account: pd.Series,
    spot: Spot | None,
) -> MapData:
    """Draw the surroundings of an account, and the place chosen for it."""
    around = _surroundings(accounts, account)
    scenario = session.scenario(ws)
    view = cache.territory_view(ws, scenario) if scenario else None
    shapes = cache.unit_shapes(ws, view, fmt) if view and len(view.units) else None
    here = pd.DataFrame(
        {
            "name": [str(account["name"])] if spot else [],
            "lat": np.array([spot.lat] if spot else [], dtype=float),
            "lon": np.array([spot.lon] if spot else [], dtype=float),
        },
        index=pd.Index([str(account.name)] if spot else [], dtype="str"),
    )
    return MapData(
        label=f"Where {account['name']} lies",
        base=cache.ground_around(ws, extent_of(around)),
        units=None if shapes is None else Units(shapes=shapes),
        points=Points(places=places_of(here), codes=np.zeros(len(here), dtype="u2"))
        if spot
        else None,
        legend=[Entry(label="The place chosen", colour=ACCENT)] if spot else [],
        selected=list(here.index),
        fit=_frame(around),
        has_borders=False,
        distance_unit=fmt.distance_unit,
    )


def _surroundings(accounts: pd.DataFrame, account: pd.Series) -> pd.DataFrame:
    """Keep the accounts of the same city, else state, else country, else all."""
    placed = accounts[accounts["lat"].between(-90, 90) & accounts["lon"].notna()]
    placed = placed[(placed["geo_source"] != "none") & (placed.index != account.name)]
    for column in ("city", "region", "country"):
        near = placed[placed[column] == account[column]]
        if len(near) and not pd.isna(account[column]):
            return near
    return placed


def _frame(places: pd.DataFrame) -> tuple[float, float, float, float] | None:
    if places.empty:
        return None
    low, high = places[["lat", "lon"]].min(), places[["lat", "lon"]].max()
    return (
        float(low["lat"] - MARGIN_DEG),
        float(low["lon"] - MARGIN_DEG),
        float(high["lat"] + MARGIN_DEG),
        float(high["lon"] + MARGIN_DEG),
    )
