"""Tables that refer to each other, checked together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from planner.accounts.context import ImportContext, References
from planner.accounts.findings import ImportReport
from planner.accounts.importing import import_table
from planner.accounts.reading.tables import RawTable
from planner.core.errors import InputError
from planner.services.imports.currency import check_in_its_currency, refused_currency
from planner.services.imports.several.members import ORDER, check_kinds


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """
    One of the tables.

    Parameters
    ----------
    name
        What it is called in messages.
    kind
        One of `ORDER`.
    raw
        The table.
    context
        Under what it is read; what it may refer to of the others is added here.
    """

    name: str
    kind: str
    raw: RawTable
    context: ImportContext


def check_together(
    sheets: Sequence[Sheet], *, has_accounts: bool = False
) -> list[ImportReport]:
    """
    Check tables in the order in which they refer to each other.

    Parameters
    ----------
    sheets
        One of a kind: owners of accounts may be the reps beside them, deals belong to
        the accounts beside them.
    has_accounts
        Whether the company they go into has accounts already.

    Returns
    -------
    Their reports, in the order given; each is called by its sheet's name.

    Raises
    ------
    InputError
        If two are of one kind, or there are no accounts for what needs them.
    """
    check_kinds([one.name for one in sheets], [one.kind for one in sheets])
    kinds = {one.kind for one in sheets}
    lonely = kinds & {"deals", "visits_made"}
    if lonely and "accounts" not in kinds and not has_accounts:
        raise InputError(
            f"{', '.join(sorted(lonely))} belong to accounts: bring the list of "
            "accounts with them"
        )
    reports: dict[str, ImportReport] = {}
    for sheet in sorted(sheets, key=lambda one: ORDER.index(one.kind)):
        context = replace(
            sheet.context,
            references=_references(sheet.context.references, sheet.kind, reports),
        )
        report = import_table(sheet.raw, context)
        reports[sheet.kind] = replace(report, file=sheet.name)
    return [reports[sheet.kind] for sheet in sheets]


def check_in_one_currency(
    sheets: Sequence[Sheet], currency: str | None
) -> list[ImportReport]:
    """
    Check tables that begin a company, all in the currency of its accounts.

    Parameters
    ----------
    sheets
        As of `check_together`; the currencies of their contexts do not count.
    currency
        Chosen by the user; None: found out, as `check_in_its_currency` does, else by
        the amounts of the other tables.
    """
    main = next((sheet for sheet in sheets if sheet.kind == "accounts"), sheets[0])
    by_currency: dict[str, list[ImportReport]] = {}

    def check(context: ImportContext) -> ImportReport:
        code = context.currency
        if code not in by_currency:
            by_currency[code] = check_together(
                [
                    replace(sheet, context=replace(sheet.context, currency=code))
                    for sheet in sheets
                ]
            )
        reports = by_currency[code]
        return next(report for report in reports if report.kind == main.kind)

    chosen = check_in_its_currency(check, main.context, currency)
    reports = by_currency[chosen.currency]
    others = {refused_currency(report) for report in reports} - {None}
    if currency is None and len(others) == 1:
        again = check(replace(main.context, currency=str(others.pop())))
        if _n_taken(by_currency[again.currency]) > _n_taken(reports):
            return by_currency[again.currency]
    return [chosen if report.kind == chosen.kind else report for report in reports]


def _n_taken(reports: Sequence[ImportReport]) -> int:
    return sum(report.rows_accepted for report in reports)


def first_fault(reports: Sequence[ImportReport]) -> str:
    """
    Say which file stops an import of all, and why: the first reasons by row.

    Returns
    -------
    Empty text if every file can be taken.
    """
    for report in reports:
        if report.is_usable:
            continue
        reasons = report.first_faults(3)
        return f"{report.file}: {'; '.join(reasons) or 'it holds no row'}"
    return ""


def _references(
    of_company: References, kind: str, reports: Mapping[str, ImportReport]
) -> References:
    """Add the ids of the tables checked before to those of the company."""
    seats = [reports["positions"].frame.index] if "positions" in reports else []
    people = []
    if "reps" in reports:
        reps = reports["reps"]
        people = [reps.frame.index]
        if kind == "accounts":  # whose owner may be written by name
            people.append(pd.Index(reps.frame["name"].drop_duplicates()))
        seats += [pd.Index(reps.frame["position_id"].dropna())]
        seats += [
            frame.index for name, frame in reps.extra.items() if name == "positions"
        ]
    accounts = [reports["accounts"].frame.index] if "accounts" in reports else []
    position_ids = _joined(of_company.position_ids, seats)
    rep_ids = _joined(of_company.rep_ids, people)
    if kind == "accounts" and (position_ids is None) != (rep_ids is None):
        nobody = pd.Index([], dtype="str")
        position_ids = nobody if position_ids is None else position_ids
        rep_ids = nobody if rep_ids is None else rep_ids
    return replace(
        of_company,
        position_ids=position_ids,
        rep_ids=rep_ids,
        account_ids=_joined(of_company.account_ids, accounts),
    )


def _joined(there: pd.Index | None, more: Sequence[pd.Index]) -> pd.Index | None:
    parts = [part for part in (there, *more) if part is not None]
    if not parts:
        return None
    every = pd.Series([name for part in parts for name in part], dtype="str")
    return pd.Index(every.unique(), dtype="str")
