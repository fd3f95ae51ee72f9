"""One read of a plan: all that a scenario says, its chain of layers walked once."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from planner.store.rows import schema
from planner.store.scenarios import layers, lineage, plans
from planner.store.scenarios.lineage import Scenario

_PARTS = (
    schema.scenario_unit,
    schema.scenario_account,
    schema.scenario_territory,
    schema.scenario_mark,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SavedPlan:
    """
    What a scenario says of its territories, as it is saved.

    Parameters
    ----------
    scenario
        Its record.
    alignment
        Which territory each unit lies in; see `plans.load_alignment`.
    named_accounts
        Those that do not follow their unit; see `plans.load_named_accounts`.
    territories, marks
        See `plans.load_territories` and `plans.load_marks`.
    """

    scenario: Scenario
    alignment: pd.DataFrame
    named_accounts: pd.DataFrame
    territories: pd.DataFrame
    marks: pd.DataFrame


def load_saved_plan(conn: sa.Connection, scenario_id: str) -> SavedPlan:
    """
    Read a scenario's plan whole.

    Raises
    ------
    NotFoundError
        If there is no scenario of this id.

    Notes
    -----
    Nine statements at most, however long the chain: the record, the chain, which layers
    hold anything, and then only those that do; two for units and for named accounts,
    one for territories and for marks.
    """
    scenario, chain = lineage.load_with_chain(conn, scenario_id)
    holding = layers.holding_layers(conn, chain, _PARTS)
    units, accounts, territories, marks = (holding[table.name] for table in _PARTS)
    return SavedPlan(
        scenario=scenario,
        alignment=plans.alignment_in(conn, units),
        named_accounts=plans.named_accounts_in(conn, accounts),
        territories=plans.territories_in(conn, territories),
        marks=plans.marks_in(conn, marks),
    )
