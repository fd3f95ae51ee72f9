"""What if there were one head more or fewer: a copy, balanced with the fewest moves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from planner.core.errors import InputError
from planner.services.balance import decisions, inputs
from planner.services.balance.accept import accept_proposal, answer_of
from planner.services.balance.reasons import reasons_of
from planner.services.balance.request import CAPACITY, EQUAL, BalanceRequest
from planner.services.drafts.view import Held, drafted
from planner.services.people.holders import VACANT
from planner.services.scenarios import listing
from planner.services.scenarios.listing import Comparison
from planner.services.territories.plan_rows import load_plan, save_plan
from planner.services.territories.view import TerritoryView
from planner.services.workspace import OpenCompany, Workspace
from planner.store.scenarios import editing, lineage
from planner.store.scenarios.lineage import Scenario
from planner.territory.editing.apply import apply_edit
from planner.territory.editing.dividing import next_territory_id
from planner.territory.editing.edits import AddTerritory, Draft, DropTerritory, Locks
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.solve.proposal import Proposal

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
    territories = view.territories
    is_held = territories["rep_name"] != VACANT
    order = territories.assign(is_held=is_held).sort_values(
        ["is_held", measure], kind="stable"
    )
    return [str(territory_id) for territory_id in order.index]


def free_name(ws: OpenCompany, scenario: Scenario, n_heads: int) -> str:
    """Name a copy after its heads, ``FY27, 25 reps``, as no other scenario is."""
    names = {other.name for other in listing.scenarios(ws)}
    name = f"{_HEADS.sub('', scenario.name)}, {n_heads} reps"
    number, free = 1, name
    while free in names:
        number += 1
        free = f"{name} ({number})"
    return free


def request_of(
    view: TerritoryView, measures: Sequence[BalanceMeasure]
) -> BalanceRequest:
    """
    Ask for balance with as few moves as can be, each weighed by what it disturbs.

    Parameters
    ----------
    view
        The scenario; if it has wanted shares, they are worked out anew by capacity.
    measures
        What is balanced within which limits, most important first.
    """
    return BalanceRequest(
        params=BalanceParams(measures=tuple(measures), minimise="moves"),
        shares=CAPACITY if view.has_shares else EQUAL,
        keeps_named=True,
        weighs_moves=True,
    )


def check(
    ws: OpenCompany, view: TerritoryView, request: BalanceRequest, dropped: str | None
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
        plan = load_plan(conn, view.scenario.scenario_id)
    seed = _seed(view, plan, dropped)
    locks = Held(
        territories=seed.locks.territory,
        units=seed.locks.unit,
        accounts=seed.locks.account,
        barriers=seed.barriers,
    )
    return inputs.check(ws, drafted(view, seed), request, locks)


def start_what_if(
    ws: OpenCompany, view: TerritoryView, name: str, *, dropped: str | None = None
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
    title = listing.checked_name(ws, name)
    with ws.store.transaction() as conn:
        copy = lineage.copy_scenario(
            conn, view.scenario.scenario_id, name=title, user=ws.user
        )
        seed = _seed(view, load_plan(conn, copy.scenario_id), dropped)
        with editing.editing(
            conn,
            copy.scenario_id,
            version=copy.version,
            user=ws.user,
            action="what if: " + (f"end {dropped}" if dropped else "add a territory"),
        ) as edit:
            save_plan(conn, ws, edit, seed)
        return lineage.load_scenario(conn, copy.scenario_id)


def take_answer(
    ws: OpenCompany,
    scenario_id: str,
    version: int,
    job_id: str,
    proposal: Proposal,
) -> Scenario:
    """
    Take the balance of a copy into it: nobody works on it yet, so nobody is asked.

    Parameters
    ----------
    scenario_id, version
        The copy as `start_what_if` made it.
    job_id, proposal
        The finished job and its answer.

    Returns
    -------
    The copy as it is now; taken or discarded already, nothing is done.

    Raises
    ------
    ConflictError
        If somebody saved the copy since.
    """
    if not decisions.is_decided(ws, job_id):
        accept_proposal(ws, scenario_id, version, proposal, job_id)
    return listing.scenario(ws, scenario_id)


def is_saved(ws: Workspace, scenario_id: str, proposal: Proposal) -> bool:
    """Tell whether a copy is saved as the balance has it."""
    with ws.store.reading() as conn:
        return answer_of(load_plan(conn, scenario_id), proposal).edit is None


def why_moved(ws: OpenCompany, comparison: Comparison, proposal: Proposal) -> pd.Series:
    """
    Say of each account with another territory why.

    Parameters
    ----------
    comparison
        The scenario and its copy.
    proposal
        Of the job that balanced the copy.

    Returns
    -------
    Sentence by `account_id`; empty where nothing is known.
    """
    movers = comparison.moved
    units = comparison.a.accounts["unit_id"].reindex(movers.index)
    reasons = reasons_of(ws, comparison.a, proposal, units.fillna("").astype("str"))
    is_new = ~movers["b_territory"].isin(comparison.a.territories.index)
    begun = movers["b_territory"].astype("str") + " begins here"
    reasons = reasons.mask((reasons == "") & is_new, begun)
    has_ended = ~movers["a_territory"].isin(comparison.b.territories.index)
    ended = movers["a_territory"].astype("str") + " ends"
    return reasons.mask(has_ended & movers["a_territory"].notna(), ended)


def _seed(view: TerritoryView, plan: Draft, dropped: str | None) -> Draft:
    """Put the added territory on the map, or take the dropped one off it."""
    return _with_one_more(view, plan) if dropped is None else _without(plan, dropped)


def _with_one_more(view: TerritoryView, plan: Draft) -> Draft:
    core, new_id = _core(view, plan), next_territory_id(plan.names)
    district = plan.districts.get(str(plan.alignment.territory_by_unit[core]))
    larger = apply_edit(plan, AddTerritory(territory_id=new_id, name=new_id))
    return replace(
        larger,
        alignment=larger.alignment.move([core], new_id),
        districts={**larger.districts, **({new_id: district} if district else {})},
    )


def _without(plan: Draft, dropped: str) -> Draft:
    if len(plan.names) < 2:
        raise InputError(f"{dropped} is the only territory: nobody could take its work")
    units, by_account = (
        plan.alignment.territory_by_unit,
        plan.alignment.territory_by_account,
    )
    own = list(units.index[units == dropped])
    apart = list(by_account.index[by_account == dropped])
    freed = replace(
        plan,
        alignment=plan.alignment.move(own, None, apart),
        locks=Locks(
            territory=plan.locks.territory - {dropped},
            unit=plan.locks.unit.difference(own),
            account=plan.locks.account.difference(apart),
        ),
    )
    return apply_edit(freed, DropTerritory(territory_id=dropped))


def _core(view: TerritoryView, plan: Draft) -> str:
    """
    Choose the unit that an added territory begins with.

    It is the unit of fewest accounts in the heaviest territory that can spare one: as
    it counts little it binds little, and the search finds where the work lies.
    """
    by_unit = plan.alignment.territory_by_unit.dropna()
    size = by_unit.map(by_unit.value_counts())
    is_free = ~by_unit.isin(list(plan.locks.territory))
    is_free &= ~by_unit.index.isin(list(plan.locks.unit))
    spare = by_unit[(size > 1) & is_free]
    if spare.empty:
        raise InputError(
            "no territory can spare a unit for one more: draw or balance them first"
        )
    weight = view.territories["potential_minor"].astype(float)
    if not weight.sum() > 0:
        weight = view.territories["accounts"].astype(float)
    heaviest = weight.reindex(sorted(set(spare))).fillna(0.0).idxmax()
    own = view.units["accounts"].reindex(spare.index[spare == heaviest])
    return str(own.astype(float).fillna(0.0).idxmin())
