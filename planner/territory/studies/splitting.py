"""Units too big for a territory: finer units for them alone, and back again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from planner.core.errors import InputError
from planner.core.reasons import Reason
from planner.geography.adjacency import point_edges
from planner.territory.model.params import BalanceParams
from planner.territory.model.precheck import find_oversized_units

JOINT = "/"  # los_angeles/90001


def split_offers(
    units: pd.DataFrame,
    params: BalanceParams,
    territory_ids: Sequence[str],
    finer: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    List the units that no plan of whole units can balance, and what splits them.

    Parameters
    ----------
    units
        The measures, indexed by `unit_id`.
    params
        What is asked.
    territory_ids
        Who shares the total.
    finer
        Places inside the units: `unit_id` (the unit they lie in) and the measures,
        indexed by their own id: accounts, or ZIPs. None: not known.

    Returns
    -------
    Columns unit_id, measure, share (territories it is worth), n_finer and
    largest_share (of the biggest piece), heaviest first.
    """
    oversized = find_oversized_units(units, params, territory_ids)
    rows = []
    for row in oversized.drop_duplicates("unit_id").to_dict("records"):
        name, measure = row["unit_id"], row["measure"]
        n_finer, largest = 0, np.nan
        if finer is not None and measure in finer:
            values = finer.loc[finer["unit_id"].astype("str") == name, measure]
            n_finer = len(values)
            total = float(units[measure].sum())
            if n_finer:
                largest = float(values.max()) / total * len(territory_ids)
        rows.append((name, measure, row["share"], n_finer, largest))
    columns = ["unit_id", "measure", "share", "n_finer", "largest_share"]
    return pd.DataFrame(rows, columns=columns)


def split_units(
    units: pd.DataFrame,
    edges: pd.DataFrame,
    finer: pd.DataFrame,
    unit_ids: Sequence[str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Put finer units in the place of some units.

    Parameters
    ----------
    units
        x_km, y_km and the measures; indexed by `unit_id`.
    edges
        EDGES frame of the units.
    finer
        `unit_id` (the unit they lie in), x_km, y_km and the measures; indexed by their
        own id.
    unit_ids
        Units to split.

    Returns
    -------
    units
        With ``unit/piece`` for each piece of a split unit. Measures a unit has beyond
        its pieces' sum (or that pieces lack) are shared out by the first measure they
        have, evenly where they have none, so that totals stay.
    edges
        Pieces of a unit are neighbours by Delaunay; towards outside each old border is
        kept by the piece nearest to the neighbour.

    Raises
    ------
    InputError
        If a unit is unknown or has no piece.
    """
    tables, links = [units.drop(index=list(unit_ids), errors="ignore")], []
    pieces_of_unit: dict[str, pd.DataFrame] = {}
    for name in unit_ids:
        if name not in units.index:
            raise InputError(Reason("split_unit_unknown", {"unit": name}))
        pieces = finer[finer["unit_id"].astype("str") == name]
        if pieces.empty:
            raise InputError(Reason("split_unit_empty", {"unit": name}))
        ids = [f"{name}{JOINT}{piece}" for piece in pieces.index]
        new_units = pieces.drop(columns="unit_id").set_axis(
            pd.Index(ids, dtype="str", name=units.index.name), axis=0
        )
        new_units = _shared_out(
            units.loc[name], new_units.reindex(columns=units.columns)
        )
        tables.append(new_units)
        pieces_of_unit[name] = new_units
        links.append(point_edges(new_units) if len(new_units) > 1 else edges.iloc[:0])
    outer = edges.copy()
    for name, new_units in pieces_of_unit.items():
        outer = _rehung(outer, name, new_units, units, pieces_of_unit)
    whole = pd.concat(tables)
    return whole, pd.concat([outer, *links], ignore_index=True)


def _shared_out(unit: pd.Series, pieces: pd.DataFrame) -> pd.DataFrame:
    """Make the pieces' measures add up to the unit's."""
    pieces = pieces.copy()
    measures = [name for name in pieces.columns if name not in ("x_km", "y_km")]
    numbers = [name for name in measures if pd.api.types.is_number(unit[name])]
    key = np.ones(len(pieces))
    for name in numbers:
        values = pd.to_numeric(pieces[name], errors="coerce").fillna(0.0).to_numpy()
        if values.sum() > 0:
            key = values
            break
    for name in measures:
        if name not in numbers:
            pieces[name] = pieces[name].where(pieces[name].notna(), unit[name])
            continue
        values = pd.to_numeric(pieces[name], errors="coerce").fillna(0.0).to_numpy()
        by = values if values.sum() > 0 else key
        pieces[name] = float(unit[name]) * by / by.sum()
    return pieces


def _rehung(
    edges: pd.DataFrame,
    name: str,
    new_units: pd.DataFrame,
    units: pd.DataFrame,
    split: dict[str, pd.DataFrame],
) -> pd.DataFrame:
    """Hang a split unit's borders on its nearest pieces."""
    edges = edges.copy()
    for end, other in (("unit_id", "neighbour_id"), ("neighbour_id", "unit_id")):
        rows = edges.index[edges[end] == name]
        for row in rows:
            there = str(edges.at[row, other])
            placed = (
                units
                if there in units.index
                else next(pieces for pieces in split.values() if there in pieces.index)
            )
            place = placed.loc[there, ["x_km", "y_km"]].to_numpy(dtype=float)
            away = ((new_units[["x_km", "y_km"]].to_numpy() - place) ** 2).sum(axis=1)
            edges.at[row, end] = new_units.index[int(away.argmin())]
    return edges


def join_split(
    territory_by_unit: pd.Series, unit_ids: Sequence[str]
) -> tuple[pd.Series, pd.Series]:
    """
    Put a plan of split units back on the units.

    Parameters
    ----------
    territory_by_unit
        Territory by unit or ``unit/piece``.
    unit_ids
        The units that were split.

    Returns
    -------
    by_unit
        Territory of each whole unit: of a split one the territory with most pieces.
    by_piece
        Territory of the pieces that differ from it, indexed by the piece's own id:
        the named accounts of an `Alignment`.
    """
    unit_of, piece_of = {}, {}
    for name in territory_by_unit.index.astype("str"):
        parent = next((u for u in unit_ids if name.startswith(f"{u}{JOINT}")), None)
        unit_of[name] = parent or name
        if parent is not None:
            piece_of[name] = name.removeprefix(f"{parent}{JOINT}")
    territory = territory_by_unit.set_axis(territory_by_unit.index.astype("str"))
    unit = territory.index.map(unit_of)
    most = territory.groupby(unit, sort=False).agg(
        lambda members: members.mode().iloc[0]
    )
    pieces = territory[list(piece_of)]
    differs = pieces.to_numpy() != most.reindex(pieces.index.map(unit_of)).to_numpy()
    exceptions = pieces[differs]
    exceptions = exceptions.set_axis(exceptions.index.map(piece_of))
    return most.rename("territory_id"), exceptions.rename("territory_id").astype("str")
