"""What an engine says of a plan, in a planner's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from planner.core.formats import Formats
from planner.core.units import MIN_PER_HOUR
from planner.territory.model.unit_table import MEASURES
from planner.territory.model.workhours import HOURS

ALONE = "this unit alone"  # so the engine speaks of a unit too big


_SAID = (
    ("by the model's prices", "on the whole"),
    ("drop a barrier there", "let territories cross them"),
    ("barriers", "state borders"),  # the only ones the app knows
)


_AMOUNT = r"(?<![\w,.])(\d[\d,]*(?:\.\d+)?)"


_MONEY = re.compile(_AMOUNT + r" (\w+_minor)\b")


_MINUTES = re.compile(_AMOUNT + r" (\w+_min)\b")


_QUOTED = re.compile(r"'([^']+)'")


_LISTED = re.compile(r"(?<=; units )[^;]+$")


def in_words(
    text: str,
    name_by_unit: Mapping[str, str] | None = None,
    currency: str | None = None,
) -> str:
    """
    Say a sentence of the engine as people speak.

    Parameters
    ----------
    text
        With measures by their columns, and units by their ids: quoted, or listed after
        ``; units`` at the end.
    name_by_unit
        What units are called; None: they keep their ids.
    currency
        Of amounts, which the engine counts in minor units; None: they stay so.
    """
    if currency is not None:
        money = Formats(currency=currency).money
        text = _MONEY.sub(
            lambda found: f"{money(round(_number(found[1])))} {found[2]}", text
        )
    text = _MINUTES.sub(
        lambda found: f"{_number(found[1]) / MIN_PER_HOUR:,.0f} hours of {found[2]}",
        text,
    )
    for column, label in {**MEASURES, HOURS: "hours"}.items():
        if "_" in column:
            text = text.replace(column, label.lower())
    for ours, said in _SAID:
        text = text.replace(ours, said)
    if not name_by_unit:
        return text
    text = _QUOTED.sub(lambda found: name_by_unit.get(found[1], found[0]), text)
    return _LISTED.sub(
        lambda found: "; ".join(
            name_by_unit.get(unit, unit) for unit in found[0].split(", ")
        ),
        text,
    )


def _number(text: str) -> float:
    return float(text.replace(",", ""))


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
    told = name.where(region == "", name + ", " + region)
    # Element by element, the index of a country's counties takes ten times as long.
    return dict(zip(told.index.to_numpy(object), told.to_numpy(object), strict=True))


def report_in_words(
    report: Mapping[str, Any], name_by_unit: Mapping[str, str], currency: str
) -> dict[str, Any]:
    """Say the sentences of a report, and the units it names, as people speak."""
    told = dict(report)
    told["violations"] = [
        in_words(str(text), name_by_unit, currency)
        for text in report.get("violations") or []
    ]
    for part in ("blocking", "too_big"):
        rows = []
        for found in report.get(part) or []:
            unit = str(found.get("unit") or found.get("unit_id") or "")
            said = in_words(str(found.get("reason", "")), name_by_unit)
            rows.append(
                {**found, "reason": said, "unit_name": name_by_unit.get(unit, unit)}
            )
        told[part] = rows
    return told


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
