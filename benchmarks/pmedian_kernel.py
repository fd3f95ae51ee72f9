"""
The inner loop of `pmedian`, compiled by numba.

Groups hold their members in rows of a table; `total[j]` is what the group of unit j
would cost with j as its median, so the best median is a look at the members.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from planner.territory.search.deltas import draw

_SWAP_SHARE = 0.4  # of the steps


@njit(cache=True, error_model="numpy")
def _with_median(
    group: int,
    out: int,
    into: int,
    load: float,
    members: Any,
    count: Any,
    total: Any,
    cost: Any,
    capacity: Any,
    over: float,
) -> float:
    """Cost of a group without `out` and with `into` (-1: none), at its best median."""
    least = np.inf
    cost_own = 0.0
    for place in range(count[group]):
        j = members[group, place]
        if j == out:
            continue
        value = total[j]
        if out >= 0:
            value -= cost[out, j]
        if into >= 0:
            value += cost[into, j]
            cost_own += cost[j, into]
        value += over * max(0.0, load - capacity[j])
        least = min(least, value)
    if into >= 0:
        least = min(least, cost_own + over * max(0.0, load - capacity[into]))
    return least


@njit(cache=True, error_model="numpy")
def _shift(
    unit: int,
    there: int,
    group: Any,
    members: Any,
    place_of: Any,
    count: Any,
    total: Any,
    cost: Any,
) -> None:
    """Move a unit to another group and keep the sums."""
    here = group[unit]
    last = members[here, count[here] - 1]
    members[here, place_of[unit]] = last
    place_of[last] = place_of[unit]
    count[here] -= 1
    for place in range(count[here]):
        total[members[here, place]] -= cost[unit, members[here, place]]
    cost_own = 0.0
    for place in range(count[there]):
        j = members[there, place]
        total[j] += cost[unit, j]
        cost_own += cost[j, unit]
    total[unit] = cost_own
    members[there, count[there]] = unit
    place_of[unit] = count[there]
    count[there] += 1
    group[unit] = there


@njit(cache=True, error_model="numpy")
def _table(group: Any, load: Any, cost: Any, n_groups: int) -> Any:
    """List the members of each group, and sum loads and costs."""
    n = len(group)
    members = np.empty((n_groups, n), dtype=np.int64)
    place_of, total = np.empty(n, dtype=np.int64), np.zeros(n)
    count, load_of = np.zeros(n_groups, dtype=np.int64), np.zeros(n_groups)
    for unit in range(n):
        k = group[unit]
        members[k, count[k]], place_of[unit] = unit, count[k]
        count[k] += 1
        load_of[k] += load[unit]
    for unit in range(n):
        for place in range(count[group[unit]]):
            total[unit] += cost[members[group[unit], place], unit]
    return members, place_of, count, load_of, total


@njit(cache=True, error_model="numpy")
def anneal_medians(
    cost: Any,
    load: Any,
    capacity: Any,
    near: Any,
    group: Any,
    best: Any,
    best_cost: Any,
    n_steps: int,
    heat: float,
    over: float,
    random: Any,
) -> None:
    """
    Take steps at one temperature; changes `group`, `best`, `best_cost`, `random`.

    Parameters
    ----------
    cost, load, capacity
        As in `plan_medians`.
    near : shape (n_units, n_near)
        Neighbours of each unit, cheapest first.
    group : shape (n_units,)
        Number of the group of each unit; none empty.
    best : shape (n_units,)
        Median of each unit in the cheapest plan that fits, seen so far.
    best_cost : shape (1,)
        What it costs.
    n_steps, heat, over
        Steps, temperature, price of load beyond capacity.
    random : shape (1,)
        State of the random numbers.
    """
    n, n_groups = len(group), int(group.max()) + 1
    members, place_of, count, load_of, total = _table(group, load, cost, n_groups)
    price = np.empty(n_groups)
    for k in range(n_groups):
        price[k] = _with_median(
            k, -1, -1, load_of[k], members, count, total, cost, capacity, over
        )
    now = price.sum()
    _keep(group, members, count, load_of, total, capacity, best, best_cost, n_groups)
    for _ in range(n_steps):
        unit = int(draw(random) * n)
        other = near[unit, int(draw(random) * near.shape[1])]
        here, there = group[unit], group[other]
        if here == there:
            continue
        back = -1
        if draw(random) < _SWAP_SHARE:
            back = members[there, int(draw(random) * count[there])]
        elif count[here] == 1:
            continue
        net = load[unit] - (load[back] if back >= 0 else 0.0)
        after = _with_median(
            here,
            unit,
            back,
            load_of[here] - net,
            members,
            count,
            total,
            cost,
            capacity,
            over,
        )
        joined = _with_median(
            there,
            back,
            unit,
            load_of[there] + net,
            members,
            count,
            total,
            cost,
            capacity,
            over,
        )
        delta = after + joined - price[here] - price[there]
        if delta > 0 and (heat <= 0 or draw(random) >= math.exp(-delta / heat)):
            continue
        _shift(unit, there, group, members, place_of, count, total, cost)
        if back >= 0:
            _shift(back, here, group, members, place_of, count, total, cost)
        load_of[here] -= net
        load_of[there] += net
        price[here], price[there] = after, joined
        now += delta
        if now < best_cost[0] - 1e-9:
            _keep(
                group,
                members,
                count,
                load_of,
                total,
                capacity,
                best,
                best_cost,
                n_groups,
            )


@njit(cache=True, error_model="numpy")
def _keep(
    group: Any,
    members: Any,
    count: Any,
    load_of: Any,
    total: Any,
    capacity: Any,
    best: Any,
    best_cost: Any,
    n_groups: int,
) -> None:
    """Keep the plan if every group has a median that holds it."""
    medians = np.full(n_groups, -1)
    whole = 0.0
    for k in range(n_groups):
        least = np.inf
        for place in range(count[k]):
            j = members[k, place]
            if load_of[k] <= capacity[j] and total[j] < least:
                least, medians[k] = total[j], j
        if medians[k] < 0:
            return
        whole += least
    if whole < best_cost[0] - 1e-9:
        best_cost[0] = whole
        for unit in range(len(group)):
            best[unit] = medians[group[unit]]
