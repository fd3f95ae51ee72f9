"""Pages are drawn in turn, so that many planners at once do not hinder each other."""

import threading

import pytest
import streamlit as st

from planner.ui import session


@pytest.fixture(autouse=True)
def fresh():
    """Begin with nobody's turn."""
    st.cache_resource.clear()


def is_begun_beside(wait_s):
    """Tell whether another page is begun while this one is drawn for so long."""
    begun = threading.Event()

    def other():
        with session.turn():
            begun.set()

    thread = threading.Thread(target=other)
    with session.turn():
        thread.start()
        is_begun = begun.wait(wait_s)
    thread.join(timeout=30)
    assert begun.is_set(), "it was never drawn"
    return is_begun


def test_a_page_waits_until_the_one_before_is_drawn(monkeypatch):
    monkeypatch.setattr(session, "LONGEST_TURN_S", 20.0)
    assert not is_begun_beside(0.2)


def test_a_page_that_takes_long_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(session, "LONGEST_TURN_S", 0.05)
    assert is_begun_beside(20)


def test_a_fault_gives_the_turn_back(monkeypatch):
    monkeypatch.setattr(session, "LONGEST_TURN_S", 0.05)
    with pytest.raises(ValueError, match="broken"), session.turn():
        raise ValueError("broken")
    assert session._turns().acquire(timeout=0)


def test_who_waited_in_vain_gives_back_no_turn(monkeypatch):
    monkeypatch.setattr(session, "LONGEST_TURN_S", 0.05)
    assert is_begun_beside(20)
    assert session._turns().acquire(timeout=0)
    assert not session._turns().acquire(timeout=0)
