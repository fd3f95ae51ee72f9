"""
Instances of territory design: from a folder, drawn anew, or points where people live.

An instance is a CSV of units (x_km, y_km, accounts, maybe revenue_k) with its
neighbours in <name>_edges.csv (columns i, j). Points are made from the places of PyPI's
`zipcodes`, one seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from planner.geography.adjacency import edges_frame, point_edges
from planner.territory.model.instance import Instance

SHARED = Path(__file__).resolve().parents[2] / "shared" / "benchmarks" / "territory"
BOTH = ("accounts", "revenue_k")
KNOWN = {  # name: (territories, requests); a request: tolerance of each measure
    "midwest_565": (
        10,
        ({"accounts": 0.01}, dict.fromkeys(BOTH, 0.05), dict.fromkeys(BOTH, 0.015)),
    ),
    "us_counties": (
        50,
        ({"accounts": 0.05}, {"accounts": 0.01}, dict.fromkeys(BOTH, 0.05)),
    ),
}
UNITS_A_TERRITORY = 60  # for instances not known by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Points (None: the ZIPs themselves), territories and tolerance."""

    n_points: int | None
    n_territories: int
    tolerance: float


POINTS = {
    "zips": Request(n_points=None, n_territories=300, tolerance=0.03),
    "points_100k": Request(n_points=100_000, n_territories=300, tolerance=0.03),
    "points_200k": Request(n_points=200_000, n_territories=300, tolerance=0.02),
    "points_1m": Request(n_points=1_000_000, n_territories=500, tolerance=0.03),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Units, neighbours and what is asked of them."""

    name: str
    units: pd.DataFrame
    edges: pd.DataFrame | None
    n_territories: int
    tolerances: dict[str, float]

    @property
    def instance(self) -> Instance:
        """What the engine takes."""
        return Instance.from_units(self.units, self.edges)

    @property
    def label(self) -> str:
        """Name with what is asked."""
        asked = "+".join(self.tolerances)
        return f"{self.name} {asked} {100 * min(self.tolerances.values()):g} %"


def read_instances(folder: Path) -> list[Case]:
    """Read every CSV of units that has its neighbours beside it."""
    found = []
    for path in sorted(folder.glob("*.csv")):
        edges_path = path.with_name(f"{path.stem}_edges.csv")
        if not edges_path.is_file():
            continue
        units = pd.read_csv(path, dtype={"fips": "str"})
        units.index = pd.Index([f"u{row}" for row in range(len(units))], dtype="str")
        pairs = pd.read_csv(edges_path)[["i", "j"]].to_numpy(dtype=np.int64)
        edges = edges_frame(units.index, pairs, 0.0)
        n_default = max(2, len(units) // UNITS_A_TERRITORY)
        n_territories, requests = KNOWN.get(
            path.stem, (n_default, ({"accounts": 0.05},))
        )
        found += [
            Case(
                name=path.stem,
                units=units,
                edges=edges,
                n_territories=n_territories,
                tolerances=tolerances,
            )
            for tolerances in requests
        ]
    return found


def own_instances() -> list[Case]:
    """Make two grids with uneven accounts, fixed seeds."""
    made = []
    for side, n_territories in ((12, 6), (30, 15)):
        rng = np.random.default_rng(side)
        number = np.arange(side * side).reshape(side, side)
        units = pd.DataFrame(
            {
                "x_km": np.tile(np.arange(side) * 10.0, side),
                "y_km": np.repeat(np.arange(side) * 10.0, side),
                "accounts": np.rint(rng.lognormal(3, 0.8, side * side)),
            },
            index=pd.Index([f"u{row}" for row in range(side * side)], dtype="str"),
        )
        pairs = np.concatenate(
            [
                np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
                np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
            ]
        )
        made.append(
            Case(
                name=f"grid_{side}x{side}",
                units=units,
                edges=edges_frame(units.index, pairs, 10_000.0),
                n_territories=n_territories,
                tolerances={"accounts": 0.02},
            )
        )
    return made


def drawn_instances(seed: int) -> list[Case]:
    """
    Draw maps of the folder's families that are not in it.

    Parameters
    ----------
    seed
        Of all draws.

    Returns
    -------
    Two maps like the counties (places thick in some regions, accounts lognormal,
    revenue beside them) with the same requests, and the ZIPs with other accounts.
    Neighbours are Delaunay's.
    """
    made = []
    for n_units, n_territories, requests in (
        (600, 10, KNOWN["midwest_565"][1]),
        (3_000, 50, ({"accounts": 0.01},)),
    ):
        rng = np.random.default_rng([seed, n_units])
        towns = rng.uniform(0, 1_500, (12, 2))
        near = towns[rng.integers(0, len(towns), n_units)]
        is_near = rng.random(n_units) < 0.4
        far = rng.uniform(0, 1_500, (n_units, 2))
        xy = np.where(is_near[:, None], near + rng.normal(0, 120, near.shape), far)
        accounts = np.rint(rng.lognormal(6, 0.8, n_units)) + 1
        units = pd.DataFrame(
            {
                "x_km": xy[:, 0],
                "y_km": xy[:, 1],
                "accounts": accounts,
                "revenue_k": np.rint(10 * accounts * rng.lognormal(0, 0.5, n_units)),
            },
            index=pd.Index([f"u{row}" for row in range(n_units)], dtype="str"),
        )
        made += [
            Case(
                name=f"drawn_{n_units}_{seed}",
                units=units,
                edges=point_edges(units),
                n_territories=n_territories,
                tolerances=tolerances,
            )
            for tolerances in requests
        ]
    x, y = _zip_places()
    zips = Request(n_points=None, n_territories=300, tolerance=0.03)
    made.append(_placed(f"zips_{seed}", x, y, zips, np.random.default_rng(seed)))
    return made


def points(name: str) -> Case:
    """
    Make points where people live.

    Parameters
    ----------
    name
        One of `POINTS`.

    Returns
    -------
    As `people`, named.
    """
    return people(name, POINTS[name])


def people(name: str, request: Request) -> Case:
    """
    Make any number of points where people live.

    Parameters
    ----------
    name
        Of the instance.
    request
        How many points, territories, and the tolerance.

    Returns
    -------
    The ZIP codes of the lower 48 states with lognormal accounts; or points drawn from
    them, some kilometres beside. Neighbours are Delaunay's.
    """
    x, y = _zip_places()
    return _placed(name, x, y, request, np.random.default_rng(3))


def _zip_places() -> tuple[np.ndarray, np.ndarray]:
    """Places of the ZIP codes of the lower 48 states, km."""
    import zipcodes
    from pyproj import Transformer

    places = pd.DataFrame(zipcodes.list_all())[["zip_code", "lat", "long"]]
    places[["lat", "long"]] = places[["lat", "long"]].apply(
        pd.to_numeric, errors="coerce"
    )
    places = places.drop_duplicates(["lat", "long"])
    places = places[places["lat"].between(24.5, 49.5)]
    places = places[places["long"].between(-125, -66.5)]
    to_km = Transformer.from_crs(
        4326,
        "+proj=aea +lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-96 +units=km",
        always_xy=True,
    )
    x, y = to_km.transform(places["long"].to_numpy(), places["lat"].to_numpy())
    return x, y


def _placed(
    name: str, x: np.ndarray, y: np.ndarray, request: Request, rng: np.random.Generator
) -> Case:
    """Draw points and their accounts."""
    if request.n_points is None:
        accounts = rng.lognormal(4, 1, len(x))
    else:
        drawn = rng.integers(0, len(x), request.n_points)
        x = x[drawn] + rng.normal(0, 4, request.n_points)
        y = y[drawn] + rng.normal(0, 4, request.n_points)
        accounts = rng.lognormal(2, 0.8, request.n_points)
    units = pd.DataFrame(
        {"x_km": x, "y_km": y, "accounts": np.rint(accounts) + 1},
        index=pd.Index([f"p{row}" for row in range(len(x))], dtype="str"),
    )
    return Case(
        name=name,
        units=units,
        edges=None,
        n_territories=request.n_territories,
        tolerances={"accounts": request.tolerance},
    )
