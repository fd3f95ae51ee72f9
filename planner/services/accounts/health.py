"""The health of a company's accounts before planning, and its repairs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import pandas as pd

from planner.accounts.health.report import HealthReport
from planner.accounts.health.report import Surroundings
from planner.accounts.health.report import check_health
from planner.accounts.health.rules import HealthParams
from planner.accounts.placing import join_units
from planner.core.settings import Settings
from planner.geography.boundaries import load_counties
from planner.services.accounts.health_view import HealthView
from planner.services.accounts.health_view import gazetteer_of
from planner.services.accounts.health_view import look
from planner.services.workspace import Workspace


def health(
    ws: Workspace,
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
    ws: Workspace, code: str, scenario_id: str | None = None, **choices: str
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


def health_of_accounts(
    accounts: pd.DataFrame, settings: Settings, as_of: dt.date
) -> HealthReport:
    """
    Look at accounts that are not saved yet, such as the rows an import accepts.

    Parameters
    ----------
    accounts
        ACCOUNTS frame; each is put into its county first.
    settings
        Where the reference geography lies.
    as_of
        Today.

    Notes
    -----
    Without a company there are no owners and no plan to hold them against, and a list
    from abroad is not held against units.
    """
    counties = load_counties(settings.data_dir)
    unit_id = join_units(accounts, counties)
    is_ours = unit_id.notna().mean() >= 0.8
    around = Surroundings(
        gazetteer=gazetteer_of(settings.data_dir), units=counties if is_ours else None
    )
    placed = accounts.assign(unit_id=unit_id.astype("str"))
    return check_health(placed, around, HealthParams(as_of=as_of))
