"""An interrupt ends a run in order, or waits where it would tear something."""

import signal
import time

import pytest

from planner.core.interrupts import SIGNALS, Interrupts, deferred


@pytest.mark.parametrize("signum", SIGNALS)
def test_an_interrupt_raises_and_handlers_come_back(signum):
    before, interrupts = signal.getsignal(signum), Interrupts()
    with pytest.raises(KeyboardInterrupt), interrupts.handled():
        signal.raise_signal(signum)
    assert interrupts.is_set()
    assert signal.getsignal(signum) is before


def test_a_gentle_run_is_asked_first(capfd):
    interrupts = Interrupts()
    interrupts.is_gentle = True
    with interrupts.handled():
        signal.raise_signal(signal.SIGINT)
        assert interrupts.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert "once more stops at once" in capfd.readouterr().err


def test_a_deferred_interrupt_comes_after():
    steps = []

    def put_in_order():
        with deferred():
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            steps.append("whole")
        steps.append("torn")

    with Interrupts().handled(), pytest.raises(KeyboardInterrupt):
        put_in_order()
    assert steps == ["whole"]


def test_an_interrupt_in_a_destructor_is_not_lost(capfd):
    class Deaf:
        def __del__(self):
            signal.raise_signal(signal.SIGINT)

    def wait():
        Deaf()
        time.sleep(30)

    with Interrupts().handled(), pytest.raises(KeyboardInterrupt):
        wait()
    assert "Traceback" not in capfd.readouterr().err
