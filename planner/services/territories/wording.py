"""What an engine says of a plan, worded for who is signed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pandas as pd

from planner.core.errors import InfeasibleError, InputError
from planner.core.languages import Language
from planner.services.regional import formats_of
from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.territory.files.wording import read_reason, worded_report
from planner.territory.model.unit_table import MEASURES, measures_among
from planner.territory.model.workhours import HOURS

_MEASURES = {column: label.lower() for column, label in MEASURES.items()}
_MEASURES[HOURS] = "hours"


def language_of(ws: OpenCompany, units: pd.DataFrame | None = None) -> Language:
    """
    Choose how reasons are worded in an open company.

    Parameters
    ----------
    units
        `name` and `region`, indexed `unit_id`: what the reasons speak of; None: they
        name no unit.
    """
    with ws.store.reading() as conn:
        company = company_rows.load_company(conn, ws.company_id)
    return Language(
        formats=formats_of(ws.settings, company.details, company.currency),
        names={
            "unit": {} if units is None else unit_names(units),
            "measure": _MEASURES | _own_measures(units),
        },
    )


def _own_measures(units: pd.DataFrame | None) -> dict[str, str]:
    """Name the measures of the list's own as they are called there."""
    names = [] if units is None else measures_among(map(str, units.columns))
    return {name: MEASURES[name] for name in names if name not in _MEASURES}


@contextmanager
def refusals_in(language: Language) -> Iterator[None]:
    """Word what the engine refuses by the names people know."""
    try:
        yield
    except InfeasibleError as error:
        raise InfeasibleError(list(map(language.clause, error.reasons))) from error
    except InputError as error:
        if error.is_coded:
            text = "; ".join(map(language.clause, error.reasons))
            raise InputError(text) from error
        raise


def lines_of(reasons: Iterable[Any] | str, language: Language) -> str:
    """Word a summary as a job row keeps it, a line for each; a text stays as it is."""
    if isinstance(reasons, str):
        return reasons
    return "\n".join(language.clause(read_reason(reason)) for reason in reasons)


def unit_names(units: pd.DataFrame) -> dict[str, str]:
    """
    Name each unit as people know it: ``Cook, IL``.

    Parameters
    ----------
    units
        `name` and `region`, indexed `unit_id`.
    """
    region = units["region"].astype("str").fillna("")
    name = units["name"].astype("str")
    full = name.where(region == "", name + ", " + region)
    # Element by element, the index of a country's counties takes ten times as long.
    return dict(zip(full.index.to_numpy(object), full.to_numpy(object), strict=True))


def report_in_words(report: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Word the reasons of a report, and name the units that stand in the way."""
    worded = worded_report(report, language)
    names = language.names.get("unit", {})
    for part in ("blocking", "too_big"):
        worded[part] = [
            {**row, "unit_name": names.get(_unit_of(row), _unit_of(row))}
            for row in worded.get(part) or []
        ]
    return worded


def _unit_of(row: Mapping[str, Any]) -> str:
    return str(row.get("unit") or row.get("unit_id") or "")


def exceptions(accounts: pd.DataFrame, territory_by_unit: pd.Series) -> pd.Series:
    """
    Find the accounts that are not in the territory of their unit.

    Parameters
    ----------
    accounts
        `unit_id` and `territory_id`.
    territory_by_unit : shape (n_units,)
        As it is now.

    Returns
    -------
    shape (n_accounts,)
        Whether it is a named exception.
    """
    of_unit = accounts["unit_id"].map(territory_by_unit).astype("str").fillna("")
    own = accounts["territory_id"].astype("str").fillna("")
    return (own != "") & (own != of_unit)
