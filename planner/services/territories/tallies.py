"""What territories hold, summed over their accounts in one pass."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.services.territories.deviations import tallied
from planner.territory.model.unit_table import measures_among

Floats = NDArray[np.float64]


def measure_values(accounts: pd.DataFrame) -> pd.DataFrame:
    """
    Take the measures out of the accounts; no alignment changes them.

    Parameters
    ----------
    accounts
        With the columns of `MEASURES` but ``accounts``, and those of the list's own.

    Returns
    -------
    shape (n_accounts, n_measures)
        In the order of `measures_among`; 0 where nothing is known.
    """
    rows = accounts.assign(accounts=1)
    columns = {
        name: rows[name].astype("Float64").fillna(0).to_numpy(dtype=float)
        for name in measures_among(rows.columns)
    }
    return pd.DataFrame(columns, index=accounts.index)


def held(
    values: pd.DataFrame, by_account: pd.Series, territories: pd.DataFrame
) -> pd.DataFrame:
    """
    Tally what the accounts of each territory come to.

    Parameters
    ----------
    values : shape (n_accounts, n_measures)
        From `measure_values`.
    by_account : shape (n_accounts,)
        Territory of each account; missing: none.
    territories
        Indexed `territory_id`, with `share_ppm` where shares are wanted.

    Returns
    -------
    Indexed as `territories`: each measure and its `<measure>_deviation`.

    Notes
    -----
    The sums are taken first, so that `tallied` sees a row a territory (and one of what
    is in none) instead of a row an account.
    """
    codes, ids = pd.factorize(by_account)
    sums = np.column_stack(
        [np.bincount(codes + 1, column, len(ids) + 1) for _, column in values.items()]
    )
    tallies = tallied(
        pd.DataFrame(sums, columns=values.columns),
        pd.Series([pd.NA, *ids], dtype="str"),
        territories,
    )
    # A row a measure and territory, in their order: one block a measure.
    columns = {}
    blocks = _blocks(tallies, len(values.columns), len(territories))
    for measure, block in zip(values.columns, blocks, strict=True):
        columns[measure], columns[f"{measure}_deviation"] = block
    return pd.DataFrame(columns, index=territories.index)


def _blocks(tallies: pd.DataFrame, n_measures: int, n: int) -> Floats:
    """Cut `actual` and `deviation` of a tally: shape (n_measures, 2, n_territories)."""
    both = tallies[["actual", "deviation"]].to_numpy(float)
    return both.reshape(n_measures, n, 2).transpose(0, 2, 1)


def worst_deviations(deviations: pd.DataFrame) -> pd.Series:
    """Find the worst absolute deviation of each measure in what `held` returned."""
    names = measures_among(deviations.columns)
    worst = {name: deviations[f"{name}_deviation"].abs().max() for name in names}
    return pd.Series(worst, dtype=float).fillna(0.0)
