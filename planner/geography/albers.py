"""The equal-area projection of static maps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Project = Callable[[np.ndarray], np.ndarray]


def fit_albers(
    places: np.ndarray, width: float, height: float, margin: float
) -> Project:
    """
    Make a projection that fits places into a frame.

    Parameters
    ----------
    places : shape (n, 2)
        Longitude and latitude in degrees.
    width, height, margin
        The frame in pixels.

    Returns
    -------
    A function from degrees (n, 2) to pixels (n, 2), y downwards.

    Notes
    -----
    Albers' equal-area conic with standard parallels at one sixth and five sixths
    of the span. Source: Snyder (1987), USGS Professional Paper 1395, p. 100.
    """
    plane = albers(places)
    onto = plane(places)
    low, high = onto.min(axis=0), onto.max(axis=0)
    span = np.maximum(high - low, 1e-4)
    scale = min((width - 2 * margin) / span[0], (height - 2 * margin) / span[1])
    offset = np.array([width, height]) / 2 - scale * np.array(
        [(low + high)[0] / 2, -(low + high)[1] / 2]
    )

    def project(degrees: np.ndarray) -> np.ndarray:
        flat = plane(degrees)
        return np.column_stack([flat[:, 0] * scale, -flat[:, 1] * scale]) + offset

    return project


def albers(places: np.ndarray) -> Project:
    """Make Albers' projection of the unit sphere, centred on places in degrees."""
    west, south = places.min(axis=0)
    east, north = places.max(axis=0)
    middle = np.radians((west + east) / 2)
    span = north - south
    one = np.radians(south + span / 6)
    two = np.radians(north - span / 6)
    n = (np.sin(one) + np.sin(two)) / 2
    if abs(n) < 1e-3:  # around the equator the cone becomes a cylinder
        shrink = np.cos(np.radians((south + north) / 2))

        def flat(degrees: np.ndarray) -> np.ndarray:
            return np.column_stack(
                [
                    (np.radians(degrees[:, 0]) - middle) * shrink,
                    np.radians(degrees[:, 1]),
                ]
            )

        return flat
    c = np.cos(one) ** 2 + 2 * n * np.sin(one)

    def cone(degrees: np.ndarray) -> np.ndarray:
        theta = n * (np.radians(degrees[:, 0]) - middle)
        inside = np.maximum(c - 2 * n * np.sin(np.radians(degrees[:, 1])), 0)
        rho = np.sqrt(inside) / n
        return np.column_stack([rho * np.sin(theta), -rho * np.cos(theta)])

    return cone
