"""Dispatch `python -m benchmarks NAME`; see NAMES."""

from __future__ import annotations

import importlib
import importlib.util
import sys

NAMES = (
    "territory",
    "routing",
    "commissions",
    "app",
    "duplicates",
    "endurance",
    "store",
)


def main(argv: list[str]) -> int:
    """
    Run the benchmark that the first argument names with the other arguments.

    Parameters
    ----------
    argv
        Arguments without the program's name.

    Returns
    -------
    0: done; 1: something ran but missed its goal; 2: bad usage.
    """
    usage = f"usage: python -m benchmarks {'|'.join(NAMES)} [options]"
    if not argv or argv[0] in ("-h", "--help"):
        print(usage)
        return 0 if argv else 2
    name, rest = argv[0], argv[1:]
    if name not in NAMES:
        print(f"{name!r} is no benchmark; {usage}", file=sys.stderr)
        return 2
    if importlib.util.find_spec(f"benchmarks.{name}") is None:
        print(f"there is no benchmark of {name} yet", file=sys.stderr)
        return 2
    return int(importlib.import_module(f"benchmarks.{name}").main(rest) or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
