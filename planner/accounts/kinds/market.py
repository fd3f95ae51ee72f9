"""Market data by area: each area joined to one of our units, the rest named."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from planner.accounts.kinds.custom_fields import other_columns
from planner.accounts.kinds.matching import name_key, report_repeated_ids
from planner.accounts.pipeline import KindRules
from planner.accounts.places.regions import region_codes
from planner.accounts.placing import Gazetteer, join_units
from planner.accounts.reading.cells import CellReader
from planner.core.errors import InputError
from planner.core.schemas import MARKET

HOW = ("sum", "mean")
_COUNTY_WORDS = r" (?:county|parish|borough|census area|municipality|city and borough)$"


def values_by_unit(rows: pd.DataFrame, how: str = "sum") -> pd.Series:
    """
    Put the areas of each unit together.

    Parameters
    ----------
    rows
        MARKET frame.
    how
        ``sum`` for what adds up (households), ``mean`` for what does not (income).

    Returns
    -------
    shape (n_units,)
        `value` by unit_id, sorted.

    Raises
    ------
    InputError
        If `how` is neither.
    """
    if how not in HOW:
        raise InputError(f"market values are put together by sum or mean, got {how!r}")
    grouped = rows.groupby("unit_id")["value"]
    return (grouped.sum() if how == "sum" else grouped.mean()).sort_index()


def _read_market(cells: CellReader) -> pd.DataFrame:
    """
    Read values by area, each joined to a unit.

    Notes
    -----
    An area is named by unit_id (a county's FIPS, four digits mended to five), by a ZIP,
    whose centre lies in a unit, or by name and region. Areas that fit no unit of the
    company are refused by name; without its units ids are taken as they are. Several
    areas may lie in one unit: `values_by_unit` puts them together.
    """
    units = cells.context.references.units
    unit_id = cells.text("unit_id")
    postcode = cells.text("postcode").str.slice(0, 5)
    name, region = cells.text("name"), cells.text("region")
    area = (name + ", " + region).where(name != "", "")
    area = postcode.where(postcode != "", area)
    area = unit_id.where(unit_id != "", area)
    report_repeated_ids(area, cells.raw.frame, cells.log, column="area")
    value = cells.amount("value")
    texts = cells.raw_cells("value")
    cells.log.rows(
        "missing_value",
        "reject",
        texts[value.isna() & ~value.index.isin(list(cells.log.rejected))],
        "value must be a number, got {value}",
        column=cells.mapping["value"],
    )
    own_unit = _by_id(unit_id, units)
    if units is not None:
        by_code = _by_postcode(postcode, cells.context.gazetteer, units)
        own_unit = own_unit.where(own_unit != "", by_code)
        own_unit = own_unit.where(own_unit != "", _by_name(name, region, units))
    _report_areas(area, unit_id, own_unit, cells)
    other = other_columns(cells)
    if other:
        cells.log.file(
            "not_kept",
            "notice",
            f"a market layer has one value an area: {', '.join(other[:10])} not kept; "
            "import the file again for another value",
        )
    return pd.DataFrame({"area": area, "unit_id": own_unit, "value": value})


def _report_areas(
    area: pd.Series, unit_id: pd.Series, own_unit: pd.Series, cells: CellReader
) -> None:
    """Refuse areas without a unit, and count the ids that were mended."""
    log = cells.log
    has_units = cells.context.references.units is not None
    what = "fits no unit of the company" if has_units else "has no unit_id"
    log.rows(
        "unknown_area",
        "reject",
        area[own_unit == ""],
        f"the area {{value}} {what}; its value is not taken",
        column=next(iter(cells.mapping.values())),
    )
    n_mended = int(((unit_id != "") & (own_unit != "") & (own_unit != unit_id)).sum())
    if n_mended:
        log.file(
            "unit_id_mended",
            "notice",
            f"{n_mended:,} unit ids got back the zeros they had lost",
            column=cells.mapping.get("unit_id", ""),
        )


def _by_id(unit_id: pd.Series, units: gpd.GeoDataFrame | None) -> pd.Series:
    """Find units by id; an id that lost its leading zeros gets them back."""
    if units is None:
        return unit_id
    width = int(units.index.str.len().max()) if len(units) else 0
    padded = unit_id.str.zfill(width).where(unit_id != "", "")
    is_known, is_padded = unit_id.isin(units.index), padded.isin(units.index)
    return unit_id.where(is_known, padded.where(is_padded, ""))


def _by_postcode(
    postcode: pd.Series, gazetteer: Gazetteer, units: gpd.GeoDataFrame
) -> pd.Series:
    codes = postcode[postcode != ""].drop_duplicates()
    padded = codes.where(codes.str.len() != 4, "0" + codes)
    centres = gazetteer.postcodes.reindex(padded)
    centres.index = pd.Index(codes)
    centres = centres.dropna()
    unit_by_code = join_units(centres, units).dropna().to_dict()
    return postcode.map(unit_by_code).astype("str").fillna("")


def _by_name(name: pd.Series, region: pd.Series, units: gpd.GeoDataFrame) -> pd.Series:
    """Find units by name and region; a name that two units have finds none."""

    def key(names: pd.Series, regions: pd.Series) -> pd.Series:
        plain = name_key(names).str.replace(_COUNTY_WORDS, "", regex=True)
        return (plain + "|" + regions.fillna("").str.casefold()).where(names != "", "")

    country = pd.Series("US", index=region.index, dtype="str")
    area_key = key(name, region_codes(region, country))
    ours = key(units["name"].fillna(""), units["region"])
    alone = ours[~ours.duplicated(keep=False)]
    unit_by_key = dict(zip(alone, alone.index, strict=True))
    return area_key.map(unit_by_key).astype("str").fillna("")


MARKET_RULES = KindRules(
    schema=MARKET,
    required=("value",),
    one_of=(("unit_id",), ("postcode",), ("name", "region")),
    read=_read_market,
)
