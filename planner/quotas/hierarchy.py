"""Who reports to whom: the tree of positions, downwards and upwards."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planner.core.errors import InputError


def children_of(positions: pd.DataFrame) -> dict[str, list[str]]:
    """
    List the positions under each, overlays left out.

    Parameters
    ----------
    positions
        POSITIONS frame.

    Returns
    -------
    Ids in order of name; those without a superior stand under the empty name.

    Raises
    ------
    InputError
        If positions report to each other in a circle, or to a rep.
    """
    line = positions.index[~positions["role"].eq("overlay")]
    children: dict[str, list[str]] = {"": []}
    for name, parent in positions.loc[line, "parent_id"].sort_index().items():
        above = "" if pd.isna(parent) or parent not in line else str(parent)
        children.setdefault(above, []).append(str(name))
    reps = line[positions.loc[line, "role"].eq("rep")]
    leading = sorted(set(children) & set(reps))
    if leading:
        raise InputError(f"position {leading[0]} is a rep and must have none under it")
    lost = sorted(set(line) - set(top_first(children[""], children)))
    if lost:
        raise InputError(
            f"positions {', '.join(lost[:5])} report to each other in a circle; "
            "each line of superiors must end"
        )
    return children


def top_first(roots: list[str], children: Mapping[str, list[str]]) -> list[str]:
    """Order the positions so that each stands after its superior."""
    order = list(roots)
    for name in order:
        order.extend(children.get(name, []))
    return order


def ancestors(positions: pd.DataFrame) -> pd.DataFrame:
    """
    List every superior of every position.

    Parameters
    ----------
    positions
        POSITIONS frame.

    Returns
    -------
    Columns `position_id`, `above_id`.

    Raises
    ------
    InputError
        If positions report to each other in a circle.
    """
    parent = positions["parent_id"].dropna()
    parent_by_position = parent[parent.isin(positions.index)].to_dict()
    rows = []
    for name in positions.index:
        above = parent_by_position.get(name)
        seen: dict[str, None] = {}  # in order
        while above is not None and above != name and above not in seen:
            rows.append((name, above))
            seen[above] = None
            above = parent_by_position.get(above)
        if above == name:
            line = " → ".join([name, *seen, name])
            raise InputError(
                f"position {name} reports to itself: {line}; each line of superiors "
                "must end"
            )
    return pd.DataFrame(rows, columns=["position_id", "above_id"], dtype="str")
