"""Classes of numbers and names: how many, where they part, in which colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from planner.core.formats import Formats
from planner.geography.colours import (
    DEVIATION,
    GREY,
    IRIDESCENT,
    TERRITORY,
    VISIT_COLOURS,
    VISIT_LABELS,
    VISIT_LIMITS,
    along,
)
from planner.ui.components.planmap import NONE

NO_SEGMENT, OTHER = "No segment", "Other"
SCORE_BANDS = ((80, "80–100"), (60, "60–79"), (40, "40–59"), (20, "20–39"), (0, "0–19"))
# One hue, light to dark; the same sequence the visit bands use, read backwards.
SCORE_STOPS = ("#DDECBF", "#8DCBE4", "#7EB2E4", "#9D7DB2", "#805770")
NEVER = np.inf  # days since a visit that never was
QUANTILES = (0.25, 0.5, 0.75)  # of amounts, of accounts and of units each
LEAST_RATIO = 1.25  # between two edges of amounts: nearer ones say the same


@dataclass(frozen=True, kw_only=True)
class Scale:
    """
    Classes in the order of the legend.

    Parameters
    ----------
    title
        What the classes are of.
    labels, colours
        Of each class.
    of
        What the classes are made of, as of `simulated.signed`.
    """

    title: str
    labels: tuple[str, ...]
    colours: tuple[str, ...]
    of: tuple[str, ...] = ()


LAST_VISIT = Scale(
    title="Last visit",
    labels=VISIT_LABELS,
    colours=VISIT_COLOURS,
    of=("last_visit_on",),
)
SCORE = Scale(
    title="Score",
    labels=tuple(label for _, label in SCORE_BANDS),
    colours=tuple(
        along(SCORE_STOPS, 1 - place / (len(SCORE_BANDS) - 1))
        for place in range(len(SCORE_BANDS))
    ),
    of=("score",),
)


def visit_codes(days: np.ndarray) -> np.ndarray:
    """Class of `LAST_VISIT` by days since the visit; `NEVER` and NaN: never."""
    codes = np.searchsorted(VISIT_LIMITS, days, side="left")
    return np.where(np.isfinite(days), codes, len(VISIT_LABELS) - 1).astype("u2")


def score_codes(score: np.ndarray) -> np.ndarray:
    """Class of `SCORE`; NaN: none."""
    lows = [low for low, _ in SCORE_BANDS[:-1]]
    codes = len(lows) - np.searchsorted(lows[::-1], score, side="right")
    return np.where(np.isnan(score), NONE, codes).astype("u2")


def segments(accounts: pd.DataFrame) -> tuple[Scale, np.ndarray]:
    """
    Class accounts by segment, the one with most potential first; eight at most.

    Parameters
    ----------
    accounts
        With `segment` and `potential_minor`.

    Returns
    -------
    The scale, and its class by account.
    """
    places, names = pd.factorize(accounts["segment"].astype("str"))
    names = np.append(np.asarray(names, dtype=object), NO_SEGMENT)
    is_named = np.array([bool(name) for name in names[:-1]] + [False])
    potential = np.bincount(
        places + 1, number(accounts["potential_minor"], 0.0), minlength=len(names)
    )[1:]
    ranked = [i for i in np.argsort(-potential, kind="stable") if is_named[i]]
    own = ranked if len(ranked) <= len(TERRITORY) else ranked[: len(TERRITORY) - 1]
    labels = [str(names[i]) for i in own]
    if len(ranked) > len(own):
        labels.append(OTHER)
    code_of = np.where(is_named, len(own), len(labels))  # the rest: other, or none
    code_of[own] = range(len(own))
    codes = code_of[places].astype("u2")  # a missing one is −1: the last
    rest = [NO_SEGMENT] if (codes == len(labels)).any() else []
    scale = Scale(
        title="Segment",
        labels=(*labels, *rest),
        colours=(*TERRITORY[: len(labels)], *([GREY] if rest else [])),
        of=("segment",),
    )
    return scale, codes


def amounts(
    title: str, fmt: Formats, *values: np.ndarray
) -> tuple[Scale, tuple[np.ndarray, ...]]:
    """
    Class amounts of money, each set by its own quartiles on one common scale.

    Parameters
    ----------
    title
        What they are of.
    fmt
        How amounts are written.
    values
        Sets of amounts in minor units, such as of accounts and of units; NaN: none.

    Returns
    -------
    The scale, light to dark, and the classes by set.
    """
    positive = [some[np.isfinite(some) & (some > 0)] for some in values]
    parts = [np.quantile(some, QUANTILES) for some in positive if some.size]
    edges: list[float] = []
    for edge in np.sort(_rounded(np.concatenate(parts))) if parts else ():
        if not edges or edge >= edges[-1] * LEAST_RATIO:
            edges.append(float(edge))
    labels = _between([fmt.money_short(edge) for edge in edges])
    scale = Scale(title=title, labels=labels, colours=ramp(len(labels)))
    codes = tuple(
        np.where(np.isnan(some), NONE, np.searchsorted(edges, some, side="right"))
        for some in values
    )
    return scale, tuple(some.astype("u2") for some in codes)


def deviations(
    title: str, fmt: Formats, shares: np.ndarray, tolerance: float
) -> tuple[Scale, np.ndarray]:
    """
    Class signed deviations around zero: within half the tolerance, all of it, twice.

    Parameters
    ----------
    title
        What they are from.
    fmt
        How shares are written.
    shares : shape (n,)
        Of what is wanted; NaN: none.
    tolerance
        Share.

    Returns
    -------
    The scale, blue below and orange above, and the class of each.
    """
    limits = np.array([-2, -1, -0.5, 0.5, 1, 2]) * tolerance
    digits = 0 if round(tolerance * 50, 6).is_integer() else 1
    texts = [fmt.signed(limit * 100, digits) for limit in limits]
    scale = Scale(
        title=title,
        labels=(
            f"below {texts[0]} %",
            *(f"{low} to {high} %" for low, high in pairwise(texts)),
            f"above {texts[-1]} %",
        ),
        colours=tuple(along(DEVIATION, place / 6) for place in range(7)),
    )
    codes = np.searchsorted(limits, shares, side="right")
    return scale, np.where(np.isnan(shares), NONE, codes).astype("u2")


def ramp(n_classes: int) -> tuple[str, ...]:
    """Colours from light to dark; dark stays light enough for a label's halo."""
    last = len(IRIDESCENT) - 2
    return tuple(
        along(IRIDESCENT[: last + 1], place / max(1, n_classes - 1))
        for place in range(n_classes)
    )


def number(values: pd.Series, missing: float = np.nan) -> np.ndarray:
    """Turn a column into floats; missing ones into `missing`."""
    return values.to_numpy(dtype=float, na_value=missing)


def _rounded(values: np.ndarray) -> np.ndarray:
    """Round to what people say: one or two digits, then noughts."""
    size = 10.0 ** np.floor(np.log10(values))
    lead = values / size
    step = np.where(lead < 2, 0.1, np.where(lead < 5, 0.5, 1.0))
    return np.round(lead / step) * step * size


def _between(edges: Sequence[str]) -> tuple[str, ...]:
    if not edges:
        return ("all",)
    middle = [f"{low} – {high}" for low, high in pairwise(edges)]
    return (f"under {edges[0]}", *middle, f"from {edges[-1]}")
