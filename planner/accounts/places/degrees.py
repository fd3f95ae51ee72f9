"""Where rows lie: latitude and longitude, from two columns or from one."""

from __future__ import annotations

import pandas as pd

from planner.accounts.reading.cells import CellReader
from planner.accounts.reading.values.coordinates import from_0_to_360, read_pairs

COORDINATES = "coordinates"  # both in one column


def read_degrees(cells: CellReader) -> tuple[pd.Series, pd.Series]:
    """
    Read the coordinates of each row.

    Parameters
    ----------
    cells
        Reader of the table; its log takes a warning for each cell that is none.

    Returns
    -------
    lat, lon : shape (n_rows,)
        Degrees, NaN where there are none; longitudes from 0 to 360 counted from -180.
    """
    lat, lon = cells.angle("lat", "NS"), cells.angle("lon", "EW")
    if cells.has(COORDINATES):
        given = cells.raw_cells(COORDINATES)
        places = read_pairs(given)
        column = cells.mapping[COORDINATES]
        cells.log.rows(
            "bad_coordinates",
            "warn",
            given[places.is_bad],
            "{value} is no place such as 41.88,-87.63 or POINT (-87.63 41.88); "
            "give lat and lon",
            column=column,
        )
        is_open = lat.isna() & lon.isna()
        lat, lon = lat.where(~is_open, places.lat), lon.where(~is_open, places.lon)
    if from_0_to_360(lon):
        cells.log.file(
            "longitudes_to_360",
            "notice",
            "longitudes count from 0 to 360 degrees east; those above 180 were taken "
            "as west",
            column=cells.mapping.get("lon", cells.mapping.get(COORDINATES, "")),
        )
        lon = lon.where(lon <= 180, lon - 360)
    return lat, lon
