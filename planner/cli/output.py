"""What all verbs share: exit codes, options, progress, the outcome printed."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from planner.core.errors import InputError, ParamsError
from planner.core.run import Progress, RunControl
from planner.core.settings import Settings

DONE, NOT_MET, BAD_INPUT, OUR_FAULT, CANCELLED = 0, 1, 2, 3, 130


BAR_WIDTH = 24


LARGEST_SEED = 2**32 - 1


MOST_THREADS = 1024


def add_verb(
    verbs: Any, name: str, text: str, function: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """Add a verb with the option that all of them have."""
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text)
    parser.set_defaults(verb_function=function)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def add_solving_options(parser: argparse.ArgumentParser) -> None:
    """Add seed, time limit and threads."""
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--time-limit", type=float, metavar="S")
    parser.add_argument("--threads", type=int, default=1)


def add_store_option(parser: argparse.ArgumentParser) -> None:
    """Add which store is meant."""
    parser.add_argument("--store", metavar="URL", help="SQLAlchemy URL of the store")


def settings_of(args: argparse.Namespace) -> Settings:
    """Read the settings, the store of the command line first."""
    from dataclasses import replace

    settings = Settings.from_environment()
    store_url = getattr(args, "store", None)
    return replace(settings, store_url=store_url) if store_url else settings


def run_control(args: argparse.Namespace) -> RunControl:
    """Show progress on standard error; an interrupt ends with the best so far."""
    _require_whole("--seed", args.seed, LARGEST_SEED)
    _require_whole("--threads", args.threads, MOST_THREADS)
    run = RunControl(
        time_limit_s=args.time_limit,
        on_progress=_progress_bar(),
        is_cancelled=args.interrupts.is_set,
    )
    args.interrupts.is_gentle = True
    return run


def _require_whole(name: str, value: int, most: int) -> None:
    if not 0 <= value <= most:
        raise ParamsError(f"{name} must lie in 0 to {most:,}, got {value}")


def _progress_bar() -> Callable[[Progress], None]:
    """Draw a bar that grows on a terminal; in a log, a line for each step of it."""
    width = -1

    def show(progress: Progress) -> None:
        nonlocal width
        filled = round(progress.fraction * BAR_WIDTH)
        bar = "█" * filled + "·" * (BAR_WIDTH - filled)
        line = f"{bar} {progress.fraction:4.0%}  {progress.note}"
        if sys.stderr.isatty():
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        elif filled > width:
            print(line, file=sys.stderr, flush=True)
        width = max(width, filled)

    return show


def print_outcome(args: argparse.Namespace, outcome: dict[str, Any], text: str) -> None:
    """Print what a verb did: one JSON object, or text."""
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    if args.json:
        # Escapes of JSON's own where the stream cannot hold all letters.
        is_unicode = getattr(sys.stdout, "encoding", "").lower().startswith("utf")
        text = json.dumps(outcome, ensure_ascii=not is_unicode, default=str)
    try:
        print(text, flush=True)
    except OSError as error:
        # Python tries again at its end, and would complain in its own words.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise InputError(
            f"standard output cannot be written: {error.strerror}"
        ) from error
