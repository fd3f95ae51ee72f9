"""A list that begins a company: checked in the currency it is in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from planner.accounts.context import ImportContext
from planner.accounts.findings import ImportReport
from planner.accounts.places.traces import currencies_in
from planner.core.money import MINOR_DIGITS
from planner.services.regional import currency_of, main_country

USUAL = "USD"


def check_in_its_currency(
    check: Callable[[ImportContext], ImportReport],
    context: ImportContext,
    currency: str | None,
) -> ImportReport:
    """
    Check a list of accounts that begins a company.

    Parameters
    ----------
    check
        Checks the list under a context.
    context
        Of the list; its own currency does not count.
    currency
        Chosen by the user; None: found out.

    Returns
    -------
    The report, in the currency chosen, else in the one that headers or amounts name,
    else in that of the country most accounts are in.
    """
    first = currency or USUAL
    report = check(replace(context, currency=first))
    if currency is not None:
        return report
    named = refused_currency(report) or _named_by(report.mapping.values())
    other = named or _of_country(report)
    if other in {None, first}:
        return report
    again = check(replace(context, currency=str(other)))
    if again.rows_accepted < report.rows_accepted:
        return report
    return again.with_notice(
        "currency_found",
        f"amounts are read in {other}, as "
        f"{'they' if named else 'the country of the list'} say"
        f"{'' if named else 's'}; give another currency if that is wrong",
    )


def refused_currency(report: ImportReport) -> str | None:
    """Name the one currency of the amounts that were refused for it."""
    findings = report.findings
    texts = findings.loc[findings["code"] == "other_currency", "value"].dropna()
    if texts.empty:
        return None
    codes = {str(text).strip().upper() for text in texts} & set(MINOR_DIGITS)
    signs = [str(text) for text in texts if str(text).strip().upper() not in codes]
    code = _named_by([*report.mapping.values(), *signs])
    codes |= set() if code is None else {code}
    return next(iter(codes)) if len(codes) == 1 else None


def _named_by(texts: Iterable[str]) -> str | None:
    """Name the one currency of ours whose sign or code stands in texts."""
    codes = [code for code, _ in currencies_in(list(texts))]
    return codes[0] if codes and codes[0] in MINOR_DIGITS else None


def _of_country(report: ImportReport) -> str | None:
    """Name the currency of the country a list is from, if its amounts name none."""
    if not report.is_usable or "currency" in report.mapping:
        return None
    return currency_of(main_country(report.frame))
