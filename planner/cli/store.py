"""Verbs of the store: doctor, backup, restore, worker, and the app on it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from planner.cli.imports import refuse_store_files
from planner.cli.output import (
    DONE,
    NOT_MET,
    add_store_option,
    add_verb,
    print_outcome,
    settings_of,
)
from planner.core.errors import ParamsError
from planner.core.settings import ROOT

LAST_PORT = 65_535


def add_store_verbs(verbs: Any) -> None:
    """Add `doctor`, `backup`, `restore` and `worker`."""
    doctor = add_verb(verbs, "doctor", "check the store", _doctor)
    backup = add_verb(verbs, "backup", "write one file from a live store", _backup)
    restore = add_verb(verbs, "restore", "fill an empty store", _restore)
    worker = add_verb(verbs, "worker", "run background jobs", _worker)
    backup.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument(
        "--over",
        action="store_true",
        help="take the place of a store that nothing has open; it is kept beside",
    )
    for parser in (doctor, backup, restore, worker):
        add_store_option(parser)


def _doctor(args: argparse.Namespace) -> int:
    from planner.services.admin.upkeep import examine_store

    outcome = examine_store(settings_of(args))
    print_outcome(args, outcome.to_json(), outcome.summary())
    return DONE if outcome.is_sound else NOT_MET


def _backup(args: argparse.Namespace) -> int:
    from planner.services.admin.upkeep import backup_store

    args.outputs.file("FILE", args.file, is_kept=True)
    args.outputs.check()
    outcome = backup_store(settings_of(args), args.file)
    print_outcome(args, outcome, f"backup written to {args.file}: {outcome['sha256']}")
    return DONE


def _restore(args: argparse.Namespace) -> int:
    from planner.services.admin.upkeep import restore_store

    refuse_store_files(args, [args.file])
    outcome = restore_store(settings_of(args), args.file, over=args.over)
    print_outcome(args, outcome, f"restored {outcome['store']}: {outcome['sha256']}")
    return DONE


def _worker(args: argparse.Namespace) -> int:
    from planner.jobs.tasks import TASKS
    from planner.jobs.worker import work

    work(settings_of(args).store_url, TASKS)
    return DONE


def add_app(verbs: Any) -> None:
    """Add `app`: the pages, served on this machine."""
    parser = add_verb(verbs, "app", "serve the app", _app)
    parser.add_argument("--port", type=int, default=8501, metavar="N")
    add_store_option(parser)


def _app(args: argparse.Namespace) -> int:
    """Become Streamlit: the settings stand beside the script, paths stay relative."""
    if not 1 <= args.port <= LAST_PORT:
        raise ParamsError(f"--port must lie in 1 to {LAST_PORT:,}, got {args.port}")
    script = [str(ROOT / "app.py"), "--server.port", str(args.port)]
    command = [sys.executable, "-m", "streamlit", "run", *script]
    environment = {"PLANNER_STORE": args.store} if args.store else {}
    os.execve(sys.executable, command, {**os.environ, **environment})  # noqa: S606
