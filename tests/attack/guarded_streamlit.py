"""``streamlit``, noting every address that its process reaches for."""

import os
import sys
from pathlib import Path

REACHING = {"socket.connect", "socket.sendto"}
RESOLVING = {"socket.getaddrinfo", "socket.gethostbyname"}


def guard(path):
    """Note, a line each, where this process connects and whom it looks up."""
    notes = Path(path).open("a", buffering=1)  # noqa: SIM115 - open to the end

    def note(event, args):
        if event in RESOLVING:
            notes.write(f"{args[0]}\n")
        elif event in REACHING:
            address = args[1]
            notes.write(f"{address[0] if isinstance(address, tuple) else 'unix'}\n")

    sys.addaudithook(note)


if __name__ == "__main__":
    from streamlit.web.cli import main

    guard(os.environ["GUARD_NOTES"])
    main()
