"""Processes that work side by side and never outlive an interrupt."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import resource_tracker

from planner.core.run import RunControl


@contextmanager
def processes(n_workers: int, run: RunControl) -> Iterator[ProcessPoolExecutor]:
    """
    Start processes; end them at once if the run is cancelled or fails.

    Parameters
    ----------
    n_workers
        How many; 0, or more than there are cores: one for each core.
    run
        Its cancel is looked at on leaving.
    """
    n_cores = os.cpu_count() or 1
    n_workers = min(n_workers or n_cores, n_cores)
    before = set(multiprocessing.active_children())
    executor = ProcessPoolExecutor(
        n_workers, mp_context=multiprocessing.get_context("spawn")
    )
    has_ended = False
    try:
        with _uninterrupted():
            for _ in range(n_workers):  # a task each: so all start here
                executor.submit(int)
        yield executor
        has_ended = not run.is_cancelled()
    finally:
        executor.shutdown(wait=has_ended, cancel_futures=True)
        if not has_ended:
            _end(set(multiprocessing.active_children()) - before)


def _end(started: set[multiprocessing.process.BaseProcess]) -> None:
    """End processes in the middle of their work: they hold nothing but memory."""
    for process in started:
        process.terminate()
    for process in started:
        process.join()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start processes that an interrupt passes by: who started them ends them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Starting it later would lift the mask (`ensure_running` does so at its end).
    resource_tracker.ensure_running()
    interrupt = {signal.SIGINT}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, interrupt)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
