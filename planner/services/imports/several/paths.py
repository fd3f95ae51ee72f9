"""Several files as ``python -m planner check`` and ``import`` take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from planner.accounts.corrections import of_file
from planner.accounts.findings import ImportReport, SourceError
from planner.accounts.reload.choices import RefreshChoices
from planner.core.errors import InputError
from planner.core.names import company_name_from
from planner.core.settings import Settings
from planner.services.imports.importing import (
    PathOptions,
    company_named,
    context_of_company,
    context_of_list,
    refuse_other_currency,
    refuse_warnings,
    today_of,
)
from planner.services.imports.new_company import prepare_company
from planner.services.imports.refresh import preview_refresh
from planner.services.imports.several.checking import (
    Sheet,
    check_in_one_currency,
    check_together,
    first_fault,
)
from planner.services.imports.several.members import guess_kind, members_of
from planner.services.imports.several.saving import Aim, save_together
from planner.services.workspace import OpenCompany, Workspace


def check_paths(
    settings: Settings,
    paths: Sequence[Path],
    kinds: Sequence[str],
    options: PathOptions,
    ws: OpenCompany | None = None,
) -> list[ImportReport]:
    """
    Check files that belong together.

    Parameters
    ----------
    settings
        Where the gazetteer lies.
    paths, kinds
        The files, archives of them or workbooks of several sheets, and their kinds in
        the same order; no kinds: they are guessed by their columns.
    options
        Of all of them.
    ws
        The company they go into; None: they begin one.
    """
    return _checked(settings, paths, kinds, options, ws)


def import_paths(
    ws: Workspace, paths: Sequence[Path], kinds: Sequence[str], options: PathOptions
) -> list[ImportReport]:
    """
    Import files that belong together: all of them or nothing.

    Raises
    ------
    InputError
        If a file cannot be taken, or has warnings that were not accepted; it names the
        file and the first rows.
    """
    sheets = _tables(paths, kinds)
    begins = any(kind == "accounts" for _, kind, _ in sheets) and options.source is None
    into = None if begins else company_named(ws, options.company_name)
    reports = _checked(ws.settings, paths, kinds, options, into)
    fault = first_fault(reports)
    if fault:
        raise InputError(f"nothing was imported. {fault}")
    for report in reports:
        refuse_warnings(report, options)
    accounts = next((report for report in reports if report.kind == "accounts"), None)
    if into is not None:
        changes = None
        if accounts is not None:
            keep = RefreshChoices(gone="keep")
            changes = preview_refresh(into, accounts, options.source or "", keep)
        aim = Aim(into=into, refresh=changes, mode=options.mode)
    elif accounts is not None:
        new = prepare_company(
            ws,
            accounts,
            name=options.company_name or company_name_from(Path(accounts.file).stem),
            currency=accounts.currency,
            as_of=today_of(options),
            fill_missing=False,
            units=options.units,
        )
        aim = Aim(new=new)
    save_together(ws, reports, aim)
    return reports


def _tables(paths: Sequence[Path], kinds: Sequence[str]) -> list[tuple[str, str, Any]]:
    """Read all tables: name, kind and cells of each."""
    files = []
    for path in paths:
        if not path.is_file():
            raise InputError(f"{path}: there is no such file")
        files.append((path.name, path.read_bytes()))
    try:
        members = members_of(files)
        tables = [(member.name, member.read()) for member in members]
    except SourceError as error:
        raise InputError(f"nothing was imported. {error}") from error
    if kinds and len(kinds) != len(tables):
        raise InputError(
            f"--kind stands {len(kinds)} times, but there are {len(tables)} tables: "
            f"{', '.join(name for name, _ in tables)}. Give it once for each, in their "
            "order, or not at all"
        )
    own = list(kinds) or [guess_kind(raw, name) for name, raw in tables]
    return [(name, kind, raw) for (name, raw), kind in zip(tables, own, strict=True)]


def _checked(
    settings: Settings,
    paths: Sequence[Path],
    kinds: Sequence[str],
    options: PathOptions,
    ws: OpenCompany | None,
) -> list[ImportReport]:
    """Check the tables; those of a new company in the currency of its list."""
    of_one = {
        "--mapping": options.mapping,
        "--where": options.where,
        "--layer": options.layer,
        "--roll-up": options.roll_up,
        "--deal-date": options.deal_date,
    }
    for name, value in of_one.items():
        if value:
            raise InputError(f"{name} is about one file; bring that file alone")
    tables = _tables(paths, kinds)
    typed = options.typed([name for name, _, _ in tables])

    sheets = []
    for name, kind, raw in tables:
        if ws is None:
            context = context_of_list(settings, kind, None, options)
        else:
            context = context_of_company(ws, kind, None, options)
        context = replace(context, corrections=of_file(typed, name))
        sheets.append(Sheet(name=name, kind=kind, raw=raw, context=context))
    if ws is None:
        return check_in_one_currency(sheets, options.currency)
    refuse_other_currency(sheets[0].context, options)
    return check_together(sheets, has_accounts=True)
