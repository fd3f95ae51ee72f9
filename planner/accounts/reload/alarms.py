"""What makes a new load of a list look like the wrong file."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from planner.accounts.findings import ImportReport
from planner.accounts.reload.compare import ListChanges

GONE_SHARE = 0.2
_FORM_SHARE = 0.5  # of the ids that have the old list's usual form
_SAME_FACTOR_SHARE = 0.8  # of the amounts that changed by one factor
_FACTOR_WIDTH = 0.01
_LEAST_AMOUNTS = 10
_MONEY = ("annual_revenue_minor", "our_sales_minor", "potential_minor")


def find_alarms(
    stored: pd.DataFrame,
    incoming: pd.DataFrame,
    list_changes: ListChanges,
    report: ImportReport,
    source_ids: Collection[str],
    *,
    is_whole: bool = True,
) -> list[str]:
    """
    Say what looks suspicious before a list is refreshed.

    Parameters
    ----------
    stored, incoming, source_ids
        As of `compare_lists`.
    list_changes
        Its answer.
    report
        What the check of the file said.
    is_whole
        Whether the file is the whole list; else what it lacks is not gone.

    Returns
    -------
    One sentence for each alarm: many accounts gone, ids in another form, another
    currency.
    """
    alarms = []
    n_source = len(set(source_ids) & set(stored.index))
    n_gone = len(list_changes.gone)
    if is_whole and n_source and n_gone > GONE_SHARE * n_source:
        alarms.append(
            f"{n_gone:,} of {n_source:,} accounts ({n_gone / n_source:.0%}) are gone "
            "from the file: is it the whole list, and the right one?"
        )
    form = _forms(pd.Series(sorted(source_ids), dtype="str"))
    if len(form) and len(incoming):
        usual = form.value_counts().sort_index().idxmax()
        now = _forms(pd.Series(incoming.index, dtype="str"))
        was_usual = float((form == usual).mean()) >= _FORM_SHARE
        if was_usual and float((now == usual).mean()) < _FORM_SHARE:
            alarms.append(
                f"ids look different: they were like {sorted(source_ids)[0]!r}, now "
                f"they are like {str(incoming.index[0])!r}; leading zeros or a prefix "
                "may be lost. Map the right column, or link the accounts"
            )
    return alarms + _currency_alarms(stored, incoming, report)


def _forms(ids: pd.Series) -> pd.Series:
    """Write ids as their form: 0 for each digit, a for letters."""
    digits = ids.str.replace(r"\d", "0", regex=True)
    return digits.str.replace(r"[^\W\d_]+", "a", regex=True)


def _currency_alarms(
    stored: pd.DataFrame, incoming: pd.DataFrame, report: ImportReport
) -> list[str]:
    alarms = []
    foreign = report.findings[report.findings["code"] == "other_currency"]
    if len(foreign):
        which = ", ".join(sorted(set(foreign["value"]))[:3])
        alarms.append(
            f"{len(foreign):,} rows are in another currency ({which}) and were refused"
        )
    both = incoming.index.intersection(stored.index)
    for column in _MONEY:
        if column not in report.given_columns:
            continue
        factor = _one_factor(stored.loc[both, column], incoming.loc[both, column])
        if factor is not None:
            name = column.removesuffix("_minor").replace("_", " ")
            alarms.append(
                f"nearly every amount of {name} is {factor:.3g} times what it was: is "
                "the file in another currency or unit?"
            )
    return alarms


def _one_factor(before: pd.Series, after: pd.Series) -> float | None:
    """Find the factor by which nearly all amounts changed; None: there is none."""
    was, now = (
        side.astype("Float64").to_numpy(float, na_value=np.nan)
        for side in (before, after)
    )
    is_positive = (was > 0) & (now > 0)
    if is_positive.sum() < _LEAST_AMOUNTS:
        return None
    ratio = now[is_positive] / was[is_positive]
    middle = float(np.median(ratio))
    is_same = np.abs(ratio / middle - 1) <= _FACTOR_WIDTH
    if abs(middle - 1) <= _FACTOR_WIDTH or is_same.mean() < _SAME_FACTOR_SHARE:
        return None
    return middle
