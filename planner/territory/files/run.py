"""Balance from files to files, in the form of the contract."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import pandas as pd

from planner.core.errors import InputError
from planner.core.languages import PLAIN
from planner.core.run import RunControl
from planner.territory.files.levels import balance_levels, levels_report
from planner.territory.files.read import UnitFiles, questions_of, read_instance
from planner.territory.files.seats import parse_districts
from planner.territory.files.wording import worded_report
from planner.territory.model.instance import Instance
from planner.territory.model.measures import balance_index
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.solve.balance import balance
from planner.territory.solve.result import BalanceResult
from planner.territory.studies.frontier import frontier

_LIMIT = re.compile(r",(min|max|priority)=")
_LIMITS = {"min": "minimum", "max": "maximum"}
_EXAMPLES = {"tolerance": "0.05", "min": "20", "max": "80", "priority": "2"}


def parse_measure(text: str) -> BalanceMeasure:
    """
    Read a measure as ``accounts`` or ``accounts=0.05,min=20,max=80,priority=2``.

    Each part after the column may be left out; the last of them, as in
    ``hours,max=1800``, without a tolerance.

    Raises
    ------
    InputError
        If a number is none, or out of range.
    """
    head, *parts = _LIMIT.split(text)
    column, sign, tolerance = head.rpartition("=")
    options = {"tolerance": tolerance} if sign else {}
    options |= dict(zip(parts[::2], parts[1::2], strict=True))
    limits: dict[str, Any] = {}
    for word, value in options.items():
        try:
            limits[_LIMITS.get(word, word)] = (
                int(value) if word == "priority" else float(value)
            )
        except ValueError:
            raise InputError(
                f"measure {text!r}: {word} must be a number like "
                f"{_EXAMPLES[word]}, got {value!r}"
            ) from None
    return BalanceMeasure(column=column if sign else head, **limits)


def parse_counts(text: str | None) -> tuple[float, ...]:
    """
    Read counts of moves as ``0,10,25``; none from None.

    Raises
    ------
    InputError
        If one is no number.
    """
    if text is None:
        return ()
    try:
        return tuple(float(word) for word in text.split(","))
    except ValueError:
        raise InputError(
            f"counts of moves must be numbers like 0,10,25, got {text!r}"
        ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStudy:
    """
    What else is asked of a file beside one balance.

    Parameters
    ----------
    frontier_counts, frontier_size
        Numbers of moves to tell the best balance for, and the column that says what a
        moved unit counts; see `frontier`.
    districts
        As `parse_districts` reads it; None: territories alone.
    """

    frontier_counts: Sequence[float] = ()
    frontier_size: str | None = None
    districts: str | None = None


@dataclass(frozen=True, kw_only=True)
class FileAnswer:
    """
    What `balance_files` returns, in the form of the contract.

    Parameters
    ----------
    plan
        The id column and ``territory``, one row for each unit in the file's order;
        with districts ``district`` too.
    report
        As the contract's ``balance`` report, and ``met``: whether all was kept.
    reasons
        The id column, ``from``, ``to`` and ``reason`` of each moved unit.
    """

    plan: pd.DataFrame
    report: dict[str, Any]
    reasons: pd.DataFrame


def balance_files(
    files: UnitFiles,
    params: BalanceParams,
    study: FileStudy | None = None,
    run: RunControl | None = None,
) -> FileAnswer:
    """
    Balance the units of a file.

    Parameters
    ----------
    files
        Where the instance stands.
    params
        What is asked.
    study
        What else is asked; None: nothing.
    run
        Time limit, progress and cancel.

    Raises
    ------
    InputError
        If a file cannot be used; names file, row, column, value and rule.
    InfeasibleError
        If no plan can exist.
    """
    study = study or FileStudy()
    columns = dict.fromkeys(measure.column for measure in params.measures)
    if study.frontier_size is not None:
        columns[study.frontier_size] = None
    instance = read_instance(files, list(columns))
    if study.districts is not None:
        return _balance_districts(files, instance, params, study.districts, run)
    result = balance(instance, params, run=run)
    report = report_of(result) | {"questions": questions_of(instance)}
    if study.frontier_counts:
        report["frontier"] = _frontier_report(instance, params, study, run)
    return _answer(files, instance, result, report)


def _answer(
    files: UnitFiles, instance: Instance, result: BalanceResult, report: dict[str, Any]
) -> FileAnswer:
    id_column, ids = files.columns.id_column, result.reasons.index
    territory = result.alignment.territory_by_unit
    today = instance.current
    before = pd.Series(dtype="str") if today is None else today
    return FileAnswer(
        plan=pd.DataFrame(
            {id_column: territory.index.to_numpy(), "territory": territory.to_numpy()}
        ),
        report=worded_report(report, PLAIN),
        reasons=pd.DataFrame(
            {
                id_column: ids.to_numpy(),
                "from": before.reindex(ids).to_numpy(),
                "to": territory.reindex(ids).to_numpy(),
                "reason": [PLAIN.sentence(causes) for causes in result.reasons],
            }
        ),
    )


def _balance_districts(
    files: UnitFiles,
    instance: Instance,
    params: BalanceParams,
    districts: str,
    run: RunControl | None,
) -> FileAnswer:
    """Balance districts and territories of a file."""
    rules = {
        f"--{field.name.replace('_', '-')}": getattr(instance.rules, field.name)
        for field in fields(instance.rules)
    }
    options = {
        "--current": instance.current,
        "--locked": instance.locked,
        "--centres": instance.centres,
        **rules,
    }
    refused = [name for name, value in options.items() if value is not None]
    if refused:
        raise InputError(
            f"--districts cannot be had together with {', '.join(refused)}"
        )
    levels = balance_levels(instance, params, parse_districts(districts), run=run)
    above = {} if levels.districts is None else report_of(levels.districts)
    report = report_of(levels.territories) | {"met": levels.is_met}
    report["districts"] = levels_report(levels, above)
    report["questions"] = questions_of(instance)
    answer = _answer(files, instance, levels.territories, report)
    district = levels.district_by_unit.reindex(instance.units.index)
    return replace(answer, plan=answer.plan.assign(district=district.to_numpy()))


def _frontier_report(
    instance: Instance, params: BalanceParams, study: FileStudy, run: RunControl | None
) -> dict[str, Any]:
    """Lay out the frontier for JSON."""
    if instance.current is None:
        raise InputError("--frontier needs --current: the territories of today")
    size = study.frontier_size
    curve = frontier(
        instance,
        params,
        counts=study.frontier_counts,
        size=None if size is None else instance.units[size],
        run=run,
    )
    points = curve.points.astype(object).where(curve.points.notna(), None)
    return {"points": points.to_dict("records"), "least_moves": curve.least_moves}


def report_of(result: BalanceResult) -> dict[str, Any]:
    """
    Lay out a result for JSON: the contract's report but for the words of its reasons.

    `worded_report` adds these.

    Parameters
    ----------
    result
        What `balance` returned.
    """
    params: BalanceParams = result.params
    return {
        "status": str(result.status),
        "met": result.is_met,
        "n_units": len(result.to_frame()),
        "n_territories": len(result.territories),
        "measures": {m.column: _measure_report(result, m) for m in params.measures},
        "extra_pieces": result.extra_pieces,
        "moved": result.moved,
        "moved_share": result.moved_share,
        "moved_lower_bound": result.moved_lower_bound,
        "locked_moved": result.locked_moved,
        "travel": result.travel,
        "minimised": params.minimise,
        "objective": result.objective,
        "bound": result.bound,
        "gap": result.gap,
        "gap_wanted": result.gap_wanted,
        "stopped_because": result.stopped_because,
        "violations": [reason.to_dict() for reason in result.violations],
        "proven_deviation": result.proven_deviation,
        "blocking": [
            {"territory": row.territory, "unit": row.unit, "measure": row.measure}
            | row.reason.to_dict()
            for row in result.blocking.itertuples(index=False)
        ],
        "bridges": result.bridges[["unit_id", "neighbour_id"]].to_dict("records"),
        "seed": params.seed,
        "elapsed_s": round(result.elapsed_s, 3),
        "stages": result.stages,
    }


def _measure_report(result: BalanceResult, measure: BalanceMeasure) -> dict[str, Any]:
    rows = result.tallies[result.tallies["measure"] == measure.column]
    worst = float(balance_index(rows)[measure.column])
    is_known = math.isfinite(worst)
    at = rows["deviation"].abs().idxmax() if is_known else rows.index[0]
    return {
        "ideal": float(rows["ideal"].mean()),
        "tolerance": measure.tolerance,
        "max_deviation": worst if is_known else None,
        "worst_territory": str(rows.loc[at, "territory_id"]) if is_known else None,
    } | _limits_report(measure, rows["actual"])


def _limits_report(measure: BalanceMeasure, actual: pd.Series) -> dict[str, float]:
    """Tell a minimum and a maximum with what was reached, where they are asked."""
    limits: dict[str, float] = {}
    if measure.minimum is not None:
        limits |= {"minimum": measure.minimum, "least": float(actual.min())}
    if measure.maximum is not None:
        limits |= {"maximum": measure.maximum, "most": float(actual.max())}
    return limits
