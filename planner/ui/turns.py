"""Pages take turns on the server: what is looked at first, before what lies below."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

LONGEST_WAIT_S = 1.0  # so long a page waits for those before it
LOOK_S = 0.05  # as often who waits looks whether its user went on
_mine = threading.local()


class Turns:
    """
    One page at a time; the tops of pages before what lies below them.

    Notes
    -----
    Python's threads share one processor, so pages drawn beside each other are all late.
    In turn, the first is ready early. What lies below a page is waited for less, so a
    top that comes meanwhile goes before it (a queue of two priorities, none
    interrupted: Cobham 1954, "Priority assignment in waiting line problems").
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_taken = False
        self._n_tops = 0  # pages waiting with nothing drawn yet

    def take(self, *, is_top: bool) -> bool:
        """
        Wait for the turn, `LONGEST_WAIT_S` at most.

        Parameters
        ----------
        is_top
            Whether nothing of the page has been drawn yet.

        Returns
        -------
        Whether it was given; who has waited in vain goes on beside a page that takes
        long, such as an import.
        """
        deadline_s = time.monotonic() + LONGEST_WAIT_S
        with self._changed:
            self._n_tops += is_top
            try:
                while self._is_taken or (self._n_tops and not is_top):
                    left_s = deadline_s - time.monotonic()
                    if left_s <= 0:
                        return False
                    self._changed.wait(min(left_s, LOOK_S))
                    _give_way()
                self._is_taken = True
            finally:
                self._n_tops -= is_top
                self._changed.notify_all()
        return True

    def give_back(self) -> None:
        """Let the next one draw."""
        with self._changed:
            self._is_taken = False
            self._changed.notify_all()


def _give_way() -> None:
    """Stop here if the user went on: Streamlit looks at each read of the state."""
    _ = "anything" in st.session_state


_turns = Turns()  # of the whole server: modules are loaded once


@contextmanager
def turn() -> Iterator[None]:
    """Draw a page in its turn."""
    _mine.has_turn = _turns.take(is_top=True)
    try:
        yield
    finally:
        if _mine.has_turn:
            _turns.give_back()
        _mine.has_turn = False


def let_tops_pass() -> None:
    """Let other pages' tops be drawn before what follows on this one."""
    if getattr(_mine, "has_turn", False):
        _turns.give_back()
        _mine.has_turn = False  # also if waiting ends by the user going on
        _mine.has_turn = _turns.take(is_top=False)
