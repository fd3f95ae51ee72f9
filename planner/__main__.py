"""Entry of ``python -m planner``."""

import os
import signal
import sys
from types import FrameType

CANCELLED = 130


def _end(_signum: int, _frame: FrameType | None) -> None:
    """End at once: nothing is begun, and an import broken off may say anything."""
    os.write(2, b"planner: cancelled; nothing was written\n")
    os._exit(CANCELLED)


def run() -> None:
    """Run one verb of the command line, from its first moment to its exit code."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, _end)
    from planner.cli.main import main

    code = main()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_IGN)  # all is done: let Python end in peace
    # An interrupt inside any exec of text has marked the interpreter to end by killing
    # itself, though it was handled since; evaluating a text takes the mark away.
    eval("None")  # noqa: S307
    sys.exit(code)


if __name__ == "__main__":
    run()
