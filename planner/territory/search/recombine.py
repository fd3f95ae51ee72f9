"""
Two or three neighbouring territories made one and cut anew, compiled by numba.

A random spanning tree of their units is cut at one or two of its edges: every part
hangs together by itself. So heavy units change hands together with what balances them,
which steps of single units reach only through plans that are far worse.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from planner.territory.search.deltas import carry, charge, draw, is_taken

_THREE_SHARE = 0.5  # of the steps join three territories
_WALK = 12  # steps taken to find a third territory
_PULL, _X, _Y, _LOADS = 0, 1, 2, 3  # columns of sums: pull, pull · x, pull · y, shares
_TRIED = 6  # first cuts that are tried with every second one


class Tree(NamedTuple):
    """Working space: a spanning tree in the order it grew, sums below each unit."""

    order: Any
    parent: Any
    size: Any  # units at and below
    first: Any  # number in depth-first order: below u are first[u] … + size[u] - 1
    free: Any  # next free number below
    arcs: Any  # borders that may be grown over
    below: Any  # sums at and below, shape (n_units, 3 + n_measures)
    parts: Any  # sums of the parts weighed, shape (3, 3 + n_measures)
    cut: Any  # the best cut: unit, whether above it, second unit, whether swapped
    seen: Any
    stamp: Any


def tree_of(n_units: int, n_arcs: int, n_measures: int) -> Tree:
    """Make working space for a map."""
    n_sums = _LOADS + n_measures
    return Tree(
        order=np.empty(n_units, np.int64),
        parent=np.empty(n_units, np.int64),
        size=np.empty(n_units, np.int64),
        first=np.empty(n_units, np.int64),
        free=np.empty(n_units, np.int64),
        arcs=np.empty(n_arcs + 1, np.int64),
        below=np.empty((n_units, n_sums)),
        parts=np.empty((3, n_sums)),
        cut=np.zeros(4, np.int64),
        seen=np.zeros(n_units, np.int64),
        stamp=np.zeros(1, np.int64),
    )


@njit(cache=True, error_model="numpy")
def _value(sums: Any, territory: int, world: Any, run: Any, price: Any) -> float:
    """Price a territory of these sums, but for what no cut changes."""
    x, y = sums[_X], sums[_Y]
    if len(world.centres) > 0:
        cx, cy = world.centres[territory]
        travel = sums[_PULL] * (cx * cx + cy * cy) - 2.0 * (cx * x + cy * y)
    else:
        travel = -(x * x + y * y) / max(sums[_PULL], 1e-300)
    value = price.travel_scale * travel
    for m in range(world.share.shape[1]):
        load = sums[_LOADS + m] / world.target[territory, m]
        toll = run.toll[territory, m]
        low, high = world.low[territory, m], world.high[territory, m]
        value += charge(load, low, high, world.importance[m], toll, price)
    return value


@njit(cache=True, error_model="numpy")
def _grow(root: int, names: Any, world: Any, run: Any, tree: Tree) -> int:
    """Grow a tree over the named territories at random; return its size."""
    seen, arcs, label = tree.seen, tree.arcs, run.label
    tree.stamp[0] += 1
    stamp = tree.stamp[0]
    seen[root] = stamp
    tree.order[0], tree.parent[root] = root, -1
    n_tree, n_arcs, new = 1, 0, root
    while True:
        for at in range(world.indptr[new], world.indptr[new + 1]):
            home = label[world.indices[at]]
            is_in = home == names[0] or home == names[1] or home == names[2]
            if is_in and seen[world.indices[at]] != stamp:
                arcs[n_arcs] = at
                n_arcs += 1
        new = -1
        while n_arcs > 0 and new < 0:
            chosen = int(draw(run.random) * n_arcs)
            at = arcs[chosen]
            n_arcs -= 1
            arcs[chosen] = arcs[n_arcs]
            if seen[world.indices[at]] != stamp:
                new = world.indices[at]
                tree.parent[new] = world.tail[at]
        if new < 0:
            return n_tree
        seen[new] = stamp
        tree.order[n_tree] = new
        n_tree += 1


@njit(cache=True, error_model="numpy")
def _add_up(n_tree: int, world: Any, tree: Tree) -> None:
    """Sum at and below each unit, and number the units depth first."""
    below, size, order = tree.below, tree.size, tree.order
    for place in range(n_tree):
        unit = order[place]
        pull = world.pull[unit]
        below[unit, _PULL] = pull
        below[unit, _X] = pull * world.xy[unit, 0]
        below[unit, _Y] = pull * world.xy[unit, 1]
        for m in range(world.share.shape[1]):
            below[unit, _LOADS + m] = world.share[unit, m]
        size[unit] = 1
    for place in range(n_tree - 1, 0, -1):
        unit = order[place]
        for at in range(below.shape[1]):
            below[tree.parent[unit], at] += below[unit, at]
        size[tree.parent[unit]] += size[unit]
    tree.first[order[0]], tree.free[order[0]] = 0, 1
    for place in range(1, n_tree):
        unit = order[place]
        above = tree.parent[unit]
        tree.first[unit] = tree.free[above]
        tree.free[above] += size[unit]
        tree.free[unit] = tree.first[unit] + 1


@njit(cache=True, error_model="numpy")
def _is_below(unit: int, other: int, tree: Tree) -> bool:
    """Tell whether a unit is another or below it."""
    behind = tree.first[unit] - tree.first[other]
    return 0 <= behind < tree.size[other]


@njit(cache=True, error_model="numpy")
def _cut_two(
    n_tree: int, names: Any, world: Any, run: Any, tree: Tree, price: Any
) -> float:
    """Find the best single cut; return what its two territories cost."""
    parts, whole = tree.parts, tree.below[tree.order[0]]
    best = np.inf
    for place in range(1, n_tree):
        unit = tree.order[place]
        for at in range(len(whole)):
            parts[0, at] = tree.below[unit, at]
            parts[1, at] = whole[at] - parts[0, at]
        for side in range(2):
            value = _value(parts[side], names[0], world, run, price)
            value += _value(parts[1 - side], names[1], world, run, price)
            if value < best:
                best = value
                tree.cut[0], tree.cut[1] = unit, side
    return best


@njit(cache=True, error_model="numpy")
def _first_cuts(
    n_tree: int, name: int, world: Any, run: Any, tree: Tree, price: Any
) -> Any:
    """List the cuts that leave the best loads on one side: unit, whether above it."""
    parts, whole = tree.parts, tree.below[tree.order[0]]
    parts[0, _PULL], parts[0, _X], parts[0, _Y] = 1.0, 0.0, 0.0
    listed = np.full((_TRIED, 2), -1)
    worth = np.full(_TRIED, np.inf)
    for place in range(1, n_tree):
        unit = tree.order[place]
        for side in range(2):
            size = n_tree - tree.size[unit] if side else tree.size[unit]
            if n_tree - size < 2:
                continue
            for at in range(_LOADS, len(whole)):
                share = tree.below[unit, at]
                parts[0, at] = whole[at] - share if side else share
            value = _value(parts[0], name, world, run, price)
            dearest = worth.argmax()
            if value < worth[dearest]:
                worth[dearest] = value
                listed[dearest, 0], listed[dearest, 1] = unit, side
    return listed


@njit(cache=True, error_model="numpy")
def _cut_three(
    n_tree: int, names: Any, world: Any, run: Any, tree: Tree, price: Any
) -> float:
    """Find a good pair of cuts; return what their three territories cost."""
    parts, whole = tree.parts, tree.below[tree.order[0]]
    best = np.inf
    for listed in _first_cuts(n_tree, names[0], world, run, tree, price):
        first, above = listed
        if first < 0:
            continue
        for at in range(len(whole)):
            share = tree.below[first, at]
            parts[0, at] = whole[at] - share if above else share
        cost = _value(parts[0], names[0], world, run, price)
        for place in range(1, n_tree):
            unit = tree.order[place]
            if unit == first or _is_below(unit, first, tree) != bool(above):
                continue
            is_around = not above and _is_below(first, unit, tree)
            for at in range(len(whole)):
                parts[1, at] = tree.below[unit, at]
                if is_around:
                    parts[1, at] -= parts[0, at]
                parts[2, at] = whole[at] - parts[0, at] - parts[1, at]
            for side in range(2):
                value = cost + _value(parts[1 + side], names[1], world, run, price)
                value += _value(parts[2 - side], names[2], world, run, price)
                if value < best:
                    best = value
                    tree.cut[0], tree.cut[1] = first, above
                    tree.cut[2], tree.cut[3] = unit, side
    return best


@njit(cache=True, error_model="numpy")
def _apply(n_tree: int, names: Any, world: Any, run: Any, tree: Tree) -> None:
    """Give the units of the tree to the territories of its best cut."""
    is_three = names[2] >= 0
    for place in range(n_tree):
        unit = tree.order[place]
        is_first = _is_below(unit, tree.cut[0], tree) != bool(tree.cut[1])
        there = names[0] if is_first else names[1]
        if is_three and not is_first:
            is_second = _is_below(unit, tree.cut[2], tree) != bool(tree.cut[3])
            there = names[1] if is_second else names[2]
        if run.label[unit] != there:
            carry(unit, run.label[unit], there, world, run)


@njit(cache=True, error_model="numpy")
def _third(one: int, first: int, second: int, world: Any, run: Any) -> int:
    """Wander from a unit until a third territory is met; -1 if none is."""
    unit = one
    for _ in range(_WALK):
        start, end = world.indptr[unit], world.indptr[unit + 1]
        unit = world.indices[start + int(draw(run.random) * (end - start))]
        home = run.label[unit]
        if home != first and home != second:
            return int(home)
    return -1


@njit(cache=True, error_model="numpy")
def recombine(
    n_steps: int, is_shut: Any, world: Any, run: Any, tree: Tree, price: Any
) -> None:
    """
    Look at `n_steps` borders; join what they part, cut it anew, keep what is worth it.

    Parameters
    ----------
    n_steps
        Borders drawn; those inside a territory count too.
    is_shut : shape (n_territories,)
        Territories that stay as they are.
    world, run, price
        As for the search; territories hang together.
    tree
        Working space.
    """
    names, sums = np.empty(3, np.int64), np.empty(tree.parts.shape[1])
    for _ in range(n_steps):
        arc = int(draw(run.random) * len(world.indices))
        root, beside = world.tail[arc], world.indices[arc]
        names[0], names[1], names[2] = run.label[root], run.label[beside], -1
        if names[0] == names[1] or is_shut[names[0]] or is_shut[names[1]]:
            continue
        if draw(run.random) < _THREE_SHARE:
            names[2] = _third(root, names[0], names[1], world, run)
            if names[2] >= 0 and is_shut[names[2]]:
                continue
        n_names = 3 if names[2] >= 0 else 2
        # In which order parts are cut off is left to chance.
        for place in range(n_names - 1, 0, -1):
            other = int(draw(run.random) * (place + 1))
            names[place], names[other] = names[other], names[place]
        n_tree = _grow(root, names, world, run, tree)
        _add_up(n_tree, world, tree)
        now = 0.0
        for place in range(n_names):
            for at in range(len(sums)):
                if at < _LOADS:
                    sums[at] = run.sums[names[place], at]
                else:
                    sums[at] = run.load[names[place], at - _LOADS]
            now += _value(sums, names[place], world, run, price)
        if n_names == 3:
            new = _cut_three(n_tree, names, world, run, tree, price)
        else:
            new = _cut_two(n_tree, names, world, run, tree, price)
        if new < np.inf and is_taken(new - now, price, run.random):
            _apply(n_tree, names, world, run, tree)
