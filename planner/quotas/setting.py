"""Quotas from a company target, by weights down the hierarchy, exact throughout."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from planner.core.errors import InputError, ParamsError
from planner.core.money import allocate_minor, round_ratio
from planner.core.schemas import QUOTAS, check
from planner.core.units import PPM
from planner.quotas.hierarchy import children_of, top_first

MONTHS = 12
EVEN_SEASON_PPM = tuple(allocate_minor(PPM, [1] * MONTHS))


@dataclass(frozen=True, slots=True)
class Equity:
    """
    How evenly quotas lie on the potential.

    Parameters
    ----------
    by_position : shape (n_reps, 4)
        `quota_minor`, `potential`, `quota_per_potential`, `deviation_share` (from the
        ratio of the sums), indexed by `position_id`.
    spread_ratio
        Largest ÷ smallest quota per potential; 1 is even.
    variation_share
        Standard deviation ÷ mean of quota per potential.
    gini
        Gini coefficient of quota per potential: 0 is even, 1 all on one.
    """

    by_position: pd.DataFrame
    spread_ratio: float
    variation_share: float
    gini: float


def split_top_down(
    target_minor: int,
    weight_by_position: Mapping[str, float],
    positions: pd.DataFrame,
    *,
    measure: str,
    year: int,
    currency: str,
    ramp_by_position: Mapping[str, float] | None = None,
    season_ppm: Sequence[int] | None = None,
    over_assignment_ppm: int = 0,
) -> pd.DataFrame:
    """
    Split a company target down the hierarchy by weight × ramp.

    Parameters
    ----------
    target_minor
        The year's target of the company.
    weight_by_position
        Of each rep position, ≥ 0: its potential, its sales or whatever is split by.
    positions
        POSITIONS frame; overlays take no part, their quota is set beside.
    measure, year, currency
        What the quota is of.
    ramp_by_position
        Share of a full quota a position can carry (0-1); absent ones carry it whole.
    season_ppm : shape (12,)
        Share of each month, summing to 1,000,000; None: even months.
    over_assignment_ppm
        How much more the reps under one superior carry together than the superior.
        It is applied at the lowest level only: a superior's own quota stays without.

    Returns
    -------
    QUOTAS frame with a row for the year and one for each month, by position.

    Raises
    ------
    InputError
        If a rep has no weight, all weights are zero, or the hierarchy has a circle.
    ParamsError
        If the season does not sum to the whole or a ramp lies outside 0-1.

    Notes
    -----
    At each level the parts are `allocate_minor` of the superior's quota, so they sum to
    it exactly (times 1 + over-assignment for reps). A month of a superior is the sum of
    the months below; where over-assignment makes that too much, it is the superior's
    own year times the season.
    """
    season = _season(season_ppm)
    if over_assignment_ppm < 0:
        raise ParamsError(
            f"over_assignment_ppm must be at least 0, got {over_assignment_ppm}"
        )
    children = children_of(positions)
    reps = positions.index[positions["role"].eq("rep")]
    weight = _weights(reps, weight_by_position, ramp_by_position or {})
    total = {
        name: _summed(name, children, weight)
        for name in top_first(children[""], children)
    }
    year_minor: dict[str, int] = {}
    roots = [name for name in children[""] if total[name] is not None]
    _hand_down(int(target_minor), roots, total, year_minor)
    for name in top_first(roots, children):
        below = [child for child in children.get(name, []) if total[child] is not None]
        field = [child for child in below if child in weight]
        share = PPM + (over_assignment_ppm if len(field) == len(below) else 0)
        if below:
            _hand_down(
                round_ratio(year_minor[name] * share, PPM), below, total, year_minor
            )
    months = _months(roots, children, year_minor, season)
    return _as_quotas(year_minor, months, measure, year, currency)


def equity(quota_minor: pd.Series, potential: pd.Series) -> Equity:
    """
    Read how evenly quotas lie on the potential.

    Parameters
    ----------
    quota_minor, potential
        Of one year by position; positions without potential above 0 are left out.

    Raises
    ------
    InputError
        If no position has both a quota and a potential above zero.

    Notes
    -----
    Gini: Σ (2 i − n − 1) r_i ÷ (n Σ r) over the n ratios r in ascending order.
    """
    frame = pd.DataFrame(
        {"quota_minor": quota_minor.astype("int64"), "potential": potential}
    )
    frame = frame.astype({"potential": float})
    frame = frame[frame["potential"] > 0].dropna()
    if frame.empty:
        raise InputError("no position has both a quota and a potential above 0")
    ratio = frame["quota_minor"] / frame["potential"]
    whole = frame["quota_minor"].sum() / frame["potential"].sum()
    frame["quota_per_potential"] = ratio
    frame["deviation_share"] = ratio / whole - 1 if whole else 0.0
    smallest, total = ratio.min(), float(ratio.sum())
    rank = 2 * np.arange(1, len(ratio) + 1) - len(ratio) - 1
    ordered = np.sort(ratio.to_numpy(dtype=float))
    return Equity(
        by_position=frame,
        spread_ratio=float(ratio.max() / smallest) if smallest > 0 else float("inf"),
        variation_share=float(ratio.std(ddof=0) / ratio.mean()) if total else 0.0,
        gini=float(rank @ ordered) / (len(ratio) * total) if total else 0.0,
    )


def _season(season_ppm: Sequence[int] | None) -> tuple[int, ...]:
    season = EVEN_SEASON_PPM if season_ppm is None else tuple(season_ppm)
    if len(season) != MONTHS or sum(season) != PPM or min(season) < 0:
        raise ParamsError(
            f"season_ppm must be 12 shares ≥ 0 summing to {PPM:,}, got {season}"
        )
    return season


def _weights(
    reps: pd.Index,
    weight_by_position: Mapping[str, float],
    ramp_by_position: Mapping[str, float],
) -> dict[str, Fraction]:
    weight = {}
    for name in reps:
        if name not in weight_by_position:
            raise InputError(f"position {name} has no weight to set its quota by")
        ramp = ramp_by_position.get(name, 1.0)
        if not 0 <= ramp <= 1:
            raise ParamsError(f"ramp of {name} must lie in [0, 1], got {ramp}")
        # str keeps 0.1 a tenth; the exact binary value would be noise in the shares
        potential = Fraction(str(weight_by_position[name]))
        if potential < 0:
            raise InputError(f"weight of {name} must be at least 0, got {potential}")
        weight[str(name)] = potential * Fraction(str(ramp))
    return weight


def _summed(
    name: str, children: Mapping[str, list[str]], weight: Mapping[str, Fraction]
) -> Fraction | None:
    """Sum the weights of the reps at and under a position; None: there is no rep."""
    below = [_summed(child, children, weight) for child in children.get(name, [])]
    weights = [part for part in [weight.get(name), *below] if part is not None]
    return sum(weights, Fraction(0)) if weights else None


def _hand_down(
    amount_minor: int,
    names: Sequence[str],
    total: Mapping[str, Fraction | None],
    year_minor: dict[str, int],
) -> None:
    """Split one amount over positions of one level, exactly."""
    shares = [total[name] or Fraction(0) for name in names]
    if not any(shares):
        if amount_minor:
            positions = ", ".join(names[:5]) or "the company"
            raise InputError(f"{positions}: weight × ramp is 0, nothing to split by")
        year_minor.update(dict.fromkeys(names, 0))
        return
    # over a common denominator the weights are whole numbers, so nothing is lost
    scale = math.lcm(*(share.denominator for share in shares))
    parts = allocate_minor(amount_minor, [int(share * scale) for share in shares])
    year_minor.update(zip(names, parts, strict=True))


def _months(
    roots: list[str],
    children: Mapping[str, list[str]],
    year_minor: Mapping[str, int],
    season: tuple[int, ...],
) -> dict[str, list[int]]:
    """Spread each year over its months, from the bottom up."""
    months: dict[str, list[int]] = {}
    for name in reversed(top_first(roots, children)):
        if name not in year_minor:
            continue
        below = [months[child] for child in children.get(name, []) if child in months]
        summed = [sum(parts) for parts in zip(*below, strict=True)]
        fits = summed and sum(summed) == year_minor[name]
        months[name] = summed if fits else allocate_minor(year_minor[name], season)
    return months


def _as_quotas(
    year_minor: Mapping[str, int],
    months: Mapping[str, list[int]],
    measure: str,
    year: int,
    currency: str,
) -> pd.DataFrame:
    rows = []
    for name in sorted(year_minor):
        rows.append((name, str(year), year_minor[name]))
        rows += [
            (name, f"{year}-{number:02d}", amount)
            for number, amount in enumerate(months[name], start=1)
        ]
    frame = pd.DataFrame(rows, columns=["position_id", "period", "amount_minor"])
    frame["measure"] = measure
    frame["currency"] = currency
    return check(frame[list(QUOTAS.columns)], QUOTAS)
