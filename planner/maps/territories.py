"""The areas of a plan: its units joined, coloured so that neighbours differ, named."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from planner.geography.boundaries import dissolve
from planner.geography.colours import (
    TERRITORY,
    colour_territories,
    neighbours_of,
    tinted,
)

UNASSIGNED = "unassigned"


def territory_areas(
    units: gpd.GeoDataFrame,
    territory_by_unit: pd.Series,
    edges: pd.DataFrame,
    *,
    colours: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    facts: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """
    Make the areas of a map from an alignment.

    Parameters
    ----------
    units
        Polygons indexed by `unit_id`, EPSG:4326.
    territory_by_unit : shape (n_units,)
        Territory by `unit_id`; missing: unassigned.
    edges
        Which units touch.
    colours
        ``#RRGGBB`` by territory; None: chosen here, by graph colouring.
    labels
        Name on the map by territory; None: its id.
    facts
        Up to eight columns of text by `territory_id`, each under its heading.

    Returns
    -------
    Areas of a `MapSheet`: `label`, `colour`, geometry, the facts; what is assigned to
    nobody is one area more, without label and colour.
    """
    polygons = dissolve(units, territory_by_unit)
    if colours is None:
        colours = territory_fills(territory_by_unit, edges)
    names = pd.Series(polygons.index, index=polygons.index)
    areas = gpd.GeoDataFrame(
        {
            "label": names if labels is None else names.map(dict(labels)).fillna(names),
            "colour": names.map(dict(colours)),
        },
        geometry=polygons.geometry,
        crs=units.crs,
    )
    if facts is not None:
        areas = areas.join(facts)
    rest = units.index.difference(territory_by_unit.dropna().index)
    if len(rest):
        nobody = dissolve(units, pd.Series(UNASSIGNED, index=rest))
        areas = pd.concat([areas, nobody[["geometry"]].assign(label="", colour=None)])
    return areas


def territory_fills(
    territory_by_unit: pd.Series, edges: pd.DataFrame
) -> dict[str, str]:
    """Choose a colour for each territory that none of its neighbours has."""
    numbers = colour_territories(neighbours_of(territory_by_unit, edges))
    return tinted({name: TERRITORY[number] for name, number in numbers.items()})
