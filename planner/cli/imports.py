"""Verbs of lists in and tables out: check, import, export."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from planner.cli.output import (
    DONE,
    NOT_MET,
    add_store_option,
    add_verb,
    print_outcome,
    settings_of,
)
from planner.core.errors import InputError, named


def add_check(verbs: Any) -> None:
    """Add `check`: what an import would say."""
    parser = add_verb(verbs, "check", "what an import would say", _check)
    _file_options(parser)
    parser.add_argument(
        "--store", metavar="URL", help="look up ids in the open company of this store"
    )
    parser.add_argument(
        "--coercions", action="store_true", help="show how each column was read"
    )


def _file_options(parser: argparse.ArgumentParser) -> None:
    from planner.accounts.mapping.columns import KINDS

    parser.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="one, or several of one company (accounts, reps, deals), all or none",
    )
    parser.add_argument(
        "--kind",
        action="append",
        choices=KINDS,
        help="of several files once for each, or not at all: then it is guessed",
    )
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
    parser.add_argument(
        "--country", metavar="CC", help="of rows that name none; else it is found out"
    )
    parser.add_argument(
        "--currency",
        metavar="CCC",
        help="of a list that begins a company; else it is found out",
    )
    parser.add_argument(
        "--corrections",
        type=Path,
        metavar="FILE",
        help="CSV of row, column, value (and file): cells read otherwise",
    )
    parser.add_argument(
        "--roll-up",
        action="append",
        default=[],
        metavar="COLUMN=sum|mean|count|last|first",
        help="several rows an account: what becomes of a column",
    )
    parser.add_argument(
        "--turn-signs",
        action="store_true",
        help="give back the minus that coordinates have lost",
    )


def _kind_of(args: argparse.Namespace) -> str:
    """Take the kind of a single file; several are told by their columns."""
    kinds = args.kind or []
    if len(kinds) != 1:
        raise InputError("--kind must be given once for one file")
    return str(kinds[0])


def _roll_up(pairs: list[str]) -> dict[str, str]:
    choices = {}
    for pair in pairs:
        column, sign, how = pair.rpartition("=")
        if not sign:
            raise InputError(f"--roll-up must read COLUMN=HOW, got {pair!r}")
        choices[column] = how
    return choices


def _common_options(args: argparse.Namespace) -> dict[str, Any]:
    """Give the options that `check` and `import` share."""
    return {
        "mapping": args.mapping,
        "where": args.where,
        "layer": args.layer,
        "mode": args.mode,
        "country": args.country,
        "currency": args.currency,
        "turn_signs": args.turn_signs,
        "corrections": args.corrections,
        "roll_up": _roll_up(args.roll_up),
    }


def _is_several(args: argparse.Namespace) -> bool:
    """Tell several tables from one: a ZIP without a kind may hold some."""
    is_archive = args.files[0].suffix.lower() in {".zip", ".xlsx"}
    return len(args.files) > 1 or (is_archive and not args.kind)


def _several_outcome(args: argparse.Namespace, reports: list[Any]) -> int:
    outcome = {"files": [report.to_dict() for report in reports]}
    text = "\n".join(f"{report.summary()} ({report.kind})" for report in reports)
    print_outcome(args, outcome, text)
    return DONE if all(report.is_whole for report in reports) else NOT_MET


def _check(args: argparse.Namespace) -> int:
    from planner.services.imports.importing import PathOptions, check_path
    from planner.services.imports.several.paths import check_paths
    from planner.services.workspace import latest_company, open_workspace

    settings = settings_of(args)
    company = latest_company(open_workspace(settings)) if args.store else None
    options = PathOptions(**_common_options(args))
    if _is_several(args):
        reports = check_paths(settings, args.files, args.kind or [], options, company)
        return _several_outcome(args, reports)
    report = check_path(settings, args.files[0], _kind_of(args), options, company)
    report_data, text = report.to_dict(), report.summary()
    if args.coercions:
        report_data["coercions"] = report.coercions.to_dict("records")
        text += "\n" + "\n".join(
            _coercion_line(row) for row in report_data["coercions"]
        )
    print_outcome(args, report_data, text)
    return DONE if report.is_whole else NOT_MET


def _coercion_line(row: dict[str, Any]) -> str:
    """Say in a line how a column was read."""
    examples = f": {row['examples']}" if row["n_changed"] else ""
    return (
        f"{row['target']} from {row['column']!r}, {row['read_as']}, "
        f"{row['n_changed']:,} changed, {row['n_empty']:,} empty{examples}"
    )


def add_import(verbs: Any) -> None:
    """Add `import`: a file into the store."""
    parser = add_verb(verbs, "import", "load a file into the store", _import)
    _file_options(parser)
    add_store_option(parser)
    parser.add_argument("--accept-warnings", action="store_true")
    parser.add_argument(
        "--deal-date", metavar="COLUMN", help="several rows an account: kept as deals"
    )
    parser.add_argument("--deal-amount", metavar="COLUMN", help="of --deal-date")
    parser.add_argument(
        "--company", metavar="NAME", help="the new company, or the one to load into"
    )
    parser.add_argument(
        "--source", metavar="NAME", help="accounts: into the open company, as this list"
    )
    parser.add_argument(
        "--units",
        choices=["auto", "counties", "postcodes", "cells"],
        default="auto",
        help="accounts: what territories of the new company are made of",
    )
    parser.add_argument("--scenario", metavar="NAME", help="quotas: into this draft")
    parser.add_argument("--layer-name", metavar="NAME", help="market: the layer's name")
    parser.add_argument("--unit", default="", metavar="TEXT", help="market: its unit")
    parser.add_argument(
        "--how", choices=("sum", "mean"), default="sum", help="market: areas of a unit"
    )


def refuse_store_files(args: argparse.Namespace, files: Sequence[Path]) -> None:
    """Refuse to fill a store from its own files."""
    from planner.core.files.proofs import is_same_file
    from planner.services.admin.upkeep import store_files

    for name, path in store_files(settings_of(args)).items():
        for file in files:
            if is_same_file(file, path):
                raise InputError(f"{file} is {name} itself; name another file")


def _import(args: argparse.Namespace) -> int:
    from planner.services.imports.importing import PathOptions, import_path
    from planner.services.imports.several.paths import import_paths
    from planner.services.workspace import open_workspace

    refuse_store_files(args, args.files)
    ws = open_workspace(settings_of(args))
    options = PathOptions(
        **_common_options(args),
        deal_date=args.deal_date,
        deal_amount=args.deal_amount,
        accept_warnings=args.accept_warnings,
        company_name=args.company,
        source=args.source,
        scenario=args.scenario,
        layer_name=args.layer_name,
        unit_of_measure=args.unit,
        how=args.how,
        units=args.units,
    )
    if _is_several(args):
        reports = import_paths(ws, args.files, args.kind or [], options)
        return _several_outcome(args, reports)
    report = import_path(ws, args.files[0], _kind_of(args), options)
    if report.verdict == "reject_file":
        reasons = "; ".join(report.findings["message"].head(3))
        raise InputError(named(args.files[0].name, f"{reasons}; nothing was imported"))
    print_outcome(args, report.to_dict(), report.summary())
    return DONE if report.is_whole else NOT_MET


def add_export(verbs: Any) -> None:
    """Add `export`: a table of the store to a file."""
    parser = add_verb(verbs, "export", "write a table of the store to a file", _export)
    parser.add_argument("what", metavar="WHAT", help="accounts, plan, audit, …")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--scenario", metavar="ID")
    add_store_option(parser)


def _export(args: argparse.Namespace) -> int:
    from planner.core.files.tables import write_bytes
    from planner.services.exports.files import MIMES, export
    from planner.services.workspace import open_company, open_workspace

    outputs = args.outputs
    outputs.file("--out", args.out, suffixes=[f".{form}" for form in MIMES])
    with outputs:
        ws = open_company(open_workspace(settings_of(args)))
        form = args.out.suffix.lower().removeprefix(".")
        file = export(ws, args.what, form, args.scenario)
        write_bytes(file.content, outputs["--out"])
    outcome = {
        "file": str(args.out),
        "export_id": file.export_id,
        "what": args.what,
        "n_rows": file.n_rows,
        "sha256": file.sha256,
        "content_hash": file.content_hash,
    }
    text = f"{file.n_rows:,} rows of {args.what} written to {args.out}: {file.sha256}"
    print_outcome(args, outcome, text)
    return DONE
