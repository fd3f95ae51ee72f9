"""Pieces of territories that lie apart, and who could take them."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable

import pandas as pd

from planner.geography.adjacency import find_pieces


def without_barriers(
    edges: pd.DataFrame, barriers: Iterable[tuple[str, str]]
) -> pd.DataFrame:
    """
    Leave out the borders that are closed.

    Parameters
    ----------
    edges
        EDGES frame.
    barriers
        Pairs of units, each sorted, as a `Draft` keeps them.

    Returns
    -------
    EDGES frame of the borders that are open.
    """
    shut = pd.MultiIndex.from_tuples(list(barriers) or [("", "")])
    low = edges[["unit_id", "neighbour_id"]].min(axis=1)
    high = edges[["unit_id", "neighbour_id"]].max(axis=1)
    is_shut = pd.MultiIndex.from_arrays([low, high]).isin(shut)
    return edges[~is_shut].reset_index(drop=True)


def loose_pieces(
    territory_by_unit: pd.Series,
    edges: pd.DataFrame,
    weight: pd.Series,
    barriers: Collection[tuple[str, str]] = (),
) -> pd.DataFrame:
    """
    Find the pieces of territories that lie apart from their main piece.

    Parameters
    ----------
    territory_by_unit : shape (n_units,)
        Territory indexed by `unit_id`; units without one are left out.
    edges
        EDGES frame; bridges count as links.
    weight : shape (n_units,)
        What makes a piece the main one, such as accounts: the heaviest, of equal ones
        that of the most units, then of the first unit.
    barriers
        Pairs of units whose border must not be crossed.

    Returns
    -------
    A row for each piece that is not the main one, by territory, the heaviest first:
    `territory_id`, `unit_ids` (tuple), `is_cut` (only barriers part it from the main
    piece).
    """
    open_edges = without_barriers(edges, barriers) if barriers else edges
    piece = find_pieces(territory_by_unit, open_edges)
    units = pd.DataFrame(
        {
            "piece": piece,
            "territory_id": territory_by_unit[piece.index],
            "weight": weight.reindex(piece.index).fillna(0.0),
            "whole": find_pieces(territory_by_unit, edges),
            "row": range(len(piece)),
        }
    )
    table = units.groupby("piece").agg(
        territory_id=("territory_id", "first"),
        weight=("weight", "sum"),
        n_units=("row", "size"),
        whole=("whole", "first"),
        row=("row", "first"),
    )
    table = table.sort_values(
        ["territory_id", "weight", "n_units", "row"],
        ascending=[True, False, False, True],
    )
    main = table.groupby("territory_id")["whole"].transform("first")
    loose = table[table.duplicated("territory_id")]
    held = units[units["piece"].isin(loose.index)]
    ids = {
        name: tuple(map(str, rows))
        for name, rows in held.groupby("piece").groups.items()
    }
    return pd.DataFrame(
        {
            "territory_id": loose["territory_id"].astype("str").to_numpy(),
            "unit_ids": [ids[name] for name in loose.index],
            "is_cut": (loose["whole"] == main[loose.index]).to_numpy(),
        }
    )


def receiver_of(
    unit_ids: Collection[str],
    territory_by_unit: pd.Series,
    edges: pd.DataFrame,
    closed: Collection[str] = (),
) -> str | None:
    """
    Find the territory that some units touch most.

    Parameters
    ----------
    unit_ids
        Units that are to go.
    territory_by_unit : shape (n_units,)
        Territory indexed by `unit_id`.
    edges
        EDGES frame of the borders that are open.
    closed
        Territories that take nothing, such as the one they are to leave.

    Returns
    -------
    The territory with the longest border in common, then with the most units that
    touch, then the first by name; None where no territory touches.
    """
    ids = list(unit_ids)
    from_left = edges["unit_id"].isin(ids)
    from_right = edges["neighbour_id"].isin(ids)
    rim = edges[from_left != from_right]
    beside = rim["neighbour_id"].where(from_left[rim.index], rim["unit_id"])
    territory = beside.map(territory_by_unit)
    is_open = territory.notna() & ~territory.isin(list(closed))
    if not is_open.any():
        return None
    rows = pd.DataFrame({"to": territory, "border_m": rim["border_m"]})[is_open]
    found = rows.groupby("to")["border_m"].agg(["sum", "size"]).reset_index()
    best = found.sort_values(["sum", "size", "to"], ascending=[False, False, True])
    return str(best["to"].iloc[0])
