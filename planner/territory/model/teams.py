"""Teams over each other: each has an alignment of its own on the same units."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planner.core.errors import InputError
from planner.core.reasons import Reason


def team_table(layers: Mapping[str, pd.Series]) -> pd.DataFrame:
    """
    Lay teams over each other: each has an alignment of its own on the same units.

    Parameters
    ----------
    layers
        Territory by `unit_id` for each team (field, service, overlay ...); a unit a
        team does not serve is missing.

    Returns
    -------
    One column for each team, indexed `unit_id`, and `n_teams`, how many serve it.
    """
    if not layers:
        raise InputError(Reason("teams_missing"))
    table = pd.DataFrame(dict(layers))
    table["n_teams"] = table.notna().sum(axis=1)
    table.index = table.index.rename("unit_id")
    return table


def shared_units(
    layers: Mapping[str, pd.Series], first: str, second: str
) -> pd.DataFrame:
    """
    Count the units that two teams' territories share.

    Parameters
    ----------
    layers
        As `team_table` takes them.
    first, second
        Names of two teams.

    Returns
    -------
    Units by territory of the first (rows) and of the second (columns): who has to
    work with whom.
    """
    for name in (first, second):
        if name not in layers:
            values = {"team": name, "teams": ", ".join(layers)}
            raise InputError(Reason("team_unknown", values))
    table = team_table(layers).dropna(subset=[first, second])
    return pd.crosstab(table[first], table[second])
