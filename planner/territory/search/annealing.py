"""
The inner loop of the search, compiled by numba.

A step takes a random border between two territories and weighs moving the unit on
one side across it, alone, with all that would lose its hold without it, or for a
unit of the other side. What a step is worth:

Δ = travel_scale · Δtravel + move_cost · Δmoved + a forbidding price · Δquarrels
    + Σ toll[k, m] · Δload[k, m] + over · Δexcess[k, m] + over_squared · Δexcess[k, m]²

where load is a share of its target and excess by how much it passes its limits, as
much as its measure counts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from planner.territory.search.deltas import (
    Scratch,
    carry,
    draw,
    hanging,
    is_taken,
    leaving,
    separations_violated,
    shift,
    stays_connected,
    strain,
    touches,
)

GROUP_SHARE = 0.03  # of the steps
SEPARATION_PRICE = (
    1e6  # price of a pair that must not share a territory: never worth it
)
SWAP_SHARE = 0.3


@njit(cache=True, error_model="numpy")
def _worth(
    here: int, there: int, n_group: int, world: Any, run: Any, scratch: Any, price: Any
) -> float:
    """Worth of moving the units in `scratch.group`; infinite where not allowed."""
    cost, size, violated = 0.0, 0.0, 0
    net = scratch.net
    net[:] = 0.0
    for place in range(n_group):
        unit = scratch.group[place]
        loss = leaving(unit, here, there, world)
        cost += loss * world.move_cost[unit]
        size += loss * world.move_size[unit]
        violated += separations_violated(unit, there, world, run)
        violated -= separations_violated(unit, here, world, run)
        for m in range(len(net)):
            net[m] += world.share[unit, m]
    if size > 0 and run.moved_size[0] + size > price.max_moved:
        return np.inf
    travel = shift(scratch.group, n_group, here, there, world, run)
    return (
        price.travel_scale * travel
        + price.move_cost * cost
        + SEPARATION_PRICE * violated
        + strain(here, there, net, world, run, price)
    )


@njit(cache=True, error_model="numpy")
def _move(
    unit: int, there: int, world: Any, run: Any, scratch: Any, price: Any
) -> None:
    """Move one unit if that is worth it and nothing falls apart."""
    here = run.label[unit]
    if run.count[here] <= 1:
        return
    scratch.group[0] = unit
    worth = _worth(here, there, 1, world, run, scratch, price)
    if not is_taken(worth, price, run.random):
        return
    if not world.is_contiguous or stays_connected(unit, world, run, scratch):
        carry(unit, here, there, world, run)


@njit(cache=True, error_model="numpy")
def _move_group(
    unit: int, there: int, world: Any, run: Any, scratch: Any, price: Any
) -> None:
    """Move a unit with all that would lose its hold without it."""
    here = run.label[unit]
    n_group = hanging(unit, world, run, scratch)
    if n_group == 0:
        return
    worth = _worth(here, there, n_group, world, run, scratch, price)
    if is_taken(worth, price, run.random):
        for place in range(n_group):
            carry(scratch.group[place], here, there, world, run)


@njit(cache=True, error_model="numpy")
def _partner(unit: int, beside: int, world: Any, run: Any) -> int:
    """Draw a unit of the neighbour's territory to give back, near the border."""
    there = run.label[beside]
    chosen = beside
    for _ in range(int(draw(run.random) * 4.0)):
        start, end = world.indptr[chosen], world.indptr[chosen + 1]
        following = world.indices[start + int(draw(run.random) * (end - start))]
        if run.label[following] == there and following != unit:
            chosen = following
    return chosen


@njit(cache=True, error_model="numpy")
def _swap(
    unit: int, beside: int, world: Any, run: Any, scratch: Any, price: Any
) -> None:
    """Exchange a unit for one of the territory beside it."""
    here, there = run.label[unit], run.label[beside]
    other = _partner(unit, beside, world, run)
    if world.is_locked[other] or not touches(other, here, unit, world, run):
        return
    loss, back = leaving(unit, here, there, world), leaving(other, there, here, world)
    size = loss * world.move_size[unit] + back * world.move_size[other]
    if size > 0 and run.moved_size[0] + size > price.max_moved:
        return
    # The two shifts are not quite additive where centroids move; the error is small,
    # and the sums are kept exactly.
    scratch.group[0] = unit
    worth = shift(scratch.group, 1, here, there, world, run)
    scratch.group[0] = other
    worth += shift(scratch.group, 1, there, here, world, run)
    net = scratch.net
    for m in range(len(net)):
        net[m] = world.share[unit, m] - world.share[other, m]
    cost = loss * world.move_cost[unit] + back * world.move_cost[other]
    worth = price.travel_scale * worth + price.move_cost * cost
    # Two that must be apart may change places: each still counts the other, twice.
    violated = separations_violated(unit, there, world, run) - separations_violated(
        unit, here, world, run
    )
    violated += separations_violated(other, here, world, run) - separations_violated(
        other, there, world, run
    )
    for at in range(world.forbidden_indptr[unit], world.forbidden_indptr[unit + 1]):
        violated -= 2 * int(world.forbidden_pairs[at] == other)
    worth += SEPARATION_PRICE * violated
    worth += strain(here, there, net, world, run, price)
    if not is_taken(worth, price, run.random):
        return
    if world.is_contiguous and not stays_connected(unit, world, run, scratch):
        return
    carry(unit, here, there, world, run)
    if world.is_contiguous and not stays_connected(other, world, run, scratch):
        carry(unit, there, here, world, run)
        return
    carry(other, there, here, world, run)


@njit(cache=True, error_model="numpy")
def anneal(n_steps: int, world: Any, run: Any, price: Any) -> None:
    """
    Look at `n_steps` random borders and change the plan of `run` in place.

    A step that worsens the plan is taken with probability exp(-Δ ÷ temperature).
    """
    n_units = len(run.label)
    scratch = Scratch(
        np.zeros(n_units, np.int64),
        np.empty(n_units, np.int64),
        np.empty(n_units, np.int64),
        np.zeros(1, np.int64),
        np.zeros(world.share.shape[1]),
    )
    for _ in range(n_steps):
        arc = int(draw(run.random) * len(world.indices))
        unit, beside = world.tail[arc], world.indices[arc]
        if run.label[unit] == run.label[beside] or world.is_locked[unit]:
            continue
        kind = draw(run.random)
        if kind < SWAP_SHARE:
            _swap(unit, beside, world, run, scratch, price)
        elif kind < SWAP_SHARE + GROUP_SHARE and world.is_contiguous:
            _move_group(unit, run.label[beside], world, run, scratch, price)
        else:
            _move(unit, run.label[beside], world, run, scratch, price)
