"""Units by the beginning of postcodes, drawn around the places that have them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree

from planner.core.errors import InputError
from planner.geography.basemap import BaseMap
from planner.geography.cells import ground_around, largest_towns, voronoi_cells
from planner.geography.distance import project, working_crs

PREFIX_SIGNS = {"US": 3, "CA": 3, "JP": 3, "KR": 2}  # elsewhere two
_ONLY_LETTERS = frozenset({"GB", "IE"})  # their areas are the letters before digits
_FIVE_DIGITS = frozenset({"US", "DE", "FR", "IT", "ES", "MX", "FI", "TR", "HR", "EE"})
_MOST_PLACES = 20_000  # more are thinned: borders then run a little coarser
_NEIGHBOURS = 5  # that outvote a place mistyped among them


def postal_prefixes(postcode: pd.Series, country: pd.Series) -> pd.Series:
    """
    Take the part of postcodes that names an area.

    Parameters
    ----------
    postcode, country : shape (n_rows,)
        As written; two letters. Both may be null or empty.

    Returns
    -------
    shape (n_rows,)
        Two signs (of the USA and Canada three, of Britain the letters), with the
        country before them where the rows lie in several; empty text where none.
    """
    codes = postcode.fillna("").str.upper().str.replace(r"[^0-9A-Z]", "", regex=True)
    letters = country.fillna("").astype("str")
    own = codes.str.replace(r"^[A-Z]{1,2}(?=\d{4,})", "", regex=True)  # D-10115
    codes = codes.where(letters.isin([*_ONLY_LETTERS, "CA", "NL"]), own)
    is_short = letters.isin(_FIVE_DIGITS) & codes.str.fullmatch(r"\d{4}")
    codes = codes.mask(is_short, "0" + codes)  # a spreadsheet ate the zero
    n_signs = letters.map(PREFIX_SIGNS).fillna(2).astype("int64")
    cut = [code[:n] for code, n in zip(codes, n_signs, strict=True)]
    areas = codes.str.extract(r"^([A-Z]{1,2})")[0].fillna("")
    prefix = pd.Series(cut, index=codes.index, dtype="str")
    prefix = prefix.mask(letters.isin(_ONLY_LETTERS), areas)
    prefix = prefix.where(codes.str.len() >= np.minimum(n_signs, 2), "")
    if len(letters[prefix != ""].unique()) > 1:
        prefix = prefix.mask(prefix != "", letters + "-" + prefix)
    return prefix.str.strip("-").astype("str")


def make_postal_areas(
    places: pd.DataFrame, *, reach_m: float = 40_000, base: BaseMap | None = None
) -> gpd.GeoDataFrame:
    """
    Divide the area around some places by the prefixes of their postcodes.

    Parameters
    ----------
    places : columns lat, lon, prefix
        Degrees; places without prefix shape nothing.
    reach_m, base
        As of `cells.make_cells`.

    Returns
    -------
    shape (n_areas,)
        Units (`name`: prefix and largest town, `region`, `geometry` in EPSG:4326)
        indexed `unit_id`, the prefix.

    Raises
    ------
    InputError
        If no place has a prefix.

    Notes
    -----
    The Voronoi cells of the places, joined by prefix; a place most of whose nearest
    five have one other prefix counts as theirs, or each mistyped code would be an
    island.
    """
    coded = places[(places["prefix"] != "") & places["lat"].notna()]
    if coded.empty:
        raise InputError(
            "units by postcode need accounts with a place and a postcode, got none; "
            "choose other units"
        )
    coded = coded.iloc[:: -(-len(coded) // _MOST_PLACES)]
    crs = working_crs(coded["lon"].to_numpy(), coded["lat"].to_numpy())
    xy = np.column_stack(project(coded["lon"].to_numpy(), coded["lat"].to_numpy(), crs))
    first = pd.DataFrame(np.round(xy)).drop_duplicates().index.to_numpy()
    distinct, prefix = np.round(xy[first]), coded["prefix"].to_numpy(object)[first]
    prefix = _outvoted(distinct, prefix)
    polygons = voronoi_cells(distinct, ground_around(distinct, crs, reach_m, base))
    cells = gpd.GeoDataFrame({"unit_id": prefix}, geometry=polygons, crs=crs)
    # Rounding leaves hairs between cells that a union would keep as holes.
    units = cells.dissolve("unit_id").to_crs(4326)
    units["geometry"] = shapely.make_valid(units.geometry.to_numpy())
    units.index = units.index.astype("str")
    names = pd.Series(units.index, index=units.index, dtype="str")
    if base is not None:
        towns = largest_towns(units, base)
        names = names.where(towns.isna(), names + " " + towns.fillna(""))
    region = pd.Series(None, index=units.index, dtype="str")
    return units.assign(name=names, region=region)[["name", "region", "geometry"]]


def _outvoted(xy: np.ndarray, prefix: np.ndarray) -> np.ndarray:
    """Give places the prefix of their surroundings where all of these agree."""
    if len(xy) <= _NEIGHBOURS:
        return prefix
    near = KDTree(xy).query(xy, k=_NEIGHBOURS + 1)[1][:, 1:]
    around = prefix[near]
    agree = (around == around[:, :1]).all(axis=1)
    return np.where(agree, around[:, 0], prefix)
