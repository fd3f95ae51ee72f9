"""Files coming in: preview, check, import as a company or into one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection

from planner.accounts.columns import KNOWN_COLUMNS
from planner.accounts.enrich import Gazetteer
from planner.accounts.enrich import join_units
from planner.accounts.findings import ImportReport
from planner.accounts.importing import import_table
from planner.accounts.mapping import guess_mapping
from planner.accounts.mapping import load_mapping
from planner.accounts.params import ImportParams
from planner.accounts.simulate import simulate_business
from planner.accounts.simulate_deals import simulate_deals
from planner.accounts.sources import RawTable
from planner.accounts.sources import read_source
from planner.accounts.sources import where as keep_where
from planner.core.errors import InputError
from planner.core.money import minor_digits
from planner.core.settings import Settings
from planner.geography.adjacency import connect
from planner.geography.adjacency import find_edges
from planner.geography.boundaries import load_counties
from planner.geography.cells import make_cells
from planner.geography.distance import places_km
from planner.segmentation.rules import DEFAULT_RULES
from planner.segmentation.rules import apply_rules
from planner.segmentation.rules import rules_to_json
from planner.services.workspace import Workspace
from planner.store import accounts as account_rows
from planner.store import companies as company_rows
from planner.store import deals as deal_rows
from planner.store import ledger as ledger_rows
from planner.store import scenarios as scenario_rows
from planner.store import team as team_rows

FIRST_SCENARIO = "Draft 1"
REQUIRED = {
    "accounts": ("account_id", "name"),
    "units": ("unit_id",),
    "reps": ("rep_id", "name"),
    "deals": ("deal_id", "account_id", "amount", "close_on"),
}
DEFAULT_CURRENCY = "USD"
SAMPLE_ROWS = 200  # that the guess of the columns looks at
LEAST_SHARE_IN_COUNTIES = 0.8  # of the accounts, for county polygons to be the units


@dataclass(frozen=True, kw_only=True)
class SourcePreview:
    """
    The first look at a file.

    Parameters
    ----------
    raw
        The table as read.
    mapping
        Guessed column of the file by column of ours.
    """

    raw: RawTable
    mapping: dict[str, str]


def preview_source(
    content: bytes | Path, filename: str = "", kind: str = "accounts"
) -> SourcePreview:
    """
    Read a file and guess what its columns mean.

    Raises
    ------
    InputError
        If it cannot be read at all; the message says why and what to do.
    """
    raw = read_source(content, filename)
    mapping = guess_mapping(raw.columns, raw.frame.head(SAMPLE_ROWS), kind)
    return SourcePreview(raw=raw, mapping=mapping)


def check_source(
    raw: RawTable,
    kind: str,
    settings: Settings,
    mapping: Mapping[str, str] | None = None,
    currency: str = "USD",
) -> ImportReport:
    """Say what importing a table would accept and reject, row by row."""
    return import_table(
        raw,
        kind,
        mapping=mapping,
        gazetteer=Gazetteer.load(settings.data_dir),
        params=ImportParams(currency=currency),
    )


def check_path(
    path: Path,
    kind: str,
    settings: Settings,
    *,
    mapping_path: Path | None = None,
    where: str | None = None,
) -> ImportReport:
    """Check a file as ``python -m planner check`` does."""
    from planner.accounts.importing import check_file

    return check_file(
        path,
        kind,
        mapping=read_mapping(mapping_path),
        where=where,
        gazetteer=Gazetteer.load(settings.data_dir),
    )


def read_mapping(path: Path | None) -> dict[str, str] | None:
    """
    Read a saved mapping: a JSON object, column of ours → column of the file.

    Raises
    ------
    InputError
        If the file is missing or holds anything else.
    """
    if path is None:
        return None
    try:
        return load_mapping(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"mapping {path} cannot be read: {error}") from error


def import_accounts_as_company(
    ws: Workspace,
    raw: RawTable,
    mapping: Mapping[str, str] | None,
    *,
    name: str,
    currency: str = "USD",
    as_of: dt.date,
    fill_missing: bool = True,
) -> tuple[Workspace, ImportReport]:
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
    The workspace with the new company open, and the report. A refused file makes no
    company: the workspace is the one given.
    """
    report = check_source(raw, "accounts", ws.settings, mapping, currency)
    if not report.is_usable:
        return ws, report
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
) -> Workspace:
    """
    Make a company out of the accounts that a check accepted, in one transaction.

    Parameters
    ----------
    report
        What `check_source` said of the list.
    name, currency, as_of
        Of the new company.
    fill_missing
        Whether what the list lacks (revenue, potential, deals …) is simulated and
        labelled so.

    Returns
    -------
    The workspace with the new company open: units, segments by the default rules, the
    sample's comp plan, and an empty first scenario.

    Raises
    ------
    InputError
        If the report accepted nothing, or the name is empty.
    """
    if not report.is_usable:
        raise InputError(f"{report.file}: no row was accepted, so nothing is imported")
    if not name.strip():
        raise InputError("a company needs a name, got an empty one")
    accounts, units = place_in_units(report.accounts, ws.settings)
    edges = connect(find_edges(units), places_km(units))
    deals = None
    if fill_missing:
        given = given_columns(report.mapping)
        accounts = simulate_business(
            accounts, seed=0, currency=currency, as_of=as_of, given=given
        )
        deals = simulate_deals(accounts, as_of=as_of, currency=currency, seed=0)
    segments = apply_rules(
        accounts,
        DEFAULT_RULES,
        pd.Timestamp(as_of),
        minor_digits=minor_digits(currency),
    )
    plan = (ws.settings.data_dir / "sample" / "comp_plan.yaml").read_text("utf-8")
    with ws.store.transaction() as conn:
        company_id = company_rows.create_company(
            conn,
            name=name,
            kind="own",
            currency=currency,
            as_of=as_of,
            user=ws.user,
            details={"source": report.file, "is_simulated": fill_missing},
        ).company_id
        company_rows.save_units(conn, company_id, units)
        company_rows.save_edges(conn, company_id, edges)
        account_rows.save_accounts(conn, company_id, accounts)
        account_rows.save_segment_rules(
            conn, company_id, rules_to_json(DEFAULT_RULES), user=ws.user
        )
        account_rows.save_segments(conn, company_id, segments)
        if deals is not None:
            deal_rows.save_deals(conn, company_id, deals)
        ledger_rows.save_comp_plan(conn, company_id, plan, user=ws.user)
        scenario_rows.create_scenario(
            conn, company_id, name=FIRST_SCENARIO, user=ws.user
        )
        _record_import(conn, company_id, report, ws.user)
    return replace(ws, company_id=company_id)


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


def columns_of(kind: str) -> tuple[str, ...]:
    """List our columns of a kind of file, those always needed first."""
    needed = REQUIRED.get(kind, ())
    return (*needed, *(name for name in KNOWN_COLUMNS[kind] if name not in needed))


def place_in_units(
    accounts: pd.DataFrame, settings: Settings
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """
    Choose units for a list of accounts and put each account into one.

    Returns
    -------
    The accounts with `unit_id`, and the units: the counties of the states they lie
    in; for a list from elsewhere cells made around the accounts.
    """
    counties = load_counties(settings.data_dir)
    unit_id = join_units(accounts, counties)
    if unit_id.notna().mean() >= LEAST_SHARE_IN_COUNTIES:
        regions = counties.loc[unit_id.dropna().unique(), "region"].unique()
        units = counties[counties["region"].isin(regions)]
    else:
        units = make_cells(accounts)
        unit_id = join_units(accounts, units)
    return accounts.assign(unit_id=unit_id.astype("str")), units


def import_path(
    ws: Workspace,
    path: Path,
    kind: str,
    *,
    mapping_path: Path | None = None,
    where: str | None = None,
    accept_warnings: bool = False,
    company_name: str | None = None,
) -> ImportReport:
    """
    Import a file as ``python -m planner import`` does.

    Parameters
    ----------
    accept_warnings
        Take rows that carry warnings; without it a file with warnings is refused.
    company_name
        Accounts make a company of this name (default: the file's name); the other
        kinds go into the company that is open.

    Raises
    ------
    InputError
        If the file has warnings that were not accepted; nothing is written then.
    """
    preview = preview_source(path, path.name, kind)
    raw = keep_where(preview.raw, where) if where else preview.raw
    mapping = read_mapping(mapping_path) or preview.mapping
    report = check_source(raw, kind, ws.settings, mapping)
    if report.verdict in {"accept_warn", "reject_rows"} and not accept_warnings:
        raise InputError(
            f"{report.summary()}\nnothing was imported: look at the findings with "
            f"`check`, then repeat with --accept-warnings to take the accepted rows"
        )
    if kind == "accounts" and report.is_usable:
        company_of_report(
            ws,
            report,
            name=company_name or path.stem,
            currency=DEFAULT_CURRENCY,
            as_of=dt.datetime.now(dt.UTC).date(),
            fill_missing=False,
        )
    elif kind != "accounts":
        save_kind(ws, report)
    return report


def save_kind(ws: Workspace, report: ImportReport) -> None:
    """
    Save accepted units, reps or deals into the open company.

    Raises
    ------
    InputError
        If the file was refused or no company is open.
    """
    if not report.is_usable:
        return
    if ws.company_id is None:
        raise InputError("no company is open: import accounts first")
    company_id = ws.company_id
    with ws.store.transaction() as conn:
        if report.kind == "units":
            units = gpd.GeoDataFrame(report.frame, geometry="geometry", crs=4326)
            company_rows.save_units(conn, company_id, units)
            edges = connect(find_edges(units), places_km(units))
            company_rows.save_edges(conn, company_id, edges)
            accounts = account_rows.load_accounts(conn, company_id)
            moved = accounts.assign(unit_id=join_units(accounts, units).astype("str"))
            account_rows.save_accounts(conn, company_id, moved)
        elif report.kind == "reps":
            team_rows.save_reps(conn, company_id, report.frame)
        else:
            deal_rows.save_deals(conn, company_id, report.frame)
        _record_import(conn, company_id, report, ws.user)


def imports(ws: Workspace) -> pd.DataFrame:
    """List the imports of the open company, newest first, indexed `import_id`."""
    with ws.store.reading() as conn:
        return account_rows.list_imports(conn, str(ws.company_id))


def import_findings(ws: Workspace, import_id: str) -> pd.DataFrame:
    """Read what an import found; NotFoundError if there is no such import."""
    with ws.store.reading() as conn:
        return account_rows.load_findings(conn, import_id)


def _record_import(
    conn: Connection, company_id: str, report: ImportReport, user: str
) -> None:
    """Keep what an import said."""
    account_rows.record_import(
        conn,
        company_id,
        file_name=report.file,
        kind=report.kind,
        mapping=report.mapping,
        rows_read=report.rows_read,
        rows_accepted=report.rows_accepted,
        rows_rejected=report.rows_rejected,
        verdict=report.verdict,
        findings=report.findings,
        user=user,
    )
