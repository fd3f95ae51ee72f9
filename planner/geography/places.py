"""Countries and towns of the world, as GeoNames lists them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from planner.core.errors import InputError


def load_towns(data_dir: Path) -> pd.DataFrame:
    """
    Read the towns of 5,000 people and more.

    Parameters
    ----------
    data_dir
        Folder that holds ``world_cities.csv.gz``.

    Returns
    -------
    Columns country (two letters), city, region (GeoNames' code; of the USA the
    state's letters), lat, lon, population, other_names (between bars).
    """
    towns = _read(Path(data_dir) / "world_cities.csv.gz")
    numbers = {"lat": "float64", "lon": "float64", "population": "int64"}
    return towns.astype(numbers)


def load_country_facts(data_dir: Path) -> pd.DataFrame:
    """
    Read what is known of each country.

    Parameters
    ----------
    data_dir
        Folder that holds ``countries.csv``.

    Returns
    -------
    Columns name, currency, phone, postcode (pattern of a whole one), languages (codes
    between blanks, the most spoken first); empty where a country has none. Indexed by
    `country`, its two letters.
    """
    return _read(Path(data_dir) / "countries.csv").set_index("country")


def _read(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    # "NA" is Namibia.
    return pd.read_csv(path, dtype="str", keep_default_na=False)
