"""Last year's territories: grown from the reps' homes, out of balance on purpose."""

from __future__ import annotations

import heapq

import geopandas as gpd
import numpy as np
import pandas as pd

from planner.geography.adjacency import connect, edge_pairs, find_edges
from planner.geography.distance import places_km

# Position order: territory by territory, manager by manager. Each lives in a large town
# near the middle of a territory of a balanced plan (24 of equal potential); those
# marked "off" in a colleague's metro or some 50 km from the middle.
HOMES = (
    (1, "IL", "Chicago"),
    (1, "IL", "Naperville"),  # off
    (1, "IL", "Waukegan"),
    (1, "IL", "Peoria"),
    (1, "IL", "Belleville"),
    (1, "WI", "Milwaukee"),
    (1, "IL", "Joliet"),
    (1, "WI", "Appleton"),
    (1, "WI", "Tomah"),
    (2, "MI", "Detroit"),
    (2, "MI", "Ann Arbor"),  # off
    (2, "IN", "South Bend"),  # off
    (2, "MI", "Grand Rapids"),
    (2, "MI", "Sterling Heights"),
    (2, "IN", "Indianapolis"),
    (2, "IN", "Muncie"),
    (2, "IN", "Gary"),
    (3, "OH", "Cleveland"),
    (3, "OH", "Akron"),
    (3, "OH", "Columbus"),
    (3, "OH", "Findlay"),  # off
    (3, "OH", "Dayton"),
    (3, "KY", "Louisville"),
    (3, "KY", "Lexington"),
)
# Actual ÷ ideal potential that the growth aims at, in the order of the homes: business
# grew unevenly since the lines were drawn.
_TARGETS = (
    *(1.00, 0.80, 0.90, 0.92, 0.84, 1.24, 0.88, 1.08, 0.90),
    *(1.25, 0.92, 0.70, 1.10, 0.80, 1.75, 0.65, 0.96),
    *(1.16, 1.10, 1.45, 0.52, 1.00, 1.02, 0.90),
)
BRIDGES = (("26047", "26097"),)  # the road over the Straits of Mackinac
_ROUNDS = 400
_STRETCH = (0.5, 2.0)  # no territory reaches far past homes nearer than its own


def unit_edges(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find the neighbours of the units, with the bridge over the straits."""
    over_water = pd.DataFrame(BRIDGES, columns=["unit_id", "neighbour_id"])
    over_water = over_water[over_water.isin(units.index).all(axis=1)]
    over_water = over_water.assign(border_m=0.0, is_bridge=True)
    found = pd.concat([find_edges(units), over_water], ignore_index=True)
    edges = connect(found, places_km(units))
    edges["border_m"] = edges["border_m"].round(0)
    return edges.sort_values(["unit_id", "neighbour_id"], ignore_index=True)


def home_places(cities: pd.DataFrame) -> pd.DataFrame:
    """Find the home towns: territory_id, manager, city, region, lat, lon."""
    towns = cities.set_index(["region", "city"])
    rows = [
        {
            "territory_id": f"T{number:02d}",
            "manager": manager,
            "city": city,
            "region": region,
            "lat": float(towns.loc[(region, city), "lat"]),
            "lon": float(towns.loc[(region, city), "lon"]),
        }
        for number, (manager, region, city) in enumerate(HOMES, start=1)
    ]
    return pd.DataFrame(rows).set_index("territory_id")


def grow_territories(
    units: gpd.GeoDataFrame,
    edges: pd.DataFrame,
    potential: pd.Series,
    home_units: pd.Series,
) -> pd.Series:
    """
    Grow a contiguous territory from each home until the targets are nearly met.

    Parameters
    ----------
    units : shape (n_units,)
        Indexed by `unit_id`.
    edges
        Neighbours.
    potential : shape (n_units,)
        Measure by unit.
    home_units : shape (n_territories,)
        Unit of each territory's home; no two the same.

    Returns
    -------
    shape (n_units,)
        territory_id by unit_id. Each unit is nearest to its home by way over
        neighbours, the ways of each territory stretched by a factor of its own.
    """
    place = places_km(units).to_numpy()
    neighbours: list[list[tuple[int, float]]] = [[] for _ in range(len(units))]
    for left, right in edge_pairs(edges, units.index):
        length = float(np.hypot(*(place[left] - place[right])))
        neighbours[left].append((int(right), length))
        neighbours[right].append((int(left), length))
    starts = units.index.get_indexer(home_units)
    worth = potential.reindex(units.index).fillna(0).to_numpy(float)
    wanted = np.array(_TARGETS) / sum(_TARGETS) * worth.sum()
    factor = np.ones(len(starts))
    best, best_error = np.zeros(len(units), dtype=int), np.inf
    for _ in range(_ROUNDS):
        owner = _nearest(neighbours, starts, factor)
        ratio = np.bincount(owner, worth, len(starts)) / wanted
        error = float(np.max(np.abs(ratio - 1)) + np.mean(np.abs(ratio - 1)))
        if error < best_error:
            best, best_error = owner, error
        factor = np.clip(factor * np.clip(ratio, 0.3, 3.0) ** 0.12, *_STRETCH)
    names = home_units.index.to_numpy()
    return pd.Series(names[best], units.index, name="territory_id")


def _nearest(
    neighbours: list[list[tuple[int, float]]], starts: np.ndarray, factor: np.ndarray
) -> np.ndarray:
    """Give each unit to the home with the shortest stretched way (Dijkstra)."""
    owner = np.full(len(neighbours), -1)
    queue = [(0.0, int(start), place) for place, start in enumerate(starts)]
    heapq.heapify(queue)
    while queue:
        way, unit, place = heapq.heappop(queue)
        if owner[unit] >= 0:
            continue
        owner[unit] = place
        for other, length in neighbours[unit]:
            if owner[other] < 0:
                heapq.heappush(queue, (way + length * factor[place], other, place))
    return owner
