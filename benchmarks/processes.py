"""Processes that can be measured or killed: warm, apart, and quick to start."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import ModuleType


def start_apart(
    target: Callable[..., None], *args: object, preload: str
) -> tuple[BaseProcess, Connection]:
    """
    Start a function in a process that has loaded a module but opened nothing.

    Parameters
    ----------
    target
        Called with the sending end of a pipe, then with `args`.
    preload
        Module that the server of processes loads once for all of them.

    Returns
    -------
    The process, and the receiving end; it ends (`EOFError`) with the process.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([preload])
    told, tell = context.Pipe(duplex=False)
    process = context.Process(target=target, args=(tell, *args), daemon=True)
    with _without_main():
        process.start()
    tell.close()  # ours, so that the death of the process ends the pipe
    return process, told


@contextmanager
def _without_main() -> Iterator[None]:
    """Keep the new process from running our main script, which may be Streamlit's."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
