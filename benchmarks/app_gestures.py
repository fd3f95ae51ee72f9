"""
The workbench under a planner's hand: first picture, gestures, ten planners at once.

``python -m benchmarks app --only gestures [--quick] [--json FILE]`` starts the real
app on companies of its own and plays planners with a real mouse; see `app_driver`.
"""

from __future__ import annotations

import asyncio
import math
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.app_company import make_company
from benchmarks.app_crowd import Echo, Turn, poll_of, turn_of
from benchmarks.app_driver import Planner, Seen, chromium, cpu_s, running_app

SEED = 5
# Places to draw at, in shares of the map's width and height: the country's east half,
# where most accounts are.
WEST, EAST, NORTH, SOUTH = 0.58, 0.72, 0.36, 0.56
LASSO_REACH = 0.01  # of the map's width: some hundred accounts of 100,000
# Not run here: measured before on the same kind of machine under load, see
# ../shared/evidence/ui.md; seconds and MB of one click.
ELSEWHERE = {
    "streamlit-folium, 3,000 polygons": (2.3, 1.1),
    "streamlit-folium, 100,000 points": (13.0, 13.3),
    "pydeck, 3,000 polygons": (6.0, 4.6),
    "pydeck, 100,000 points": (13.3, 13.4),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    n_accounts: int = 100_000
    n_territories: int = 100
    n_rounds: int = 10  # of brush, lasso, assign: thirty gestures
    n_planners: int = 10
    n_their_accounts: int = 5_000
    n_their_rounds: int = 5
    think_s: tuple[float, float] = (2.0, 8.0)  # between two gestures


QUICK = Size(
    n_accounts=10_000,
    n_territories=40,
    n_rounds=3,
    n_planners=3,
    n_their_rounds=2,
    think_s=(1.0, 3.0),
)


def measure_gestures(*, is_quick: bool = False) -> pd.DataFrame:
    """
    Play one planner on the large company, then several on the small one.

    Parameters
    ----------
    is_quick
        A tenth of it, to see that it works.

    Returns
    -------
    Indexed by step: `value`, `goal` (missing: none) and `unit`.
    """
    size = QUICK if is_quick else Size()
    with tempfile.TemporaryDirectory(prefix="planner-app-") as folder:
        alone = asyncio.run(_alone(Path(folder), size))
        crowd = asyncio.run(_crowd(Path(folder), size))
    return pd.DataFrame(
        [*alone, *crowd], columns=["step", "value", "goal", "unit"]
    ).set_index("step")


Row = tuple[str, float, float, str]
NO_GOAL = math.nan


async def _alone(folder: Path, size: Size) -> list[Row]:
    """Measure one planner on the large company."""
    store_url = f"sqlite:///{folder}/large.sqlite"
    built_s = _seconds(
        lambda: make_company(
            store_url, n_accounts=size.n_accounts, n_territories=size.n_territories
        )
    )
    n, rng = f"{size.n_accounts:,} accounts", random.Random(SEED)  # noqa: S311
    with running_app(folder, store_url) as (url, pid):
        async with chromium() as browser:
            first = await Planner.sit_down(browser)
            await first.look_at_home(url)
            cold = await first.open_map()
            planner = await Planner.sit_down(browser)
            await planner.look_at_home(url)
            warm = await planner.open_map()
            await first.page.close()
            shown = await planner.show_accounts()
            await planner.pick_accounts()
            used_s = cpu_s(pid)
            seen = [
                found
                for number in range(size.n_rounds)
                for gesture in _round(planner, rng, number)
                if (found := await gesture) is not None
            ]
            server_s = (cpu_s(pid) - used_s) / len(seen)
    return [
        (f"company of {n} made", built_s, NO_GOAL, "s"),
        (f"first picture, {n}, first of a server", cold.elapsed_s, 3.0, "s"),
        (f"first picture, {n}, the next planner", warm.elapsed_s, 3.0, "s"),
        (f"first picture, {n}, sent", warm.received_mb, NO_GOAL, "MB"),
        (f"accounts laid over the map, {n}", shown.elapsed_s, NO_GOAL, "s"),
        (f"accounts laid over the map, {n}, sent", shown.received_mb, NO_GOAL, "MB"),
        *_told(n, seen),
        (f"server's processor time a gesture, {n}", server_s, NO_GOAL, "s"),
    ]


def _round(
    planner: Planner, rng: random.Random, number: int
) -> Iterator[Awaitable[Seen | None]]:
    """Brush, lasso, assign, and take it back where the page offers that."""
    x, y = rng.uniform(WEST, EAST), rng.uniform(NORTH, SOUTH)
    stroke = [(x, y), (x + 0.02, y + 0.01), (x + 0.03, y - 0.02)]
    around = [
        (x + LASSO_REACH * math.cos(turn), y + 1.5 * LASSO_REACH * math.sin(turn))
        for turn in np.linspace(0, 2 * math.pi, 24)
    ]
    yield planner.choose_target(number)
    yield planner.draw("paint", stroke)
    yield planner.draw("lasso", around)
    yield planner.assign()
    yield planner.undo()


def _told(of: str, seen: Sequence[Seen]) -> list[Row]:
    """Sum up gestures: each kind, then all together against the goals."""
    rows: list[Row] = []
    for kind in dict.fromkeys(gesture.kind for gesture in seen):
        took = [gesture.elapsed_s for gesture in seen if gesture.kind == kind]
        rows.append((f"{kind}, {of}, median", float(np.median(took)), NO_GOAL, "s"))
    took = [gesture.elapsed_s for gesture in seen]
    sent = [gesture.received_mb for gesture in seen]
    n = f"{len(seen)} gestures, {of}"
    return [
        *rows,
        (f"{n}, p50", float(np.quantile(took, 0.5)), NO_GOAL, "s"),
        (f"{n}, p95", float(np.quantile(took, 0.95)), 1.0, "s"),
        (f"{n}, whole page, p95", _p95(g.settled_s for g in seen), NO_GOAL, "s"),
        (f"{n}, most sent", max(sent), 0.2, "MB"),
    ]


def _p95(values: Iterable[float]) -> float:
    return float(np.quantile(list(values), 0.95))


async def _crowd(folder: Path, size: Size) -> list[Row]:
    """Measure one planner while others work, each on a scenario of their own."""
    store_url = f"sqlite:///{folder}/small.sqlite"
    _, drafts = make_company(
        store_url,
        n_accounts=size.n_their_accounts,
        n_territories=25,
        n_drafts=size.n_planners + 1,
    )
    names = [f"Draft {number + 1}" for number in range(len(drafts))]
    with running_app(folder, store_url) as (url, pid):
        async with chromium() as browser:
            first = await _at_work(browser, url, drafts[0])
            opening = turn_of(first.sent)
            used_s = cpu_s(pid)
            alone, turns = await _recorded(first, size)
            server_s = (cpu_s(pid) - used_s) / len(turns)
            poll = poll_of(first.sent)
            await first.page.close()
            echoes = [
                Echo(
                    url=url,
                    scenario_id=drafts[place],
                    name=names[place],
                    recorded_id=drafts[0],
                    recorded_name=names[0],
                )
                for place in range(2, len(drafts))
            ]
            person = await _at_work(browser, url, drafts[1])
            ready = asyncio.Barrier(len(echoes) + 1)
            others = [
                asyncio.create_task(
                    echo.work(
                        opening,
                        turns,
                        poll,
                        random.Random(SEED + place),  # noqa: S311
                        size.think_s,
                        ready,
                    )
                )
                for place, echo in enumerate(echoes)
            ]
            await ready.wait()
            used_s, started = cpu_s(pid), time.perf_counter()
            seen = await _worked(person, size)
            elapsed_s = time.perf_counter() - started
            busy = (cpu_s(pid) - used_s) / elapsed_s
            await asyncio.gather(*others)
    n = f"{size.n_planners} planners, {size.n_their_accounts:,} accounts"
    took = [gesture.elapsed_s for gesture in seen]
    answered = [one for echo in echoes for one in echo.answered_s]
    return [
        (f"alone, {size.n_their_accounts:,} accounts, p95", _p95(alone), NO_GOAL, "s"),
        ("alone: server's processor time a gesture", server_s, NO_GOAL, "s"),
        (f"{n}: {len(seen)} gestures, p50", float(np.median(took)), NO_GOAL, "s"),
        (f"{n}: p95", _p95(took), 1.0, "s"),
        (f"{n}: whole page, p95", _p95(g.settled_s for g in seen), NO_GOAL, "s"),
        (f"{n}: most sent", max(g.received_mb for g in seen), 0.2, "MB"),
        (f"{n}: server's answers to the others, p95", _p95(answered), NO_GOAL, "s"),
        (f"{n}: gestures a second", len(answered) / elapsed_s, NO_GOAL, ""),
        (f"{n}: server busy", busy, NO_GOAL, "of a core"),
    ]


async def _at_work(browser: Any, url: str, scenario_id: str) -> Planner:
    """Open the workbench on a scenario."""
    planner = await Planner.sit_down(browser)
    await planner.open_scenario(url, scenario_id)
    return planner


async def _recorded(planner: Planner, size: Size) -> tuple[list[float], list[Turn]]:
    """Let one planner work alone, and note what each gesture sent."""
    rng = random.Random(SEED)  # noqa: S311
    took: list[float] = []
    turns: list[Turn] = []
    for number in range(size.n_their_rounds):
        n_before = len(planner.sent)
        for gesture in _round(planner, rng, number):
            seen = await gesture
            if seen is not None:
                took.append(seen.elapsed_s)
            turns.append(turn_of(planner.sent[n_before:]))
            n_before = len(planner.sent)
    return took, turns


async def _worked(planner: Planner, size: Size) -> list[Seen]:
    """Think, do something, think again."""
    rng = random.Random(SEED)  # noqa: S311
    seen: list[Seen] = []
    for number in range(size.n_their_rounds):
        for gesture in _round(planner, rng, number):
            await asyncio.sleep(rng.uniform(*size.think_s))
            found = await gesture
            if found is not None:
                seen.append(found)
    return seen


def _seconds(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def print_gestures(table: pd.DataFrame) -> bool:
    """Print the figures beside others' clicks; tell whether all goals were reached."""
    is_reached = print_figures(table)
    print("for comparison, not run here (../shared/evidence/ui.md): one click takes")
    for name, (took_s, sent_mb) in ELSEWHERE.items():
        print(f"    {name}: {took_s} s, {sent_mb} MB")
    return is_reached


def print_figures(table: pd.DataFrame) -> bool:
    """Print figures and goals; tell whether all goals were reached."""
    is_met = table["value"] <= table["goal"]
    said = np.where(table["goal"].isna(), "", np.where(is_met, "yes", "NO"))
    shown = table.assign(reached=said, ratio=table["value"] / table["goal"])
    load = " ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"workbench, wall seconds; {os.cpu_count()} cores, load {load} at the end")
    print(shown.round(3).to_string(na_rep=""))
    return bool((shown["reached"] != "NO").all())
