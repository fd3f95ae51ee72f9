"""Who reports to whom: loops, lost superiors, two managers, seats held twice."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planner.accounts.kinds.matching import name_key
from planner.accounts.reading.cells import CellReader

_TEMPORARY = "P-"  # before a rep's id: the seat of a person without one


def find_loops(parent_by_id: Mapping[str, str]) -> list[list[str]]:
    """
    Find the ids that report to themselves.

    Parameters
    ----------
    parent_by_id
        Superior of each; an empty text or an unknown id ends the line.

    Returns
    -------
    Each loop once, its members in the order of reporting.
    """
    finished: set[str] = set()
    loops = []
    for start in parent_by_id:
        line: list[str] = []
        at: dict[str, int] = {}
        name = start
        while name and name in parent_by_id and name not in finished and name not in at:
            at[name] = len(line)
            line.append(name)
            name = parent_by_id[name]
        if name in at:
            loops.append(line[at[name] :])
        finished.update(line)
    return loops


def report_two_managers(
    ids: pd.Series, superiors: pd.Series, cells: CellReader, target: str
) -> None:
    """
    Refuse rows of one id under different superiors: nobody but the user can say.

    Parameters
    ----------
    ids, superiors : shape (n_rows,)
        By row number, empty where missing.
    cells
        Takes the findings.
    target
        Our column of the superior.
    """
    pairs = pd.DataFrame({"id": ids, "superior": superiors})
    pairs = pairs[(pairs["id"] != "") & (pairs["superior"] != "")]
    n_different = pairs.groupby("id")["superior"].nunique()
    torn = pairs[pairs["id"].isin(n_different.index[n_different > 1])]
    superiors_by_id = {
        name: ", ".join(
            f"{superior!r} (row {row})" for row, superior in group["superior"].items()
        )
        for name, group in torn.groupby("id")
    }
    cells.log.rows(
        "two_managers",
        "reject",
        torn["id"],
        "{value} has two managers: {detail}; keep the right row",
        column=cells.mapping.get(target, target),
        detail=torn["id"].map(superiors_by_id),
    )


def report_loops(
    ids: pd.Series, superiors: pd.Series, cells: CellReader, target: str
) -> None:
    """Refuse the rows of a loop; the message names its members and their rows."""
    is_open = ~ids.index.isin(list(cells.log.rejected)) & (ids != "")
    row_by_id = dict(zip(ids[is_open], ids.index[is_open], strict=True))
    parents = dict(zip(ids[is_open], superiors[is_open], strict=True))
    faulty: dict[int, str] = {}
    for loop in find_loops(parents):
        line = [f"{name!r} (row {row_by_id[name]})" for name in loop]
        for name in loop:
            faulty[row_by_id[name]] = " → ".join([*line, repr(loop[0])])
    rows = pd.Index(sorted(faulty), dtype="int64")
    cells.log.rows(
        "hierarchy_loop",
        "reject",
        ids.loc[rows],
        "{value} reports to itself: {detail}; correct one of the rows",
        column=cells.mapping.get(target, target),
        detail=pd.Series(faulty, dtype="str").reindex(rows),
    )


def report_orphans(
    ids: pd.Series,
    superiors: pd.Series,
    cells: CellReader,
    target: str,
    company_ids: pd.Index | None,
) -> None:
    """Warn of rows whose superior is in no accepted row and not known either."""
    is_open = ~ids.index.isin(list(cells.log.rejected))
    there = set(ids[is_open]) | set(() if company_ids is None else company_ids)
    orphans = superiors[is_open & (superiors != "") & ~superiors.isin(there)]
    refused = dict(zip(ids[~is_open], ids.index[~is_open].astype(str), strict=True))
    cells.log.rows(
        "orphan",
        "warn",
        orphans,
        "the superior {value} {detail}; the row was kept and counts as a top",
        column=cells.mapping.get(target, target),
        detail=orphans.map(
            {name: f"was refused in row {row}" for name, row in refused.items()}
        ).fillna("stands in no row"),
    )


def report_seats_held_twice(
    seats: pd.Series, left_on: pd.Series, cells: CellReader
) -> None:
    """Warn of positions that several people hold who have not left."""
    is_open = ~seats.index.isin(list(cells.log.rejected))
    occupied = seats[is_open & seats.notna() & (seats != "") & left_on.isna()]
    twice = occupied[occupied.duplicated(keep=False)]
    rows_by_seat = {
        seat: ", ".join(map(str, group.index)) for seat, group in twice.groupby(twice)
    }
    cells.log.rows(
        "position_held_twice",
        "warn",
        twice,
        "the position {value} is held by several people: rows {detail}; "
        "give one of them an end date or another position",
        column=cells.mapping.get("position_id", "position_id"),
        detail=twice.map(rows_by_seat),
    )


def roles_by_place(parent_by_id: pd.Series) -> pd.Series:
    """
    Tell the role of each position by its place in the tree.

    Parameters
    ----------
    parent_by_id : shape (n_positions,)
        Superior, null or unknown at the top, indexed by position.

    Returns
    -------
    shape (n_positions,)
        ``rep`` below everybody; ``vp`` at the top of three levels or more; else
        ``manager``.
    """
    superiors = parent_by_id[parent_by_id.isin(parent_by_id.index)]
    has_team = parent_by_id.index.isin(superiors)
    leads_managers = parent_by_id.index.isin(superiors[superiors.index.isin(superiors)])
    is_top = ~parent_by_id.index.isin(superiors.index)
    roles = pd.Series("rep", index=parent_by_id.index, dtype="str")
    roles = roles.mask(has_team, "manager")
    return roles.mask(is_top & leads_managers, "vp")


def seats_of(rep_ids: pd.Series, position_ids: pd.Series) -> pd.Series:
    """Give each person a position: the one of the file, else one of their own."""
    own = _TEMPORARY + rep_ids
    return position_ids.where(position_ids != "", own.where(rep_ids != "", ""))


def manager_rows(
    managers: pd.Series, rep_ids: pd.Series, names: pd.Series, cells: CellReader
) -> pd.Series:
    """
    Find the row of each person's manager, named by id or by name.

    Returns
    -------
    shape (n_rows,)
        Row number, Int64; null without a manager, or one that cannot be told.
    """
    first = ~rep_ids.duplicated() & (rep_ids != "")
    by_id = pd.Series(rep_ids.index[first], index=rep_ids[first].tolist())
    row_by_manager = managers.map(by_id.to_dict())
    keys = name_key(names)
    alone = keys[(keys != "") & ~keys.duplicated(keep=False)]
    by_name = dict(zip(alone, alone.index, strict=True))
    key = name_key(managers)
    row_by_manager = row_by_manager.fillna(key.map(by_name)).where(managers != "")
    several = key.isin(set(keys[keys.duplicated(keep=False)]) - {""})
    unclear = managers[(managers != "") & row_by_manager.isna() & several]
    cells.log.rows(
        "unclear_manager",
        "warn",
        unclear,
        "several people are called {value}; give the manager's id. "
        "The row was kept without a superior",
        column=cells.mapping.get("manager_id", "manager_id"),
    )
    strangers = managers[(managers != "") & row_by_manager.isna() & ~several]
    cells.log.rows(
        "orphan",
        "warn",
        strangers,
        "the manager {value} stands in no row; the row was kept and counts as a top",
        column=cells.mapping.get("manager_id", "manager_id"),
    )
    return row_by_manager.astype("Int64")
