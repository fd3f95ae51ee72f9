"""Builders of small rep worlds, and an evaluator that shares no code with ours."""

from __future__ import annotations

import numpy as np

from planner.visits.model.problem import LunchRule, RepAccount, RepProblem

DAY = (30_600, 63_000)  # 8:30 to 17:30
LUNCH = LunchRule(2_700, 42_300, 48_600)  # 45 min, from 11:45, left by 13:30
ALL_DAY = (((32_400, 59_400),),) * 5
HOME = RepAccount(visits_per_4_weeks=0, service_s=0, start_windows=((),) * 5)


def street(*minutes):
    """Places along one street, given by their minutes from home (0)."""
    places = np.array([0, *minutes]) * 60
    return np.abs(places[:, None] - places[None, :]).astype(np.int64)


def monthly(windows=ALL_DAY, **options):
    defaults = {"visits_per_4_weeks": 1, "service_s": 1_800, "start_windows": windows}
    return RepAccount(**(defaults | options))


def world(accounts, minutes, **options):
    defaults = {"day": DAY, "lunch": LUNCH, "travel_s": street(*minutes)}
    return RepProblem(accounts=(HOME, *accounts), **(defaults | options))


def judge(problem, plan):  # noqa: C901
    """List what a PLAN.json breaks; reads nothing but the problem and the plan."""
    broken, travel_s, visited = [], 0, {}
    for day in plan["days"]:
        if not day["stops"]:
            continue
        now, here, lunch_done = problem.day[0], 0, False
        lunch_at = day["lunch_start_s"]
        for number, stop in enumerate(day["stops"]):
            place = stop["account"]
            drive = int(problem.travel_s[here, place])
            travel_s += drive
            ready = now + drive
            if stop["arrive_s"] < ready:
                broken.append((day["day"], "arrives too early"))
            account = problem.accounts[place]
            spans = account.start_windows[day["day"] % 5]
            promised = [a[1:] for a in account.fixed if a.day == day["day"]]
            spans = promised or spans
            starts = [max(ready, a) for a, b in spans if ready <= b]
            left = min(starts, default=0) + account.service_s
            may_eat = number > 0 or left > problem.lunch.latest_s
            if not lunch_done and lunch_at < stop["start_s"] and may_eat:
                if now > problem.lunch.latest_s:
                    broken.append((day["day"], "late lunch"))
                ready = max(ready, problem.lunch.earliest_s) + problem.lunch.duration_s
                lunch_done = True
            if stop["start_s"] < ready:
                broken.append((day["day"], "starts too early"))
            if not any(a <= stop["start_s"] <= b for a, b in spans):
                broken.append((day["day"], f"{place} outside its window"))
            if stop["leave_s"] - stop["start_s"] != account.service_s:
                broken.append((day["day"], f"{place} served too short"))
            visited.setdefault(place, []).append(day["day"])
            now, here = stop["leave_s"], place
        travel_s += int(problem.travel_s[here, 0])
        end = now + int(problem.travel_s[here, 0])
        if not lunch_done:
            if now > problem.lunch.latest_s:
                broken.append((day["day"], "no lunch"))
            end = max(end, problem.lunch.earliest_s) + problem.lunch.duration_s
        if day["end_s"] < end or day["end_s"] > problem.day[1]:
            broken.append((day["day"], "ends late"))
    return broken, travel_s, visited
