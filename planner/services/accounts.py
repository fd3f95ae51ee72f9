"""Accounts: check and import files, list accounts, show one."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from planner.accounts.enrich import Gazetteer
from planner.accounts.enrich import join_units
from planner.accounts.findings import ImportReport
from planner.accounts.importing import import_table
from planner.accounts.mapping import guess_mapping
from planner.accounts.simulate import simulate_business
from planner.accounts.simulate import simulate_deals
from planner.accounts.sources import RawTable
from planner.accounts.sources import read_source
from planner.accounts.sources import where as keep_where
from planner.capacity.workload import account_minutes
from planner.core.errors import InputError
from planner.core.errors import NotFoundError
from planner.core.settings import Settings
from planner.geography.adjacency import connect
from planner.geography.adjacency import find_edges
from planner.geography.boundaries import load_counties
from planner.geography.cells import make_cells
from planner.geography.distance import places_km
from planner.segmentation.rules import DEFAULT_RULES
from planner.segmentation.rules import apply_rules
from planner.segmentation.rules import rules_to_json
from planner.segmentation.scoring import score_accounts
from planner.services.workspace import Workspace
from planner.services.workspace import create_company
from planner.store import accounts as account_rows
from planner.store import companies as company_rows
from planner.store import deals as deal_rows
from planner.store import ledger as ledger_rows
from planner.store import quotas as quota_rows
from planner.store import scenarios as scenario_rows
from planner.store import team as team_rows

FIRST_SCENARIO = "Draft 1"
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
    return SourcePreview(raw=raw, mapping=guess_mapping(raw, kind))


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
        currency=currency,
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
        mapping = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"mapping {path} cannot be read: {error}") from error
    if not isinstance(mapping, dict) or not all(
        isinstance(text, str) for text in mapping.values()
    ):
        raise InputError(
            f'mapping {path} must be an object like {{"name": "Company"}}, '
            f"got {type(mapping).__name__}"
        )
    return mapping


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
    Make a company out of a list of accounts.

    Parameters
    ----------
    ws
        The open store.
    raw, mapping
        The table and what its columns mean.
    name, currency, as_of
        Of the new company.
    fill_missing
        Whether what the list lacks (revenue, potential, deals …) is simulated and
        labelled so.

    Returns
    -------
    The workspace with the new company open, and the report. A refused file makes no
    company: the workspace is the one given.
    """
    report = check_source(raw, "accounts", ws.settings, mapping, currency)
    if not report.is_usable:
        return ws, report
    accounts, units = place_in_units(report.accounts, ws.settings)
    if fill_missing:
        accounts = simulate_business(accounts, seed=0, currency=currency)
    edges = connect(find_edges(units), places_km(units))
    opened = create_company(ws, name, "own", currency, as_of)
    company_id = str(opened.company_id)
    with opened.store.transaction() as conn:
        company_rows.update_company(
            conn,
            company_id,
            user=ws.user,
            details={"source": report.file, "is_simulated": fill_missing},
        )
        company_rows.save_units(conn, company_id, units)
        company_rows.save_edges(conn, company_id, edges)
        account_rows.save_accounts(conn, company_id, accounts)
        segments = apply_rules(accounts, DEFAULT_RULES, pd.Timestamp(as_of))
        account_rows.save_segment_rules(
            conn, company_id, rules_to_json(DEFAULT_RULES), user=ws.user
        )
        account_rows.save_segments(conn, company_id, segments)
        if fill_missing:
            deals = simulate_deals(accounts, as_of, seed=0, currency=currency)
            deal_rows.save_deals(conn, company_id, deals)
        plan_path = ws.settings.data_dir / "sample" / "comp_plan.yaml"
        plan = plan_path.read_text(encoding="utf-8")
        ledger_rows.save_comp_plan(conn, company_id, plan, user=ws.user)
        scenario_rows.create_scenario(
            conn, company_id, name=FIRST_SCENARIO, user=ws.user
        )
        account_rows.record_import(conn, company_id, **_record(report, ws.user))
    return opened, report


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
    if kind == "accounts":
        _, report = import_accounts_as_company(
            ws,
            raw,
            mapping,
            name=company_name or path.stem,
            as_of=dt.datetime.now(dt.UTC).date(),
            fill_missing=False,
        )
        return report
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
        account_rows.record_import(conn, company_id, **_record(report, ws.user))


def _record(report: ImportReport, user: str) -> dict[str, object]:
    return {
        "file_name": report.file,
        "kind": report.kind,
        "mapping": dict(report.mapping),
        "rows_read": report.rows_read,
        "rows_accepted": report.rows_accepted,
        "rows_rejected": report.rows_rejected,
        "verdict": report.verdict,
        "findings": report.findings,
        "user": user,
    }


def account_list(ws: Workspace, scenario_id: str | None) -> pd.DataFrame:
    """
    List the accounts with all that is known of them in a scenario.

    Returns
    -------
    ACCOUNTS columns plus `segment`, `visit_class`, `rule`, `territory_id`,
    `position_id`, `owner_name`, `score` (0-100), `days_since_visit`,
    `open_pipeline_minor` and `workload_min`, indexed `account_id`.
    """
    from planner.services.territory import territory_by_account

    company_id = str(ws.company_id)
    with ws.store.reading() as conn:
        as_of = company_rows.load_company(conn, company_id).as_of
        accounts = account_rows.load_accounts(conn, company_id)
        segments = account_rows.load_segments(conn, company_id)
        deals = deal_rows.load_deals(conn, company_id)
        names = owner_names(
            team_rows.load_positions(conn, company_id),
            team_rows.load_reps(conn, company_id),
            as_of,
        )
        territory = pd.Series(pd.NA, index=accounts.index, dtype="str")
        territories = pd.DataFrame({"position_id": pd.Series(dtype="str")})
        if scenario_id is not None:
            territory = territory_by_account(conn, scenario_id, accounts)
            territories = scenario_rows.load_territories(conn, scenario_id)
    accounts = with_segments(accounts, segments)
    accounts["territory_id"] = territory
    accounts["position_id"] = territory.map(territories["position_id"]).astype("str")
    accounts["owner_name"] = accounts["position_id"].map(names).astype("str")
    accounts["score"] = score_accounts(accounts, pd.Timestamp(as_of))["score"]
    since = pd.Timestamp(as_of) - accounts["last_visit_on"]
    accounts["days_since_visit"] = since.dt.days.astype("Int64")
    is_open = deals["stage"].isin(["qualify", "propose", "negotiate"])
    pipeline = deals[is_open].groupby("account_id")["amount_minor"].sum()
    accounts["open_pipeline_minor"] = (
        pipeline.reindex(accounts.index).fillna(0).astype("Int64")
    )
    accounts["workload_min"] = account_minutes(accounts, accounts["visit_class"])
    return accounts


def with_segments(accounts: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Give accounts the segment, visit class and rule that the rules decided."""
    return accounts.drop(columns="visit_class").join(segments)


def owner_names(
    positions: pd.DataFrame, reps: pd.DataFrame, as_of: dt.date
) -> pd.Series:
    """
    Name who holds each position on a day.

    Returns
    -------
    Name by `position_id`; ``vacant`` where nobody does.
    """
    day = pd.Timestamp(as_of)
    active = reps[
        reps["position_id"].notna()
        & (reps["hired_on"].isna() | (reps["hired_on"] <= day))
        & (reps["left_on"].isna() | (reps["left_on"] > day))
    ]
    holders = active.drop_duplicates("position_id").set_index("position_id")["name"]
    return holders.reindex(positions.index).fillna("vacant").astype("str")


@dataclass(frozen=True, kw_only=True)
class AccountFacts:
    """
    Everything about one account.

    Parameters
    ----------
    row
        Its row of `account_list`.
    deals, visits_made, ownership
        Its rows of those frames, newest first.
    custom
        Custom fields kept from the import.
    """

    row: pd.Series
    deals: pd.DataFrame
    visits_made: pd.DataFrame
    ownership: pd.DataFrame
    custom: dict[str, str]


def account_facts(
    ws: Workspace, account_id: str, scenario_id: str | None
) -> AccountFacts:
    """
    Collect the facts of one account.

    Raises
    ------
    NotFoundError
        If the company has no such account.
    """
    accounts = account_list(ws, scenario_id)
    if account_id not in accounts.index:
        raise NotFoundError(f"no account {account_id!r} in this company")
    company_id = str(ws.company_id)
    with ws.store.reading() as conn:
        deals = deal_rows.load_deals(conn, company_id)
        visits = deal_rows.load_visits_made(conn, company_id)
        ownership = quota_rows.load_ownership(conn, company_id)
    row = accounts.loc[account_id]
    custom = row["custom"]

    def of_account(frame: pd.DataFrame, newest: str) -> pd.DataFrame:
        mine = frame[frame["account_id"] == account_id]
        return mine.sort_values(newest, ascending=False)

    return AccountFacts(
        row=row,
        deals=of_account(deals, "close_on"),
        visits_made=of_account(visits, "visited_on"),
        ownership=of_account(ownership, "valid_from"),
        custom=json.loads(custom) if isinstance(custom, str) and custom else {},
    )
