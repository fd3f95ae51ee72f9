"""
Files coming in: read and preview, check, import.

The line: `preview_source` reads a file and guesses its columns; `company_context` (or
`list_context` before there is a company) makes the one context, in which `import_table`
says row by row what would be taken; `company_of_report`, `save_kind`,
`save_accounts_into`, `save_quotas_into` or `save_market` saves what was accepted. A
report is checked once and saved as it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from planner.accounts.context import ImportContext
from planner.accounts.findings import ImportReport
from planner.accounts.importing import check_file, import_table
from planner.accounts.mapping.guess import Mapped
from planner.accounts.reading.tables import where
from planner.core import clock
from planner.core.errors import InputError
from planner.core.names import name_from
from planner.core.settings import Settings
from planner.services.imports.check import company_context, list_context, preview_source
from planner.services.imports.currency import USUAL, check_in_its_currency
from planner.services.imports.mappings import read_mapping
from planner.services.imports.market import save_market
from planner.services.imports.new_company import company_of_report
from planner.services.imports.saving import (
    save_accounts_into,
    save_kind,
    save_quotas_into,
)
from planner.services.imports.units import checked_choice
from planner.services.workspace import (
    OpenCompany,
    Workspace,
    companies,
    latest_company,
    open_company,
    turn_to,
)
from planner.store.scenarios import lineage


@dataclass(frozen=True, slots=True, kw_only=True)
class PathOptions:
    """
    The options of ``python -m planner check`` and ``import``.

    Parameters
    ----------
    mapping
        A JSON file or the name of a saved mapping.
    where, layer
        Which rows, which sheet or layer.
    accept_warnings
        Take rows that carry warnings; without it a file with warnings is refused.
    company_name
        Accounts: name of the new company (default: the file's name); other kinds: the
        company to load into (default: the one that is open).
    source
        Accounts go into the open company as a load of this list.
    mode
        ``replace`` or ``add``, see `save_kind`.
    scenario
        Name of the draft that quotas go into.
    as_of
        Today of a file of no company; None: by the clock.
    country, turn_signs
        As of `list_context`.
    currency
        Of a list that begins a company; None: found out.
    units
        Of a new company: one of `units.UNIT_CHOICES`.
    layer_name, unit_of_measure, how
        Of a market layer, see `save_market`; the default name is the file's.
    """

    mapping: Path | str | None = None
    where: str | None = None
    layer: str = ""
    accept_warnings: bool = False
    company_name: str | None = None
    source: str | None = None
    mode: str = "replace"
    scenario: str | None = None
    as_of: dt.date | None = None
    layer_name: str | None = None
    unit_of_measure: str = ""
    how: str = "sum"
    country: str | None = None
    currency: str | None = None
    turn_signs: bool = False
    units: str = "auto"

    def __post_init__(self) -> None:
        checked_choice(self.units)


def check_path(
    settings: Settings,
    path: Path,
    kind: str,
    options: PathOptions | None = None,
    ws: OpenCompany | None = None,
) -> ImportReport:
    """
    Check a file as ``python -m planner check`` does.

    Parameters
    ----------
    ws
        Whose ids rows may refer to; None: a file of no company.
    """
    options = options or PathOptions()
    mapping = read_mapping(options.mapping, ws, kind)
    if ws is not None:
        context = _company_context(ws, kind, mapping, options)
        return check_file(path, context, condition=options.where, layer=options.layer)
    check = partial(check_file, path, condition=options.where, layer=options.layer)
    context = _list_context(settings, kind, mapping, options)
    if kind != "accounts":
        return check(replace(context, currency=options.currency or USUAL))
    return check_in_its_currency(check, context, options.currency)


def import_path(
    ws: Workspace, path: Path, kind: str, options: PathOptions | None = None
) -> ImportReport:
    """
    Import a file as ``python -m planner import`` does.

    Raises
    ------
    InputError
        If the file has warnings that were not accepted; nothing is written then.
    """
    options = options or PathOptions()
    is_new = kind == "accounts" and options.source is None
    into = None if is_new else _company_named(ws, options.company_name)
    company = into or latest_company(ws)  # whose saved mappings are looked through
    preview = preview_source(path, path.name, kind, layer=options.layer, ws=company)
    raw = where(preview.raw, options.where) if options.where else preview.raw
    mapping = read_mapping(options.mapping, company, kind)
    if mapping is None and preview.suggested:
        mapping = preview.mapping
    if into is None:
        context = _list_context(ws.settings, kind, mapping, options)
        report = check_in_its_currency(
            partial(import_table, raw), context, options.currency
        )
    else:
        context = _company_context(into, kind, mapping, options)
        if options.currency not in {None, context.currency}:
            raise InputError(
                f"the company's currency is {context.currency}, not "
                f"{options.currency}; --currency is for a list that begins a company"
            )
        report = import_table(raw, context)
    if report.verdict in {"accept_warn", "reject_rows"} and not options.accept_warnings:
        raise InputError(
            f"{report.summary()}\nnothing was imported: look at the findings with "
            f"`check`, then repeat with --accept-warnings to take the accepted rows"
        )
    if report.is_usable:
        _save(ws, into, report, path, options)
    return report


def _list_context(
    settings: Settings,
    kind: str,
    mapping: Mapping[str, Mapped] | None,
    options: PathOptions,
) -> ImportContext:
    return list_context(
        settings,
        kind,
        mapping,
        as_of=_today(options),
        country=options.country,
        turn_signs=options.turn_signs,
    )


def _company_context(
    ws: OpenCompany,
    kind: str,
    mapping: Mapping[str, Mapped] | None,
    options: PathOptions,
) -> ImportContext:
    return company_context(
        ws,
        kind,
        mapping,
        mode=options.mode,
        country=options.country,
        turn_signs=options.turn_signs,
    )


def _today(options: PathOptions) -> dt.date:
    return options.as_of or clock.today()


def _save(
    ws: Workspace,
    into: OpenCompany | None,
    report: ImportReport,
    path: Path,
    options: PathOptions,
) -> None:
    """Save a report where its kind belongs: in the company it goes into, or a new."""
    if into is None:
        company_of_report(
            ws,
            report,
            name=options.company_name or name_from(path.stem),
            currency=report.currency,
            as_of=_today(options),
            fill_missing=False,
            units=options.units,
        )
    elif report.kind == "accounts" and options.source is not None:
        save_accounts_into(into, report, source=options.source)
    elif report.kind == "quotas":
        scenario_id = _draft_named(into, options.scenario)
        save_quotas_into(into, report, scenario_id, mode=options.mode)
    elif report.kind == "market":
        save_market(
            into,
            report,
            name=options.layer_name or name_from(path.stem),
            unit_of_measure=options.unit_of_measure,
            how=options.how,
        )
    else:
        save_kind(into, report, mode=options.mode)


def _company_named(ws: Workspace, name: str | None) -> OpenCompany:
    """Turn to a company by its name or id; None: the one opened last."""
    if name is None:
        return open_company(ws)
    records = companies(ws)
    for record in records:
        if name in {record.name, record.company_id}:
            return turn_to(ws, record.company_id)
    names = ", ".join(record.name for record in records) or "none"
    raise InputError(f"there is no company {name!r}; there are: {names}")


def _draft_named(ws: OpenCompany, name: str | None) -> str:
    """Find the draft quotas go into; the only one needs no name."""
    with ws.store.reading() as conn:
        scenarios = lineage.list_scenarios(conn, ws.company_id)
    drafts = [scenario for scenario in scenarios if scenario.status == "draft"]
    matches = [one for one in drafts if name in {None, one.name, one.scenario_id}]
    if len(matches) == 1:
        return matches[0].scenario_id
    names = ", ".join(one.name for one in drafts) or "none"
    raise InputError(
        f"say which draft scenario the quotas go into with --scenario: {names}"
    )
