"""Pieces of territories that lie apart, and who could take them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

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
            "whole": find_pieces(territory_by_unit, edges) if barriers else piece,
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
    members = units[units["piece"].isin(loose.index)]
    ids = {
        name: tuple(map(str, rows))
        for name, rows in members.groupby("piece").groups.items()
    }
    return pd.DataFrame(
        {
            "territory_id": loose["territory_id"].astype("str").to_numpy(),
            "unit_ids": [ids[name] for name in loose.index],
            "is_cut": (loose["whole"] == main[loose.index]).to_numpy(),
        }
    )


def receivers_of(
    pieces: Sequence[Collection[str]],
    territory_by_unit: pd.Series,
    edges: pd.DataFrame,
    closed: Collection[str] = (),
) -> list[str | None]:
    """
    Find for each of some pieces the territory that it touches most.

    Parameters
    ----------
    pieces
        Units that are to go together; no unit is in two of them.
    territory_by_unit : shape (n_units,)
        Territory indexed by `unit_id`.
    edges
        EDGES frame of the borders that are open.
    closed
        Territories that take nothing.

    Returns
    -------
    By piece the territory, other than its own, with the longest border in common, then
    with the most units that touch, then the first by name; None where none touches.
    """
    piece_of = {unit: at for at, units in enumerate(pieces) for unit in units}
    if not piece_of:
        return []
    columns = ["unit_id", "neighbour_id", "border_m"]
    back = dict(zip(columns, ["neighbour_id", "unit_id", "border_m"], strict=True))
    at_rim = [edges.loc[edges[end].isin(piece_of), columns] for end in columns[:2]]
    both = pd.concat([at_rim[0], at_rim[1].rename(columns=back)], ignore_index=True)
    rim = pd.DataFrame(
        {
            "piece": both["unit_id"].map(piece_of),
            "own": both["unit_id"].map(territory_by_unit),
            "to": both["neighbour_id"].map(territory_by_unit),
            "border_m": both["border_m"],
        }
    ).dropna(subset=["piece", "to"])
    rim = rim[(rim["to"] != rim["own"]) & ~rim["to"].isin(list(closed))]
    borders = (
        rim.groupby(["piece", "to"])["border_m"].agg(["sum", "size"]).reset_index()
    )
    best = borders.sort_values(
        ["piece", "sum", "size", "to"], ascending=[True, False, False, True]
    ).drop_duplicates("piece")
    taker = dict(zip(best["piece"].astype(int), best["to"].astype(str), strict=True))
    return [taker.get(at) for at in range(len(pieces))]
