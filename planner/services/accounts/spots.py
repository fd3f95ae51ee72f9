"""A place that a user points at: what lies there, and an account put there."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from planner.accounts.places.regions import US_REGION_NAMES
from planner.accounts.placing import join_units
from planner.services.accounts import repairs
from planner.services.accounts.health_view import gazetteer_of
from planner.services.workspace import OpenCompany

_FULL_TURN_DEG = 360.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """
    What lies at a place.

    Parameters
    ----------
    lat, lon
        Degrees; the world beside ours brought back to it.
    town
        The nearest one with its state or country, ``Dublin, Ohio``; "": none is known.
    km
        To its middle; NaN without one.
    unit_id
        Unit an account there belongs to; None: it would lie in none.
    """

    lat: float
    lon: float
    town: str
    km: float
    unit_id: str | None


def spot_at(ws: OpenCompany, lat: float, lon: float, units: gpd.GeoDataFrame) -> Spot:
    """
    Say what lies at a place.

    Parameters
    ----------
    ws
        The open company.
    lat, lon
        Degrees; of maps that show the world several times, lon beyond 180 too.
    units
        Of the company, indexed `unit_id`.
    """
    lon = (lon + _FULL_TURN_DEG / 2) % _FULL_TURN_DEG - _FULL_TURN_DEG / 2
    place = pd.DataFrame({"lat": [lat], "lon": [lon]}, index=["here"])
    unit = join_units(place, units)["here"] if len(units) else None
    atlas = gazetteer_of(ws.settings.data_dir).atlas
    near = atlas.town_near(lat, lon)
    town = ""
    if near is not None:
        state = US_REGION_NAMES.get(near.region) if near.country == "US" else None
        facts = atlas.facts()
        country = near.country
        if near.country in facts.index:
            country = str(facts.at[near.country, "name"])
        town = f"{near.city}, {state or country}"
    return Spot(
        lat=lat,
        lon=lon,
        town=town,
        km=float("nan") if near is None else near.km,
        unit_id=None if pd.isna(unit) else str(unit),
    )


def put_account(
    ws: OpenCompany, code: str, account_id: str, spot: Spot, scenario_id: str | None
) -> str:
    """
    Put an account at a place, as one repair that can be taken back.

    Parameters
    ----------
    code
        The fault of its place, as of `health.rules.RULES`.
    account_id
        Which account.
    spot
        Where.
    scenario_id
        As of `repairs.preview_repair`.

    Returns
    -------
    The id of the repair.

    Raises
    ------
    InputError
        If the account has no such fault (any more).
    ConflictError
        If someone changed the company's data meanwhile.

    Notes
    -----
    The account joins the unit it then lies in, and with it a territory of each plan.
    """
    preview = repairs.preview_repair(
        ws,
        code,
        "set",
        [account_id],
        scenario_id=scenario_id,
        lat=spot.lat,
        lon=spot.lon,
    )
    return repairs.apply_repair(ws, preview)
