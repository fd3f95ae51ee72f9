"""Verbs that plan and calculate: demo, balance, visits, pay."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from planner.cli.output import (
    DONE,
    NOT_MET,
    add_solving_options,
    add_verb,
    print_outcome,
    run_control,
    settings_of,
)
from planner.core.files.tables import TABLE_SUFFIXES, write_frame, write_text
from planner.core.run import RunControl


def add_demo(verbs: Any) -> None:
    """Add `demo`: the whole line without a screen."""
    parser = add_verb(verbs, "demo", "the whole line without a screen", _demo)
    parser.add_argument("--accounts", type=Path, metavar="FILE")
    parser.add_argument("--reps", type=Path, metavar="FILE", help="its people")
    parser.add_argument("--deals", type=Path, metavar="FILE", help="its deals")
    parser.add_argument("--comp-plan", type=Path, metavar="FILE", help="its pay terms")
    parser.add_argument("--where", metavar="'column=value'")
    parser.add_argument("--territories", type=int, metavar="K")
    parser.add_argument("--country", metavar="CC", help="of rows that name none")
    parser.add_argument("--currency", metavar="CCC", help="of the list's amounts")
    parser.add_argument(
        "--units", choices=["auto", "counties", "postcodes", "cells"], default="auto"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    add_solving_options(parser)
    parser.set_defaults(threads=0)  # all cores: the visits are planned rep by rep


def _demo(args: argparse.Namespace) -> int:
    from planner.demo.line import DemoParams
    from planner.demo.run import run_demo

    params = DemoParams(
        accounts_path=args.accounts,
        reps_path=args.reps,
        deals_path=args.deals,
        comp_plan_path=args.comp_plan,
        where=args.where,
        n_territories=args.territories,
        country=args.country,
        currency=args.currency,
        units=args.units,
        seed=args.seed,
        n_workers=args.threads,
    )
    run = run_control(args)
    outcome = run_demo(params, settings_of(args), args.out, run, args.outputs)
    print_outcome(args, outcome.summary, outcome.text())
    return DONE if outcome.is_met else NOT_MET


def add_balance(verbs: Any) -> None:
    """Add `balance`: units into territories."""
    parser = add_verb(verbs, "balance", "divide units into territories", _balance)
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
    add_solving_options(parser)


def _balance(args: argparse.Namespace) -> int:
    run, outputs = run_control(args), args.outputs
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
    print_outcome(args, report, _balance_text(report))
    return DONE if report["met"] else NOT_MET


def _balanced(
    args: argparse.Namespace, run: RunControl
) -> tuple[Any, dict[str, Any], Any]:
    """Balance as the words of the command line say."""
    from planner.territory.files.read import UnitColumns, UnitFiles
    from planner.territory.files.run import (
        FileStudy,
        balance_files,
        parse_counts,
        parse_measure,
    )
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
        terms = "" if limit is None else f" (tolerance {limit:g})"
        for word, edge in (("minimum", "least"), ("maximum", "most")):
            if word in measure:
                terms += f", {edge} {measure[edge]:,g} ({word} {measure[word]:,g})"
        lines.append(f"{name}: largest deviation {measure['max_deviation']:.4f}{terms}")
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
        verdict = (
            "met" if point["ratio"] <= 1 else f"{point['ratio']:.1f} × the tolerance"
        )
        lines.append(f"{point['moved']:g} moved: {verdict}")
    lines += [f"in the way: {row['reason']}" for row in report["blocking"][:5]]
    lines += [f"look at: {row['message']}" for row in report["questions"][:5]]
    return "\n".join(lines)


def add_visits(verbs: Any) -> None:
    """Add `visits`: a rep's four weeks."""
    parser = add_verb(verbs, "visits", "plan a rep's four weeks", _visits)
    parser.add_argument("rep", type=Path, metavar="REP.json")
    parser.add_argument("--out", type=Path, required=True, metavar="PLAN.json")
    add_solving_options(parser)


def _visits(args: argparse.Namespace) -> int:
    from planner.visits.plan.rep import run_visits

    run, outputs = run_control(args), args.outputs
    outputs.read("REP.json", args.rep)
    outputs.file("--out", args.out)
    with outputs:
        plan = run_visits(args.rep, seed=args.seed, run=run)
        write_text(json.dumps(plan, indent=1), outputs["--out"])
    summary = plan["summary"]
    print_outcome(
        args,
        plan,
        f"{summary['visits_required'] - summary['visits_missed']} of "
        f"{summary['visits_required']} required visits planned, "
        f"{summary['travel_s'] / 3600:.1f} h of travel",
    )
    return NOT_MET if summary["visits_missed"] else DONE


def add_pay(verbs: Any) -> None:
    """Add `pay`: a pay run on files."""
    parser = add_verb(verbs, "pay", "a pay run on files", _pay)
    for name in ("plan", "deals", "ownership", "quotas"):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="FILE")
    for name in ("hierarchy", "fx", "splits"):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE")
    parser.add_argument("--ledger", type=Path, metavar="DIR")
    parser.add_argument(
        "--earlier-plan",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a plan of days before this one, for what arrives late for them",
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="recalculate by the Decimal engine; exit 1 with the lines that differ",
    )
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
        earlier_plan_paths=args.earlier_plan,
        is_verified=args.verify,
        ledger_dir=args.ledger,
        period=args.period,
        out_dir=args.out,
        outputs=args.outputs,
    )
    print_outcome(args, summary, json.dumps(summary, indent=1, default=str))
    return NOT_MET if summary["problems"] or summary.get("differences") else DONE
