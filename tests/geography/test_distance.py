"""Working CRS, projection and distances."""

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS
from shapely.geometry import MultiPolygon, box

from planner.core.errors import CrsError, InputError
from planner.geography.distance import haversine_m, places_km, project, working_crs


def test_lower_48_uses_albers():
    assert working_crs([-87.6, -83.0], [41.9, 39.9]).to_epsg() == 5070


def test_antimeridian_does_not_tear_the_projection():
    """Two places a degree apart across 180° stay some 111 km apart."""
    lon, lat = [179.5, -179.5], [0.0, 0.0]
    x_m, y_m = project(lon, lat, working_crs(lon, lat))
    assert np.hypot(x_m[0] - x_m[1], y_m[0] - y_m[1]) == pytest.approx(
        111_319, rel=0.002
    )


def test_projected_distance_is_near_the_great_circle():
    lon, lat = [10.0, 12.0], [50.0, 51.0]
    x_m, y_m = project(lon, lat, working_crs(lon, lat))
    straight = np.hypot(x_m[0] - x_m[1], y_m[0] - y_m[1])
    assert straight == pytest.approx(haversine_m(50, 10, 51, 12), rel=0.005)


def test_one_degree_of_the_equator():
    assert haversine_m(0, 0, 0, 1) == pytest.approx(111_195, rel=1e-4)


@pytest.mark.parametrize(("lon", "lat"), [(0.0, 91.0), (181.0, 0.0), (0.0, np.nan)])
def test_impossible_degrees_are_refused(lon, lat):
    with pytest.raises(CrsError, match="must lie in"):
        working_crs([lon], [lat])


def test_geographic_target_is_refused():
    with pytest.raises(CrsError, match="metres"):
        project([0.0], [0.0], CRS.from_epsg(4326))


def test_place_of_a_unit_across_the_antimeridian_lies_in_it():
    """A planar centroid would lie on the other side of the globe."""
    parts = MultiPolygon([box(178, 51, 180, 52), box(-180, 51, -179, 52)])
    units = gpd.GeoDataFrame(
        geometry=[parts, box(-179, 51, -178, 52)], index=["far", "near"], crs=4326
    )
    places = places_km(units)
    apart = np.hypot(*(places.loc["far"] - places.loc["near"]))
    assert apart < 300


def test_projected_units_are_refused():
    units = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], index=["a"], crs=5070)
    with pytest.raises(CrsError, match="EPSG:4326"):
        places_km(units)


def test_unit_without_shape_is_named():
    units = gpd.GeoDataFrame(
        geometry=[box(0, 0, 1, 1), None], index=["a", "hollow"], crs=4326
    )
    with pytest.raises(InputError, match="hollow"):
        places_km(units)
