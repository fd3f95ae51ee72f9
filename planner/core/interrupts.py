"""What an interrupt (SIGINT, SIGTERM) does to a run, and where it has to wait."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_AGAIN_S = 0.02
_Handler = Callable[[int, FrameType | None], Any]


class Interrupts:
    """
    The interrupts of a run.

    An interrupt raises KeyboardInterrupt, so that everything on the way out puts itself
    in order. In a `gentle` run the first one is only noted, since the run asks for it
    (`RunControl.is_cancelled`) and ends with what it has; a second one raises.
    """

    def __init__(self) -> None:
        self.count = 0
        self.is_gentle = False

    def is_set(self) -> bool:
        """Tell whether there was one."""
        return self.count > 0

    def _arrive(self, _signum: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self.is_gentle and self.count == 1:
            # Not print: the run may be in the middle of one.
            os.write(2, b"\nstopping with what is there; once more stops at once\n")
            return
        raise KeyboardInterrupt

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Take the interrupts of the process; what was done with them comes back."""
        if not _is_main_thread():  # only there Python lets one
            yield
            return
        report = sys.unraisablehook

        def raise_again(lost: Any) -> None:
            # Python drops what is raised in a destructor or callback.
            if not issubclass(lost.exc_type, KeyboardInterrupt):
                report(lost)
                return
            again = threading.Timer(_AGAIN_S, _thread.interrupt_main)
            again.daemon = True
            again.start()

        sys.unraisablehook = raise_again
        try:
            with _handling(self._arrive):
                yield
        finally:
            sys.unraisablehook = report


@contextmanager
def deferred() -> Iterator[None]:
    """Let an interrupt wait until what must not be torn is done."""
    if not _is_main_thread():
        yield
        return
    waiting: list[int] = []
    with _handling(lambda signum, _: waiting.append(signum)):
        yield
    for signum in waiting[:1]:
        signal.raise_signal(signum)


@contextmanager
def _handling(handler: _Handler) -> Iterator[None]:
    before = {signum: signal.signal(signum, handler) for signum in SIGNALS}
    try:
        yield
    finally:
        for signum, earlier in before.items():
            signal.signal(signum, signal.SIG_DFL if earlier is None else earlier)


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
