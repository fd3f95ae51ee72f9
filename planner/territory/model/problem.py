"""The balancing problem as arrays, the form all stages of the solver read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.geography.adjacency import edge_pairs
from planner.territory.model.instance import Instance
from planner.territory.model.limits import importance_of, limits_of
from planner.territory.model.params import BalanceParams
from planner.territory.model.rules import (
    checked_moves,
    checked_targets,
    fixed_loads_of,
    pair_rows,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOWHERE = -1  # a unit without territory
_GRAIN_ROUNDING = 1e-9  # of a limit counted in grains
_LEAST_LOAD = 0.001  # of the target: what limits are eased to at most
_MOST_WHOLE = 1e12  # beyond it floats are no reliable whole numbers
_LEAST_PULL = 0.01  # of the mean weight: keeps empty units near their territory


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """
    Units, measures, neighbours and fixed decisions by row number.

    Parameters
    ----------
    unit_ids, territory_ids
        Names by number.
    xy : shape (n_units, 2)
        Kilometres in a plane.
    weight : shape (n_units,)
        First measure: what travel is weighted by.
    pull : shape (n_units,)
        The weight the search uses: like `weight`, but never zero.
    share : shape (n_units, n_balanced)
        Balanced measures as shares of the ideal of one territory.
    target : shape (n_territories, n_balanced)
        Wanted load of each territory, in the same unit: ones for equal shares.
    low, high : shape (n_territories, n_balanced)
        Least and most of load ÷ target that are allowed; 0 and infinity for no limit.
    importance : shape (n_balanced,)
        What excess counts: 1, or less where other measures are kept first.
    grain : shape (n_balanced,)
        Every share is a whole multiple of this, in the same unit; 0: not known.
    indptr, indices
        Neighbours: those of unit u are ``indices[indptr[u]:indptr[u + 1]]``.
    current, locked : shape (n_units,)
        Territory today and territory that must stay, `NOWHERE` for none.
    is_given_up : shape (n_units,)
        Whether the unit's territory of today is none of those to make.
    centres : shape (n_territories, 2)
        Fixed centres; None: the weighted centroid of each territory.
    is_contiguous
        Whether territories must hang together.
    move_cost : shape (n_units,)
        Cost of leaving the territory of today; None: 1 each.
    move_size : shape (n_units,)
        What leaving counts towards a limit of moves; None: 1 each.
    forbidden_pairs : shape (n_pairs, 2)
        Units that must not share a territory.
    """

    unit_ids: pd.Index
    territory_ids: tuple[str, ...]
    xy: Floats
    weight: Floats
    pull: Floats
    share: Floats
    target: Floats
    low: Floats
    high: Floats
    importance: Floats
    grain: Floats
    indptr: Ints
    indices: Ints
    current: Ints
    locked: Ints
    is_given_up: NDArray[np.bool_]
    centres: Floats | None
    is_contiguous: bool
    move_cost: Floats | None = None
    move_size: Floats | None = None
    forbidden_pairs: Ints = field(
        default_factory=lambda: np.empty((0, 2), dtype=np.int64)
    )

    @property
    def n_units(self) -> int:
        """Number of units."""
        return len(self.xy)

    @property
    def n_territories(self) -> int:
        """Number of territories."""
        return len(self.territory_ids)

    @property
    def pairs(self) -> Ints:
        """Neighbouring units, each pair in both orders, shape (2 · n_edges, 2)."""
        tail = np.repeat(np.arange(self.n_units), np.diff(self.indptr))
        return np.column_stack([tail, self.indices])

    def loads(self, labels: Ints) -> Floats:
        """Sum the shares by territory, shape (n_territories, n_balanced)."""
        loads = np.zeros(self.target.shape)
        for m in range(self.share.shape[1]):
            loads[:, m] = np.bincount(labels, self.share[:, m], self.n_territories)
        return loads

    def excess(self, labels: Ints) -> Floats:
        """Compute by how much each load ÷ target passes its limits, else 0."""
        load = self.loads(labels) / self.target
        return np.maximum(0.0, np.maximum(load - self.high, self.low - load))

    @property
    def least(self) -> Floats:
        """Least load of each territory that keeps the limits, in whole grains."""
        return self._window[0]

    @property
    def most(self) -> Floats:
        """Most load of each territory: its limit in whole grains, or all there is."""
        return self._window[1]

    @cached_property
    def _window(self) -> tuple[Floats, Floats]:
        """
        Limits of loads, tightened to multiples of the grain: no other load can occur.

        Where units weigh much a bound needs this: of customers alike, 25 to a
        territory, 5 % means 24 to 26. Where no multiple lies inside, limits stay.
        """
        least = self.low * self.target
        most = np.minimum(self.high * self.target, self.share.sum(axis=0))
        if not self.grain.any():
            return least, most
        grain = np.where(self.grain > 0, self.grain, 1.0)
        number = np.array([least, most]) / grain
        slack = _GRAIN_ROUNDING * np.maximum(1.0, number)
        up, down = np.ceil((number - slack)[0]), np.floor((number + slack)[1])
        is_tight = (self.grain > 0) & (up <= down).all(axis=0)
        return (
            np.where(is_tight, up * grain, least),
            np.where(is_tight, down * grain, most),
        )

    @property
    def middle(self) -> Floats:
        """Load ÷ target from which limits are eased: 1 wherever they allow it."""
        is_inside = (self.low < 1) & (self.high > 1)
        between = np.where(
            np.isinf(self.high), 2 * self.low, (self.low + self.high) / 2
        )
        return np.where(is_inside, 1.0, between)

    def ratios(self, labels: Ints) -> Floats:
        """Compute each deviation in tolerances: 1 and less keeps them."""
        away = self.loads(labels) / self.target - self.middle
        room = np.where(away > 0, self.high, self.low) - self.middle
        is_limited = (away > 0) | (self.low > 0)
        return np.asarray(np.where(is_limited, away / room, 0.0))

    def ratio(self, labels: Ints) -> float:
        """Compute the largest deviation in tolerances."""
        return float(self.ratios(labels).max(initial=0.0))

    def of_measures(self, is_chosen: NDArray[np.bool_]) -> Problem:
        """Leave out the balanced measures that are not marked, shape (n_balanced,)."""
        return replace(
            self,
            share=np.ascontiguousarray(self.share[:, is_chosen]),
            target=np.ascontiguousarray(self.target[:, is_chosen]),
            low=np.ascontiguousarray(self.low[:, is_chosen]),
            high=np.ascontiguousarray(self.high[:, is_chosen]),
            importance=self.importance[is_chosen],
            grain=self.grain[is_chosen],
        )

    def eased(self, multiple: float) -> Problem:
        """
        Widen all limits, or narrow them.

        Parameters
        ----------
        multiple
            Of their distance from `middle`; what has no limit keeps none.
        """
        low = self.middle - multiple * (self.middle - self.low)
        with np.errstate(invalid="ignore"):  # 0 · infinity
            high = self.middle + multiple * (self.high - self.middle)
        return replace(
            self,
            low=np.maximum(low, np.minimum(self.low, _LEAST_LOAD)),
            high=np.where(np.isinf(self.high), np.inf, high),
        )

    def centres_of(self, labels: Ints, weight: Floats | None = None) -> Floats:
        """Find the centres, fixed or weighted centroids, (n_territories, 2)."""
        if self.centres is not None:
            return self.centres
        used = self.weight if weight is None else weight
        total = np.bincount(labels, used, self.n_territories)
        used = np.where(total[labels] > 0, used, 1.0)
        total = np.bincount(labels, used, self.n_territories)
        sums = [
            np.bincount(labels, used * self.xy[:, axis], self.n_territories)
            for axis in (0, 1)
        ]
        return np.column_stack(sums) / np.maximum(total, 1e-300)[:, None]

    def travel(self, labels: Ints) -> float:
        """Sum weight · km² to the centres: the objective."""
        away = self.xy - self.centres_of(labels)[labels]
        return float(self.weight @ (away**2).sum(axis=1))

    def is_moved(self, labels: Ints) -> NDArray[np.bool_]:
        """Tell which units leave the territory they have today."""
        is_away = (self.current != NOWHERE) & (labels != self.current)
        return np.asarray(is_away | self.is_given_up)

    def n_moved(self, labels: Ints) -> int:
        """Count the units that leave the territory they have today."""
        return int(self.is_moved(labels).sum())

    def cost_of_moves(self, labels: Ints) -> float:
        """Sum what leaving the territory of today costs."""
        moved = self.is_moved(labels)
        return float(
            moved.sum() if self.move_cost is None else self.move_cost[moved].sum()
        )

    def size_of_moves(self, labels: Ints) -> float:
        """Sum what counts towards a limit of moves."""
        moved = self.is_moved(labels)
        return float(
            moved.sum() if self.move_size is None else self.move_size[moved].sum()
        )

    def n_separations_violated(self, labels: Ints) -> int:
        """Count the pairs that share a territory though they must not."""
        return int(
            (
                labels[self.forbidden_pairs[:, 0]] == labels[self.forbidden_pairs[:, 1]]
            ).sum()
        )


def build_problem(
    instance: Instance, params: BalanceParams, territory_ids: tuple[str, ...]
) -> Problem:
    """
    Turn a checked request into arrays.

    Parameters
    ----------
    instance
        What is to be balanced; on its edges every unit reaches every other. Groups and
        barriers are not for here.
    params
        What is asked.
    territory_ids
        Names of the territories to make.

    Returns
    -------
    The problem; a territory of today that is not to be made is `NOWHERE`.
    """
    units, rules = instance.units, instance.rules
    current, centres = instance.current, instance.centres
    pairs = edge_pairs(instance.neighbours, units.index)
    indptr, indices = _neighbours(pairs, len(units))
    weight = units[params.measures[0].column].to_numpy(dtype=float)
    columns = [measure.column for measure in params.balanced]
    values = units[columns].to_numpy(dtype=float)
    today = np.full(len(units), NOWHERE, dtype=np.int64)
    lost = np.zeros(len(units), dtype=bool)
    if current is not None:
        today = pd.Index(territory_ids).get_indexer(current).astype(np.int64)
        lost = (today == NOWHERE) & current.notna().to_numpy()
    target = checked_targets(rules, territory_ids, columns)
    fixed_load = fixed_loads_of(rules, territory_ids, columns)
    low, high = limits_of(params.balanced, values.sum(axis=0), target, fixed_load)
    stays = np.full(len(units), NOWHERE, dtype=np.int64)
    if instance.locked is not None:
        is_locked = instance.locked.to_numpy(dtype=bool)
        stays[is_locked] = today[is_locked]
    return Problem(
        unit_ids=units.index,
        territory_ids=territory_ids,
        xy=units[["x_km", "y_km"]].to_numpy(dtype=float),
        weight=weight,
        pull=np.maximum(weight, _LEAST_PULL * weight.mean()),
        share=np.ascontiguousarray(values / values.sum(axis=0) * len(territory_ids)),
        target=target,
        low=low,
        high=high,
        importance=importance_of(params.balanced),
        grain=_grains(values) / values.sum(axis=0) * len(territory_ids),
        indptr=indptr,
        indices=indices,
        current=today,
        locked=stays,
        is_given_up=lost,
        centres=None
        if centres is None
        else centres.loc[list(territory_ids), ["x_km", "y_km"]].to_numpy(dtype=float),
        is_contiguous=params.is_contiguous,
        move_cost=checked_moves(rules, units.index, "move_cost"),
        move_size=checked_moves(rules, units.index, "move_size"),
        forbidden_pairs=pair_rows(rules.apart, units.index, "forbidden_pair"),
    )


def _grains(values: Floats) -> Floats:
    """Find the largest number that divides all values of a measure; 0: not whole."""
    grains = np.zeros(values.shape[1])
    for m, column in enumerate(values.T):
        if column.max(initial=0.0) < _MOST_WHOLE and (column == np.rint(column)).all():
            grains[m] = np.gcd.reduce(column.astype(np.int64))
    return grains


def _neighbours(pairs: Ints, n_units: int) -> tuple[Ints, Ints]:
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    counts = np.bincount(both[:, 0], minlength=n_units)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return indptr, np.ascontiguousarray(both[:, 1], dtype=np.int64)
