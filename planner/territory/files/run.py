"""Balance from files to files, in the form of the contract."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from planner.core.errors import InputError
from planner.core.run import RunControl
from planner.geography.adjacency import point_edges
from planner.territory.files.levels import balance_levels
from planner.territory.files.levels import levels_report
from planner.territory.files.read import UnitColumns
from planner.territory.files.read import UnitFiles
from planner.territory.files.read import read_unit_files
from planner.territory.files.seats import parse_districts
from planner.territory.model.measures import balance_index
from planner.territory.model.params import BalanceMeasure
from planner.territory.model.params import BalanceParams
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
    told = {"tolerance": tolerance} if sign else {}
    told |= dict(zip(parts[::2], parts[1::2], strict=True))
    limits: dict[str, Any] = {}
    for word, value in told.items():
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
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise InputError(
            f"counts of moves must be numbers like 0,10,25, got {text!r}"
        ) from None


def run_balance(
    units_path: Path, columns: UnitColumns, measures: Sequence[str], **options: Any
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """
    Balance the units of a file; see `run_balance_with_reasons`.

    Returns
    -------
    Plan and report.
    """
    plan, report, _ = run_balance_with_reasons(units_path, columns, measures, **options)
    return plan, report


def run_balance_with_reasons(
    units_path: Path,
    columns: UnitColumns,
    measures: Sequence[str],
    *,
    n_territories: int | None = None,
    centres_path: Path | None = None,
    edges_path: Path | None = None,
    barriers_path: Path | None = None,
    apart_path: Path | None = None,
    targets_path: Path | None = None,
    is_contiguous: bool = True,
    max_moved: int | None = None,
    minimise: str = "travel",
    frontier_counts: Sequence[float] = (),
    frontier_size: str | None = None,
    districts: str | None = None,
    seed: int = 0,
    run: RunControl | None = None,
) -> tuple[pd.DataFrame, dict[str, Any], pd.DataFrame]:
    """
    Balance the units of a file.

    Parameters
    ----------
    units_path
        .csv or .parquet of points, or .geojson or .gpkg of polygons.
    columns
        What its columns mean.
    measures
        As `parse_measure` reads them, most important first.
    n_territories
        How many; None: as many as there are centres, or territories today.
    centres_path
        .csv or .parquet with territory_id and the coordinate columns of the units.
    edges_path
        .csv or .parquet with columns i and j: row numbers of the units from 0.
    barriers_path, apart_path, targets_path
        As in `read_unit_files`.
    is_contiguous, max_moved, minimise, seed
        As in `BalanceParams`.
    frontier_counts, frontier_size
        Numbers of moves to tell the best balance for, and the column that says what a
        moved unit counts; see `frontier`.
    districts
        As `parse_districts` reads it; None: territories alone.
    run
        Time limit, progress and cancel.

    Returns
    -------
    plan
        The id column and ``territory``, one row for each unit in the file's order;
        with `districts` ``district`` too.
    report
        As the contract's ``balance`` report, and ``met``: whether all was kept.
    reasons
        The id column, ``from``, ``to`` and ``reason`` of each moved unit.

    Raises
    ------
    InputError
        If a file cannot be used; names file, row, column, value and rule.
    InfeasibleError
        If no plan can exist.
    """
    params = BalanceParams(
        measures=tuple(parse_measure(text) for text in measures),
        n_territories=n_territories,
        is_contiguous=is_contiguous,
        minimise=minimise,
        max_moved=max_moved,
        seed=seed,
    )
    files = read_unit_files(
        Path(units_path),
        columns,
        _columns_of(params, frontier_size),
        edges_path=edges_path,
        centres_path=centres_path,
        barriers_path=barriers_path,
        apart_path=apart_path,
        targets_path=targets_path,
    )
    if districts is not None:
        return _run_levels(files, columns.id_column, params, districts, run)
    result = balance(
        files.units,
        files.edges,
        params,
        current=files.current,
        locked=files.locked,
        centres=files.centres,
        rules=files.rules,
        run=run,
    )
    plan = _plan(result, files, columns.id_column)
    report = report_of(result)
    if frontier_counts:
        report["frontier"] = _frontier_report(
            files, params, frontier_counts, frontier_size, run
        )
    return plan, report, _reasons(result, files, columns.id_column)


def _plan(result: BalanceResult, files: UnitFiles, id_column: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            id_column: files.units.index.to_numpy(),
            "territory": result.alignment.territory_by_unit.to_numpy(),
        }
    )


def _run_levels(
    files: UnitFiles,
    id_column: str,
    params: BalanceParams,
    districts: str,
    run: RunControl | None,
) -> tuple[pd.DataFrame, dict[str, Any], pd.DataFrame]:
    """Balance districts and territories of a file."""
    given = {
        "--current": files.current,
        "--locked": files.locked,
        "--centres": files.centres,
        **{
            f"--{field.name.replace('_', '-')}": getattr(files.rules, field.name)
            for field in fields(files.rules)
        },
    }
    asked = [name for name, value in given.items() if value is not None]
    if asked:
        raise InputError(f"--districts cannot be had together with {', '.join(asked)}")
    edges = point_edges(files.units) if files.edges is None else files.edges
    levels = balance_levels(
        files.units, edges, params, parse_districts(districts), run=run
    )
    result = levels.territories
    plan = _plan(result, files, id_column)
    plan["district"] = levels.district_by_unit.reindex(files.units.index).to_numpy()
    above = {} if levels.districts is None else report_of(levels.districts)
    report = report_of(result) | {"met": levels.is_met}
    report["districts"] = levels_report(levels, above)
    return plan, report, _reasons(result, files, id_column)


def _columns_of(params: BalanceParams, size: str | None) -> list[str]:
    columns = [measure.column for measure in params.measures]
    return columns if size is None or size in columns else [*columns, size]


def _frontier_report(
    files: UnitFiles,
    params: BalanceParams,
    counts: Sequence[float],
    size: str | None,
    run: RunControl | None,
) -> dict[str, Any]:
    """Lay out the frontier for JSON."""
    if files.current is None:
        raise InputError("--frontier needs --current: the territories of today")
    curve = frontier(
        files.units,
        files.edges,
        params,
        current=files.current,
        counts=counts,
        size=None if size is None else files.units[size],
        locked=files.locked,
        rules=files.rules,
        run=run,
    )
    points = curve.points.astype(object).where(curve.points.notna(), None)
    return {"points": points.to_dict("records"), "least_moves": curve.least_moves}


def _reasons(result: BalanceResult, files: UnitFiles, id_column: str) -> pd.DataFrame:
    """List why each moved unit moved."""
    ids = result.reasons.index
    today = files.current if files.current is not None else pd.Series(dtype="str")
    return pd.DataFrame(
        {
            id_column: ids.to_numpy(),
            "from": today.reindex(ids).to_numpy(),
            "to": result.alignment.territory_by_unit.reindex(ids).to_numpy(),
            "reason": result.reasons.to_numpy(),
        }
    )


def report_of(result: BalanceResult) -> dict[str, Any]:
    """
    Put a result into the form of the contract's report, ready for JSON.

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
        "violations": list(result.violations),
        "proven_deviation": result.proven_deviation,
        "blocking": result.blocking.to_dict("records"),
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
    told: dict[str, float] = {}
    if measure.minimum is not None:
        told |= {"minimum": measure.minimum, "least": float(actual.min())}
    if measure.maximum is not None:
        told |= {"maximum": measure.maximum, "most": float(actual.max())}
    return told
