"""Classes of a crowd of points: sent whole once, then only what differs from that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.ui.components.planmap.layers import NONE, Layer, pack

CROWD = 20_000  # points: fewer are sent whole each time
MOST_DIFFERENT = 0.05  # of them; beyond, all are sent anew
NARROW_NONE = 255  # `NONE` in a single byte


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SentCodes:
    """
    Classes that the browser has.

    Parameters
    ----------
    codes : shape (n_points,)
        uint16.
    layer
        The block in which they were sent.
    """

    codes: np.ndarray
    layer: Layer

    def differing(self, codes: np.ndarray) -> np.ndarray:
        """Find the places where other codes differ from those sent."""
        return np.flatnonzero(self.codes != codes).astype("<u4")


def narrow(codes: np.ndarray) -> np.ndarray:
    """
    Write codes as they travel: one byte each where that is enough, else two.

    Parameters
    ----------
    codes : shape (n,)
        uint16, `NONE` for none.

    Returns
    -------
    shape (n,)
        uint8 with `NARROW_NONE` for none, or uint16.
    """
    is_none = codes == NONE
    if np.all(is_none | (codes < NARROW_NONE)):
        return np.where(is_none, NARROW_NONE, codes).astype("u1")
    return codes.astype("<u2")


def sent_codes(codes: np.ndarray | None, last: SentCodes | None) -> SentCodes | None:
    """
    Choose what the codes of points are told against.

    Parameters
    ----------
    codes : shape (n_points,)
        As they are now; None: no classes.
    last
        What the browser was sent before; None: nothing.

    Returns
    -------
    The same as long as little differs, so that Streamlit does not send it again; None
    for points too few to be worth it.
    """
    if codes is None or len(codes) < CROWD:
        return None
    if (
        last is not None
        and len(last.codes) == len(codes)
        and len(last.differing(codes)) <= MOST_DIFFERENT * len(codes)
    ):
        return last
    layer = pack(pd.Index([]), {"kind": "codes"}, {"codes": narrow(codes)})
    return SentCodes(codes=codes, layer=layer)
