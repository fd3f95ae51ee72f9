"""What cannot be balanced, said before solving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from planner.core.errors import InfeasibleError, InputError
from planner.core.reasons import Reason
from planner.territory.model.checks import check_numbers
from planner.territory.model.instance import Instance
from planner.territory.model.limits import find_contradictions, limits_of
from planner.territory.model.params import BalanceParams
from planner.territory.model.rules import (
    Rules,
    checked_moves,
    checked_targets,
    contradictions,
    fixed_loads_of,
    group_of,
    named_groups,
    pair_rows,
    refuse_contradictions,
)

UNIT_OVERSIZED = "unit_oversized"  # the code of a unit that is too big alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    A request that can be tried.

    Parameters
    ----------
    instance
        What is to be balanced.
    territory_ids
        Names of the territories to make.
    oversized
        What `find_oversized` returned.
    """

    instance: Instance
    territory_ids: tuple[str, ...]
    oversized: pd.DataFrame


def check_request(instance: Instance, params: BalanceParams) -> Request:
    """
    Check what is asked of an instance before any work is done.

    Parameters
    ----------
    instance
        What is to be balanced.
    params
        What is asked.

    Returns
    -------
    The request with its territories named.

    Raises
    ------
    InputError
        If a measure is missing, negative or not finite, or numbers do not agree.
    InfeasibleError
        If no plan can exist: too many territories, or locks, groups, forbidden pairs
        and barriers that contradict each other; each reason names units and repair.
    """
    _check_measures(instance.units, params)
    if instance.current is None and params.needs_current:
        raise InputError(Reason("current_missing"))
    territory_ids = _territory_ids(instance, params)
    _check_counts(instance, territory_ids)
    _check_given_up(instance, params, territory_ids)
    pair_rows(instance.rules.barriers, instance.units.index, "barrier")
    refuse_contradictions(
        contradictions(
            instance.units.index,
            instance.rules,
            n_territories=len(territory_ids),
            current=instance.current,
            locked=instance.locked,
        )
    )
    _refuse_limits(instance, params, territory_ids)
    return Request(
        instance=instance,
        territory_ids=territory_ids,
        oversized=find_oversized(instance, params, territory_ids),
    )


def find_oversized_units(
    units: pd.DataFrame, params: BalanceParams, territory_ids: Sequence[str]
) -> pd.DataFrame:
    """
    Find the units that alone are too big for any territory.

    Parameters
    ----------
    units
        The measures, indexed by `unit_id`.
    params
        What is asked.
    territory_ids
        Who shares the total, equally.

    Returns
    -------
    As `find_oversized`.
    """
    return _oversized(units, params, territory_ids, Rules(), None, None)


def find_oversized(
    instance: Instance, params: BalanceParams, territory_ids: Sequence[str]
) -> pd.DataFrame:
    """
    Find what alone is too big for its territory: units, groups, locked units.

    Parameters
    ----------
    instance
        What is to be balanced.
    params
        What is asked.
    territory_ids
        Who shares the total.

    Returns
    -------
    Columns unit_id, measure, share (of the target of the largest territory, or of the
    one it is locked to), tolerance and reason, a `Reason`; heaviest first within each
    measure.
    """
    return _oversized(
        instance.units,
        params,
        territory_ids,
        instance.rules,
        instance.current,
        instance.locked,
    )


def _oversized(
    units: pd.DataFrame,
    params: BalanceParams,
    territory_ids: Sequence[str],
    rules: Rules,
    current: pd.Series | None,
    locked: pd.Series | None,
) -> pd.DataFrame:
    columns = [measure.column for measure in params.balanced]
    target = checked_targets(rules, territory_ids, columns)
    records = []
    totals = units[columns].astype(float).sum().to_numpy()
    fixed_load = fixed_loads_of(rules, territory_ids, columns)
    _, high = limits_of(params.balanced, totals, target, fixed_load)
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
        records += [
            (unit, measure.column, size, measure.tolerance, reason)
            for unit, size, reason in sorted(rows, key=lambda row: -row[1])
        ]
    names = ["unit_id", "measure", "share", "tolerance", "reason"]
    return pd.DataFrame(records, columns=names)


def _big_units(share: pd.Series, limit: float) -> list[tuple[str, float, Reason]]:
    return [
        (str(unit), float(size), Reason(UNIT_OVERSIZED, {"share": float(size)}))
        for unit, size in share[share > limit + 1e-9].items()
    ]


def _big_groups(
    share: pd.Series, limit: float, rules: Rules
) -> list[tuple[str, float, Reason]]:
    """Find groups that must stay together and do not fit into one territory."""
    if rules.together is None:
        return []
    group = group_of(rules, share.index)
    names = named_groups(rules.together, share.index)
    rows = []
    for number in range(int(group.max(initial=-1)) + 1):
        members = share[group == number]
        size = float(members.sum())
        if size > limit + 1e-9 and members.max() <= limit + 1e-9:
            values = {
                "group": names[members.index[0]],
                "n_units": len(members),
                "share": size,
            }
            rows.append(
                (str(members.idxmax()), size, Reason("group_oversized", values))
            )
    return rows


def _overfull(
    share: pd.Series,
    allowed: pd.DataFrame,
    current: pd.Series | None,
    locked: pd.Series | None,
) -> list[tuple[str, float, Reason]]:
    """Find territories whose locked units alone pass what they may have."""
    if current is None or locked is None:
        return []
    rows = []
    for name, units in share[locked.to_numpy(dtype=bool)].groupby(current[locked]):
        room, limit = allowed.loc[name, ["target", "high"]]
        size = float(units.sum() / room)
        if size > limit + 1e-9 and len(units) > 1 and units.max() / room <= limit:
            values = {"n_units": len(units), "territory": str(name), "share": size}
            rows.append((str(units.idxmax()), size, Reason("locks_oversized", values)))
    return rows


def _check_measures(units: pd.DataFrame, params: BalanceParams) -> None:
    for measure in params.measures:
        check_numbers(units, measure.column, least=0.0)
        is_needed = measure.is_balanced or measure is params.measures[0]
        if is_needed and not units[measure.column].astype(float).sum() > 0:
            raise InputError(Reason("measure_empty", {"measure": measure.column}))


def _refuse_limits(
    instance: Instance, params: BalanceParams, territory_ids: Sequence[str]
) -> None:
    columns = [measure.column for measure in params.balanced]
    refuse_contradictions(
        find_contradictions(
            params.balanced,
            instance.units[columns].astype(float).sum().to_numpy(),
            checked_targets(instance.rules, territory_ids, columns),
            territory_ids,
            fixed_loads_of(instance.rules, territory_ids, columns),
        )
    )


def _territory_ids(instance: Instance, params: BalanceParams) -> tuple[str, ...]:
    """Name the territories: by centre, target, else as today, else T01, T02 ..."""
    current, locked = instance.current, instance.locked
    today: Sequence[str] = []
    if current is not None:
        weight = instance.units[params.measures[0].column].astype(float)
        today = weight.groupby(current).sum().sort_values(ascending=False).index
    for code, count, table in (
        ("centres_miscounted", "n_centres", instance.centres),
        ("targets_miscounted", "n_targets", instance.rules.targets),
    ):
        if table is None:
            continue
        if params.n_territories not in (None, len(table)):
            values = {"n_territories": params.n_territories, count: len(table)}
            raise InputError(Reason(code, values))
        return tuple(table.index.astype("str"))
    n_territories = params.n_territories or len(today)
    if not n_territories:
        raise InputError(Reason("territories_uncounted"))
    names = list(pd.unique(current[locked])) if locked is not None else []  # type: ignore[index]
    if len(names) > n_territories:
        values = {"n_locked": len(names), "n_territories": n_territories}
        raise InfeasibleError([Reason("locks_exceed_territories", values)])
    names += [name for name in today if name not in names]
    ids = sorted(names[:n_territories])
    width = max(2, len(str(n_territories)))
    number = 0
    while len(ids) < n_territories:
        number += 1
        name = f"T{number:0{width}d}"
        if name not in names:
            ids.append(name)
    return tuple(ids)


def _check_counts(instance: Instance, territory_ids: Sequence[str]) -> None:
    units, current, locked = instance.units, instance.current, instance.locked
    n_territories = len(territory_ids)
    if n_territories > len(units):
        values = {"n_territories": n_territories, "n_units": len(units)}
        raise InfeasibleError([Reason("territories_exceed_units", values)])
    if locked is not None and current is not None:
        strangers = current[locked][~current[locked].isin(list(territory_ids))]
        if len(strangers):
            lock = {"unit": str(strangers.index[0]), "territory": strangers.iloc[0]}
            raise InfeasibleError([Reason("lock_elsewhere", lock)])
        n_free = int((~locked).sum())
        n_open = n_territories - int(current[locked].nunique())
        if n_open > n_free:
            values = {"n_open": n_open, "n_free": n_free}
            raise InfeasibleError([Reason("locks_leave_too_few", values)])


def _check_given_up(
    instance: Instance, params: BalanceParams, territory_ids: Sequence[str]
) -> None:
    """Refuse a limit of moves that territories which end pass already."""
    current, rules = instance.current, instance.rules
    if params.max_moved is None or current is None:
        return
    ended = current.index[current.notna() & ~current.isin(list(territory_ids))]
    size = checked_moves(rules, ended, "move_size")
    n_moves = len(ended) if size is None else float(size.sum())
    if n_moves > params.max_moved:
        values: dict[str, float] = {
            "n_units": len(ended),
            "n_territories": len(territory_ids),
            "max_moved": params.max_moved,
        }
        if size is not None:
            values["n_moves"] = n_moves
        raise InfeasibleError([Reason("endings_exceed_moves", values)])
