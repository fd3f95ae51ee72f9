"""Accepted rows of any kind go into the open company: one version, one audit line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection

from planner.accounts.findings import ImportReport
from planner.accounts.kinds.merging import brought_columns, merge_rows, n_changed
from planner.accounts.placing import join_units
from planner.core.errors import InputError
from planner.geography.adjacency import connect, find_edges
from planner.geography.distance import places_km
from planner.services.imports.log import record_import, told_of
from planner.services.imports.seats import seat_people, without_stand_ins
from planner.services.imports.simulated_rows import settle_by_deals
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.company.settings import CompanySettings, mark_simulated
from planner.store.scenarios import editing, lineage
from planner.store.scenarios import quotas as quota_rows
from planner.store.scenarios.editing import CompanyEdit, editing_company

QUOTA_KEY = ["position_id", "measure", "period"]
_Saver = Callable[[Connection, CompanyEdit, ImportReport, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveResult:
    """
    What saving an import did.

    Parameters
    ----------
    import_id
        Of the record under `import_log.imports`.
    counts
        `added`, `changed`, `removed`, `same` by kind.
    version
        The version of the company after (of quotas: of the scenario).
    """

    import_id: str
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    version: int


def save_kind(
    ws: OpenCompany,
    report: ImportReport,
    *,
    version: int | None = None,
    mode: str = "replace",
) -> SaveResult | None:
    """
    Save accepted units, positions, reps, deals or visits made into the open company.

    Parameters
    ----------
    report
        The check of the file. The positions that a list of
        people brought along are saved with it.
    version
        Version of the company the user was looking at; None: whatever is saved.
    mode
        ``replace``: the rows of the file are all there are; ``add``: those of other
        ids stay. In both, columns that the file lacks keep what is stored of an id.

    Returns
    -------
    What was done; None if the file was refused and nothing is saved.

    Raises
    ------
    InputError
        If the kind is saved otherwise: accounts by `save_accounts_into` or
        `company_of_report`, quotas by `save_quotas_into`, market by `save_market`.
    ConflictError
        If someone changed the company's data since `version`.
    """
    if not report.is_usable:
        return None
    savers: dict[str, _Saver] = {
        "units": _save_units,
        "positions": _rows_saver(team_rows.load_positions, team_rows.save_positions),
        "reps": _save_reps,
        "deals": _save_deals,
        "visits_made": _rows_saver(
            deal_rows.load_visits_made, deal_rows.save_visits_made
        ),
    }
    if report.kind not in savers:
        raise InputError(f"{report.kind} are not saved so; see services.importing")
    company_id = ws.company_id
    with ws.store.transaction() as conn:
        seen = company_rows.load_company(conn, company_id).version
        with editing_company(
            conn,
            company_id,
            version=seen if version is None else version,
            user=ws.user,
            action=f"import {report.kind} from {report.file}",
        ) as edit:
            savers[report.kind](conn, edit, report, mode)
            import_id = record_import(conn, company_id, report, user=ws.user)
            counts = dict(edit.after)
            edit.after.update(told_of(report, import_id))
            return SaveResult(import_id=import_id, counts=counts, version=edit.version)


def save_accounts_into(
    ws: OpenCompany, report: ImportReport, *, source: str
) -> SaveResult:
    """
    Add and update accounts of the open company: a load of a named list.

    Parameters
    ----------
    report
        The check of the file.
    source
        Name of the list. Accounts it brought last time and not now are kept; look at
        them, and choose otherwise, with `refresh.preview_refresh`.

    Raises
    ------
    InputError
        If no row was accepted.
    """
    from planner.services.imports.refresh import (
        RefreshChoices,
        apply_refresh,
        preview_refresh,
    )

    kept = RefreshChoices(gone="keep")
    done = apply_refresh(ws, preview_refresh(ws, report, source, kept))
    return SaveResult(
        import_id=done.import_id,
        counts={"accounts": dict(done.counts)},
        version=done.version,
    )


def save_quotas_into(
    ws: OpenCompany,
    report: ImportReport,
    scenario_id: str,
    *,
    version: int | None = None,
    mode: str = "replace",
) -> SaveResult | None:
    """
    Save accepted quotas into a draft scenario.

    Parameters
    ----------
    scenario_id
        The draft.
    version
        Version of the scenario the user was looking at; None: whatever is saved.
    mode
        ``replace``: of the measures of the file only its rows remain; ``add``: rows of
        other positions and periods stay.

    Raises
    ------
    ConflictError
        If someone saved the scenario since `version`.
    StoreError
        If it is published.
    """
    if not report.is_usable:
        return None
    company_id = ws.company_id
    with ws.store.transaction() as conn:
        seen = lineage.load_scenario(conn, scenario_id).version
        with editing.editing(
            conn,
            scenario_id,
            version=seen if version is None else version,
            user=ws.user,
            action=f"import quotas from {report.file}",
        ) as edit:
            before = quota_rows.load_quotas(conn, scenario_id)
            after = _merged_quotas(before, report.frame, mode)
            import_id = record_import(conn, company_id, report, user=ws.user)
            told = told_of(report, import_id)
            quota_rows.save_quotas(conn, edit, after, {"source": "import", **told})
            counts = n_changed(before.set_index(QUOTA_KEY), after.set_index(QUOTA_KEY))
            return SaveResult(
                import_id=import_id, counts={"quotas": counts}, version=edit.version
            )


def _merged(
    edit: CompanyEdit, kind: str, before: pd.DataFrame, report: ImportReport, mode: str
) -> pd.DataFrame:
    """Put the rows over the stored ones, and count what that changes."""
    brought = brought_columns(report.mapping, report.frame)
    after = merge_rows(before, report.frame, brought, mode)
    edit.after[kind] = n_changed(before, after)
    return after


def _rows_saver(
    load: Callable[[Connection, str], pd.DataFrame],
    save: Callable[[Connection, str, pd.DataFrame], object],
) -> _Saver:
    """Make what puts the rows of a kind over the stored ones, and nothing else."""

    def put(
        conn: Connection, edit: CompanyEdit, report: ImportReport, mode: str
    ) -> None:
        before = load(conn, edit.company_id)
        save(conn, edit.company_id, _merged(edit, report.kind, before, report, mode))

    return put


def _save_units(
    conn: Connection, edit: CompanyEdit, report: ImportReport, mode: str
) -> None:
    """Save units, which of them touch, and which of them each account lies in."""
    company_id = edit.company_id
    before = company_rows.load_units(conn, company_id)
    after = _merged(edit, "units", before, report, mode)
    units = gpd.GeoDataFrame(after, geometry="geometry", crs=4326)
    company_rows.save_units(conn, company_id, units)
    edges = connect(find_edges(units), places_km(units))
    company_rows.save_edges(conn, company_id, edges)
    accounts = account_rows.load_accounts(conn, company_id)
    moved = accounts.assign(unit_id=join_units(accounts, units).astype("str"))
    account_rows.save_accounts(conn, company_id, moved)


def _save_reps(
    conn: Connection, edit: CompanyEdit, report: ImportReport, mode: str
) -> None:
    """Save reps and the positions their list brought, and seat them."""
    company_id = edit.company_id
    stored = team_rows.load_reps(conn, company_id)
    before = without_stand_ins(conn, company_id, stored, report.frame)
    after = _merged(edit, "reps", before, report, mode)
    team_rows.save_reps(conn, company_id, after)
    seats = report.extra.get("positions")
    if seats is not None:
        known = team_rows.load_positions(conn, company_id)
        brought = {"parent_id", "title"} if "title" in report.mapping else {"parent_id"}
        # Seats nobody of the list holds stay: overlays and vacancies are no people.
        merged = merge_rows(known, seats, brought, "add")
        edit.after["positions"] = n_changed(known, merged)
        team_rows.save_positions(conn, company_id, merged)
    seat_people(conn, company_id, edit.user)


def _save_deals(
    conn: Connection, edit: CompanyEdit, report: ImportReport, mode: str
) -> None:
    """Save deals in place of simulated ones, and settle what follows from them."""
    company = company_rows.load_company(conn, edit.company_id)
    settings = CompanySettings.from_details(company.details)
    before = deal_rows.load_deals(conn, edit.company_id)
    if "deals" in settings.simulated:
        before = before.iloc[:0]
        mark_simulated(conn, edit.company_id, "deals", is_simulated=False)
    after = _merged(edit, report.kind, before, report, mode)
    deal_rows.save_deals(conn, edit.company_id, after)
    if company.kind != "sample":
        n_settled = settle_by_deals(conn, company, settings)
        edit.after["accounts settled by deals"] = n_settled


def _merged_quotas(
    before: pd.DataFrame, loaded: pd.DataFrame, mode: str
) -> pd.DataFrame:
    stored, rows = before.set_index(QUOTA_KEY), loaded.set_index(QUOTA_KEY)
    if mode == "replace":
        other = stored.index.get_level_values("measure").isin(set(loaded["measure"]))
        stored, mode = stored[~other], "add"
    merged = merge_rows(stored, rows, ["amount_minor", "currency"], mode)
    return merged.reset_index()[list(loaded.columns)]
