"""A page of a test, served by a Streamlit of its own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from planner.core.settings import ROOT

READY_S = 60


@contextmanager
def served(folder: Path, page: str) -> Iterator[str]:
    """
    Serve a page with the app's style and scripts.

    Parameters
    ----------
    folder
        An empty one.
    page
        The page's code; ``{root!r}`` in it becomes the project's folder.
    """
    (folder / "app.py").write_text(page.format(root=str(ROOT)))
    shutil.copytree(ROOT / "static", folder / "static")
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port"]
    server = subprocess.Popen([*command, str(port)], cwd=folder)
    try:
        deadline = time.monotonic() + READY_S
        while not _is_open(port):
            assert server.poll() is None, "the page's server ended"
            assert time.monotonic() < deadline, "the page's server did not start"
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
