"""What an alignment comes to: tallies, deviations, travel, moved units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def tally(
    units: pd.DataFrame,
    territory_by_unit: pd.Series,
    measures: Sequence[str],
    territory_ids: Sequence[str] | None = None,
) -> pd.DataFrame:
    """
    Compare what each territory has with its ideal share.

    Parameters
    ----------
    units
        Measure columns, indexed by `unit_id`.
    territory_by_unit : shape (n_units,)
        Territory indexed by `unit_id`; missing where unassigned.
    measures
        Columns to tally.
    territory_ids
        All territories, also those without unit; None: those in use.

    Returns
    -------
    One row for each territory and measure: territory_id, measure, actual, ideal,
    deviation (a share; NaN where the ideal is 0).

    Notes
    -----
    ideal = total of the measure over all units ÷ territories; deviation =
    (actual - ideal) ÷ ideal. Unassigned units count in the total: they are missing.
    """
    placed = territory_by_unit.reindex(units.index)
    if territory_ids is None:
        ids = sorted(placed.dropna().unique())
    else:
        ids = list(dict.fromkeys(territory_ids))
    values = units[list(measures)].astype(float)
    actual = values.groupby(placed.to_numpy()).sum().reindex(ids).fillna(0.0)
    actual.index.name = "territory_id"
    long = actual.reset_index().melt(
        "territory_id", var_name="measure", value_name="actual"
    )
    ideal = values.sum() / max(1, len(ids))
    long["ideal"] = long["measure"].map(ideal).astype(float)
    above_zero = long["ideal"].where(long["ideal"] != 0)
    long["deviation"] = long["actual"] / above_zero - 1
    return long


def balance_index(tallied: pd.DataFrame) -> pd.Series:
    """
    Find the worst absolute deviation of each measure.

    Parameters
    ----------
    tallied
        What `tally` returned.

    Returns
    -------
    shape (n_measures,)
        A share, indexed by measure.
    """
    worst = tallied["deviation"].abs().groupby(tallied["measure"], sort=False).max()
    return worst.rename("balance_index")


def centroids(
    places: pd.DataFrame, weight: pd.Series, territory_by_unit: pd.Series
) -> pd.DataFrame:
    """
    Find the weighted middle of each territory.

    Parameters
    ----------
    places
        Columns x_km, y_km; indexed by `unit_id`.
    weight : shape (n_units,)
        Weight indexed by `unit_id`, not negative.
    territory_by_unit : shape (n_units,)
        Territory indexed by `unit_id`; missing where unassigned.

    Returns
    -------
    Columns x_km, y_km; indexed by `territory_id`. The plain mean where all weights of
    a territory are 0.
    """
    placed = territory_by_unit.reindex(places.index).to_numpy()
    weights = weight.reindex(places.index).fillna(0.0).astype(float)
    total = weights.groupby(placed).transform("sum")
    used = weights.where(total > 0, 1.0)
    sums = (
        pd.DataFrame(
            {"x_km": places["x_km"] * used, "y_km": places["y_km"] * used, "used": used}
        )
        .groupby(placed)
        .sum()
    )
    middle = sums[["x_km", "y_km"]].div(sums["used"], axis=0)
    middle.index = middle.index.astype("str").rename("territory_id")
    return middle


def distance_to_centre_km(
    places: pd.DataFrame, centres: pd.DataFrame, territory_by_unit: pd.Series
) -> pd.Series:
    """
    Measure how far each unit lies from its territory's centre, straight.

    Parameters
    ----------
    places
        Columns x_km, y_km; indexed by `unit_id`.
    centres
        Columns x_km, y_km; indexed by `territory_id`.
    territory_by_unit : shape (n_units,)
        Territory indexed by `unit_id`.

    Returns
    -------
    shape (n_units,)
        Kilometres indexed by `unit_id`; NaN where unassigned.
    """
    placed = territory_by_unit.reindex(places.index)
    centre = centres[["x_km", "y_km"]].reindex(placed.to_numpy()).to_numpy(dtype=float)
    away = places[["x_km", "y_km"]].to_numpy(dtype=float) - centre
    return pd.Series(np.hypot(away[:, 0], away[:, 1]), places.index, name="km")


def travel(distance_km: pd.Series, weight: pd.Series) -> dict[str, float]:
    """
    Sum up the distances to the centres.

    Parameters
    ----------
    distance_km : shape (n_units,)
        From `distance_to_centre_km`.
    weight : shape (n_units,)
        Weight indexed by `unit_id`.

    Returns
    -------
    ``objective`` Σ weight · km², ``weighted_rms_km``, ``weighted_mean_km``; zeros
    where nothing weighs.
    """
    km = distance_km.to_numpy(dtype=float)
    weights = weight.reindex(distance_km.index).to_numpy(dtype=float)
    is_placed = np.isfinite(km)
    km, weights = km[is_placed], weights[is_placed]
    total = float(weights.sum())
    objective = float(weights @ km**2)
    if total <= 0:
        return {"objective": 0.0, "weighted_rms_km": 0.0, "weighted_mean_km": 0.0}
    return {
        "objective": objective,
        "weighted_rms_km": float(np.sqrt(objective / total)),
        "weighted_mean_km": float(weights @ km) / total,
    }


def moved_units(current: pd.Series, territory_by_unit: pd.Series) -> pd.Index:
    """
    List the units whose territory changes.

    Parameters
    ----------
    current, territory_by_unit : shape (n_units,)
        Territory indexed by `unit_id`; units without one today do not count as moved.

    Returns
    -------
    Their ids, in the order of `territory_by_unit`.
    """
    before = current.reindex(territory_by_unit.index)
    is_same = (before == territory_by_unit).fillna(False).astype(bool)
    return territory_by_unit.index[before.notna() & ~is_same]
