"""Travel between places: the matrix, who may provide it, and the crow-fly estimate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt

from planner.core.errors import InputError, ParamsError
from planner.core.units import M_PER_KM, S_PER_MIN
from planner.geography.distance import haversine_m

_S_PER_HOUR = 3600.0

IntMatrix = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class TravelMatrix:
    """
    Seconds and metres from each place to each other one.

    Parameters
    ----------
    duration_s : shape (n_places, n_places)
        Door to door, parking included; zero on the diagonal.
    distance_m : shape (n_places, n_places)
        Along the road.
    label
        How the numbers came about, for screens: ``estimated``, ``road network``.
    """

    duration_s: IntMatrix
    distance_m: IntMatrix
    label: str = "estimated"

    def __post_init__(self) -> None:
        shape = self.duration_s.shape
        if len(shape) != 2 or shape[0] != shape[1] or self.distance_m.shape != shape:
            raise InputError(
                "travel times and distances must be square and alike, "
                f"got {shape} and {self.distance_m.shape}"
            )


class TravelProvider(Protocol):
    """Whoever can tell travel between places."""

    def matrix(self, lat: npt.ArrayLike, lon: npt.ArrayLike) -> TravelMatrix:
        """Return the travel between all pairs of places, in their order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowFlyProvider:
    """
    Estimate travel from straight lines; needs no road data.

    Parameters
    ----------
    detour
        Road length ÷ straight line.
    bands
        Pairs of (road km up to which it holds, km/h): the first kilometres of a trip
        are slow streets, the later ones faster roads. The last band holds beyond.
    parking_min
        Minutes added to each trip, none between accounts at one place.

    Notes
    -----
    Each kilometre is driven at the speed of the band it lies in, so a longer trip never
    takes less time and a detour over a third place never saves any (a concave function
    of a metric). Source of the detour: Newell (1980) about 1.2, O'Sullivan (1996)
    1.21-1.23; 1.33 measured on an OpenStreetMap road network. Speeds are assumptions.
    """

    detour: float = 1.3
    bands: Sequence[tuple[float, float]] = (
        (5.0, 28.0),
        (20.0, 48.0),
        (60.0, 70.0),
        (float("inf"), 95.0),
    )
    parking_min: float = 2.0

    def __post_init__(self) -> None:
        if not 1 <= self.detour <= 5:
            raise ParamsError(f"detour must lie in [1, 5], got {self.detour}")
        if self.parking_min < 0:
            raise ParamsError(f"parking_min must be ≥ 0, got {self.parking_min}")
        if not self.bands or any(speed <= 0 for _, speed in self.bands):
            raise ParamsError(f"each band needs a speed > 0, got {self.bands}")
        if any(near >= far for (near, _), (far, _) in pairwise(self.bands)):
            raise ParamsError(f"bands must be in order of distance, got {self.bands}")

    def matrix(self, lat: npt.ArrayLike, lon: npt.ArrayLike) -> TravelMatrix:
        """
        Estimate the travel between all pairs of places.

        Parameters
        ----------
        lat, lon : shape (n_places,)
            Degrees.

        Raises
        ------
        InputError
            If the coordinates do not pair up, are missing or are no degrees.
        """
        lat_deg, lon_deg = _checked(lat, lon)
        straight_m = haversine_m(
            lat_deg[:, None], lon_deg[:, None], lat_deg[None, :], lon_deg[None, :]
        )
        road_m = straight_m * self.detour
        duration_s = np.ceil(self._driving_s(road_m))
        return TravelMatrix(
            duration_s.astype(np.int64), road_m.round().astype(np.int64)
        )

    def minutes(self, straight_km: npt.ArrayLike) -> FloatArray:
        """Estimate the minutes of one-way trips from their straight kilometres."""
        road_m = np.asarray(straight_km, dtype=float) * M_PER_KM * self.detour
        return np.asarray(self._driving_s(road_m) / S_PER_MIN, dtype=float)

    def _driving_s(self, road_m: FloatArray) -> FloatArray:
        """Sum each band's stretch at its speed, and add parking where one moves."""
        total_s = np.where(road_m > 0, self.parking_min * S_PER_MIN, 0.0)
        start_m = 0.0
        for index, (end_km, speed_kmh) in enumerate(self.bands):
            is_last = index == len(self.bands) - 1
            end_m = np.inf if is_last else end_km * M_PER_KM
            stretch_m = np.clip(road_m - start_m, 0.0, end_m - start_m)
            total_s += stretch_m * (_S_PER_HOUR / M_PER_KM / speed_kmh)
            start_m = end_m
        return total_s


def _checked(lat: npt.ArrayLike, lon: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Bring coordinates to arrays and refuse what is none."""
    lat_deg = np.asarray(lat, dtype=np.float64)
    lon_deg = np.asarray(lon, dtype=np.float64)
    if lat_deg.ndim != 1 or lat_deg.shape != lon_deg.shape:
        raise InputError(
            f"lat and lon must be lists of one length, got {lat_deg.shape} "
            f"and {lon_deg.shape}"
        )
    is_bad = ~((np.abs(lat_deg) <= 90) & (np.abs(lon_deg) <= 180))
    if is_bad.any():
        row = int(np.flatnonzero(is_bad)[0])
        raise InputError(
            f"place {row + 1} has lat {lat_deg[row]}, lon {lon_deg[row]}: "
            "must lie in [-90, 90] and [-180, 180]"
        )
    return lat_deg, lon_deg
