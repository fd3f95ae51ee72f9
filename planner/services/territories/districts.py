"""Districts of a scenario: which territories they hold, and how even they are."""

from __future__ import annotations

import pandas as pd

from planner.services.territories.deviations import wanted_shares
from planner.services.territories.view import TerritoryView


def has_districts(view: TerritoryView) -> bool:
    """Tell whether any territory lies in a district."""
    return bool(view.territories["district"].notna().any())


def district_by_unit(view: TerritoryView) -> pd.Series:
    """Find the district of each unit; missing: its territory lies in none."""
    return view.units["territory_id"].map(view.territories["district"]).astype("str")


def district_table(view: TerritoryView, measure: str) -> pd.DataFrame:
    """
    Add up the territories of each district.

    Returns
    -------
    Indexed `district`: `territories` (their ids, joined), `n_territories`, `accounts`,
    the measure, and `deviation` from what its territories together are to have.
    """
    rows = view.territories.assign(
        wanted=wanted_shares(view.territories), territory_id=view.territories.index
    ).dropna(subset=["district"])
    grouped = rows.groupby("district")
    table = pd.DataFrame(
        {
            "territories": grouped["territory_id"].agg(", ".join),
            "n_territories": grouped.size(),
            "accounts": grouped["accounts"].sum(),
            measure: grouped[measure].sum(),
            "wanted": grouped["wanted"].sum(),
        }
    )
    values = view.accounts.assign(accounts=1)[measure].astype("Float64").fillna(0)
    mean = float(values.sum()) / max(len(view.territories), 1)
    table["deviation"] = table[measure] / (mean * table.pop("wanted")) - 1
    return table
