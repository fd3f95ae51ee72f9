"""
What one step of the search does and is worth, compiled by numba.

Arrays travel in named tuples: `World` is what is asked, `Running` what the search
changes, `Scratch` is working space, `Price` weighs travel, moves and chance.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit


class World(NamedTuple):
    """The problem: neighbours, shares, places, fixed decisions."""

    tail: Any
    indptr: Any
    indices: Any
    share: Any
    pull: Any
    xy: Any
    centres: Any
    is_locked: Any
    current: Any
    target: Any
    low: Any  # least and most load ÷ target, per territory and measure
    high: Any
    importance: Any
    is_contiguous: bool
    move_cost: Any
    move_size: Any
    forbidden_indptr: Any
    forbidden_pairs: Any  # of each unit: those that must not share its territory


class Running(NamedTuple):
    """The plan and its running sums, changed in place."""

    label: Any
    load: Any
    sums: Any  # of each territory: pull, pull · x, pull · y
    count: Any
    moved_size: Any
    toll: Any  # signed price of load, per territory and measure
    random: Any


class Scratch(NamedTuple):
    """Working space of the connection tests."""

    seen: Any
    queue: Any
    group: Any
    stamp: Any
    net: Any


class Price(NamedTuple):
    """What travel, moves, excess and chance weigh."""

    travel_scale: float
    move_cost: float
    max_moved: float
    over: float
    over_squared: float
    temperature: float


@njit(cache=True, error_model="numpy")
def draw(random: Any) -> float:
    """Draw from [0, 1) and advance the generator (xorshift64*, Vigna 2016)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    mixed = x * np.uint64(2685821657736338717)
    return float(mixed >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, error_model="numpy")
def is_taken(delta: float, price: Any, random: Any) -> bool:
    """Take what is better, and what is worse now and then (Metropolis)."""
    if delta <= 0:
        return True
    heat = price.temperature
    return heat > 0 and draw(random) < math.exp(-delta / heat)


@njit(cache=True, error_model="numpy")
def _shift_mass(
    w: float, x: float, y: float, here: int, there: int, sums: Any
) -> float:
    """Hartigan's exact change of the sum of squares; centroids follow the mass."""
    mass = sums[there, 0]
    dx, dy = x - sums[there, 1] / mass, y - sums[there, 2] / mass
    gain = w * mass / (mass + w) * (dx * dx + dy * dy)
    mass = sums[here, 0]
    rest = mass - w
    if rest <= 1e-12 * mass:
        return gain
    dx, dy = x - sums[here, 1] / mass, y - sums[here, 2] / mass
    return gain - w * mass / rest * (dx * dx + dy * dy)


@njit(cache=True, error_model="numpy")
def shift(
    group: Any, n_group: int, here: int, there: int, world: Any, run: Any
) -> float:
    """Change of travel if some units go; their own scatter does not change."""
    w, x, y, total = 0.0, 0.0, 0.0, 0.0
    is_fixed = len(world.centres) > 0
    for place in range(n_group):
        unit = group[place]
        pull = world.pull[unit]
        px, py = world.xy[unit, 0], world.xy[unit, 1]
        w += pull
        x += pull * px
        y += pull * py
        if is_fixed:
            to, off = world.centres[there], world.centres[here]
            total += pull * ((px - to[0]) ** 2 + (py - to[1]) ** 2)
            total -= pull * ((px - off[0]) ** 2 + (py - off[1]) ** 2)
    if is_fixed:
        return total
    return _shift_mass(w, x / w, y / w, here, there, run.sums)


@njit(cache=True, error_model="numpy")
def charge(
    share: float, low: float, high: float, weight: float, toll: float, price: Any
) -> float:
    """Price a load, given as a share of its target, by its limits."""
    # Scalars only: a tuple of arrays costs ten times as much to hand over.
    over = max(0.0, share - high, low - share)
    return toll * share + weight * over * (price.over + price.over_squared * over)


@njit(cache=True, error_model="numpy")
def strain(here: int, there: int, net: Any, world: Any, run: Any, price: Any) -> float:
    """Change of what loads cost if the shares `net` go from here to there."""
    change = 0.0
    for m in range(len(net)):
        for territory, gain in ((here, -net[m]), (there, net[m])):
            old, target = run.load[territory, m], world.target[territory, m]
            toll = run.toll[territory, m]
            low, high = world.low[territory, m], world.high[territory, m]
            new = (old + gain) / target
            change += charge(new, low, high, world.importance[m], toll, price)
            change -= charge(old / target, low, high, world.importance[m], toll, price)
    return change


@njit(cache=True, error_model="numpy")
def leaving(unit: int, here: int, there: int, world: Any) -> int:
    """Whether a unit's going makes it moved (1), brings it back (-1) or neither."""
    today = world.current[unit]
    if today < 0:
        return 0
    return int(today == here) - int(today == there)


@njit(cache=True, error_model="numpy")
def separations_violated(unit: int, territory: int, world: Any, run: Any) -> int:
    """Count the units of a territory that must not share one with this unit."""
    n_pairs = 0
    for at in range(world.forbidden_indptr[unit], world.forbidden_indptr[unit + 1]):
        n_pairs += int(run.label[world.forbidden_pairs[at]] == territory)
    return n_pairs


@njit(cache=True, error_model="numpy")
def carry(unit: int, here: int, there: int, world: Any, run: Any) -> None:
    """Move a unit and keep the running sums right."""
    run.label[unit] = there
    run.count[here] -= 1
    run.count[there] += 1
    run.moved_size[0] += leaving(unit, here, there, world) * world.move_size[unit]
    for m in range(run.load.shape[1]):
        run.load[here, m] -= world.share[unit, m]
        run.load[there, m] += world.share[unit, m]
    w = world.pull[unit]
    run.sums[here, 0] -= w
    run.sums[there, 0] += w
    for axis in range(2):
        run.sums[here, axis + 1] -= w * world.xy[unit, axis]
        run.sums[there, axis + 1] += w * world.xy[unit, axis]


@njit(cache=True, error_model="numpy")
def touches(unit: int, territory: int, but: int, world: Any, run: Any) -> bool:
    """Tell whether a unit borders a territory elsewhere than at `but`."""
    for at in range(world.indptr[unit], world.indptr[unit + 1]):
        other = world.indices[at]
        if other != but and run.label[other] == territory:
            return True
    return False


@njit(cache=True, error_model="numpy")
def _ring_holds(first: int, wanted: int, world: Any, scratch: Any) -> bool:
    """
    Tell whether a unit's neighbours of its own territory touch each other.

    They are those stamped as sought; the usual case, and cheap. If not, a way around
    may still exist. Marks are put back.
    """
    seen, queue = scratch.seen, scratch.queue
    sought = scratch.stamp[0] + 1
    reached = sought + 1
    scratch.stamp[0] += 2
    seen[first] = reached
    queue[0] = first
    head, tail = 0, 1
    while head < tail and tail < wanted:
        here = queue[head]
        head += 1
        for at in range(world.indptr[here], world.indptr[here + 1]):
            there = world.indices[at]
            if seen[there] == sought:
                seen[there] = reached
                queue[tail] = there
                tail += 1
    for place in range(tail):
        seen[queue[place]] = sought
    return tail == wanted


@njit(cache=True, error_model="numpy")
def stays_connected(unit: int, world: Any, run: Any, scratch: Any) -> bool:
    """Tell whether a unit's territory hangs together without it."""
    label, indptr, indices = run.label, world.indptr, world.indices
    seen, queue = scratch.seen, scratch.queue
    home = label[unit]
    scratch.stamp[0] += 2
    mark, sought = scratch.stamp[0], scratch.stamp[0] + 1
    first, n_neighbours = -1, 0
    for at in range(indptr[unit], indptr[unit + 1]):
        if label[indices[at]] == home:
            n_neighbours += 1
            first = indices[at]
            seen[first] = sought
    if n_neighbours <= 1 or _ring_holds(first, n_neighbours, world, scratch):
        return True
    seen[unit] = mark
    seen[first] = mark
    queue[0] = first
    head, tail, n_reached = 0, 1, 1
    while head < tail:
        here = queue[head]
        head += 1
        for at in range(indptr[here], indptr[here + 1]):
            there = indices[at]
            if label[there] != home or seen[there] == mark:
                continue
            if seen[there] == sought:
                n_reached += 1
                if n_reached == n_neighbours:
                    return True
            seen[there] = mark
            queue[tail] = there
            tail += 1
    return False


@njit(cache=True, error_model="numpy")
def _spread(start: int, tail: int, world: Any, run: Any, scratch: Any) -> int:
    """Append a unit and all it is connected to, to the queue; return its new end."""
    home, mark = run.label[start], scratch.stamp[0]
    scratch.seen[start] = mark
    scratch.queue[tail] = start
    head, tail = tail, tail + 1
    while head < tail:
        here = scratch.queue[head]
        head += 1
        for at in range(world.indptr[here], world.indptr[here + 1]):
            there = world.indices[at]
            if run.label[there] == home and scratch.seen[there] != mark:
                scratch.seen[there] = mark
                scratch.queue[tail] = there
                tail += 1
    return tail


@njit(cache=True, error_model="numpy")
def hanging(unit: int, world: Any, run: Any, scratch: Any) -> int:
    """
    Gather a unit, and what would lose its hold without it, into `scratch.group`.

    Returns how many these are; 0 if the unit cuts nothing off, or locks forbid it.
    """
    queue, group = scratch.queue, scratch.group
    scratch.stamp[0] += 2
    scratch.seen[unit] = scratch.stamp[0]
    group[0] = unit
    n_group, tail = 1, 0
    kept_from, kept_to, is_kept_locked = 0, 0, False
    for at in range(world.indptr[unit], world.indptr[unit + 1]):
        start = world.indices[at]
        is_seen = scratch.seen[start] == scratch.stamp[0]
        if is_seen or run.label[start] != run.label[unit]:
            continue
        first, tail = tail, _spread(start, tail, world, run, scratch)
        is_bound = False
        for place in range(first, tail):
            is_bound = is_bound or world.is_locked[queue[place]]
        if is_bound and is_kept_locked:
            return 0
        # The largest part stays, or the one with locks; the rest hangs on the unit.
        loose_from, loose_to = first, tail
        if is_bound or (not is_kept_locked and tail - first > kept_to - kept_from):
            loose_from, loose_to = kept_from, kept_to
            kept_from, kept_to, is_kept_locked = first, tail, is_bound
        for place in range(loose_from, loose_to):
            group[n_group] = queue[place]
            n_group += 1
    return n_group if n_group > 1 else 0
