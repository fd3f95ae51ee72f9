"""Which places a closed line goes around, however often it crosses itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from planner.core.errors import InputError

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

MOST_COMPARISONS = 500_000_000  # of a place with an edge: about a second
_BLOCK = 16_384  # places compared at once: they stay in the processor's cache


def enclosed(x: Floats, y: Floats, ring: Floats) -> Bools:
    """
    Find the places that a closed line goes around (winding number not zero).

    Parameters
    ----------
    x, y : shape (n,)
        The places; NaN: nowhere.
    ring : shape (n_vertices, 2)
        (x, y) of the line; its last vertex is joined to its first.

    Returns
    -------
    shape (n,)
        Places on the line itself are not enclosed.

    Raises
    ------
    InputError
        If the line runs to and fro over so many places that it would take long.

    Notes
    -----
    Counts the edges that a ray from the place to the east crosses, those going up as
    +1 and those going down as -1 (Sunday 2001, "Inclusion of a point in a polygon").
    The places are sorted by `y` once, so an edge is compared with those of its own
    height only. NumPy lets other threads run during each comparison.
    """
    n_places = len(x)
    low, high = ring.min(axis=0), ring.max(axis=0)
    near = np.flatnonzero(
        (x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1])
    )
    near = near[np.argsort(y[near], kind="stable")]
    x, y = x[near], y[near]
    ends = np.roll(ring, -1, axis=0)
    is_flat = ends[:, 1] == ring[:, 1]
    is_on = np.isin(x + 1j * y, ring[:, 0] + 1j * ring[:, 1])
    for a, b in zip(ring[is_flat], ends[is_flat], strict=True):
        level = slice(*np.searchsorted(y, [a[1], np.nextafter(a[1], np.inf)]))
        is_on[level] |= (x[level] >= min(a[0], b[0])) & (x[level] <= max(a[0], b[0]))
    counts, is_on_edge = _crossings(x, y, ring[~is_flat], ends[~is_flat])
    result = np.zeros(n_places, dtype=bool)
    result[near] = (counts != 0) & ~is_on & ~is_on_edge
    return result


def _crossings(
    x: Floats, y: Floats, begins: Floats, ends: Floats
) -> tuple[NDArray[np.int32], Bools]:
    """Count the edges east of places sorted by `y`; tell which places lie on one."""
    is_up = ends[:, 1] > begins[:, 1]
    low = np.where(is_up[:, None], begins, ends)
    high = np.where(is_up[:, None], ends, begins)
    # Without its upper end: that is the lower end of the next edge, or a vertex alone.
    first, last = np.searchsorted(y, low[:, 1]), np.searchsorted(y, high[:, 1])
    if int((last - first).sum()) > MOST_COMPARISONS:
        raise InputError(
            f"the shape has {len(begins):,} points and runs to and fro over "
            f"{len(x):,} places; draw a simpler one"
        )
    edges = np.hstack([low, high - low]).tolist()
    tallies = [np.add if up else np.subtract for up in is_up]
    counts = np.zeros(len(x), dtype=np.int32)
    is_on = np.zeros(len(x), dtype=bool)
    room = np.empty((2, _BLOCK))
    for n, span in _spans(first, last, len(x)):
        x_low, y_low, width, height = edges[n]
        rise, run = room[:, : span.stop - span.start]
        np.multiply(np.subtract(y[span], y_low, out=rise), width, out=rise)
        np.multiply(np.subtract(x[span], x_low, out=run), height, out=run)
        tallies[n](counts[span], rise > run, out=counts[span])
        is_on[span] |= rise == run
    return counts, is_on


def _spans(
    first: NDArray[np.intp], last: NDArray[np.intp], n: int
) -> Iterator[tuple[int, slice]]:
    """Pair each edge with the places of its height, block by block."""
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        edges = np.flatnonzero((first < stop) & (last > start))
        spans = zip(
            edges.tolist(),
            np.maximum(first[edges], start).tolist(),
            np.minimum(last[edges], stop).tolist(),
            strict=True,
        )
        for edge, begin, end in spans:
            yield edge, slice(begin, end)
