"""Whose territories moves are counted from: the plan in force, another, the draft."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.core.errors import InputError
from planner.services.territories.view import TerritoryView
from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.store.scenarios import lineage, publications
from planner.store.scenarios import plans as plan_rows
from planner.store.scenarios.lineage import Scenario

MOST_OFFERED = 20  # scenarios whose territories are compared with the ones at hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """
    A plan that moves can be counted from.

    Parameters
    ----------
    scenario_id
        Whose territories.
    name
        Of the scenario.
    is_in_force
        Whether its territories are the ones worked today.
    """

    scenario_id: str
    name: str
    is_in_force: bool


def baselines(
    ws: OpenCompany, scenario: Scenario, view: TerritoryView
) -> list[Baseline]:
    """
    List the plans that moves of a scenario can be counted from, beside itself.

    Parameters
    ----------
    ws
        The open company.
    scenario
        Whose moves.
    view
        The scenario as its draft has it.

    Returns
    -------
    Plans of the same team with units in the same territories, the one in force first.
    """
    names = _territories_with_units(view.units["territory_id"])
    if not names:
        return []
    with ws.store.reading() as conn:
        day = company_rows.load_company(conn, ws.company_id).today
        in_force = publications.publication_in_force(
            conn, ws.company_id, day, scenario.team
        )
        in_force_id = None if in_force is None else in_force.scenario_id
        others = [
            other
            for other in lineage.list_scenarios(conn, ws.company_id)
            if other.team == scenario.team and other.scenario_id != scenario.scenario_id
        ]
        others.sort(key=lambda other: other.scenario_id != in_force_id)
        return [
            Baseline(
                scenario_id=other.scenario_id,
                name=other.name,
                is_in_force=other.scenario_id == in_force_id,
            )
            for other in others[:MOST_OFFERED]
            if names
            == _territories_with_units(
                plan_rows.load_alignment(conn, other.scenario_id)["territory_id"]
            )
        ]


def baseline_of(ws: OpenCompany, scenario_id: str, units: pd.DataFrame) -> pd.Series:
    """
    Read the territories that moves are counted from.

    Parameters
    ----------
    ws
        The open company.
    scenario_id
        Whose territories.
    units
        Of the scenario to be balanced, with `territory_id`, indexed `unit_id`.

    Returns
    -------
    Territory by unit, missing where the other plan has none.

    Raises
    ------
    InputError
        If the other plan has other territories.
    """
    with ws.store.reading() as conn:
        name = lineage.load_scenario(conn, scenario_id).name
        alignment = plan_rows.load_alignment(conn, scenario_id)["territory_id"]
    today = _territories_with_units(units["territory_id"])
    theirs = _territories_with_units(alignment)
    if today != theirs:
        strangers = sorted(today ^ theirs)
        raise InputError(
            f"moves cannot be counted from {name!r}: territory {strangers[0]!r} has "
            "units in only one of the two plans; count them from this scenario as it "
            "stands"
        )
    return alignment.reindex(units.index)


def _territories_with_units(territory_by_unit: pd.Series) -> set[str]:
    return set(territory_by_unit.dropna())
