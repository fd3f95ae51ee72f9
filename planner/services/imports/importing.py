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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from planner.accounts.context import ImportContext
from planner.accounts.corrections import Correction, of_file, read_corrections
from planner.accounts.findings import ImportReport
from planner.accounts.importing import check_file, import_table
from planner.accounts.kinds.rolling.deals import deals_of_rows
from planner.accounts.mapping.guess import Mapped
from planner.accounts.reading.tables import where
from planner.accounts.reload.choices import RefreshChoices
from planner.core import clock
from planner.core.errors import InputError
from planner.core.names import company_name_from, name_from
from planner.core.settings import Settings
from planner.services.imports.check import company_context, list_context, preview_source
from planner.services.imports.currency import USUAL, check_in_its_currency
from planner.services.imports.mappings import read_mapping
from planner.services.imports.market import save_market
from planner.services.imports.new_company import company_of_report, prepare_company
from planner.services.imports.refresh import preview_refresh
from planner.services.imports.saving import (
    save_accounts_into,
    save_kind,
    save_quotas_into,
)
from planner.services.imports.several.saving import Aim, save_together
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
    fills_gaps
        Whether what the list of a new company lacks is simulated.
    units
        Of a new company: one of `units.UNIT_CHOICES`.
    corrections
        Cells typed anew: a table as of `read_corrections`.
    roll_up
        Of several rows of an account, as of `ImportContext`.
    deal_date, deal_amount
        Columns by which the rows of a list of several an account are kept as deals.
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
    fills_gaps: bool = False
    units: str = "auto"
    corrections: Path | None = None
    roll_up: Mapping[str, str] = field(default_factory=dict)
    deal_date: str | None = None
    deal_amount: str | None = None

    def __post_init__(self) -> None:
        checked_choice(self.units)
        if (self.deal_date is None) != (self.deal_amount is None):
            raise InputError(
                "rows are kept as deals by both their day and their amount: give "
                "--deal-date and --deal-amount"
            )

    def typed(self, files: Sequence[str]) -> tuple[Correction, ...]:
        """Read the corrections; InputError if one names none of these files."""
        if self.corrections is None:
            return ()
        corrections = read_corrections(self.corrections)
        for one in corrections:
            if one.file not in {"", *files}:
                raise InputError(
                    f"{self.corrections.name} corrects row {one.row} of {one.file!r}; "
                    f"the files are {', '.join(files)}"
                )
        return corrections

    def in_context(self, context: ImportContext, file: str) -> ImportContext:
        """Put what is said of one file into its context."""
        corrections = of_file(self.typed([file]), file)
        return replace(context, corrections=corrections, roll_up=dict(self.roll_up))


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
        context = context_of_company(ws, kind, mapping, options)
        context = options.in_context(context, path.name)
        return check_file(path, context, condition=options.where, layer=options.layer)
    check = partial(check_file, path, condition=options.where, layer=options.layer)
    context = context_of_list(settings, kind, mapping, options)
    context = options.in_context(context, path.name)
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
    into = None if is_new else company_named(ws, options.company_name)
    company = into or latest_company(ws)  # whose saved mappings are looked through
    preview = preview_source(path, path.name, kind, layer=options.layer, ws=company)
    raw = where(preview.raw, options.where) if options.where else preview.raw
    mapping = read_mapping(options.mapping, company, kind)
    if mapping is None and preview.suggested:
        mapping = preview.mapping
    if into is None:
        context = context_of_list(ws.settings, kind, mapping, options)
        context = options.in_context(context, path.name)
        report = check_in_its_currency(
            partial(import_table, raw), context, options.currency
        )
    else:
        context = context_of_company(into, kind, mapping, options)
        context = options.in_context(context, path.name)
        refuse_other_currency(context, options)
        report = import_table(raw, context)
    refuse_warnings(report, options)
    if report.is_usable and options.deal_date and options.deal_amount:
        context = replace(context, currency=report.currency)
        deals = deals_of_rows(
            raw, context, report, date=options.deal_date, amount=options.deal_amount
        )
        refuse_warnings(deals, options)
        save_together(ws, [report, deals], _aim(ws, into, report, options))
    elif report.is_usable:
        _save(ws, into, report, path, options)
    return report


def refuse_other_currency(context: ImportContext, options: PathOptions) -> None:
    """Refuse a currency that is not the one of the company a file goes into."""
    if options.currency not in {None, context.currency}:
        raise InputError(
            f"the company's currency is {context.currency}, not {options.currency}; "
            "--currency is for a list that begins a company"
        )


def refuse_warnings(report: ImportReport, options: PathOptions) -> None:
    """Refuse a file with warnings that the user did not accept."""
    if report.verdict in {"accept_warn", "reject_rows"} and not options.accept_warnings:
        reasons = "".join(f"\n{line}" for line in report.first_faults(3))
        raise InputError(
            f"{report.summary()}{reasons}\nnothing was imported: look at the findings "
            "with `check`, then repeat with --accept-warnings to take the accepted rows"
        )


def _aim(
    ws: Workspace,
    into: OpenCompany | None,
    report: ImportReport,
    options: PathOptions,
) -> Aim:
    """Say where accounts go together with what comes along."""
    if into is not None:
        return Aim(
            into=into,
            refresh=preview_refresh(
                into, report, options.source or "", RefreshChoices(gone="keep")
            ),
            mode="add",
        )
    new = prepare_company(
        ws,
        report,
        name=options.company_name or company_name_from(Path(report.file).stem),
        currency=report.currency,
        as_of=today_of(options),
        fill_missing=options.fills_gaps,
        units=options.units,
    )
    return Aim(new=new)


def context_of_list(
    settings: Settings,
    kind: str,
    mapping: Mapping[str, Mapped] | None,
    options: PathOptions,
) -> ImportContext:
    """Make the context of a file that belongs to no company yet, by the options."""
    return list_context(
        settings,
        kind,
        mapping,
        as_of=today_of(options),
        country=options.country,
        turn_signs=options.turn_signs,
    )


def context_of_company(
    ws: OpenCompany,
    kind: str,
    mapping: Mapping[str, Mapped] | None,
    options: PathOptions,
) -> ImportContext:
    """Make the context of a file for a company, by the options."""
    return company_context(
        ws,
        kind,
        mapping,
        mode=options.mode,
        country=options.country,
        turn_signs=options.turn_signs,
    )


def today_of(options: PathOptions) -> dt.date:
    """Give the today of a file of no company."""
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
            name=options.company_name or company_name_from(path.stem),
            currency=report.currency,
            as_of=today_of(options),
            fill_missing=options.fills_gaps,
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


def company_named(ws: Workspace, name: str | None) -> OpenCompany:
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
