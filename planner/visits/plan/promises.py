"""What a plan owes and what it keeps, by rep and visit class."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from planner.visits.model.owed import visits_owed
from planner.visits.plan.problems import Row, Team

PROMISE_COLUMNS = {
    "rep_id": "str",
    "visit_class": "str",
    "accounts": "int64",
    "owed": "int64",
    "kept": "int64",
    "without": "int64",
}
_COUNTS = ["accounts", "owed", "kept", "without"]


def promise_table(
    team: Team, unserved: Sequence[Row], classes: pd.Series
) -> pd.DataFrame:
    """
    Count promises by rep and class.

    Parameters
    ----------
    team
        The problems, and what no rep can visit.
    unserved
        Rows after `core.schemas.UNSERVED`: what the plan leaves out.
    classes
        Visit class by account.

    Returns
    -------
    After `PROMISE_COLUMNS`, in the order of reps and classes; accounts without a class
    that have a promise stand under an empty one.
    """
    missing: dict[str, int] = {}
    for row in unserved:
        name = str(row["account_id"])
        missing[name] = missing.get(name, 0) + int(row["missing"])
    debts = [
        (task.rep_id, task.account_ids[place], task.classes[place], owed)
        for task in team.tasks
        for place in range(1, len(task.account_ids))
        if (owed := visits_owed(task.problem, place))
    ]
    in_tasks = {debt[1] for debt in debts}
    class_of = classes.fillna("").astype("str").to_dict()
    debts += [
        (row["rep_id"], row["account_id"], class_of[row["account_id"]], row["missing"])
        for row in team.outside
        if row["account_id"] not in in_tasks
    ]
    frame = pd.DataFrame(
        [
            (rep, name, 1, owed, owed - lack, int(lack == owed))
            for rep, account_id, name, owed in debts
            for lack in [min(owed, missing.get(str(account_id), 0))]
        ],
        columns=list(PROMISE_COLUMNS),
    )
    table = frame.groupby(["rep_id", "visit_class"], as_index=False)[_COUNTS].sum()
    return table.astype(PROMISE_COLUMNS)


def by_class(promises: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Add promises up by class: accounts, owed, kept, without."""
    sums = promises.groupby("visit_class")[_COUNTS].sum()
    return {
        str(name): {column: int(row[column]) for column in _COUNTS}
        for name, row in sums.iterrows()
    }
