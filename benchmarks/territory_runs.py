"""One method on one case, in a process of its own: plan, time, memory."""

from __future__ import annotations

import importlib
import os
import resource
import time
import traceback
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection

import numpy as np
import pandas as pd

from benchmarks.processes import start_apart
from benchmarks.territory_instances import Case, own_instances
from benchmarks.territory_peers import PEERS
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.problem import Problem, build_problem
from planner.territory.search.contiguity import count_extra_pieces
from planner.territory.solve.balance import balance

OURS = "ours"
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One run of one method.

    Parameters
    ----------
    deviation, rms_km, extra_pieces
        Of the plan, judged by one yardstick; NaN and -1 without a plan.
    elapsed_s, cpu_s, peak_mb
        Of the method; the peak holds the libraries and the instance too.
    gap, proven
        Proven gap of travel and proven least deviation, of ours only.
    stages
        Seconds by stage, ours only.
    ended
        ``ended``, or why there is no plan.
    """

    instance: str
    n_units: int
    n_territories: int
    method: str
    seed: int
    deviation: float = np.nan
    rms_km: float = np.nan
    extra_pieces: int = -1
    elapsed_s: float = np.nan
    cpu_s: float = np.nan
    peak_mb: float = np.nan
    gap: float | None = None
    proven: float | None = None
    stages: dict[str, float] | None = None
    is_met: bool = False
    ended: str = "ended"


def params_of(case: Case, seed: int) -> BalanceParams:
    """Say what is asked of a case in the engine's words."""
    measures = tuple(
        BalanceMeasure(column=column, tolerance=tolerance)
        for column, tolerance in case.tolerances.items()
    )
    return BalanceParams(measures=measures, n_territories=case.n_territories, seed=seed)


def problem_of(case: Case) -> Problem:
    """Lay out a case as arrays, for the peers and the judgement."""
    return build_problem(
        case.instance,
        params_of(case, 0),
        tuple(f"T{k}" for k in range(case.n_territories)),
    )


def methods_for(case: Case) -> list[str]:
    """List the peers that the case is not too large for."""
    size = len(case.units) * case.n_territories
    return [name for name, peer in PEERS.items() if size <= peer.most]


def run_apart(case: Case, method: str, seed: int, limit_s: float | None) -> Row:
    """
    Run a method once, apart and on one thread.

    Parameters
    ----------
    case, seed
        What to divide.
    method
        ``ours`` or one of `PEERS`.
    limit_s
        CPU seconds after which the process ends without a plan; None: no limit.
    """
    for name in _ONE_THREAD:
        os.environ[name] = "1"
    empty = Row(
        instance=case.label,
        n_units=len(case.units),
        n_territories=case.n_territories,
        method=method,
        seed=seed,
    )
    process, told = start_apart(
        _run, case, empty, limit_s, preload="benchmarks.territory_runs"
    )
    try:
        row: Row = told.recv()
    except EOFError:
        row = replace(empty, ended=f"no plan in {limit_s} CPU s")
    process.join()
    return row


def _run(tell: Connection, case: Case, empty: Row, limit_s: float | None) -> None:
    """Run the method of a row and send the row back."""
    try:
        # Loading libraries and compiled code is no part of any run.
        if empty.method == OURS:
            small = own_instances()[0]
            balance(small.instance, replace(params_of(small, 0), effort=0.01))
            tell.send(_ours(case, empty))
        else:
            for module in PEERS[empty.method].modules:
                importlib.import_module(module)
            tell.send(_peer(case, empty, limit_s))
    except Exception as error:  # noqa: BLE001 - a peer may fail in any way
        traceback.print_exc()
        tell.send(replace(empty, ended=f"{type(error).__name__}: {error}"))


def _ours(case: Case, empty: Row) -> Row:
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    result = balance(case.instance, params_of(case, empty.seed))
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    row = replace(
        empty,
        elapsed_s=wall_s,
        cpu_s=cpu_s,
        peak_mb=_peak_mb(),
        gap=result.gap,
        proven=max(result.proven_deviation.values(), default=None),
        stages=dict(result.stages),
    )
    ids = pd.Index(result.tallies["territory_id"].unique())
    placed = result.alignment.territory_by_unit.reindex(case.units.index)
    labels = ids.get_indexer(placed).astype(np.int64)
    return _judged(problem_of(case), labels, row)


def _peer(case: Case, empty: Row, limit_s: float | None) -> Row:
    problem = problem_of(case)
    if limit_s is not None:
        # The kernel ends the process: peers cannot be asked to stop.
        last_s = int(np.ceil(time.process_time() + limit_s))
        resource.setrlimit(resource.RLIMIT_CPU, (last_s, last_s))
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    labels = PEERS[empty.method].find(problem, empty.seed)
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    row = replace(empty, elapsed_s=wall_s, cpu_s=cpu_s, peak_mb=_peak_mb())
    return _judged(problem, labels, row)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _judged(problem: Problem, labels: np.ndarray, row: Row) -> Row:
    """Judge a plan by the same yardstick whoever made it."""
    deviation = np.abs(problem.loads(labels) - 1).max(axis=0)
    return replace(
        row,
        deviation=float(deviation.max()),
        rms_km=float(np.sqrt(problem.travel(labels) / problem.weight.sum())),
        extra_pieces=count_extra_pieces(problem, labels),
        is_met=not (problem.excess(labels) > 1e-9).any(),
    )
