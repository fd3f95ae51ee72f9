"""
The command line: ``python -m planner VERB``.

Exit codes: 0 done; 1 done, but a stated requirement is not met; 2 bad input or usage,
nothing written; 3 a fault of ours; 130 cancelled.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from planner.cli.imports import add_check, add_export, add_import
from planner.cli.output import BAD_INPUT, CANCELLED, DONE, OUR_FAULT, settings_of
from planner.cli.solving import add_balance, add_demo, add_pay, add_visits
from planner.cli.store import add_app, add_store_verbs
from planner.core.errors import PlannerError
from planner.core.files.outputs import Outputs
from planner.core.interrupts import Interrupts


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run one verb.

    Parameters
    ----------
    argv
        Words of the command line; None: those of the process.

    Returns
    -------
    The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    interrupts = Interrupts()
    with interrupts.handled():
        return _outcome_of(argv, interrupts)


def _outcome_of(argv: Sequence[str] | None, interrupts: Interrupts) -> int:
    """Parse and run; every end is told in one line, but a fault of ours."""
    args = argparse.Namespace(verb="", outputs=Outputs())
    try:
        _parser().parse_args(argv, args)
        args.interrupts = interrupts
        args.outputs = Outputs(lambda: _protected(args))
        code: int = args.verb_function(args)
    except BrokenPipeError:
        return DONE
    except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - the last net
        # What an interrupt broke may come out as any error, of an import above all.
        if isinstance(error, KeyboardInterrupt) or interrupts.is_set():
            return _cancelled(args)
        return _failed(args.verb, error)
    return _cancelled(args) if interrupts.is_set() else code


def _cancelled(args: argparse.Namespace) -> int:
    names = ", ".join(map(str, args.outputs.written))
    state = f"written: {names}" if names else "no file was written"
    if hasattr(args, "store"):
        state += "; the store keeps what was saved before"
    print(f"planner {args.verb}: cancelled; {state}", file=sys.stderr)
    return CANCELLED


def _failed(verb: str, error: Exception) -> int:
    """Name what the user can mend; show the trace of what only we can."""
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        place = "" if error.filename is None else f"{_shown(error.filename)}: "
        print(f"planner {verb}: {place}{reason}", file=sys.stderr)
        return BAD_INPUT
    if isinstance(error, PlannerError):
        print(f"planner {verb}: {error}", file=sys.stderr)
        return BAD_INPUT
    traceback.print_exception(error)
    print(f"planner {verb}: a fault of ours, see above", file=sys.stderr)
    return OUR_FAULT


def _shown(filename: str | bytes | int) -> str:
    return str(filename) if isinstance(filename, int) else os.fsdecode(filename)


def _protected(args: argparse.Namespace) -> dict[str, Path]:
    """Name what no output may replace, besides the inputs."""
    from planner.services.admin.upkeep import store_files

    files = store_files(settings_of(args))
    for name in ("stdout", "stderr"):
        stream = Path("/dev") / name
        # What is mixed with other lines is no file any more.
        if stream.is_file() or (args.json and stream.exists()):
            files[f"what goes to {name}"] = stream
    return files


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m planner", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for add in (
        add_demo,
        add_check,
        add_import,
        add_balance,
        add_visits,
        add_pay,
        add_export,
        add_store_verbs,
        add_app,
    ):
        add(verbs)
    return parser
