"""
The compiled search over visit-day patterns: ruin, recreate, anneal.

Everything here runs in numba on integer arrays; `horizon` builds the arrays and reads
them back. Times are whole seconds from midnight. A day's routes carry, at each stop,
the earliest time of leaving and the latest time of arriving, each without and with
lunch taken before it, so that one insertion is checked exactly in constant time.
"""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

NEVER = 1_000_000_000  # later than any time of day, dearer than any detour
_outer = nb.njit(cache=True, no_cfunc_wrapper=True, error_model="numpy")
# Without wrappers for Python it compiles in half the time.
_inner = nb.njit(
    cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, error_model="numpy"
)
_BLINK = 20  # in 1000: how often a pattern is overlooked, so that ties vary


class Task(NamedTuple):
    """What does not change: places, windows, patterns, the rules of a day."""

    travel_s: Ints  # (n, n); place 0 is home
    service_s: Ints  # (n,)
    window_open: Ints  # (n, n_days, n_windows), ascending
    window_close: Ints  # the same shape
    n_windows: Ints  # (n, n_days)
    pattern_of: Ints  # (n + 1,): patterns of place i are pattern_of[i]:pattern_of[i+1]
    pattern_days: Ints  # (n_patterns, n_slots), -1 beyond the last
    pattern_weight: Ints  # the same shape: what missing that day counts, mostly 1
    pattern_lack: Ints  # (n_patterns,): delay, and visits owed beyond its days
    lack_all: Ints  # (n,): what an account without any visit lacks, in 1/1000 visits
    convex: Ints  # (n,): how much more each further missing visit counts
    penalty: Ints  # (n,): what a missing visit costs, for the best plan
    soft_penalty: Ints  # (n,): the same on the way there, low enough to be passed
    near: Ints  # (n, n_near): nearest other places
    rules: Ints  # (n_days, 6): start, end, lunch length, earliest, latest; most driving


class Days(NamedTuple):
    """What the search changes: the routes, and what is derived from them."""

    route: Ints  # (n_days, max_stops)
    n_stops: Ints  # (n_days,)
    leave: Ints  # (2, n_days, max_stops + 2): earliest leaving, before and after lunch
    arrive: Ints  # (2, n_days, max_stops + 2): latest arriving, before and after lunch
    version: Ints  # (n_days,): changes whenever the route does
    travel: Ints  # (n_days,): seconds on the road
    broken: Ints  # (n_days,): 1 where the route keeps not every rule
    chosen: Ints  # (n,): pattern of each account, -1: not served
    served: Ints  # (n,): which of its days are served, as bits
    lack: Ints  # (n,): what it lacks, in 1/1000 visits
    cost: Ints  # (n, n_days): cheapest insertion, as of `cost_version`
    place: Ints  # (n, n_days): the position it goes to
    cost_version: Ints  # (n, n_days)
    counter: Ints  # (2,): last version given; state of the random numbers


@_inner
def _random(days: Days, below: int) -> int:
    """Draw a whole number below a limit (xorshift64; its state is part of `days`)."""
    x = np.uint64(days.counter[1])
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    days.counter[1] = np.int64(x)
    return np.int64((x >> np.uint64(33)) % np.uint64(below))  # type: ignore[return-value]


@_inner
def _first_start(task: Task, place: int, day: int, ready: int) -> int:
    for w in range(task.n_windows[place, day]):
        if ready <= task.window_close[place, day, w]:
            return max(ready, task.window_open[place, day, w])
    return NEVER


@_inner
def _last_start(task: Task, place: int, day: int, limit: int) -> int:
    for w in range(task.n_windows[place, day] - 1, -1, -1):
        if limit >= task.window_open[place, day, w]:
            return min(limit, task.window_close[place, day, w])
    return -NEVER


@_outer
def refresh(task: Task, days: Days, day: int) -> None:
    """Recompute earliest leaving and latest arriving along one day's route."""
    start, end, lunch, lunch_from, lunch_to, most_driving = task.rules[day]
    route, n = days.route[day], days.n_stops[day]
    leave0, leave1 = days.leave[0, day], days.leave[1, day]
    leave0[0], leave1[0] = start, NEVER
    before, travel = 0, 0
    for i in range(1, n + 1):
        here = route[i - 1]
        drive = task.travel_s[before, here]
        service = task.service_s[here]
        leave0[i] = _first_start(task, here, day, leave0[i - 1] + drive) + service
        ready = leave1[i - 1] + drive
        # Before the first stop only if there is no lunch after it.
        if leave0[i - 1] <= lunch_to and (i > 1 or leave0[1] > lunch_to):
            ready = min(ready, max(leave0[i - 1] + drive, lunch_from) + lunch)
        leave1[i] = _first_start(task, here, day, ready) + service
        travel += drive
        before = here
    travel += task.travel_s[before, 0]
    home = leave1[n] + task.travel_s[before, 0]
    if n > 0 and leave0[n] <= lunch_to:
        home = min(home, max(leave0[n] + task.travel_s[before, 0], lunch_from) + lunch)
    days.travel[day] = travel
    days.broken[day] = n > 0 and (home > end or travel > most_driving)
    arrive0, arrive1 = days.arrive[0, day], days.arrive[1, day]
    arrive0[n + 1], arrive1[n + 1] = -NEVER, end
    after = 0
    for i in range(n, 0, -1):
        here = route[i - 1]
        drive = task.travel_s[here, after]
        service = task.service_s[here]
        arrive1[i] = _last_start(task, here, day, arrive1[i + 1] - drive - service)
        latest = arrive0[i + 1] - drive
        if lunch_from + lunch <= arrive1[i + 1]:
            latest = max(latest, min(lunch_to, arrive1[i + 1] - lunch - drive))
        arrive0[i] = _last_start(task, here, day, latest - service)
        after = here
    days.counter[0] += 1
    days.version[day] = days.counter[0]


@_outer
def cheapest_place(task: Task, days: Days, place: int, day: int) -> tuple[int, int]:
    """Find where a stop costs least on one day; NEVER if it fits nowhere."""
    _, _, lunch, lunch_from, lunch_to, most_driving = task.rules[day]
    best, best_position = NEVER, -1
    n = days.n_stops[day]
    most = most_driving - days.travel[day]
    if task.n_windows[place, day] == 0 or n + 1 >= days.route.shape[1]:
        return best, best_position
    service = task.service_s[place]
    leave0, leave1 = days.leave[0, day], days.leave[1, day]
    arrive0, arrive1 = days.arrive[0, day], days.arrive[1, day]
    before = 0
    for p in range(n + 1):
        after = days.route[day, p] if p < n else 0
        there, onward = task.travel_s[before, place], task.travel_s[place, after]
        added = there + onward - task.travel_s[before, after]
        if added < best and added <= most:
            g0 = _first_start(task, place, day, leave0[p] + there) + service
            ready = leave1[p] + there
            if leave0[p] <= lunch_to and (p > 0 or g0 > lunch_to):
                ready = min(ready, max(leave0[p] + there, lunch_from) + lunch)
            g1 = _first_start(task, place, day, ready) + service
            if (
                g1 + onward <= arrive1[p + 1]
                or g0 + onward <= arrive0[p + 1]
                or (
                    g0 <= lunch_to
                    and max(g0 + onward, lunch_from) + lunch <= arrive1[p + 1]
                )
            ):
                best, best_position = added, p
        before = after
    return best, best_position


@_inner
def _insertion_cost(task: Task, days: Days, place: int, day: int) -> int:
    if days.cost_version[place, day] != days.version[day]:
        cost, position = cheapest_place(task, days, place, day)
        days.cost[place, day] = cost
        days.place[place, day] = position
        days.cost_version[place, day] = days.version[day]
    return days.cost[place, day]


@_outer
def insert(task: Task, days: Days, place: int, day: int, position: int) -> None:
    """Put a stop at a position of a day."""
    n = days.n_stops[day]
    for i in range(n, position, -1):
        days.route[day, i] = days.route[day, i - 1]
    days.route[day, position] = place
    days.n_stops[day] = n + 1
    refresh(task, days, day)


@_outer
def remove(task: Task, days: Days, day: int, position: int) -> None:
    """Take a stop out of a position of a day."""
    n = days.n_stops[day]
    for i in range(position + 1, n):
        days.route[day, i - 1] = days.route[day, i]
    days.n_stops[day] = n - 1
    refresh(task, days, day)


@_inner
def _take_out(task: Task, days: Days, place: int, touched: Ints, backup: Days) -> None:
    """Remove all visits of an account; the caller refreshes the days it touched."""
    pattern = days.chosen[place]
    for k in range(task.pattern_days.shape[1]):
        day = task.pattern_days[pattern, k]
        if day < 0:
            break
        if not (days.served[place] >> k) & 1:
            continue
        _keep(days, day, touched, backup)
        n, shift = days.n_stops[day], 0
        for i in range(n):
            if days.route[day, i] == place:
                shift = 1
            elif shift:
                days.route[day, i - 1] = days.route[day, i]
        days.n_stops[day] = n - shift
    days.chosen[place] = -1
    days.served[place] = 0
    days.lack[place] = task.lack_all[place]


@_inner
def _copy_day(source: Days, target: Days, day: int) -> None:
    """Copy one day's route and times (loops: slices compile far slower)."""
    n = source.n_stops[day]
    target.n_stops[day] = n
    target.version[day] = source.version[day]
    target.travel[day] = source.travel[day]
    target.broken[day] = source.broken[day]
    for i in range(n + 2):
        if i < n:
            target.route[day, i] = source.route[day, i]
        for k in range(2):
            target.leave[k, day, i] = source.leave[k, day, i]
            target.arrive[k, day, i] = source.arrive[k, day, i]


@_inner
def _copy_choice(source: Days, target: Days) -> None:
    """Copy which pattern each account has and how much of it is served."""
    for place in range(source.chosen.shape[0]):
        target.chosen[place] = source.chosen[place]
        target.served[place] = source.served[place]
        target.lack[place] = source.lack[place]


@_inner
def _keep(days: Days, day: int, touched: Ints, backup: Days) -> None:
    """Remember a day as it was before this round first changes it."""
    if not touched[day]:
        touched[day] = 1
        _copy_day(days, backup, day)


@_inner
def _put_back(days: Days, touched: Ints, backup: Days) -> None:
    for day in range(touched.shape[0]):
        if touched[day]:
            _copy_day(backup, days, day)
    _copy_choice(backup, days)


@_inner
def _serve(
    task: Task, days: Days, place: int, touched: Ints, backup: Days, blink: bool
) -> bool:
    """
    Insert an account by its cheapest pattern, in part if need be.

    A day is left out if it has no room. False if no day has any.
    """
    unit = task.soft_penalty[place]
    best, best_pattern, best_served, best_lack = NEVER, -1, 0, 0
    for pattern in range(task.pattern_of[place], task.pattern_of[place + 1]):
        if blink and _random(days, 1000) < _BLINK:
            continue
        lack, missing, served = task.pattern_lack[pattern], 0, 0
        total = lack * unit // 1000
        for k in range(task.pattern_days.shape[1]):
            day = task.pattern_days[pattern, k]
            if day < 0:
                break
            cost = _insertion_cost(task, days, place, day)
            weight = task.pattern_weight[pattern, k]
            miss = 1000 * weight + missing * task.convex[place]
            if cost >= NEVER:
                lack += miss
                cost = miss * unit // 1000
                missing += 1
            else:
                served |= 1 << k
            total += cost
            if total >= best:
                break
        if total < best and served:
            best, best_pattern = total, pattern
            best_served, best_lack = served, lack
    if best_pattern < 0:
        return False
    for k in range(task.pattern_days.shape[1]):
        day = task.pattern_days[best_pattern, k]
        if day < 0:
            break
        if (best_served >> k) & 1:
            _keep(days, day, touched, backup)
            insert(task, days, place, day, days.place[place, day])
    days.chosen[place] = best_pattern
    days.served[place] = best_served
    days.lack[place] = best_lack
    return True


@_inner
def _complete(task: Task, days: Days, place: int, touched: Ints, backup: Days) -> None:
    """Insert the days of an account's pattern that it lacks and that have room now."""
    pattern = days.chosen[place]
    lack, missing = task.pattern_lack[pattern], 0
    for k in range(task.pattern_days.shape[1]):
        day = task.pattern_days[pattern, k]
        if day < 0:
            break
        if (days.served[place] >> k) & 1:
            continue
        cost = _insertion_cost(task, days, place, day)
        miss = 1000 * task.pattern_weight[pattern, k] + missing * task.convex[place]
        if cost >= NEVER:
            lack += miss
            missing += 1
            continue
        _keep(days, day, touched, backup)
        insert(task, days, place, day, days.place[place, day])
        days.served[place] |= 1 << k
    days.lack[place] = lack


@_inner
def _remove(
    task: Task,
    days: Days,
    place: int,
    touched: Ints,
    backup: Days,
    removed: Ints,
    n_removed: int,
) -> int:
    """Take an account out if it is in; returns the new number of removed ones."""
    if days.chosen[place] < 0:
        return n_removed
    _take_out(task, days, place, touched, backup)
    removed[n_removed] = place
    return n_removed + 1


@_inner
def _choose_seed(days: Days, movable: Ints) -> int:
    """Draw an account; often one that is left out, to make room for it."""
    n = movable.shape[0]
    first = _random(days, n)
    if _random(days, 10) < 3:
        for i in range(n):
            place = movable[(first + i) % n]
            if days.lack[place] >= 1000:
                return place
    return movable[first]


@_inner
def _remove_stretch(
    task: Task,
    days: Days,
    seed: int,
    n_wanted: int,
    touched: Ints,
    backup: Days,
    removed: Ints,
) -> int:
    """Take out neighbours in the route of one day that the seed has or could have."""
    pattern = days.chosen[seed]
    if pattern < 0:
        n_patterns = task.pattern_of[seed + 1] - task.pattern_of[seed]
        pattern = task.pattern_of[seed] + _random(days, n_patterns)
    n_visits = task.pattern_days.shape[1]
    while task.pattern_days[pattern, n_visits - 1] < 0:
        n_visits -= 1
    day = task.pattern_days[pattern, _random(days, n_visits)]
    n_stops = days.n_stops[day]
    n_stretch = min(n_wanted, n_stops)
    start = _random(days, max(1, n_stops))
    stretch = np.empty(n_wanted, np.int64)
    for i in range(n_stretch):
        stretch[i] = days.route[day, (start + i) % n_stops]
    n_removed = 0
    for i in range(n_stretch):
        place = stretch[i]
        n_removed = _remove(task, days, place, touched, backup, removed, n_removed)
    return n_removed


@_inner
def _ruin(
    task: Task,
    days: Days,
    movable: Ints,
    max_removed: int,
    touched: Ints,
    backup: Days,
    removed: Ints,
) -> int:
    """Take out related accounts: near each other, or neighbours in one day's route."""
    n_wanted = 1 + _random(days, max_removed)
    seed = _choose_seed(days, movable)
    kind = _random(days, 10)
    n_removed = 0
    if kind >= 6 or days.chosen[seed] < 0:
        n_removed = _remove_stretch(
            task, days, seed, n_wanted, touched, backup, removed
        )
    else:
        n_removed = _remove(task, days, seed, touched, backup, removed, 0)
        for i in range(task.near.shape[1]):
            if n_removed >= n_wanted:
                break
            if _random(days, 10) < 7:
                place = task.near[seed, i]
                n_removed = _remove(
                    task, days, place, touched, backup, removed, n_removed
                )
    for day in range(touched.shape[0]):
        if touched[day]:
            refresh(task, days, day)
    return n_removed


@_inner
def _sort_waiting(task: Task, days: Days, waiting: Ints, n: int) -> None:
    """Put the accounts to insert into one of three orders."""
    kind = _random(days, 3)
    for i in range(n - 1, 0, -1):
        j = _random(days, i + 1)
        waiting[i], waiting[j] = waiting[j], waiting[i]
    if kind == 0:
        return
    key = np.empty(n, np.int64)
    for i in range(n):
        place = waiting[i]
        if kind == 1:  # least choice of days first, then dearest to leave out
            n_patterns = task.pattern_of[place + 1] - task.pattern_of[place]
            worth = task.penalty[place] * task.lack_all[place] // 1000
            key[i] = n_patterns * NEVER - worth
        else:  # farthest from home first
            key[i] = -task.travel_s[0, place]
    for i in range(1, n):
        for j in range(i, 0, -1):
            if key[j] >= key[j - 1]:
                break
            key[j], key[j - 1] = key[j - 1], key[j]
            waiting[j], waiting[j - 1] = waiting[j - 1], waiting[j]


@_inner
def _plan_cost(task: Task, days: Days, penalty: Ints) -> int:
    """
    Sum the travel of all days and the penalties of all visits left out.

    Taking a stop out can break a day: lunch may have lain behind a first stop that is
    gone. Such a day costs more than any penalty.
    """
    total = 0
    for day in range(days.n_stops.shape[0]):
        if days.broken[day]:
            total += 1_000_000 * NEVER
        total += days.travel[day]
    for place in range(1, task.service_s.shape[0]):
        total += days.lack[place] * penalty[place] // 1000
    return total


@_outer
def anneal(
    task: Task,
    days: Days,
    backup: Days,
    best: Days,
    movable: Ints,
    n_rounds: int,
    n_retried: int,
    max_removed: int,
    heat_s: float,
) -> int:
    """
    Run some rounds at one temperature; `best` holds the best plan met.

    `n_retried` is how many of the accounts left out before are tried in each round.
    Returns the cost of the best plan.
    """
    n_days = days.n_stops.shape[0]
    touched = np.zeros(n_days, np.int64)
    waiting = np.empty(task.service_s.shape[0] + max_removed, np.int64)
    cost = _plan_cost(task, days, task.soft_penalty)
    best_cost = _plan_cost(task, best, task.penalty)
    for _ in range(n_rounds):
        for day in range(n_days):
            touched[day] = 0
        _copy_choice(days, backup)
        n_waiting = _ruin(task, days, movable, max_removed, touched, backup, waiting)
        n_most = n_waiting + n_retried
        start = _random(days, movable.shape[0])
        for i in range(movable.shape[0]):
            place = movable[(start + i) % movable.shape[0]]
            if days.chosen[place] >= 0 and days.lack[place] >= 1000:
                _complete(task, days, place, touched, backup)
            elif backup.chosen[place] < 0 and n_waiting < n_most:
                waiting[n_waiting] = place
                n_waiting += 1
        _sort_waiting(task, days, waiting, n_waiting)
        for i in range(n_waiting):
            _serve(task, days, waiting[i], touched, backup, True)
        new_cost = _plan_cost(task, days, task.soft_penalty)
        luck = (1 + _random(days, 1 << 20)) / (1 << 20)
        if new_cost < cost - heat_s * np.log(luck):
            cost = new_cost
            true_cost = _plan_cost(task, days, task.penalty)
            if true_cost < best_cost:
                best_cost = true_cost
                for day in range(n_days):
                    _copy_day(days, best, day)
                _copy_choice(days, best)
        else:
            _put_back(days, touched, backup)
    return best_cost
