"""
The command line: ``python -m planner VERB``.

Exit codes: 0 done; 1 done, but a stated requirement is not met; 2 bad input or usage,
nothing written; 3 a fault of ours; 130 cancelled.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import sys
import traceback
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from planner.core.errors import InputError
from planner.core.errors import ParamsError
from planner.core.errors import PlannerError
from planner.core.errors import named
from planner.core.files.outputs import Outputs
from planner.core.files.tables import TABLE_SUFFIXES
from planner.core.files.tables import write_frame
from planner.core.files.tables import write_text
from planner.core.interrupts import Interrupts
from planner.core.run import Progress
from planner.core.run import RunControl
from planner.core.settings import ROOT
from planner.core.settings import Settings

DONE, NOT_MET, BAD_INPUT, OUR_FAULT, CANCELLED = 0, 1, 2, 3, 130
BAR_WIDTH = 24
LARGEST_SEED = 2**32 - 1
MOST_THREADS = 1024
LAST_PORT = 65_535


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
    written = ", ".join(map(str, args.outputs.written))
    kept = f"written: {written}" if written else "no file was written"
    if hasattr(args, "store"):
        kept += "; the store keeps what was saved before"
    print(f"planner {args.verb}: cancelled; {kept}", file=sys.stderr)
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

    kept = store_files(_settings(args))
    for name in ("stdout", "stderr"):
        stream = Path("/dev") / name
        # What is mixed with other lines is no file any more.
        if stream.is_file() or (args.json and stream.exists()):
            kept[f"what goes to {name}"] = stream
    return kept


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m planner", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for add in (
        _add_demo,
        _add_check,
        _add_import,
        _add_balance,
        _add_visits,
        _add_pay,
        _add_export,
        _add_store_verbs,
        _add_app,
    ):
        add(verbs)
    return parser


def _verb(
    verbs: Any, name: str, text: str, function: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text)
    parser.set_defaults(verb_function=function)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _solving(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--time-limit", type=float, metavar="S")
    parser.add_argument("--threads", type=int, default=1)


def _store_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", metavar="URL", help="SQLAlchemy URL of the store")


def _settings(args: argparse.Namespace) -> Settings:
    from dataclasses import replace

    settings = Settings.from_environment()
    store_url = getattr(args, "store", None)
    return replace(settings, store_url=store_url) if store_url else settings


def _run_control(args: argparse.Namespace) -> RunControl:
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
    drawn = -1

    def show(progress: Progress) -> None:
        nonlocal drawn
        done = round(progress.fraction * BAR_WIDTH)
        bar = "█" * done + "·" * (BAR_WIDTH - done)
        line = f"{bar} {progress.fraction:4.0%}  {progress.note}"
        if sys.stderr.isatty():
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        elif done > drawn:
            print(line, file=sys.stderr, flush=True)
        drawn = max(drawn, done)

    return show


def _print(args: argparse.Namespace, outcome: dict[str, Any], text: str) -> None:
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


def _add_demo(verbs: Any) -> None:
    parser = _verb(verbs, "demo", "the whole line without a screen", _demo)
    parser.add_argument("--accounts", type=Path, metavar="FILE")
    parser.add_argument("--where", metavar="'column=value'")
    parser.add_argument("--territories", type=int, metavar="K")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    _solving(parser)
    parser.set_defaults(threads=0)  # all cores: the visits are planned rep by rep


def _demo(args: argparse.Namespace) -> int:
    from planner.demo.line import DemoParams
    from planner.demo.run import run_demo

    params = DemoParams(
        accounts_path=args.accounts,
        where=args.where,
        n_territories=args.territories,
        seed=args.seed,
        n_workers=args.threads,
    )
    run = _run_control(args)
    outcome = run_demo(params, _settings(args), args.out, run, args.outputs)
    _print(args, outcome.summary, outcome.text())
    return DONE if outcome.is_met else NOT_MET


def _add_check(verbs: Any) -> None:
    parser = _verb(verbs, "check", "what an import would say", _check)
    _file_options(parser)
    parser.add_argument(
        "--store", metavar="URL", help="look up ids in the open company of this store"
    )
    parser.add_argument(
        "--coercions", action="store_true", help="show how each column was read"
    )


def _file_options(parser: argparse.ArgumentParser) -> None:
    from planner.accounts.mapping.columns import KINDS

    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--kind", required=True, choices=KINDS)
    parser.add_argument(
        "--mapping", metavar="FILE|NAME", help="a JSON file, or a saved mapping"
    )
    parser.add_argument("--where", metavar="'column=value'")
    parser.add_argument("--layer", default="", metavar="NAME", help="sheet or layer")
    parser.add_argument(
        "--mode",
        choices=("replace", "add"),
        default="replace",
        help="whether rows of other ids stay",
    )


def _check(args: argparse.Namespace) -> int:
    from planner.services.imports.check import check_path
    from planner.services.workspace import open_workspace

    ws = open_workspace(_settings(args)) if args.store else None
    report = check_path(
        args.file,
        args.kind,
        _settings(args),
        mapping_path=args.mapping,
        where=args.where,
        layer=args.layer,
        ws=ws,
        mode=args.mode,
        as_of=dt.datetime.now(dt.UTC).date(),
    )
    told, text = report.to_dict(), report.summary()
    if args.coercions:
        told["coercions"] = report.coercions.to_dict("records")
        text += "\n" + "\n".join(_coercion_line(row) for row in told["coercions"])
    _print(args, told, text)
    return DONE if report.is_whole else NOT_MET


def _coercion_line(row: dict[str, Any]) -> str:
    """Say in a line how a column was read."""
    examples = f": {row['examples']}" if row["n_changed"] else ""
    return (
        f"{row['target']} from {row['column']!r}, {row['read_as']}, "
        f"{row['n_changed']:,} changed, {row['n_empty']:,} empty{examples}"
    )


def _add_import(verbs: Any) -> None:
    parser = _verb(verbs, "import", "load a file into the store", _import)
    _file_options(parser)
    _store_option(parser)
    parser.add_argument("--accept-warnings", action="store_true")
    parser.add_argument(
        "--company", metavar="NAME", help="the new company, or the one to load into"
    )
    parser.add_argument(
        "--source", metavar="NAME", help="accounts: into the open company, as this list"
    )
    parser.add_argument("--scenario", metavar="NAME", help="quotas: into this draft")
    parser.add_argument("--layer-name", metavar="NAME", help="market: the layer's name")
    parser.add_argument("--unit", default="", metavar="TEXT", help="market: its unit")
    parser.add_argument(
        "--how", choices=("sum", "mean"), default="sum", help="market: areas of a unit"
    )


def _refuse_store_file(args: argparse.Namespace) -> None:
    """Refuse to fill a store from its own files."""
    from planner.core.files.proofs import is_same_file
    from planner.services.admin.upkeep import store_files

    for name, path in store_files(_settings(args)).items():
        if is_same_file(args.file, path):
            raise InputError(f"{args.file} is {name} itself; name another file")


def _import(args: argparse.Namespace) -> int:
    from planner.services.imports.importing import PathOptions
    from planner.services.imports.importing import import_path
    from planner.services.workspace import open_workspace

    _refuse_store_file(args)
    ws = open_workspace(_settings(args))
    options = PathOptions(
        mapping=args.mapping,
        where=args.where,
        layer=args.layer,
        accept_warnings=args.accept_warnings,
        company_name=args.company,
        source=args.source,
        mode=args.mode,
        scenario=args.scenario,
        layer_name=args.layer_name,
        unit_of_measure=args.unit,
        how=args.how,
    )
    report = import_path(ws, args.file, args.kind, options)
    if report.verdict == "reject_file":
        reasons = "; ".join(report.findings["message"].head(3))
        raise InputError(named(args.file.name, f"{reasons}; nothing was imported"))
    _print(args, report.to_dict(), report.summary())
    return DONE if report.is_whole else NOT_MET


def _add_balance(verbs: Any) -> None:
    parser = _verb(verbs, "balance", "divide units into territories", _balance)
    parser.add_argument("units", type=Path, metavar="UNITS")
    parser.add_argument("--id", required=True, metavar="COL")
    for name in ("x", "y", "lon", "lat", "current", "locked", "together", "move-cost"):
        parser.add_argument(f"--{name}", metavar="COL")
    for name in ("barriers", "apart", "targets"):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE")
    parser.add_argument(
        "--measure",
        action="append",
        required=True,
        metavar="COL[=TOLERANCE][,min=N][,max=N][,priority=N]",
    )
    parser.add_argument("--territories", type=int, metavar="K")
    parser.add_argument("--centres", type=Path, metavar="FILE")
    parser.add_argument("--edges", type=Path, metavar="FILE")
    parser.add_argument("--no-contiguity", action="store_true")
    parser.add_argument("--max-moved", type=int, metavar="N")
    parser.add_argument("--minimise", choices=["travel", "moves"], default="travel")
    parser.add_argument(
        "--frontier",
        metavar="N,N,…",
        help="also tell the best balance for these numbers of moved units",
    )
    parser.add_argument("--frontier-size", metavar="COL", help="what a move counts")
    parser.add_argument(
        "--districts",
        metavar="N|NAME=K,…",
        help="gather the territories into N districts, or balance districts of K "
        "territories first",
    )
    parser.add_argument(
        "--reasons", type=Path, metavar="FILE", help="why each moved unit moved"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="PLAN.csv")
    parser.add_argument("--report", type=Path, metavar="FILE")
    _solving(parser)


def _balance(args: argparse.Namespace) -> int:
    run, outputs = _run_control(args), args.outputs
    outputs.read("UNITS", args.units)
    for name in ("centres", "edges", "barriers", "apart", "targets"):
        outputs.read(f"--{name}", getattr(args, name))
    outputs.file("--out", args.out, suffixes=TABLE_SUFFIXES)
    outputs.file("--reasons", args.reasons, suffixes=TABLE_SUFFIXES)
    outputs.file("--report", args.report)
    with outputs:
        plan, report, reasons = _balanced(args, run)
        write_frame(plan, outputs["--out"], index=False)
        if "--reasons" in outputs:
            write_frame(reasons, outputs["--reasons"], index=False)
        if "--report" in outputs:
            text = json.dumps(report, indent=1, default=str)
            write_text(text, outputs["--report"])
    _print(args, report, _balance_text(report))
    return DONE if report["met"] else NOT_MET


def _balanced(
    args: argparse.Namespace, run: RunControl
) -> tuple[Any, dict[str, Any], Any]:
    """Balance as the words of the command line say."""
    from planner.territory.files.read import UnitColumns
    from planner.territory.files.read import UnitFiles
    from planner.territory.files.run import FileStudy
    from planner.territory.files.run import balance_files
    from planner.territory.files.run import parse_counts
    from planner.territory.files.run import parse_measure
    from planner.territory.model.params import BalanceParams

    files = UnitFiles(
        units=args.units,
        columns=UnitColumns(
            id_column=args.id,
            x=args.x,
            y=args.y,
            lon=args.lon,
            lat=args.lat,
            current=args.current,
            locked=args.locked,
            together=args.together,
            move_cost=args.move_cost,
        ),
        edges=args.edges,
        centres=args.centres,
        barriers=args.barriers,
        apart=args.apart,
        targets=args.targets,
    )
    params = BalanceParams(
        measures=tuple(parse_measure(text) for text in args.measure),
        n_territories=args.territories,
        is_contiguous=not args.no_contiguity,
        minimise=args.minimise,
        max_moved=args.max_moved,
        seed=args.seed,
    )
    study = FileStudy(
        frontier_counts=parse_counts(args.frontier),
        frontier_size=args.frontier_size,
        districts=args.districts,
    )
    answer = balance_files(files, params, study, run)
    return answer.plan, answer.report, answer.reasons


def _balance_text(report: dict[str, Any]) -> str:
    lines = [
        f"{report['n_territories']} territories of {report['n_units']} units, "
        f"{report['extra_pieces']} extra pieces"
    ]
    for name, measure in report["measures"].items():
        if measure["max_deviation"] is None:
            lines.append(f"{name}: all zero")
            continue
        limit = measure["tolerance"]
        asked = "" if limit is None else f" (tolerance {limit:g})"
        for word, edge in (("minimum", "least"), ("maximum", "most")):
            if word in measure:
                asked += f", {edge} {measure[edge]:,g} ({word} {measure[word]:,g})"
        lines.append(f"{name}: largest deviation {measure['max_deviation']:.4f}{asked}")
    if report["gap"] is not None:
        lines.append(f"within {report['gap']:.1%} of the best possible")
    lines += report["violations"]
    if report["moved"] is not None:
        lines.append(
            f"{report['moved']} units moved, at least "
            f"{report['moved_lower_bound']} must"
        )
    above = report.get("districts", {})
    for name, measure in above.get("measures", {}).items():
        lines.append(
            f"{above['n_districts']} districts, {name}: largest deviation "
            f"{measure['max_deviation'] or 0:.4f}"
        )
    for point in report.get("frontier", {}).get("points", []):
        told = "met" if point["ratio"] <= 1 else f"{point['ratio']:.1f} × the tolerance"
        lines.append(f"{point['moved']:g} moved: {told}")
    lines += [f"in the way: {row['reason']}" for row in report["blocking"][:5]]
    return "\n".join(lines)


def _add_visits(verbs: Any) -> None:
    parser = _verb(verbs, "visits", "plan a rep's four weeks", _visits)
    parser.add_argument("rep", type=Path, metavar="REP.json")
    parser.add_argument("--out", type=Path, required=True, metavar="PLAN.json")
    _solving(parser)


def _visits(args: argparse.Namespace) -> int:
    from planner.visits.plan.rep import run_visits

    run, outputs = _run_control(args), args.outputs
    outputs.read("REP.json", args.rep)
    outputs.file("--out", args.out)
    with outputs:
        plan = run_visits(args.rep, seed=args.seed, run=run)
        write_text(json.dumps(plan, indent=1), outputs["--out"])
    summary = plan["summary"]
    _print(
        args,
        plan,
        f"{summary['visits_required'] - summary['visits_missed']} of "
        f"{summary['visits_required']} required visits planned, "
        f"{summary['travel_s'] / 3600:.1f} h of travel",
    )
    return NOT_MET if summary["visits_missed"] else DONE


def _add_pay(verbs: Any) -> None:
    parser = _verb(verbs, "pay", "a pay run on files", _pay)
    for name in ("plan", "deals", "ownership", "quotas"):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="FILE")
    for name in ("hierarchy", "fx", "splits"):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE")
    parser.add_argument("--ledger", type=Path, metavar="DIR")
    parser.add_argument("--period", required=True, metavar="YYYY-MM")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")


def _pay(args: argparse.Namespace) -> int:
    from planner.commissions.files.batch import run_pay

    summary = run_pay(
        plan_path=args.plan,
        deals_path=args.deals,
        ownership_path=args.ownership,
        quotas_path=args.quotas,
        hierarchy_path=args.hierarchy,
        fx_path=args.fx,
        splits_path=args.splits,
        ledger_dir=args.ledger,
        period=args.period,
        out_dir=args.out,
        outputs=args.outputs,
    )
    _print(args, summary, json.dumps(summary, indent=1, default=str))
    return NOT_MET if summary.get("problems") else DONE


def _add_export(verbs: Any) -> None:
    parser = _verb(verbs, "export", "write a table of the store to a file", _export)
    parser.add_argument("what", metavar="WHAT", help="accounts, plan, audit, …")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--scenario", metavar="ID")
    _store_option(parser)


def _export(args: argparse.Namespace) -> int:
    from planner.core.files.tables import write_bytes
    from planner.services.exports.files import MIMES
    from planner.services.exports.files import export
    from planner.services.workspace import open_workspace

    outputs = args.outputs
    outputs.file("--out", args.out, suffixes=[f".{form}" for form in MIMES])
    with outputs:
        ws = open_workspace(_settings(args))
        form = args.out.suffix.lower().removeprefix(".")
        made = export(ws, args.what, form, args.scenario)
        write_bytes(made.content, outputs["--out"])
    outcome = {
        "file": str(args.out),
        "export_id": made.export_id,
        "what": args.what,
        "n_rows": made.n_rows,
        "sha256": made.sha256,
        "content_hash": made.content_hash,
    }
    text = f"{made.n_rows:,} rows of {args.what} written to {args.out}: {made.sha256}"
    _print(args, outcome, text)
    return DONE


def _add_store_verbs(verbs: Any) -> None:
    doctor = _verb(verbs, "doctor", "check the store", _doctor)
    backup = _verb(verbs, "backup", "write one file from a live store", _backup)
    restore = _verb(verbs, "restore", "fill an empty store", _restore)
    worker = _verb(verbs, "worker", "run background jobs", _worker)
    backup.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument(
        "--over",
        action="store_true",
        help="take the place of a store that nothing has open; it is kept beside",
    )
    for parser in (doctor, backup, restore, worker):
        _store_option(parser)


def _doctor(args: argparse.Namespace) -> int:
    from planner.services.admin.upkeep import examine_store

    outcome = examine_store(_settings(args))
    _print(args, outcome.to_json(), outcome.summary())
    return DONE if outcome.is_sound else NOT_MET


def _backup(args: argparse.Namespace) -> int:
    from planner.services.admin.upkeep import backup_store

    args.outputs.file("FILE", args.file, is_kept=True)
    args.outputs.check()
    outcome = backup_store(_settings(args), args.file)
    _print(args, outcome, f"backup written to {args.file}: {outcome['sha256']}")
    return DONE


def _restore(args: argparse.Namespace) -> int:
    from planner.services.admin.upkeep import restore_store

    _refuse_store_file(args)
    outcome = restore_store(_settings(args), args.file, over=args.over)
    _print(args, outcome, f"restored {outcome['store']}: {outcome['sha256']}")
    return DONE


def _worker(args: argparse.Namespace) -> int:
    from planner.jobs.tasks import TASKS
    from planner.jobs.worker import work

    work(_settings(args).store_url, TASKS)
    return DONE


def _add_app(verbs: Any) -> None:
    parser = _verb(verbs, "app", "serve the app", _app)
    parser.add_argument("--port", type=int, default=8501, metavar="N")
    _store_option(parser)


def _app(args: argparse.Namespace) -> int:
    """Become Streamlit: the settings stand beside the script, paths stay relative."""
    if not 1 <= args.port <= LAST_PORT:
        raise ParamsError(f"--port must lie in 1 to {LAST_PORT:,}, got {args.port}")
    script = [str(ROOT / "app.py"), "--server.port", str(args.port)]
    command = [sys.executable, "-m", "streamlit", "run", *script]
    named = {"PLANNER_STORE": args.store} if args.store else {}
    os.execve(sys.executable, command, {**os.environ, **named})  # noqa: S606
