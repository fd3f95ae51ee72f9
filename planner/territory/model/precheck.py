"""What cannot be balanced, said before solving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.core.errors import InfeasibleError
from planner.core.errors import InputError
from planner.territory.model.limits import find_contradictions
from planner.territory.model.limits import limits_of
from planner.territory.model.params import BalanceParams
from planner.territory.model.rules import Rules
from planner.territory.model.rules import brought_of
from planner.territory.model.rules import checked_moves
from planner.territory.model.rules import checked_targets
from planner.territory.model.rules import contradictions
from planner.territory.model.rules import group_of
from planner.territory.model.rules import named_groups
from planner.territory.model.rules import pair_rows
from planner.territory.model.rules import refuse_contradictions


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    A request that can be tried.

    Parameters
    ----------
    territory_ids
        Names of the territories to make.
    current
        Territory today by `unit_id`, text, missing for none; or None.
    locked
        Whether a unit must stay, by `unit_id`; or None.
    centres
        Fixed centres by `territory_id`; or None.
    lumps
        What `find_lumps` returned.
    rules
        Groups, forbidden pairs, barriers, costs of a move, targets.
    """

    territory_ids: tuple[str, ...]
    current: pd.Series | None
    locked: pd.Series | None
    centres: pd.DataFrame | None
    lumps: pd.DataFrame
    rules: Rules


def check_request(
    units: pd.DataFrame,
    params: BalanceParams,
    *,
    current: pd.Series | None = None,
    locked: pd.Series | None = None,
    centres: pd.DataFrame | None = None,
    rules: Rules | None = None,
) -> Request:
    """
    Check what is asked before any work is done.

    Parameters
    ----------
    units
        Columns x_km, y_km and the measures; indexed by `unit_id`.
    params
        What is asked.
    current, locked
        Territory today, and whether it must stay, indexed by `unit_id`; or None.
    centres
        Columns x_km, y_km indexed by `territory_id`; or None.
    rules
        What else must hold; or None.

    Returns
    -------
    The request with its territories named.

    Raises
    ------
    InputError
        If a value is missing, negative or not finite, or an id is double.
    InfeasibleError
        If no plan can exist: too many territories, or locks, groups, forbidden pairs
        and barriers that contradict each other; each reason names units and repair.
    """
    rules = rules or Rules()
    _check_units(units, params)
    current = _checked_current(units, current, params)
    locked = _checked_locked(units, locked, current)
    centres = _checked_centres(centres, params)
    territory_ids = _territory_ids(units, params, current, locked, centres, rules)
    _check_counts(units, territory_ids, current, locked)
    _check_given_up(params, territory_ids, current, rules)
    pair_rows(rules.barriers, units.index, "barrier: unit")
    refuse_contradictions(
        contradictions(
            units.index,
            rules,
            n_territories=len(territory_ids),
            current=current,
            locked=locked,
        )
    )
    _refuse_limits(units, params, territory_ids, rules)
    lumps = find_lumps(
        units, params, territory_ids, rules=rules, current=current, locked=locked
    )
    return Request(
        territory_ids=territory_ids,
        current=current,
        locked=locked,
        centres=centres,
        lumps=lumps,
        rules=rules,
    )


def find_lumps(
    units: pd.DataFrame,
    params: BalanceParams,
    territory_ids: Sequence[str],
    *,
    rules: Rules | None = None,
    current: pd.Series | None = None,
    locked: pd.Series | None = None,
) -> pd.DataFrame:
    """
    Find what alone is too big for its territory: units, groups, locked units.

    Parameters
    ----------
    units
        The measures, indexed by `unit_id`.
    params
        What is asked.
    territory_ids
        Who shares the total.
    rules, current, locked
        Groups and targets; territory today and whether it must stay; or None.

    Returns
    -------
    Columns unit_id, measure, share (of the target of the largest territory, or of the
    one it is locked to), tolerance and reason; heaviest first within each measure.
    """
    rules = rules or Rules()
    columns = [measure.column for measure in params.balanced]
    target = checked_targets(rules, territory_ids, columns)
    found = []
    totals = units[columns].astype(float).sum().to_numpy()
    brought = brought_of(rules, territory_ids, columns)
    _, high = limits_of(params.balanced, totals, target, brought)
    for m, measure in enumerate(params.balanced):
        share = units[measure.column].astype(float) / totals[m] * len(territory_ids)
        room = float(target[:, m].max())
        limit = float((high[:, m] * target[:, m]).max()) / room
        rows = _big_units(share / room, limit)
        rows += _big_groups(share / room, limit, rules)
        allowed = pd.DataFrame(
            {"target": target[:, m], "high": high[:, m]}, index=list(territory_ids)
        )
        rows += _overfull(share, allowed, current, locked)
        found += [
            (unit, measure.column, size, measure.tolerance, reason)
            for unit, size, reason in sorted(rows, key=lambda row: -row[1])
        ]
    names = ["unit_id", "measure", "share", "tolerance", "reason"]
    return pd.DataFrame(found, columns=names)


def _big_units(share: pd.Series, limit: float) -> list[tuple[str, float, str]]:
    big = share[share > limit + 1e-9]
    return [
        (
            str(unit),
            float(size),
            f"this unit alone is {100 * size:.0f} % of one territory's ideal: no plan "
            "of whole units can keep the limit; use finer units",
        )
        for unit, size in big.items()
    ]


def _big_groups(
    share: pd.Series, limit: float, rules: Rules
) -> list[tuple[str, float, str]]:
    """Find groups that must stay together and do not fit into one territory."""
    if rules.together is None:
        return []
    group = group_of(rules, share.index)
    names = named_groups(rules.together, share.index)
    found = []
    for number in range(int(group.max(initial=-1)) + 1):
        own = share[group == number]
        if own.sum() > limit + 1e-9 and own.max() <= limit + 1e-9:
            found.append(
                (
                    str(own.idxmax()),
                    float(own.sum()),
                    f"its group {names[own.index[0]]!r} of {len(own)} units is "
                    f"{100 * own.sum():.0f} % of one territory's ideal; split it",
                )
            )
    return found


def _overfull(
    share: pd.Series,
    allowed: pd.DataFrame,
    current: pd.Series | None,
    locked: pd.Series | None,
) -> list[tuple[str, float, str]]:
    """Find territories whose locked units alone pass what they may have."""
    if current is None or locked is None:
        return []
    held = share[locked.to_numpy(dtype=bool)]
    owner = current[locked]
    found = []
    for name, own in held.groupby(owner):
        room, limit = allowed.loc[name, ["target", "high"]]
        size = float(own.sum() / room)
        if size > limit + 1e-9 and len(own) > 1 and own.max() / room <= limit:
            found.append(
                (
                    str(own.idxmax()),
                    size,
                    f"the {len(own)} units locked to {name} come to {100 * size:.0f} % "
                    "of its target; unlock some of them",
                )
            )
    return found


def _check_units(units: pd.DataFrame, params: BalanceParams) -> None:
    if units.empty:
        raise InputError("there is no unit to balance")
    doubled = units.index[units.index.duplicated()]
    if len(doubled):
        raise InputError(f"unit {doubled[0]!r} occurs twice; ids must be unique")
    for column in ("x_km", "y_km", *(m.column for m in params.measures)):
        if column not in units.columns:
            raise InputError(f"units have no column {column!r}")
        is_place = column in ("x_km", "y_km")
        numbers = pd.to_numeric(units[column], errors="coerce").to_numpy(dtype=float)
        wrong = ~np.isfinite(numbers) | (~np.full(len(units), is_place) & (numbers < 0))
        if wrong.any():
            unit, value = units.index[wrong][0], units[column][wrong].iloc[0]
            rule = "a number" if is_place else "a number not below 0"
            raise InputError(f"unit {unit!r}: {column} must be {rule}, got {value}")
    for measure in params.measures:
        is_needed = measure.is_balanced or measure is params.measures[0]
        if is_needed and not units[measure.column].astype(float).sum() > 0:
            raise InputError(
                f"measure {measure.column!r} is 0 in every unit: nothing to share out"
            )


def _refuse_limits(
    units: pd.DataFrame,
    params: BalanceParams,
    territory_ids: Sequence[str],
    rules: Rules,
) -> None:
    columns = [measure.column for measure in params.balanced]
    refuse_contradictions(
        find_contradictions(
            params.balanced,
            units[columns].astype(float).sum().to_numpy(),
            checked_targets(rules, territory_ids, columns),
            territory_ids,
            brought_of(rules, territory_ids, columns),
        )
    )


def _checked_current(
    units: pd.DataFrame, current: pd.Series | None, params: BalanceParams
) -> pd.Series | None:
    if current is None:
        if params.needs_current:
            raise InputError(
                "today's alignment is needed to limit or minimise moves, got none"
            )
        return None
    if current.index.has_duplicates:
        name = current.index[current.index.duplicated()][0]
        raise InputError(f"unit {name!r} is aligned twice")
    return current.reindex(units.index).astype("str")


def _checked_locked(
    units: pd.DataFrame, locked: pd.Series | None, current: pd.Series | None
) -> pd.Series | None:
    if locked is None:
        return None
    if locked.index.has_duplicates:
        name = locked.index[locked.index.duplicated()][0]
        raise InputError(f"unit {name!r} is locked twice")
    stays = locked.reindex(units.index)
    stays = stays.where(stays.notna(), other=False).astype(bool)
    if not stays.any():
        return None
    homeless = stays & (True if current is None else current.isna())
    if homeless.any():
        raise InputError(
            f"unit {units.index[homeless][0]!r} is locked but has no territory today"
        )
    return stays


def _checked_centres(
    centres: pd.DataFrame | None, params: BalanceParams
) -> pd.DataFrame | None:
    if centres is None:
        return None
    named = centres.set_axis(pd.Index(centres.index.astype("str")), axis=0)
    doubled = named.index[named.index.duplicated()]
    if len(doubled):
        raise InputError(f"centre {doubled[0]!r} occurs twice; ids must be unique")
    wrong = ~np.isfinite(named[["x_km", "y_km"]].to_numpy(dtype=float)).all(axis=1)
    if wrong.any():
        raise InputError(f"centre {named.index[wrong][0]!r} has no place")
    if params.n_territories not in (None, len(named)):
        raise InputError(
            f"{params.n_territories} territories are asked, but {len(named)} centres "
            "are given"
        )
    return named


def _territory_ids(
    units: pd.DataFrame,
    params: BalanceParams,
    current: pd.Series | None,
    locked: pd.Series | None,
    centres: pd.DataFrame | None,
    rules: Rules,
) -> tuple[str, ...]:
    """Name the territories: by centre, target, else as today, else T01, T02 ..."""
    today: Sequence[str] = []
    if current is not None:
        weight = units[params.measures[0].column].astype(float)
        today = weight.groupby(current).sum().sort_values(ascending=False).index
    if centres is not None:
        return tuple(centres.index)
    if rules.targets is not None:
        named = tuple(rules.targets.index.astype("str"))
        if params.n_territories not in (None, len(named)):
            raise InputError(
                f"{params.n_territories} territories are asked, but {len(named)} "
                "targets are given"
            )
        return named
    n_territories = params.n_territories or len(today)
    if not n_territories:
        raise InputError("the number of territories must be given")
    kept = list(pd.unique(current[locked])) if locked is not None else []  # type: ignore[index]
    kept += [name for name in today if name not in kept]
    if len(kept) > n_territories and locked is not None:
        n_locked = current[locked].nunique()  # type: ignore[index]
        if n_locked > n_territories:
            raise InfeasibleError(
                [
                    f"locked units lie in {n_locked} territories, but only "
                    f"{n_territories} are asked"
                ]
            )
    ids = sorted(kept[:n_territories])
    width = max(2, len(str(n_territories)))
    number = 0
    while len(ids) < n_territories:
        number += 1
        name = f"T{number:0{width}d}"
        if name not in kept:
            ids.append(name)
    return tuple(ids)


def _check_counts(
    units: pd.DataFrame,
    territory_ids: Sequence[str],
    current: pd.Series | None,
    locked: pd.Series | None,
) -> None:
    n_territories = len(territory_ids)
    if n_territories > len(units):
        raise InfeasibleError(
            [
                f"{n_territories} territories need at least as many units, got "
                f"{len(units)}; ask for fewer territories or use finer units"
            ]
        )
    if locked is not None and current is not None:
        strangers = current[locked][~current[locked].isin(list(territory_ids))]
        if len(strangers):
            raise InfeasibleError(
                [
                    f"unit {strangers.index[0]!r} is locked to {strangers.iloc[0]!r}, "
                    "which is none of the territories asked"
                ]
            )
        n_free = int((~locked).sum())
        n_open = n_territories - current[locked].nunique()
        if n_open > n_free:
            raise InfeasibleError(
                [
                    f"{n_open} territories without locked unit need a unit each, but "
                    f"only {n_free} units are free; unlock some"
                ]
            )


def _check_given_up(
    params: BalanceParams,
    territory_ids: Sequence[str],
    current: pd.Series | None,
    rules: Rules,
) -> None:
    """Refuse a limit of moves that territories which end pass already."""
    if params.max_moved is None or current is None:
        return
    ended = current.index[current.notna() & ~current.isin(list(territory_ids))]
    size = checked_moves(rules, ended, "move_size")
    n_moves = len(ended) if size is None else float(size.sum())
    if n_moves > params.max_moved:
        counted = "" if size is None else f", which count {n_moves:,g} moves,"
        raise InfeasibleError(
            [
                f"{len(ended)} units{counted} lose their territory when only "
                f"{len(territory_ids)} remain, but at most {params.max_moved} may move"
            ]
        )
