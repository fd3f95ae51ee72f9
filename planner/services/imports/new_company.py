"""A list of accounts becomes a company: units, segments, a first scenario."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection

from planner.accounts.findings import ImportReport
from planner.accounts.importing import import_table
from planner.accounts.mapping.guess import Mapped
from planner.accounts.reading.tables import RawTable
from planner.accounts.simulation.business import simulate_business
from planner.accounts.simulation.deals import simulate_deals
from planner.core.errors import InputError
from planner.core.money import minor_digits
from planner.core.names import checked_name, name_from
from planner.geography.adjacency import connect, find_edges
from planner.geography.distance import places_km
from planner.segmentation.rules import DEFAULT_RULES, apply_rules, rules_to_json
from planner.services.imports.check import list_context
from planner.services.imports.log import audit_line, record_import
from planner.services.imports.today import begin_scenarios
from planner.services.imports.units import place_in_units, with_joined
from planner.services.regional import main_country, regional_details
from planner.services.workspace import OpenCompany, Workspace, turn_to
from planner.store.audit.log import append_audit
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company.settings import CompanySettings
from planner.store.imports import sources as source_rows


def import_accounts_as_company(
    ws: Workspace,
    raw: RawTable,
    mapping: Mapping[str, Mapped] | None,
    *,
    name: str,
    currency: str = "USD",
    as_of: dt.date,
    fill_missing: bool = True,
) -> tuple[OpenCompany | None, ImportReport]:
    """
    Check a list of accounts and make a company out of it.

    Parameters
    ----------
    ws
        The open store.
    raw, mapping
        The table and what its columns mean.
    name, currency, as_of
        Of the new company.
    fill_missing
        As of `company_of_report`.

    Returns
    -------
    The new company, open, and the report. A refused file makes no company: None.
    """
    context = list_context(
        ws.settings, "accounts", mapping, currency=currency, as_of=as_of
    )
    report = import_table(raw, context)
    if not report.is_usable:
        return None, report
    opened = company_of_report(
        ws,
        report,
        name=name,
        currency=currency,
        as_of=as_of,
        fill_missing=fill_missing,
    )
    return opened, report


def company_of_report(
    ws: Workspace,
    report: ImportReport,
    *,
    name: str,
    currency: str,
    as_of: dt.date,
    fill_missing: bool = True,
    source: str | None = None,
    units: str = "auto",
) -> OpenCompany:
    """
    Make a company out of the accounts that a check accepted, in one transaction.

    Parameters
    ----------
    report
        The check of the list.
    name, currency, as_of
        Of the new company.
    fill_missing
        Whether what the list lacks (revenue, potential, deals, homes of the owners …)
        is simulated and labelled so; beside sales of its own no deals are.
    source
        Name of the list, under which it is refreshed later; None: the file's name
        without its suffix.
    units
        One of `units.UNIT_CHOICES`.

    Returns
    -------
    The new company, open: units, segments by the default rules, and the first scenarios
    of `begin_scenarios`; no comp plan, for its pay terms are its own.

    Raises
    ------
    InputError
        If the report accepted nothing, or the name is empty.
    """
    new = prepare_company(
        ws,
        report,
        name=name,
        currency=currency,
        as_of=as_of,
        fill_missing=fill_missing,
        source=source,
        units=units,
    )
    with ws.store.transaction() as conn:
        company_id = write_company(conn, ws, new)
    return turn_to(ws, company_id)


@dataclass(frozen=True, kw_only=True, eq=False)
class NewCompany:
    """
    A company as it will be written: see `prepare_company`.

    Parameters
    ----------
    name, currency, as_of
        Of the company.
    report
        The check of its list.
    list_name
        Under which the list is refreshed later.
    accounts, areas, edges, segments
        Frames of the schemas.
    deals
        Simulated ones; None: none are.
    settings
        What is set for the company.
    """

    name: str
    currency: str
    as_of: dt.date
    report: ImportReport
    list_name: str
    accounts: pd.DataFrame
    areas: gpd.GeoDataFrame
    edges: pd.DataFrame
    segments: pd.DataFrame
    deals: pd.DataFrame | None
    settings: CompanySettings


def prepare_company(
    ws: Workspace,
    report: ImportReport,
    *,
    name: str,
    currency: str,
    as_of: dt.date,
    fill_missing: bool = True,
    source: str | None = None,
    units: str = "auto",
) -> NewCompany:
    """
    Work out a company of the accounts that a check accepted; nothing is written.

    Parameters
    ----------
    ws, report, name, currency, as_of, fill_missing, source, units
        As of `company_of_report`.

    Raises
    ------
    InputError
        If the report accepted nothing, or the name is empty.
    """
    if not report.is_usable:
        raise InputError(f"{report.file}: no row was accepted, so nothing is imported")
    name = checked_name(name, "a company")
    accounts, areas = place_in_units(report.accounts, ws.settings, units)
    report = with_joined(report, accounts, areas)
    edges = connect(find_edges(areas), places_km(areas))
    deals = None
    if fill_missing:
        columns = given_columns(report.mapping)
        accounts = simulate_business(
            accounts, seed=0, currency=currency, as_of=as_of, given=columns
        )
    if fill_missing and "our_sales_minor" not in given_columns(report.mapping):
        deals = simulate_deals(accounts, as_of=as_of, currency=currency, seed=0)
    segments = apply_rules(
        accounts,
        DEFAULT_RULES,
        pd.Timestamp(as_of),
        minor_digits=minor_digits(currency),
    )
    stem = name_from(PurePath(report.file).stem)
    list_name = stem if source is None else checked_name(source, "a list")
    settings = CompanySettings(
        fills_gaps=fill_missing,
        simulated=() if deals is None else ("deals",),
        **regional_details(main_country(accounts)),
    )
    return NewCompany(
        name=name,
        currency=currency,
        as_of=as_of,
        report=report,
        list_name=list_name,
        accounts=accounts,
        areas=areas,
        edges=edges,
        segments=segments,
        deals=deals,
        settings=settings,
    )


def write_company(conn: Connection, ws: Workspace, new: NewCompany) -> str:
    """Write a company that was prepared, inside a transaction; return its id."""
    company_id = company_rows.create_company(
        conn,
        name=new.name,
        kind="own",
        currency=new.currency,
        as_of=new.as_of,
        user=ws.user,
        details=new.settings.into_details(
            {"source": new.report.file, "is_simulated": new.settings.fills_gaps}
        ),
    ).company_id
    company_rows.save_units(conn, company_id, new.areas)
    company_rows.save_edges(conn, company_id, new.edges)
    account_rows.save_accounts(conn, company_id, new.accounts)
    account_rows.save_segment_rules(
        conn, company_id, rules_to_json(DEFAULT_RULES), user=ws.user
    )
    account_rows.save_segments(conn, company_id, new.segments)
    if new.deals is not None:
        deal_rows.save_deals(conn, company_id, new.deals)
    begin_scenarios(
        conn, ws, company_id, new.accounts, fills_gaps=new.settings.fills_gaps
    )
    import_id = record_import(
        conn, company_id, new.report, user=ws.user, source=new.list_name
    )
    source_rows.save_source(
        conn, company_id, new.list_name, import_id, list(new.accounts.index)
    )
    append_audit(
        conn,
        who=ws.user,
        action=f"import accounts from {new.report.file}",
        subject=f"data of company {company_id}",
        company_id=company_id,
        after={"source": new.list_name, **audit_line(new.report, import_id)},
    )
    return company_id


def given_columns(mapping: Mapping[str, str]) -> set[str]:
    """
    Name the columns of ACCOUNTS that a file brought itself.

    Parameters
    ----------
    mapping
        Column of the file by column of ours.
    """
    minor = ("annual_revenue", "our_sales", "potential")
    return {f"{name}_minor" if name in minor else name for name in mapping}
