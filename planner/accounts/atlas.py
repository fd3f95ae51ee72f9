"""The world that lists are held against: towns, outlines, forms of postcodes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree

from planner.core.text import folded
from planner.geography.boundaries import load_countries, load_states
from planner.geography.places import load_country_facts, load_towns

_KM_PER_DEGREE = 111.195
_EARTH_KM = 6371.0088


@dataclass(frozen=True, slots=True, kw_only=True)
class TownNear:
    """
    The town nearest to a place.

    Parameters
    ----------
    city, region, country
        As of `load_towns`.
    km
        To its middle, through the earth: the same as on it where towns are near.
    """

    city: str
    region: str
    country: str
    km: float


@dataclass(frozen=True, slots=True)
class Atlas:
    """
    Countries and towns of the world, each part read when it is first needed.

    Parameters
    ----------
    folder
        Folder of the reference geography; None: nothing is known.
    """

    folder: Path | None = None

    def town_places(self, city: pd.Series, country: pd.Series) -> pd.DataFrame:
        """
        Place towns by their names.

        Parameters
        ----------
        city, country : shape (n_rows,)
            Names in any spelling or language; codes of two letters.

        Returns
        -------
        columns lat, lon
            Of the most populous town of that name in the country; NaN: none.
        """
        places = pd.DataFrame({"lat": np.nan, "lon": np.nan}, index=city.index)
        if self.folder is None:
            return places
        for code, names in city[city != ""].groupby(country):
            towns = _towns_of(self.folder, str(code))
            rows = [towns.get(folded(name), (np.nan, np.nan)) for name in names]
            places.loc[names.index, ["lat", "lon"]] = np.array(rows, dtype=float)
        return places

    def homes_of(self, cities: list[str]) -> dict[str, str]:
        """
        Name the country of the most populous town of each name.

        Parameters
        ----------
        cities
            Names; those that no town has are left out.
        """
        if self.folder is None:
            return {}
        homes = _homes(self.folder)
        keys = {city: folded(city) for city in cities}
        return {city: homes[key] for city, key in keys.items() if key in homes}

    def has_town(self, country: str, cities: list[str]) -> list[bool]:
        """Tell which names are towns of a country."""
        towns = {} if self.folder is None else _towns_of(self.folder, country)
        return [folded(city) in towns for city in cities]

    def countries_at(self, lat: pd.Series, lon: pd.Series) -> pd.Series:
        """
        Name the country of the town nearest to each place.

        Returns
        -------
        shape (n_rows,)
            Codes of two letters; empty text where nothing is known.
        """
        codes = pd.Series("", index=lat.index, dtype="str")
        is_placed = lat.between(-90, 90) & lon.between(-180, 180)
        if self.folder is None or not is_placed.any():
            return codes
        tree, countries = _nearest_towns(self.folder)
        at = _on_sphere(lat[is_placed].to_numpy(), lon[is_placed].to_numpy())
        codes[is_placed] = countries[tree.query(at)[1]]
        return codes

    def town_near(self, lat: float, lon: float) -> TownNear | None:
        """
        Find the town nearest to a place.

        Parameters
        ----------
        lat, lon
            Degrees.

        Returns
        -------
        None where nothing is known.
        """
        if self.folder is None:
            return None
        tree, _ = _nearest_towns(self.folder)
        km, nth = tree.query(_on_sphere(np.array([lat]), np.array([lon])))
        town = _towns(self.folder).iloc[int(nth[0])]
        return TownNear(
            city=str(town["city"]),
            region=str(town["region"]),
            country=str(town["country"]),
            km=float(km[0]),
        )

    def km_outside(
        self, lat: pd.Series, lon: pd.Series, country: pd.Series
    ) -> pd.Series:
        """
        Measure how far places lie outside their country.

        Parameters
        ----------
        lat, lon, country : shape (n_rows,)
            Degrees; codes of two letters, or ``US-`` and the letters of a state.

        Returns
        -------
        shape (n_rows,)
            Kilometres, 0 inside; NaN where the country or the place is not known. Of
            far places it is rough: a degree counts as long as at the place.
        """
        away_km = pd.Series(np.nan, index=lat.index)
        if self.folder is None:
            return away_km
        is_placed = lat.between(-90, 90) & lon.between(-180, 180)
        shapes = _outlines(self.folder)
        for code, rows in country[is_placed].groupby(country[is_placed]):
            if code not in shapes:
                continue
            points = shapely.points(lon[rows.index], lat[rows.index])
            shape = shapes[str(code)]
            degrees = np.zeros(len(points))  # to measure takes longer than to look
            outside = ~shapely.intersects(shape, points)
            degrees[outside] = shapely.distance(shape, points[outside])
            squeeze = np.cos(np.radians(lat[rows.index].to_numpy()))
            away_km[rows.index] = degrees * _KM_PER_DEGREE * np.clip(squeeze, 0.2, 1)
        return away_km

    def facts(self) -> pd.DataFrame:
        """Return name, currency, phone, postcode, languages by country."""
        if self.folder is None:
            columns = ["name", "currency", "phone", "postcode", "languages"]
            return pd.DataFrame(columns=columns, dtype="str")
        return _facts(self.folder)

    def postcodes_fit(self, postcodes: pd.Series) -> pd.DataFrame:
        """
        Tell which postcodes have the form of which countries.

        Parameters
        ----------
        postcodes : shape (n_codes,)
            As written, none empty.

        Returns
        -------
        shape (n_codes, n_countries)
            True where the form fits; of countries that have a form.
        """
        patterns = self.facts()["postcode"]
        return pd.DataFrame(
            {
                code: [bool(re.match(pattern.strip(), text)) for text in postcodes]
                for code, pattern in patterns.items()
                if pattern
            },
            index=postcodes.index,
        )


@lru_cache(maxsize=2)
def _towns(folder: Path) -> pd.DataFrame:
    by_size = load_towns(folder).sort_values("population", ascending=False)
    return by_size.reset_index(drop=True)


@lru_cache(maxsize=64)
def _towns_of(folder: Path, country: str) -> dict[str, tuple[float, float]]:
    """Map all names of a country's towns to places; own names before other ones."""
    towns = _towns(folder)
    towns = towns[(towns["country"] == country).to_numpy()]
    at = list(zip(towns["lat"], towns["lon"], strict=True))
    places: dict[str, tuple[float, float]] = {}
    for city, place in zip(towns["city"], at, strict=True):
        places.setdefault(folded(city), place)
    for others, place in zip(towns["other_names"], at, strict=True):
        for name in filter(None, others.split("|")):
            places.setdefault(folded(name), place)
    return places


@lru_cache(maxsize=2)
def _homes(folder: Path) -> dict[str, str]:
    """Map all names to the country of the most populous town that has one."""
    towns = _towns(folder)
    homes: dict[str, str] = {}
    names = zip(towns["city"], towns["other_names"], towns["country"], strict=True)
    for city, others, country in names:
        for name in (city, *filter(None, others.split("|"))):
            homes.setdefault(folded(name), country)
    return homes


@lru_cache(maxsize=2)
def _nearest_towns(folder: Path) -> tuple[KDTree, np.ndarray]:
    towns = _towns(folder)
    at = _on_sphere(towns["lat"].to_numpy(), towns["lon"].to_numpy())
    return KDTree(at), towns["country"].to_numpy(dtype=object)


def _on_sphere(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Turn degrees into points on a sphere, so that near means near everywhere."""
    lat, lon = np.radians(lat), np.radians(lon)
    flat = np.cos(lat)
    return _EARTH_KM * np.column_stack(
        [flat * np.cos(lon), flat * np.sin(lon), np.sin(lat)]
    )


@lru_cache(maxsize=2)
def _outlines(folder: Path) -> dict[str, shapely.Geometry]:
    """Read countries and states of the USA; each is held against many points."""
    shapes = {
        str(code): shape for code, shape in load_countries(folder).geometry.items()
    } | {
        f"US-{letters}": shape
        for letters, shape in load_states(folder).geometry.items()
    }
    shapely.prepare(list(shapes.values()))
    return shapes


@lru_cache(maxsize=2)
def _facts(folder: Path) -> pd.DataFrame:
    return load_country_facts(folder)
