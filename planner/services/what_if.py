"""What if there were one head more or fewer: a copy, balanced with the fewest moves."""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from planner.core.errors import InputError
from planner.services import balance_inputs
from planner.services import proposals
from planner.services import scenarios
from planner.services.balancing import CAPACITY
from planner.services.balancing import EQUAL
from planner.services.balancing import BalanceRequest
from planner.services.scenarios import Comparison
from planner.services.staffing import staff_territories
from planner.services.team import VACANT
from planner.services.territory import TerritoryView
from planner.services.territory import accept_proposal
from planner.services.territory import load_alignment
from planner.services.territory_view import as_if
from planner.services.workspace import Workspace
from planner.store import scenarios as scenario_rows
from planner.store.scenarios import Edit
from planner.store.scenarios import Scenario
from planner.territory.alignment import Alignment
from planner.territory.edits import LOCKABLE
from planner.territory.params import BalanceMeasure
from planner.territory.params import BalanceParams

LOCK = "lock_"  # how the kinds of mark begin that hold something where it is
_HEADS = re.compile(r", \d+ reps(?: \(\d+\))?$")


def first_to_end(view: TerritoryView, measure: str) -> list[str]:
    """
    Order territories by how readily a planner would end them.

    Parameters
    ----------
    view
        The scenario.
    measure
        What is counted.

    Returns
    -------
    Vacant ones first, then the smallest.
    """
    known = view.territories
    is_held = known["rep_name"] != VACANT
    order = known.assign(is_held=is_held).sort_values(
        ["is_held", measure], kind="stable"
    )
    return [str(territory_id) for territory_id in order.index]


def free_name(ws: Workspace, scenario: Scenario, n_heads: int) -> str:
    """Name a copy after its heads, ``FY27, 25 reps``, as no other scenario is."""
    taken = {known.name for known in scenarios.scenarios(ws)}
    name = f"{_HEADS.sub('', scenario.name)}, {n_heads} reps"
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def request_of(
    ws: Workspace,
    view: TerritoryView,
    measures: Sequence[BalanceMeasure],
    dropped: str | None = None,
) -> BalanceRequest:
    """
    Ask for balance with as few moves as can be, each weighed by what it disturbs.

    Parameters
    ----------
    view
        The scenario; if it has wanted shares, they are worked out anew by capacity.
    measures
        What is balanced within which limits, most important first.
    dropped
        The territory that is to end; None: one is added.

    Returns
    -------
    What the scenario's locks hold stays, but for what lies in `dropped`.
    """
    with ws.store.reading() as conn:
        locked = _locks(conn, view.scenario.scenario_id)
    accounts = view.accounts
    is_held = accounts.index.isin(locked["account"])
    is_held |= accounts["unit_id"].isin(locked["unit"]).to_numpy()
    stays = accounts["territory_id"].notna() & (accounts["territory_id"] != dropped)
    kept = {*locked["territory"]} & set(view.units["territory_id"].dropna())
    return BalanceRequest(
        params=BalanceParams(measures=tuple(measures), minimise="moves"),
        shares=CAPACITY if view.has_shares else EQUAL,
        kept_territories=tuple(sorted(kept - {dropped})),
        kept_accounts=tuple(accounts.index[is_held & stays]),
        keeps_named=True,
        weighs_moves=True,
    )


def check(
    ws: Workspace, view: TerritoryView, request: BalanceRequest, dropped: str | None
) -> list[str]:
    """
    Refuse before anything is copied what no balance could do.

    Returns
    -------
    As `balance_inputs.check`.

    Raises
    ------
    InputError, InfeasibleError
        If there is nothing to add to or drop, or what is asked contradicts itself.
    """
    with ws.store.reading() as conn:
        alignment = load_alignment(conn, view.scenario.scenario_id)
        locked = _locked_units(conn, view.scenario.scenario_id)
    seed = _seed(view, alignment, dropped, locked)
    by_account = seed.territory_of(view.accounts["unit_id"])
    after = as_if(view, seed.territory_by_unit, by_account, is_whole=True)
    return balance_inputs.check(ws, after, request)


def start_what_if(
    ws: Workspace, view: TerritoryView, name: str, *, dropped: str | None = None
) -> Scenario:
    """
    Copy a scenario with one territory more or fewer, for a balance to finish.

    Parameters
    ----------
    view
        The scenario to be copied; it is copied as it is saved, and stays as it is.
    name
        Of the copy.
    dropped
        The territory that ends; None: one is added.

    Returns
    -------
    The copy. Of a territory that ended the units lie in none, so that all may take
    them and none counts as a move; an added territory begins as one unit, with a
    position that works none here, else a new vacant one. All else is as it was.

    Raises
    ------
    InputError
        If the name is empty or taken, there is no such territory or none to add to.
    """
    wanted = scenarios.checked_name(ws, name)
    with ws.store.transaction() as conn:
        made = scenario_rows.copy_scenario(
            conn, view.scenario.scenario_id, name=wanted, user=ws.user
        )
        alignment = load_alignment(conn, made.scenario_id)
        locked = _locked_units(conn, made.scenario_id)
        seed = _seed(view, alignment, dropped, locked)
        action = "add a territory" if dropped is None else f"end {dropped}"
        with scenario_rows.editing(
            conn,
            made.scenario_id,
            version=made.version,
            user=ws.user,
            action=f"what if: {action}",
        ) as edit:
            if dropped is None:
                _add(conn, ws, edit, alignment, seed)
            else:
                _drop(conn, edit, view, dropped)
            _save_seed(conn, edit, alignment, seed)
        return scenario_rows.load_scenario(conn, made.scenario_id)


def take_answer(
    ws: Workspace,
    scenario_id: str,
    version: int,
    job_id: str,
    result: Mapping[str, Any],
) -> Scenario:
    """
    Take the balance of a copy into it: nobody works on it yet, so nobody is asked.

    Parameters
    ----------
    scenario_id, version
        The copy as `start_what_if` made it.
    job_id, result
        The finished job.

    Returns
    -------
    The copy as it is now; taken or discarded already, nothing is done.

    Raises
    ------
    ConflictError
        If somebody saved the copy since.
    """
    if not proposals.is_decided(ws, job_id):
        accept_proposal(ws, scenario_id, version, result, job_id)
    return scenarios.scenario(ws, scenario_id)


def why_moved(found: Comparison, result: Mapping[str, Any]) -> pd.Series:
    """
    Say of each account with another territory why.

    Parameters
    ----------
    found
        The scenario and its copy.
    result
        Of the job that balanced the copy.

    Returns
    -------
    Sentence by `account_id`; empty where nothing is known.
    """
    moved = found.moved
    unit = found.a.accounts.loc[moved.index, "unit_id"]
    reasons = pd.Series(result.get("reasons") or {}, dtype="str")
    names = proposals.unit_names(found.a.units)
    said = unit.map(reasons).map(
        lambda text: proposals.in_words(text, names), na_action="ignore"
    )
    has_ended = ~moved["a_territory"].isin(found.b.territories.index)
    is_new = ~moved["b_territory"].isin(found.a.territories.index)
    ended = moved["a_territory"].astype("str") + " ends"
    begun = moved["b_territory"].astype("str") + " begins here"
    said = said.mask(has_ended & moved["a_territory"].notna(), ended)
    return said.where(said.notna(), begun.where(is_new, "")).astype("str")


def _seed(
    view: TerritoryView,
    alignment: Alignment,
    dropped: str | None,
    locked: Collection[str],
) -> Alignment:
    """Put the added territory on the map, or take the dropped one off it."""
    if dropped is None:
        return alignment.move([_core(view, alignment, locked)], _new_id(view))
    if dropped not in view.territories.index:
        raise InputError(f"territory {dropped!r} is not in this scenario")
    if len(view.territories) < 2:
        raise InputError(f"{dropped} is the only territory: nobody could take its work")
    units = alignment.territory_by_unit
    named = alignment.territory_by_account
    return alignment.move(
        list(units.index[units == dropped]), None, list(named.index[named == dropped])
    )


def _new_id(view: TerritoryView) -> str:
    known = set(view.territories.index)
    width = max(2, len(str(len(known) + 1)))
    ids = (f"T{number:0{width}d}" for number in range(1, len(known) + 2))
    return next(territory_id for territory_id in ids if territory_id not in known)


def _core(view: TerritoryView, alignment: Alignment, locked: Collection[str]) -> str:
    """
    Choose the unit that an added territory begins with.

    It is the unit of fewest accounts in the heaviest territory that can spare one: as
    it counts little it binds little, and the search finds where the work lies.
    """
    by_unit = alignment.territory_by_unit.reindex(view.units.index).dropna()
    size = by_unit.map(by_unit.value_counts())
    spare = by_unit[(size > 1) & ~by_unit.index.isin(list(locked))]
    if spare.empty:
        raise InputError(
            "no territory can spare a unit for one more: draw or balance them first"
        )
    weight = view.territories["potential_minor"].astype(float)
    if not weight.sum() > 0:
        weight = view.territories["accounts"].astype(float)
    heaviest = weight.reindex(sorted(set(spare))).idxmax()
    own = view.units.loc[spare.index[spare == heaviest], "accounts"].astype(float)
    return str(own.idxmin())


def _locks(conn: Connection, scenario_id: str) -> dict[str, list[str]]:
    """Read what planners locked: ids of territories, units and accounts."""
    marks = scenario_rows.load_marks(conn, scenario_id)
    return {
        what: list(marks.loc[marks["kind"] == f"{LOCK}{what}", "thing"])
        for what in LOCKABLE
    }


def _locked_units(conn: Connection, scenario_id: str) -> set[str]:
    """Name the units that must stay, also those of locked territories."""
    locked = _locks(conn, scenario_id)
    by_unit = load_alignment(conn, scenario_id).territory_by_unit
    return {*locked["unit"], *by_unit.index[by_unit.isin(locked["territory"])]}


def _add(
    conn: Connection, ws: Workspace, edit: Edit, before: Alignment, seed: Alignment
) -> None:
    """Give the added territory a seat, and the district it is cut out of."""
    known = scenario_rows.load_territories(conn, edit.scenario_id)
    by_unit = seed.territory_by_unit
    staffed = staff_territories(conn, ws, edit.scenario_id, by_unit)
    new_id = next(iter(set(by_unit.dropna()) - set(known.index)))
    cut_from = before.territory_by_unit[by_unit == new_id]
    district = cut_from.map(known["district"]).iloc[0]
    added = staffed.loc[[new_id]].assign(district=district)
    scenario_rows.save_territories(conn, edit, pd.concat([known, added]))


def _drop(conn: Connection, edit: Edit, view: TerritoryView, dropped: str) -> None:
    """Take a territory off the list, and the locks of what lay in it."""
    known = scenario_rows.load_territories(conn, edit.scenario_id)
    scenario_rows.save_territories(conn, edit, known.drop(dropped))
    marks = scenario_rows.load_marks(conn, edit.scenario_id)
    freed = {
        dropped,
        *view.units.index[view.units["territory_id"] == dropped],
        *view.accounts.index[view.accounts["territory_id"] == dropped],
    }
    is_freed = marks["kind"].str.startswith(LOCK) & marks["thing"].isin(list(freed))
    scenario_rows.save_marks(conn, edit, marks[~is_freed])


def _save_seed(
    conn: Connection, edit: Edit, before: Alignment, seed: Alignment
) -> None:
    was, now = before.territory_by_unit, seed.territory_by_unit
    changed = now[was.fillna("") != now.fillna("")]
    scenario_rows.save_alignment(conn, edit, changed.to_frame("territory_id"))
    named = seed.territory_by_account.to_frame("territory_id")
    scenario_rows.save_named_accounts(conn, edit, named)
