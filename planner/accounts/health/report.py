"""The health report: what is wrong with a company's accounts, before planning."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from planner.accounts.health import facts as health_facts
from planner.accounts.health import places as health_places
from planner.accounts.health.fingerprints import fingerprint
from planner.accounts.health.rules import RULES, SEVERITIES, HealthParams
from planner.accounts.placing import Gazetteer

COLUMNS = ("name", "lat", "lon", "value", "suggest_lat", "suggest_lon", "other_id")
_PLACE_CODES = frozenset(health_places.CODES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """
    One kind of fault that was found.

    Parameters
    ----------
    code, title, severity, why
        As of `health_rules.Rule`.
    count, share
        How many accounts have it, and which part of all (0-1).
    repairs
        Kinds of repair offered, the default first.
    column
        The column that ``set`` writes; empty: lat and lon.
    """

    code: str
    title: str
    severity: str
    why: str
    count: int
    share: float
    repairs: tuple[str, ...]
    column: str

    @property
    def default(self) -> str:
        """The repair to offer first."""
        return self.repairs[0]


@dataclass(frozen=True, eq=False, kw_only=True)
class HealthReport:
    """
    What is wrong with the accounts of a company.

    Parameters
    ----------
    n_accounts
        How many were looked at.
    issues
        Only what was found, the most serious first.
    places : columns geo_source, geo_precision, accounts
        How the accounts came to their places.
    n_kept
        Faults not told because a user kept them as they are.
    faults
        The rows by code, see `rows`.
    """

    n_accounts: int
    issues: tuple[Issue, ...]
    places: pd.DataFrame
    n_kept: int
    faults: Mapping[str, pd.DataFrame]

    def rows(self, code: str) -> pd.DataFrame:
        """
        List the accounts with a fault.

        Returns
        -------
        columns name, lat, lon, value, suggest_lat, suggest_lon, other_id
            Indexed `account_id`. `value` is what is wrong as text; suggested degrees
            are NaN and `other_id` null where there is no suggestion.
        """
        faults = self.faults.get(code)
        return _no_rows() if faults is None else faults

    def to_frame(self) -> pd.DataFrame:
        """Return the issues as a table: one row each, indexed `code`."""
        names = ["title", "severity", "count", "share", "why"]
        rows = [[getattr(issue, name) for name in names] for issue in self.issues]
        codes = pd.Index([i.code for i in self.issues], name="code", dtype="str")
        return pd.DataFrame(rows, columns=names, index=codes)

    def summary(self) -> str:
        """Say what was found, one line an issue."""
        lines = [
            f"{issue.count:,} of {self.n_accounts:,}: {issue.title.lower()} "
            f"({issue.severity})"
            for issue in self.issues
        ]
        return "\n".join(lines) or f"{self.n_accounts:,} accounts, nothing found"


@dataclass(frozen=True, eq=False, kw_only=True)
class Surroundings:
    """
    What accounts are held against; whatever is left out is not looked for.

    Parameters
    ----------
    gazetteer
        The places known offline; None: no postcode is compared.
    units
        UNITS frame; None or empty: accounts are in no unit by nobody's fault.
    positions, reps
        POSITIONS and REPS frames; without any person or seat no owner is questioned.
    territory_by_unit, named
        The plan: territory_id by unit_id, and by account_id for those apart; None, or
        no unit in a territory: nothing is planned yet.
    pairs
        Columns account_id, other_id, score, reason: accounts alike, of
        `duplicates.find_duplicates`; None: not looked for.
    kept
        Columns code, account_id, fingerprint: what a user accepted as it is.
    """

    gazetteer: Gazetteer | None = None
    units: gpd.GeoDataFrame | None = None
    positions: pd.DataFrame | None = None
    reps: pd.DataFrame | None = None
    territory_by_unit: pd.Series | None = None
    named: pd.Series | None = None
    pairs: pd.DataFrame | None = None
    kept: pd.DataFrame | None = None


def check_health(
    accounts: pd.DataFrame,
    around: Surroundings,
    params: HealthParams,
    codes: Collection[str] | None = None,
) -> HealthReport:
    """
    Look for everything that can be wrong with accounts.

    Parameters
    ----------
    accounts
        ACCOUNTS frame indexed account_id, or a draft of one: lat and lon may be NaN or
        any number, money may be below zero. `unit_id` must be that of the place.
    around
        What they are held against.
    params
        The limits.
    codes
        Look for these only; None: all.

    Returns
    -------
    Each account counts at most once under a code. Of missing_place, projected,
    out_of_range, null_island and swapped it has at most one, and then no other fault
    of its place.
    """
    scope = frozenset(RULES if codes is None else codes)
    rows_by_code: dict[str, pd.DataFrame] = {}
    if scope & _PLACE_CODES:
        rows_by_code |= health_places.find(
            accounts, around.gazetteer, around.units, params, scope
        )
    rows_by_code |= health_facts.find(
        accounts,
        params,
        scope,
        positions=around.positions,
        reps=around.reps,
        territory_by_unit=around.territory_by_unit,
        named=around.named,
        pairs=around.pairs,
    )
    faults = {
        code: rows_by_code[code]
        for code in RULES
        if code in rows_by_code and code in scope
    }
    faults, n_kept = _without_kept(faults, accounts, around.kept)
    return HealthReport(
        n_accounts=len(accounts),
        issues=_issues(faults, len(accounts)),
        places=_places(accounts),
        n_kept=n_kept,
        faults={code: _shown(rows, accounts) for code, rows in faults.items()},
    )


def _issues(faults: Mapping[str, pd.DataFrame], n_accounts: int) -> tuple[Issue, ...]:
    issues = [
        Issue(
            code=code,
            title=RULES[code].title,
            severity=RULES[code].severity,
            why=RULES[code].why,
            count=len(rows),
            share=len(rows) / n_accounts,
            repairs=RULES[code].repairs,
            column=RULES[code].column,
        )
        for code, rows in faults.items()
    ]
    return tuple(sorted(issues, key=lambda i: (SEVERITIES.index(i.severity), -i.count)))


def _without_kept(
    faults: Mapping[str, pd.DataFrame],
    accounts: pd.DataFrame,
    kept: pd.DataFrame | None,
) -> tuple[dict[str, pd.DataFrame], int]:
    """Leave out what a user accepted, as long as the values are those he saw."""
    open_faults: dict[str, pd.DataFrame] = {}
    n_kept = 0
    for code, rows in faults.items():
        is_open = pd.Series(data=True, index=rows.index)
        if kept is not None and len(kept):
            mine = kept[kept["code"] == code]
            shared = rows.index.intersection(mine["account_id"])
            if len(shared):
                now = fingerprint(accounts, rows.loc[shared], code)
                marks = set(zip(mine["account_id"], mine["fingerprint"], strict=True))
                accepted = [pair in marks for pair in now.items()]
                is_open.loc[shared] = [not is_accepted for is_accepted in accepted]
        n_kept += int((~is_open).sum())
        if is_open.any():
            open_faults[code] = rows[is_open]
    return open_faults, n_kept


def _shown(rows: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """Put name and place beside what was found."""
    whole = rows.reindex(columns=["value", "suggest_lat", "suggest_lon", "other_id"])
    table = accounts.loc[rows.index, ["name", "lat", "lon"]].join(whole)
    degrees = ["lat", "lon", "suggest_lat", "suggest_lon"]
    types = dict.fromkeys(COLUMNS, "str") | dict.fromkeys(degrees, "float64")
    return table.astype(types)[list(COLUMNS)]


def _no_rows() -> pd.DataFrame:
    empty = pd.DataFrame(
        columns=list(COLUMNS), index=pd.Index([], dtype="str", name="account_id")
    )
    degrees = ["lat", "lon", "suggest_lat", "suggest_lon"]
    return empty.astype(
        dict.fromkeys(COLUMNS, "str") | dict.fromkeys(degrees, "float64")
    )


def _places(accounts: pd.DataFrame) -> pd.DataFrame:
    by = ["geo_source", "geo_precision"]
    sizes = accounts.groupby(by, dropna=False, observed=True).size()
    return sizes.rename("accounts").reset_index()
