"""Placing accounts: the offline geocoding ladder, and the join of accounts to units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from planner.accounts.atlas import Atlas
from planner.core.units import M_PER_KM
from planner.geography.distance import haversine_m

NEAREST_UNIT_KM = 25.0
UNPLACED = "none"  # source and precision of an account that waits for a place
MOST_SPREAD_KM = {"postcode": 30.0, "city": 60.0}  # of own rows that place others
_KM_PER_DEGREE = 111.195
_FILES = ("us_zip.csv.gz", "us_cities.csv.gz")


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """
    Places known offline.

    Parameters
    ----------
    postcodes : shape (n_postcodes, 2)
        lat, lon in degrees, indexed by five-digit US postcode.
    cities : shape (n_cities, 2)
        lat, lon in degrees, indexed by `city_key` and two-letter region.
    atlas
        The rest of the world.
    """

    postcodes: pd.DataFrame
    cities: pd.DataFrame
    atlas: Atlas = field(default_factory=Atlas)

    @classmethod
    def load(cls, data_dir: Path) -> Gazetteer:
        """
        Read ``us_zip.csv.gz`` and ``us_cities.csv.gz``.

        Parameters
        ----------
        data_dir
            Folder of the reference geography.

        Notes
        -----
        Read once and kept until a file changes; nobody may write into its frames.
        """
        folder = Path(data_dir)
        stamps = [(folder / name).stat() for name in _FILES]
        return _load(folder, tuple((at.st_mtime_ns, at.st_size) for at in stamps))

    @classmethod
    def from_frames(cls, postcodes: pd.DataFrame, cities: pd.DataFrame) -> Gazetteer:
        """
        Index two tables.

        Parameters
        ----------
        postcodes : columns postcode, lat, lon
            A repeated postcode counts once, the first.
        cities : columns city, region, lat, lon, population
            Of cities with one name in one region the most populous counts.
        """
        by_size = cities.sort_values("population", ascending=False, kind="stable")
        keyed = by_size.assign(city=city_key(by_size["city"]))
        unique = keyed.drop_duplicates(["city", "region"])
        codes = postcodes.drop_duplicates("postcode").set_index("postcode")
        return cls(
            codes[["lat", "lon"]].astype("float64"),
            unique.set_index(["city", "region"])[["lat", "lon"]].astype("float64"),
        )

    @classmethod
    @cache
    def empty(cls) -> Gazetteer:
        """Make one that knows no place: only given coordinates count."""
        places = pd.DataFrame({"lat": [], "lon": []}, dtype="float64")
        text = pd.Series([], dtype="str")
        return cls.from_frames(
            places.assign(postcode=text),
            places.assign(city=text, region=text, population=0),
        )


@lru_cache(maxsize=2)
def _load(folder: Path, _stamps: tuple[tuple[int, int], ...]) -> Gazetteer:
    postcodes = pd.read_csv(folder / _FILES[0], dtype={"postcode": "str"})
    cities = pd.read_csv(
        folder / _FILES[1],
        dtype={"city": "str", "region": "str"},
        keep_default_na=False,
    )
    return replace(Gazetteer.from_frames(postcodes, cities), atlas=Atlas(folder))


def city_key(city: pd.Series) -> pd.Series:
    """
    Reduce city names to what two spellings share.

    Parameters
    ----------
    city : shape (n_rows,)
        Names as written.

    Returns
    -------
    shape (n_rows,)
        Lower case without accents and signs; ``St.`` → ``saint``, ``Ft`` → ``fort``,
        ``Mt`` → ``mount``.
    """
    plain = city.str.normalize("NFKD").str.casefold()
    plain = plain.str.replace(r"[\u0300-\u036f'’`.]", "", regex=True)
    plain = plain.str.replace(r"[^\w]+", " ", regex=True).str.strip()
    for short, long in (
        ("st", "saint"),
        ("ste", "sainte"),
        ("ft", "fort"),
        ("mt", "mount"),
    ):
        plain = plain.str.replace(rf"^{short} ", f"{long} ", regex=True)
    return plain


def five_digits(postcode: pd.Series, postcodes: pd.Index) -> pd.Series:
    """
    Bring US postcodes to five digits where it is clear which are meant.

    Parameters
    ----------
    postcode : shape (n_rows,)
        As written, empty where missing.
    postcodes
        The five-digit codes there are; zeros are put back only to make one of them.

    Returns
    -------
    shape (n_rows,)
        ``55044-1234`` and ``550441234`` lose their last four digits; ``2134``,
        ``501``, ``2134-1234`` and ``2134.0`` (zeros eaten, decimals added by a
        spreadsheet) get their zeros back. Anything else is as given.
    """
    texts = postcode.astype("str").fillna("")
    # The index remembers its look-up table; `isin` would make one at each call.
    is_odd = (texts != "").to_numpy() & (postcodes.get_indexer(texts) < 0)
    if not is_odd.any():
        return texts
    odd = texts[is_odd].str.strip().str.replace(r"\.0+$", "", regex=True)
    five = odd.str.extract(r"^(\d{5})(?:[- ]?\d{4})?$")[0]
    short = odd.str.extract(r"^(\d{3,4})(?:[- ]?\d{4})?$")[0].str.zfill(5)
    full = five.fillna(short.where(postcodes.get_indexer(short) >= 0))
    full = full.fillna(texts[is_odd])
    codes = texts.to_numpy(dtype=object)
    codes[is_odd] = full.to_numpy(dtype=object)
    return pd.Series(codes, index=postcode.index, dtype="str")


def locate(
    places: pd.DataFrame,
    gazetteer: Gazetteer,
    *,
    near: pd.DataFrame | None = None,
    conflicts: pd.Index | None = None,
) -> pd.DataFrame:
    """
    Place rows by the first rung of a ladder that holds.

    Parameters
    ----------
    places : columns lat, lon, postcode, city, region, country
        lat, lon NaN and text empty where missing; countries as two letters.
    gazetteer
        The places known offline.
    near
        Rows of the same columns, with coordinates that can be trusted, which place
        others of their postcode or city; None: none.
    conflicts
        Rows whose postcode contradicts their city or state, so that it places none.

    Returns
    -------
    columns lat, lon, geo_source, geo_precision
        NaN and empty text where no rung of the ladder holds.

    Notes
    -----
    The rungs: given coordinates; own rows of the same postcode (`list`); the centre
    of the US postcode; own rows of the same city; the city of the USA; the most
    populous town of that name in the country; the town that other rows of the same
    postcode name. The centre of a US postcode lies
    1-2.5 km (median) from the address: good for territories, not for a day's route.
    """
    lat, lon = places["lat"].copy(), places["lon"].copy()
    source = pd.Series("", index=places.index, dtype="str")
    source = source.mask(lat.notna() & lon.notna(), "given")
    precision = source.mask(source == "given", "exact")
    doubtful = pd.Index([]) if conflicts is None else conflicts
    rungs: tuple[tuple[str, str, Callable[[pd.DataFrame], pd.DataFrame]], ...] = (
        ("list", "postcode", partial(_by_own, near=near, column="postcode")),
        ("postcode", "postcode", partial(_by_postcode, gazetteer=gazetteer)),
        ("list", "city", partial(_by_own, near=near, column="city")),
        ("city", "city", partial(_by_city, gazetteer=gazetteer)),
        ("city", "city", partial(_by_town, gazetteer=gazetteer)),
    )
    for name, exactness, look_up in rungs:
        is_open = source == ""
        if exactness == "postcode":
            is_open &= ~source.index.isin(doubtful)
        if not bool(is_open.any()):
            continue
        at = look_up(places[is_open]).set_axis(is_open.index[is_open])
        at = at.reindex(is_open.index)
        usable = at["lat"].notna()
        lat, lon = lat.mask(usable, at["lat"]), lon.mask(usable, at["lon"])
        source = source.mask(usable, name)
        precision = precision.mask(usable, exactness)
    located = pd.DataFrame(
        {"lat": lat, "lon": lon, "geo_source": source, "geo_precision": precision}
    )
    is_open = (source == "") & (places["postcode"] != "") & ~source.index.isin(doubtful)
    if bool(is_open.any()):
        towns = places.assign(lat=lat, lon=lon)[precision == "city"]
        at = _by_own(places[is_open], towns, "postcode").dropna()
        located.loc[at.index, ["lat", "lon"]] = at
        located.loc[at.index, ["geo_source", "geo_precision"]] = ["list", "city"]
    is_placed = located["geo_source"] != ""
    return located.assign(
        lat=located["lat"].where(is_placed), lon=located["lon"].where(is_placed)
    )


def _by_postcode(places: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    known = gazetteer.postcodes
    codes = places["postcode"].where(places["country"] == "US", "")
    return known.reindex(five_digits(codes, known.index))


def _by_city(places: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    names = city_key(places["city"]).where(places["country"] == "US", "")
    keys = pd.MultiIndex.from_arrays([names, places["region"]])
    return gazetteer.cities.reindex(keys)


def _by_town(places: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Look a city up among the towns of its country; many US ones share a name."""
    is_clear = (places["country"] != "") & (
        (places["country"] != "US") | (places["region"] == "")
    )
    city = places["city"].where(is_clear, "")
    at = gazetteer.atlas.town_places(city, places["country"])
    first = city.str.split(r"[,(/;]| - ", regex=True).str[0].str.strip()
    again = at["lat"].isna() & (first != city)
    if again.any():
        at[again] = gazetteer.atlas.town_places(first[again], places["country"][again])
    return at


def _by_own(
    places: pd.DataFrame, near: pd.DataFrame | None, column: str
) -> pd.DataFrame:
    """Take the middle of own rows of the same postcode or city that lie together."""
    nowhere = pd.DataFrame({"lat": np.nan, "lon": np.nan}, index=places.index)
    if near is None or near.empty:
        return nowhere
    given = near[near[column] != ""]
    by = given.groupby(_own_key(given, column))[["lat", "lon"]]
    middle = by.transform("median")
    away_m = haversine_m(
        given["lat"].to_numpy(),
        given["lon"].to_numpy(),
        middle["lat"].to_numpy(),
        middle["lon"].to_numpy(),
    )
    spread_km = pd.Series(away_m / M_PER_KM, index=given.index)
    spread_km = spread_km.groupby(_own_key(given, column)).median()
    middles = by.median()[spread_km <= MOST_SPREAD_KM[column]]
    keys = _own_key(places, column).where(places[column] != "")
    return middles.reindex(keys).set_axis(places.index)


def _own_key(places: pd.DataFrame, column: str) -> pd.Series:
    text = places[column]
    if column == "city":
        text = city_key(text) + "|" + places["region"].str.casefold()
    else:
        text = text.str.replace(r"\W", "", regex=True).str.casefold()
    return places["country"] + "|" + text


def km_to_postcode(places: pd.DataFrame, gazetteer: Gazetteer) -> pd.Series:
    """
    Measure how far rows lie from the centre of their US postcode.

    Parameters
    ----------
    places : columns lat, lon, postcode
        In degrees.
    gazetteer
        The places known offline.

    Returns
    -------
    shape (n_rows,)
        Kilometres on a sphere, NaN where either is unknown.
    """
    centres = gazetteer.postcodes
    if centres.empty:
        return pd.Series(np.nan, index=places.index, dtype="float64")
    centre = centres.reindex(five_digits(places["postcode"], centres.index))
    away_m = haversine_m(
        places["lat"].to_numpy(),
        places["lon"].to_numpy(),
        centre["lat"].to_numpy(),
        centre["lon"].to_numpy(),
    )
    return pd.Series(away_m / M_PER_KM, index=places.index)


def join_units(accounts: pd.DataFrame, units: pd.DataFrame) -> pd.Series:
    """
    Find the unit in which each account lies.

    Parameters
    ----------
    accounts : columns lat, lon
        Indexed by account_id.
    units : column geometry
        Polygons in EPSG:4326 indexed by unit_id.

    Returns
    -------
    shape (n_accounts,)
        unit_id; for a point outside all units the nearest within 25 km (the outlines
        are simplified, and piers stand in the water), else null, as it is without a
        place. On a border the first unit by order counts.
    """
    import shapely

    positions = np.full(len(accounts), -1, dtype="int64")
    shapes = np.asarray(units["geometry"])
    lon, lat = (accounts[name].to_numpy("float64") for name in ("lon", "lat"))
    placed = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if len(placed) and len(shapes):
        points = shapely.points(lon, lat)
        tree = shapely.STRtree(shapes)
        point_at, shape_at = tree.query(points[placed], predicate="intersects")
        order = np.lexsort((-shape_at, point_at))
        positions[placed[point_at[order]]] = shape_at[order]
        outside = placed[positions[placed] < 0]
        positions[outside] = _nearest(points[outside], tree, shapes)
    ids = units.index.astype("str").to_numpy(dtype=object)
    unit_ids = [ids[place] if place >= 0 else None for place in positions]
    return pd.Series(unit_ids, index=accounts.index, dtype="str", name="unit_id")


def _nearest(points: np.ndarray, tree: object, shapes: np.ndarray) -> np.ndarray:
    """Find the nearest shape within reach of each point, in local kilometres."""
    import shapely

    positions = np.full(len(points), -1, dtype="int64")
    for place, point in enumerate(points):
        squeeze = max(0.05, float(np.cos(np.radians(point.y))))
        reach_lat = NEAREST_UNIT_KM / _KM_PER_DEGREE
        reach_lon = reach_lat / squeeze
        around = shapely.box(
            point.x - reach_lon,
            point.y - reach_lat,
            point.x + reach_lon,
            point.y + reach_lat,
        )
        near = np.sort(tree.query(around))  # type: ignore[attr-defined]
        if not len(near):
            continue
        scale = np.array([_KM_PER_DEGREE * squeeze, _KM_PER_DEGREE])
        flat = shapely.transform(shapes[near], lambda xy, by=scale: xy * by)
        away_km = shapely.distance(
            flat, shapely.transform(point, lambda xy, by=scale: xy * by)
        )
        best = int(np.argmin(away_km))
        if away_km[best] <= NEAREST_UNIT_KM:
            positions[place] = near[best]
    return positions
