"""What must hold beside balance: groups, forbidden pairs, barriers, costs of a move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from planner.core.errors import InfeasibleError, InputError
from planner.core.reasons import Reason


@dataclass(frozen=True, kw_only=True, eq=False)
class Rules:
    """
    Rules of a balance that always hold, and what its moves cost.

    Parameters
    ----------
    together : shape (n_units,)
        Group by `unit_id`, missing for none: units of a group share a territory.
    apart
        Columns unit_id, other_id: pairs that must not share a territory.
    barriers
        Columns unit_id, other_id: neighbours whose border must not be crossed.
    move_cost : shape (n_units,)
        Cost of leaving today's territory by `unit_id`, not below 0; None: 1 each.
    move_size : shape (n_units,)
        What leaving today's territory counts towards `BalanceParams.max_moved` by
        `unit_id`, not below 0, such as the unit's accounts; None: 1 each.
    targets
        Indexed `territory_id`: one column ``target``, or one for each measure, in any
        unit; territories get loads in these proportions. None: equal loads.
    fixed_load
        Indexed `territory_id`, a column for a measure, in its unit: what a territory
        has beside the units. It counts towards minimum and maximum. None: nothing.
    """

    together: pd.Series | None = None
    apart: pd.DataFrame | None = None
    barriers: pd.DataFrame | None = None
    move_cost: pd.Series | None = None
    move_size: pd.Series | None = None
    targets: pd.DataFrame | None = None
    fixed_load: pd.DataFrame | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked."""
        return all(
            rule is None
            for rule in (
                self.together,
                self.apart,
                self.barriers,
                self.move_cost,
                self.move_size,
                self.targets,
                self.fixed_load,
            )
        )


def group_of(rules: Rules, units: pd.Index) -> np.ndarray:
    """
    Give each group a number.

    Parameters
    ----------
    rules
        What must hold.
    units
        `unit_id` by row.

    Returns
    -------
    shape (n_units,)
        Group from 0 by row, -1 for none; a group of one unit is none.
    """
    if rules.together is None:
        return np.full(len(units), -1, dtype=np.int64)
    names = named_groups(rules.together, units)
    sizes = names.map(names.value_counts())
    codes, _ = pd.factorize(names.where(sizes > 1), sort=True)
    return np.asarray(codes, dtype=np.int64)


def named_groups(together: pd.Series, units: pd.Index) -> pd.Series:
    """Line up the groups' names with the units; blank is none."""
    if together.index.has_duplicates:
        name = together.index[together.index.duplicated()][0]
        raise InputError(Reason("group_twice", {"unit": str(name)}))
    names = together.reindex(units).astype("str").str.strip()
    return names.where(names != "")


def pair_rows(
    pairs: pd.DataFrame | None,
    units: pd.Index,
    kind: Literal["barrier", "forbidden_pair"],
) -> np.ndarray:
    """
    Turn pairs of ids into pairs of rows.

    Parameters
    ----------
    pairs
        Columns unit_id, other_id; or None.
    units
        `unit_id` by row.
    kind
        What the pairs are.

    Returns
    -------
    shape (n_pairs, 2)
        Rows, the lower one first, each pair once.

    Raises
    ------
    InputError
        If a unit is not known, or paired with itself.
    """
    if pairs is None or pairs.empty:
        return np.empty((0, 2), dtype=np.int64)
    rows = []
    for column in ("unit_id", "other_id"):
        ids = pairs[column].astype("str")
        places = units.get_indexer(pd.Index(ids))
        if (places < 0).any():
            name = ids.to_numpy()[places < 0][0]
            raise InputError(Reason(f"{kind}_unknown", {"unit": str(name)}))
        rows.append(places)
    both = np.sort(np.column_stack(rows).astype(np.int64), axis=1)
    same = both[:, 0] == both[:, 1]
    if same.any():
        name = units[both[same][0, 0]]
        code = "barrier_to_itself" if kind == "barrier" else "forbidden_pair_of_itself"
        raise InputError(Reason(code, {"unit": str(name)}))
    return np.unique(both, axis=0)


def checked_moves(
    rules: Rules, units: pd.Index, what: Literal["move_cost", "move_size"]
) -> np.ndarray | None:
    """Line up costs or sizes of a move, 1 where one is missing; None: none is given."""
    limit = getattr(rules, what)
    if limit is None:
        return None
    numbers = pd.to_numeric(limit.reindex(units), errors="coerce")
    values = numbers.fillna(1.0).to_numpy(dtype=float)
    wrong = ~np.isfinite(values) | (values < 0)
    if wrong.any():
        value = f"{values[wrong][0]:g}"
        unit = str(units[wrong][0])
        raise InputError(
            Reason("move_value_wrong", {"unit": unit, "column": what, "value": value})
        )
    return values


def checked_targets(
    rules: Rules, territory_ids: Sequence[str], measures: Sequence[str]
) -> np.ndarray:
    """
    Work out the wanted load of each territory as a multiple of the mean.

    Returns
    -------
    shape (n_territories, n_measures)
        With mean 1 for each measure.

    Raises
    ------
    InputError
        If a territory has no target, or one that is not above 0.
    """
    if rules.targets is None:
        return np.ones((len(territory_ids), len(measures)))
    table = rules.targets
    table = table.set_axis(pd.Index(table.index.astype("str")), axis=0)
    if table.index.has_duplicates:
        name = table.index[table.index.duplicated()][0]
        raise InputError(Reason("target_twice", {"territory": name}))
    missing = [name for name in territory_ids if name not in table.index]
    if missing:
        values = {"territory": missing[0], "n_territories": len(territory_ids)}
        raise InputError(Reason("target_missing", values))
    columns = []
    for measure in measures:
        column = measure if measure in table.columns else "target"
        if column not in table.columns:
            raise InputError(Reason("target_column_missing", {"measure": measure}))
        numbers = pd.to_numeric(table[column], errors="coerce").reindex(territory_ids)
        wanted = numbers.to_numpy(dtype=float)
        wrong = ~np.isfinite(wanted) | (wanted <= 0)
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            values = {"territory": territory_ids[at], "value": f"{wanted[at]:g}"}
            raise InputError(Reason("target_wrong", values))
        columns.append(wanted / wanted.mean())
    return np.column_stack(columns) if columns else np.ones((len(territory_ids), 0))


def fixed_loads_of(
    rules: Rules, territory_ids: Sequence[str], measures: Sequence[str]
) -> np.ndarray:
    """
    Line up what each territory has beside the units.

    Returns
    -------
    shape (n_territories, n_measures)
        Zero where nothing is said.
    """
    if rules.fixed_load is None:
        return np.zeros((len(territory_ids), len(measures)))
    table = rules.fixed_load.reindex(index=list(territory_ids), columns=list(measures))
    return table.fillna(0.0).to_numpy(dtype=float)


def contradictions(
    units: pd.Index,
    rules: Rules,
    *,
    n_territories: int,
    current: pd.Series | None,
    locked: pd.Series | None,
) -> list[Reason]:
    """
    Find rules that no plan can keep, before any plan is made.

    Parameters
    ----------
    units
        `unit_id` by row.
    rules
        What must hold.
    n_territories
        How many territories there are to be.
    current, locked
        Territory today, and whether it must stay, in the order of the units; or None.

    Returns
    -------
    One for each, with its units; empty if none is seen.
    """
    group = group_of(rules, units)
    apart = pair_rows(rules.apart, units, "forbidden_pair")
    stays = pd.Series(index=units, dtype="str")
    if current is not None and locked is not None:
        stays = current.where(locked.to_numpy(dtype=bool))
    return [
        *_torn_groups(units, rules, group, stays),
        *_pairs_held(units, group, apart, stays),
        *_too_few(units, group, apart, n_territories),
    ]


def refuse_contradictions(reasons: Sequence[Reason]) -> None:
    """
    Stop a request that contradicts itself.

    Raises
    ------
    InfeasibleError
        With the reasons, if there is any.
    """
    if reasons:
        raise InfeasibleError(reasons)


def _torn_groups(
    units: pd.Index, rules: Rules, group: np.ndarray, stays: pd.Series
) -> list[Reason]:
    """Find groups with units locked to different territories."""
    reasons = []
    territory = stays.to_numpy(dtype=object)
    is_locked = stays.notna().to_numpy()
    for number in np.unique(group[(group >= 0) & is_locked]):
        rows = np.flatnonzero((group == number) & is_locked)
        owners = list(dict.fromkeys(territory[rows]))
        if len(owners) < 2:
            continue
        locks = [
            Reason(
                "unit_to_territory",
                {
                    "unit": str(units[rows[territory[rows] == owner][0]]),
                    "territory": owner,
                },
            )
            for owner in owners
        ]
        name = named_groups(rules.together, units).iloc[rows[0]]
        reasons.append(Reason("group_locks_differ", {"group": name, "locks": locks}))
    return reasons


def _pairs_held(
    units: pd.Index, group: np.ndarray, apart: np.ndarray, stays: pd.Series
) -> list[Reason]:
    """Find forbidden pairs that a group or two locks hold together."""
    reasons = []
    territory = stays.to_numpy(dtype=object)
    is_locked = stays.notna().to_numpy()
    for a, b in apart:
        pair = {"unit": str(units[a]), "other": str(units[b])}
        if group[a] >= 0 and group[a] == group[b]:
            reasons.append(Reason("forbidden_pair_grouped", pair))
        elif is_locked[a] and is_locked[b] and territory[a] == territory[b]:
            pair["territory"] = territory[a]
            reasons.append(Reason("forbidden_pair_locked", pair))
    return reasons


def _too_few(
    units: pd.Index, group: np.ndarray, apart: np.ndarray, n_territories: int
) -> list[Reason]:
    """Find too few territories for pairs, or too few groups for territories."""
    reasons = []
    grouped = group[group >= 0]
    n_cells = len(units) - len(grouped) + len(np.unique(grouped))
    if n_territories > n_cells:
        values = {"n_territories": n_territories, "n_cells": n_cells}
        reasons.append(Reason("groups_too_few", values))
    clique = _clique(apart)
    if len(clique) > n_territories:
        reasons.append(
            Reason(
                "forbidden_pairs_exceed_territories",
                {
                    "units": [str(unit) for unit in units[clique]],
                    "n_needed": len(clique),
                    "n_territories": n_territories,
                },
            )
        )
    return reasons


def _clique(pairs: np.ndarray) -> list[int]:
    """Find a large set of units that are all apart (greedy from each unit)."""
    forbidden_pairs: dict[int, set[int]] = {}
    for a, b in pairs.tolist():
        forbidden_pairs.setdefault(a, set()).add(b)
        forbidden_pairs.setdefault(b, set()).add(a)
    best: list[int] = []
    for start in sorted(forbidden_pairs, key=lambda unit: -len(forbidden_pairs[unit]))[
        :500
    ]:
        clique, open_units = [start], set(forbidden_pairs[start])
        while open_units:
            at = max(
                open_units,
                key=lambda unit: (len(forbidden_pairs[unit] & open_units), -unit),
            )
            clique.append(at)
            open_units &= forbidden_pairs[at]
        if len(clique) > len(best):
            best = clique
    return sorted(best)
