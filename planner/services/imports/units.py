"""The units of a new company: counties, postcode areas, or cells around accounts."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd

from planner.accounts.findings import FindingLog, ImportReport
from planner.accounts.places.regions import country_letters
from planner.accounts.placing import join_units
from planner.core.errors import InputError
from planner.core.settings import Settings
from planner.core.units import M_PER_KM
from planner.geography.basemap import BaseMap, base_map, extent_of
from planner.geography.boundaries import load_counties
from planner.geography.cells import make_cells
from planner.geography.distance import working_crs
from planner.geography.postal_areas import make_postal_areas, postal_prefixes

UNIT_CHOICES = {
    "auto": "Counties in the USA, elsewhere areas around the accounts",
    "counties": "Counties of the USA",
    "postcodes": "Areas of postcodes that begin alike",
    "cells": "Areas around the accounts",
}
LEAST_SHARE_IN_COUNTIES = 0.8  # of the accounts, for county polygons to be the units
LEAST_SHARE_CODED = 0.5  # of the accounts, for postcode areas to be offered


def checked_choice(units: str) -> str:
    """
    Read a choice of units.

    Raises
    ------
    InputError
        If it is none of `UNIT_CHOICES`.
    """
    if units not in UNIT_CHOICES:
        known = ", ".join(UNIT_CHOICES)
        raise InputError(f"units must be one of {known}, got {units!r}")
    return units


def offered_units(accounts: pd.DataFrame) -> list[str]:
    """
    List the choices of units that fit a list of accounts, the usual one first.

    Parameters
    ----------
    accounts
        ACCOUNTS frame.
    """
    prefixes = _prefixes(accounts)
    letters = country_letters(accounts["country"].fillna(""))
    choices = ["auto", "cells"]
    if (letters == "US").mean() >= LEAST_SHARE_IN_COUNTIES:
        choices.append("counties")
    if (prefixes != "").mean() >= LEAST_SHARE_CODED:
        choices.append("postcodes")
    return choices


def place_in_units(
    accounts: pd.DataFrame, settings: Settings, units: str = "auto"
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """
    Choose units for a list of accounts and put each account into one.

    Parameters
    ----------
    accounts
        ACCOUNTS frame; those without a place get no unit.
    settings
        Where the reference geography lies.
    units
        One of `UNIT_CHOICES`; ``auto``: the counties of the states the accounts lie
        in; for a list from elsewhere cells made around them.

    Returns
    -------
    The accounts with `unit_id`, and the units.

    Raises
    ------
    InputError
        If no account has a place, or none what the chosen units need.
    """
    placed = accounts[accounts["lat"].notna() & accounts["lon"].notna()]
    if placed.empty:
        raise InputError(
            "no account has a place, so no map can be made: give the list's country, "
            "or coordinates"
        )
    areas = _areas(placed, settings, checked_choice(units))
    unit_id = join_units(accounts, areas)
    return accounts.assign(unit_id=unit_id.astype("str")), areas


def _areas(placed: pd.DataFrame, settings: Settings, units: str) -> gpd.GeoDataFrame:
    if units == "postcodes":
        coded = placed.assign(prefix=_prefixes(placed))
        return make_postal_areas(coded, base=_base_of(placed, settings))
    if units in {"auto", "counties"}:
        counties = load_counties(settings.data_dir)
        unit_id = join_units(placed, counties)
        if units == "counties" and unit_id.isna().all():
            raise InputError(
                "no account lies in a county of the USA; choose other units: cells or "
                "postcodes"
            )
        if units == "counties" or unit_id.notna().mean() >= LEAST_SHARE_IN_COUNTIES:
            regions = counties.loc[unit_id.dropna().unique(), "region"].unique()
            return counties[counties["region"].isin(regions)]
    return make_cells(placed, base=_base_of(placed, settings))


def _prefixes(accounts: pd.DataFrame) -> pd.Series:
    letters = country_letters(accounts["country"].fillna(""))
    return postal_prefixes(accounts["postcode"], letters)


def _base_of(accounts: pd.DataFrame, settings: Settings) -> BaseMap | None:
    """Read what lies around the accounts; None without the reference geography."""
    try:
        return base_map(settings.data_dir, extent_of(accounts), most_towns=None)
    except InputError:
        return None


def km_outside(accounts: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.Series:
    """
    Measure how far accounts lie from the unit they were joined to.

    Parameters
    ----------
    accounts
        Columns lat, lon, unit_id; indexed by account_id.
    units
        Polygons in EPSG:4326 indexed by unit_id.

    Returns
    -------
    Kilometres by account_id of those outside all units, the farthest first.
    """
    joined = accounts.dropna(subset=["lat", "lon", "unit_id"])
    lon, lat = joined["lon"].to_numpy(float), joined["lat"].to_numpy(float)
    points = gpd.GeoSeries.from_xy(lon, lat, index=joined.index, crs=4326)
    shapes = gpd.GeoSeries(
        units.geometry.reindex(joined["unit_id"]).to_numpy(), joined.index, crs=4326
    )
    is_outside = ~points.intersects(shapes, align=False)
    if not bool(is_outside.any()):
        return pd.Series(dtype="float64")
    crs = working_crs(lon, lat)
    there = points[is_outside].to_crs(crs)
    away_m = there.distance(shapes[is_outside].to_crs(crs), align=False)
    return (away_m / M_PER_KM).sort_values(ascending=False)


def with_joined(
    report: ImportReport, accounts: pd.DataFrame, units: gpd.GeoDataFrame
) -> ImportReport:
    """Say in a report which accounts were joined to the nearest unit, how far off."""
    away_km = km_outside(accounts, units)
    if away_km.empty:
        return report
    farthest = str(away_km.index[0])
    name, unit = accounts.loc[farthest, ["name", "unit_id"]]
    log = FindingLog()
    log.file(
        "joined_to_nearest",
        "notice",
        f"{len(away_km):,} accounts lie just outside all areas and were joined to the "
        f"nearest: the farthest, {name}, {away_km.iloc[0]:,.1f} km from "
        f"{units.at[unit, 'name']}",
    )
    findings = pd.concat([report.findings, log.to_frame()], ignore_index=True)
    return replace(report, findings=findings)
