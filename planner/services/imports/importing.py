"""
Files coming in: read and preview, check, import.

The line: `preview_source` reads a file and guesses its columns; `check_into` (or
`check_source` before there is a company) says row by row what would be taken;
`company_of_report`, `save_kind`, `save_accounts_into`, `save_quotas_into` or
`save_market` saves what was accepted. A report is checked once and saved as it is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from planner.accounts.findings import ImportReport
from planner.accounts.reading.tables import where as keep_where
from planner.core.errors import InputError
from planner.core.names import name_from
from planner.services.imports.check import check_into, check_source, preview_source
from planner.services.imports.mappings import read_mapping
from planner.services.imports.market import save_market
from planner.services.imports.new_company import company_of_report
from planner.services.imports.saving import (
    save_accounts_into,
    save_kind,
    save_quotas_into,
)
from planner.services.workspace import (
    OpenCompany,
    Workspace,
    companies,
    latest_company,
    open_company,
    turn_to,
)
from planner.store.scenarios import lineage

DEFAULT_CURRENCY = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathOptions:
    """
    What ``python -m planner import`` was told.

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
        Today of a new company; None: by the clock.
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
    told = options or PathOptions()
    today = told.as_of or dt.datetime.now(dt.UTC).date()
    is_new = kind == "accounts" and told.source is None
    into = None if is_new else _company_named(ws, told.company_name)
    company = into or latest_company(ws)  # whose saved mappings are looked through
    preview = preview_source(path, path.name, kind, layer=told.layer, ws=company)
    raw = keep_where(preview.raw, told.where) if told.where else preview.raw
    mapping = read_mapping(told.mapping, company, kind)
    if mapping is None and preview.suggested:
        mapping = preview.mapping
    if into is None:
        report = check_source(raw, kind, ws.settings, mapping, as_of=today)
    else:
        report = check_into(into, raw, kind, mapping, mode=told.mode)
    if report.verdict in {"accept_warn", "reject_rows"} and not told.accept_warnings:
        raise InputError(
            f"{report.summary()}\nnothing was imported: look at the findings with "
            f"`check`, then repeat with --accept-warnings to take the accepted rows"
        )
    if report.is_usable:
        _save(ws, into, report, path, told, today)
    return report


def _save(
    ws: Workspace,
    into: OpenCompany | None,
    report: ImportReport,
    path: Path,
    told: PathOptions,
    today: dt.date,
) -> None:
    """Save a report where its kind belongs: in the company it goes into, or a new."""
    if into is None:
        company_of_report(
            ws,
            report,
            name=told.company_name or name_from(path.stem),
            currency=DEFAULT_CURRENCY,
            as_of=today,
            fill_missing=False,
        )
    elif report.kind == "accounts" and told.source is not None:
        save_accounts_into(into, report, source=told.source)
    elif report.kind == "quotas":
        scenario_id = _draft_named(into, told.scenario)
        save_quotas_into(into, report, scenario_id, mode=told.mode)
    elif report.kind == "market":
        save_market(
            into,
            report,
            name=told.layer_name or name_from(path.stem),
            unit_of_measure=told.unit_of_measure,
            how=told.how,
        )
    else:
        save_kind(into, report, mode=told.mode)


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
        found = lineage.list_scenarios(conn, ws.company_id)
    drafts = [scenario for scenario in found if scenario.status == "draft"]
    named = [one for one in drafts if name in {None, one.name, one.scenario_id}]
    if len(named) == 1:
        return named[0].scenario_id
    names = ", ".join(one.name for one in drafts) or "none"
    raise InputError(
        f"say which draft scenario the quotas go into with --scenario: {names}"
    )
