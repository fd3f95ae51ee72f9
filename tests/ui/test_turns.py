"""Pages are drawn in turn, so that many planners at once do not hinder each other."""

import threading
import time

import pytest

from planner.ui import turns
from planner.ui.turns import let_tops_pass, turn

LONG_S = 20.0


@pytest.fixture(autouse=True)
def fresh():
    """Begin with nobody's turn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turns, "_turns", turns.Turns())
        yield


def is_free():
    """Tell whether the turn can be had at once."""
    queue = turns._turns
    has_turn = queue.take(is_top=True)
    if has_turn:
        queue.give_back()
    return has_turn


def is_begun_beside(wait_s):
    """Tell whether another page is begun while this one is drawn for so long."""
    begun = threading.Event()

    def other():
        with turn():
            begun.set()

    thread = threading.Thread(target=other)
    with turn():
        thread.start()
        is_begun = begun.wait(wait_s)
    thread.join(timeout=30)
    assert begun.is_set(), "it was never drawn"
    return is_begun


def test_a_page_waits_until_the_one_before_is_drawn(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_WAIT_S", LONG_S)
    assert not is_begun_beside(0.2)


def test_a_page_that_takes_long_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_WAIT_S", 0.05)
    assert is_begun_beside(LONG_S)


def test_a_fault_gives_the_turn_back(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_WAIT_S", 0.05)
    with pytest.raises(ValueError, match="broken"), turn():
        raise ValueError("broken")
    assert is_free()


def enter_and_leave():
    with turn():
        pass


def test_who_waited_in_vain_gives_back_no_turn(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_WAIT_S", 0.05)
    with turn():
        other = threading.Thread(target=enter_and_leave)
        other.start()
        other.join()
        assert not is_free()
    assert is_free()


def test_tops_pass_before_what_lies_below(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_WAIT_S", LONG_S)
    queue, drawn = turns._turns, []

    def page(name):
        with turn():
            drawn.append(f"top of {name}")
            let_tops_pass()
            drawn.append(f"below {name}")

    with turn():
        first = threading.Thread(target=page, args=("1",))
        second = threading.Thread(target=page, args=("2",))
        for number, thread in enumerate((first, second), 1):
            thread.start()
            while queue._n_tops < number:
                time.sleep(0.01)
    for thread in (first, second):
        thread.join(timeout=LONG_S)
    assert {place.split()[0] for place in drawn[:2]} == {"top"}
    assert {place.split()[0] for place in drawn[2:]} == {"below"}
    assert len(drawn) == 4


def test_who_is_alone_keeps_the_turn():
    with turn():
        let_tops_pass()
        assert turns._turns._is_taken
    assert is_free()


def test_who_waits_stops_when_its_user_goes_on(monkeypatch):
    class GoneOn(BaseException):
        """As Streamlit ends a run that a newer one overtakes."""

    def gone_on():
        raise GoneOn

    queue = turns._turns
    with turn():
        monkeypatch.setattr(turns, "_give_way", gone_on)
        for is_top in (True, False):
            with pytest.raises(GoneOn):
                queue.take(is_top=is_top)
        assert queue._n_tops == 0
    monkeypatch.undo()
    assert is_free()


def test_a_page_overtaken_while_tops_pass_holds_no_turn(monkeypatch):
    queue = turns._turns

    def overtaken(**_):
        raise KeyboardInterrupt

    def page():
        with turn():
            monkeypatch.setattr(queue, "take", overtaken)
            let_tops_pass()

    with pytest.raises(KeyboardInterrupt):
        page()
    monkeypatch.undo()
    assert is_free()
