"""How far territories are from what they are to have: the one place that says it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planner.core.units import PPM
from planner.territory.model.measures import tally


def tallied(
    values: pd.DataFrame, territory: pd.Series, territories: pd.DataFrame
) -> pd.DataFrame:
    """
    Compare what each territory has with what it is to have.

    Parameters
    ----------
    values
        A column for each measure, a row for each account.
    territory : shape (n_accounts,)
        Of each account; missing: none.
    territories
        Indexed `territory_id`, with `share_ppm` where shares are wanted.

    Returns
    -------
    As `measures.tally`: territory_id, measure, actual, ideal, deviation. The ideal is
    the wanted share of the whole, an equal one where none is wanted.
    """
    rows = tally(
        values, territory, list(values.columns), territory_ids=list(territories.index)
    )
    rows["ideal"] *= rows["territory_id"].map(wanted_shares(territories)).astype(float)
    rows["deviation"] = rows["actual"] / rows["ideal"].where(rows["ideal"] != 0) - 1
    return rows


def has_shares(territories: pd.DataFrame) -> bool:
    """Tell whether any territory is to have another share than an equal one."""
    return "share_ppm" in territories and bool(territories["share_ppm"].notna().any())


def wanted_shares(territories: pd.DataFrame) -> pd.Series:
    """
    Work out what each territory is to have, as a multiple of the mean.

    Parameters
    ----------
    territories
        As of `tallied`. One without a share among others that have one, such as a
        territory made by hand, is to have as much as they have on average.
    """
    if not has_shares(territories):
        return pd.Series(1.0, index=territories.index)
    share = territories["share_ppm"].astype("Float64").astype(float)
    share = share.fillna(share.mean())
    return share / share.mean()


def shares_in_ppm(shares: Mapping[str, float], ids: pd.Index) -> pd.Series:
    """
    Turn multiples of the mean into whole millionths of the total, to be stored.

    Parameters
    ----------
    shares
        By `territory_id`; empty: equal ones, which are stored as nothing.
    ids
        The territories there are.
    """
    parts = pd.Series(shares, dtype="Float64").reindex(ids) / max(len(shares), 1)
    return (parts * PPM).round().astype("Int64").rename("share_ppm")
