"""Processes end with a run that was cancelled, and pass an interrupt by."""

import multiprocessing
import signal
import sys
import time
from types import ModuleType

import pytest

from planner.core.executors import processes
from planner.core.run import RunControl


@pytest.fixture(autouse=True)
def bare_main(monkeypatch):
    """Begin from nothing: a page tested before leaves its script as the main module."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


def blocked():
    """Tell whether an interrupt of the terminal would pass by."""
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_an_interrupt_passes_processes_by():
    with processes(2, RunControl()) as executor:
        assert executor.submit(blocked).result()
        assert not blocked()
    assert multiprocessing.active_children() == []


def test_a_cancelled_run_does_not_wait_for_its_processes():
    cancelled = []
    run = RunControl(is_cancelled=lambda: bool(cancelled))
    with processes(2, run) as executor:
        executor.submit(blocked).result()
        executor.submit(time.sleep, 3600)
        cancelled.append(True)
    assert multiprocessing.active_children() == []


def test_a_failed_run_does_not_wait_either():
    def fail():
        with processes(1, RunControl()) as executor:
            executor.submit(time.sleep, 3600)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert multiprocessing.active_children() == []
