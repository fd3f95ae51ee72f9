"""The health of a company's accounts before planning, and its repairs."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from planner.services.accounts.health_view import HealthView, look
from planner.services.workspace import OpenCompany


def health(
    ws: OpenCompany,
    scenario_id: str | None = None,
    *,
    needed_precision: str = "postcode",
    fuzzy: bool = False,
    codes: Collection[str] | None = None,
) -> HealthView:
    """
    Look for everything that can be wrong with the accounts of the open company.

    Parameters
    ----------
    scenario_id
        The plan in which accounts may be unassigned; None: the draft saved last, else
        the scenario saved last.
    needed_precision
        Places known less exactly are told: ``exact``, ``street``, ``postcode``,
        ``city``.
    fuzzy
        Look for accounts that are only alike too, which takes longer.
    codes
        Look for these only; None: all.
    """
    with ws.store.reading() as conn:
        return look(
            conn,
            ws,
            scenario_id,
            needed_precision=needed_precision,
            fuzzy=fuzzy,
            codes=codes,
        )


def rows(
    ws: OpenCompany, code: str, scenario_id: str | None = None, **choices: str
) -> pd.DataFrame:
    """
    List the accounts with one fault; see `HealthReport.rows`.

    Parameters
    ----------
    code
        Which fault.
    scenario_id, **choices
        As of `health`.
    """
    view = health(
        ws, scenario_id, fuzzy=code == "duplicate_fuzzy", codes={code}, **choices
    )
    return view.report.rows(code)
