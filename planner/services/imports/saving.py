"""Accepted rows of any kind go into the open company: one version, one audit line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa
from sqlalchemy import Connection

from planner.accounts.changes import ChangeSet, TableChange
from planner.accounts.findings import ImportReport
from planner.accounts.kinds.merging import brought_columns, merge_rows
from planner.accounts.placing import join_units
from planner.accounts.reload.choices import RefreshChoices
from planner.core import schemas
from planner.core.errors import InputError
from planner.geography.adjacency import connect, find_edges
from planner.geography.distance import places_km
from planner.services.imports.log import audit_line, record_import
from planner.services.imports.refresh import apply_refresh, preview_refresh
from planner.services.imports.seats import seat_people, without_stand_ins
from planner.services.imports.simulated_rows import settle_by_deals
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.company.settings import (
    CompanySettings,
    load_settings,
    mark_simulated,
)
from planner.store.imports.changes import apply_changes
from planner.store.scenarios import editing, lineage
from planner.store.scenarios import quotas as quota_rows
from planner.store.scenarios.editing import CompanyEdit, editing_company

_EDGE_KEY = ["unit_id", "neighbour_id"]
_SPLIT_KEY = ["deal_id", "position_id"]
QUOTA_KEY = ["position_id", "measure", "period"]
_Planner = Callable[[Connection, str, ImportReport, str], ChangeSet]


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
    Save accepted units, positions, reps, deals, splits or visits made into a company.

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
    with ws.store.transaction() as conn:
        return write_kind(
            conn, ws.company_id, report, user=ws.user, version=version, mode=mode
        )


def write_kind(
    conn: Connection,
    company_id: str,
    report: ImportReport,
    *,
    user: str,
    version: int | None = None,
    mode: str = "replace",
) -> SaveResult:
    """
    Do what `save_kind` does inside a transaction.

    Parameters
    ----------
    report
        With rows that can be taken.
    """
    if report.kind not in _CHANGES_OF_KIND:
        raise InputError(f"{report.kind} are not saved so; see services.importing")
    current = company_rows.load_company(conn, company_id).version
    with editing_company(
        conn,
        company_id,
        version=current if version is None else version,
        user=user,
        action=f"import {report.kind} from {report.file}",
    ) as edit:
        changes = _CHANGES_OF_KIND[report.kind](conn, company_id, report, mode)
        apply_changes(conn, company_id, changes)
        _follow(conn, edit, report.kind)
        counts = {
            _KINDS[change.table]: change.counts
            for change in changes.tables
            if change.table in _KINDS
        }
        import_id = record_import(conn, company_id, report, user=user)
        edit.after.update({**counts, **audit_line(report, import_id)})
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
    choices = RefreshChoices(gone="keep")
    result = apply_refresh(ws, preview_refresh(ws, report, source, choices))
    return SaveResult(
        import_id=result.import_id,
        counts={"accounts": dict(result.counts)},
        version=result.version,
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
        current = lineage.load_scenario(conn, scenario_id).version
        with editing.editing(
            conn,
            scenario_id,
            version=current if version is None else version,
            user=ws.user,
            action=f"import quotas from {report.file}",
        ) as edit:
            before = quota_rows.load_quotas(conn, scenario_id)
            after = _merged_quotas(before, report.frame, mode)
            import_id = record_import(conn, company_id, report, user=ws.user)
            params = {"source": "import", **audit_line(report, import_id)}
            quota_rows.save_quotas(conn, edit, after, params)
            counts = TableChange.between(
                "scenario_quota",
                before.set_index(QUOTA_KEY),
                after.set_index(QUOTA_KEY),
            ).counts
            return SaveResult(
                import_id=import_id, counts={"quotas": counts}, version=edit.version
            )


def _merged(
    stored: pd.DataFrame, report: ImportReport, mode: str, schema: pa.DataFrameSchema
) -> pd.DataFrame:
    """Put the rows of a file over the stored ones."""
    columns = brought_columns(report.mapping, report.frame)
    return schemas.check(merge_rows(stored, report.frame, columns, mode), schema)


def _changes_of(
    table: str,
    schema: pa.DataFrameSchema,
    load: Callable[[Connection, str], pd.DataFrame],
) -> _Planner:
    """Make what plans the rows of a kind of which nothing else hangs."""

    def plan(
        conn: Connection, company_id: str, report: ImportReport, mode: str
    ) -> ChangeSet:
        stored = load(conn, company_id)
        after = _merged(stored, report, mode, schema)
        return ChangeSet((TableChange.between(table, stored, after),))

    return plan


def _unit_changes(
    conn: Connection, company_id: str, report: ImportReport, mode: str
) -> ChangeSet:
    """Plan units, which of them touch, and in which of them each account lies."""
    stored = company_rows.load_units(conn, company_id)
    merged = _merged(stored, report, mode, schemas.UNITS)
    units = gpd.GeoDataFrame(merged, geometry="geometry", crs=4326)
    edges = connect(find_edges(units), places_km(units))
    accounts = account_rows.load_accounts(conn, company_id)
    after = accounts.assign(unit_id=join_units(accounts, units).astype("str"))
    return ChangeSet(
        (
            TableChange.between("unit", stored, units),
            TableChange.between(
                "edge",
                company_rows.load_edges(conn, company_id).set_index(_EDGE_KEY),
                schemas.check(edges, schemas.EDGES).set_index(_EDGE_KEY),
            ),
            TableChange.between("account", accounts, after),
        )
    )


def _rep_changes(
    conn: Connection, company_id: str, report: ImportReport, mode: str
) -> ChangeSet:
    """Plan reps, and the positions that their list of people brought along."""
    stored = team_rows.load_reps(conn, company_id)
    people = without_stand_ins(conn, company_id, stored, report.frame)
    reps = TableChange.between(
        "rep", stored, _merged(people, report, mode, schemas.REPS)
    )
    seats = report.extra.get("positions")
    if seats is None:
        return ChangeSet((reps,))
    positions = team_rows.load_positions(conn, company_id)
    columns = {"parent_id", "title"} if "title" in report.mapping else {"parent_id"}
    # Seats nobody of the list holds stay: overlays and vacancies are no people.
    after = merge_rows(positions, seats, columns, "add")
    after = schemas.check(after, schemas.POSITIONS)
    return ChangeSet((reps, TableChange.between("position", positions, after)))


def _deal_changes(
    conn: Connection, company_id: str, report: ImportReport, mode: str
) -> ChangeSet:
    """Plan deals; simulated ones make room for them."""
    stored = deal_rows.load_deals(conn, company_id)
    settings = load_settings(conn, company_id)
    others = stored.iloc[:0] if "deals" in settings.simulated else stored
    after = _merged(others, report, mode, schemas.DEALS)
    return ChangeSet((TableChange.between("deal", stored, after),))


def _split_changes(
    conn: Connection, company_id: str, report: ImportReport, mode: str
) -> ChangeSet:
    """Plan splits: a deal that the file names is shared as the file says, whole."""
    stored = deal_rows.load_splits(conn, company_id)
    others = stored.iloc[:0]
    if mode == "add":
        others = stored[~stored["deal_id"].isin(report.frame["deal_id"])]
    after = schemas.check(
        pd.concat([others, report.frame], ignore_index=True), schemas.SPLITS
    )
    before, now = stored.set_index(_SPLIT_KEY), after.set_index(_SPLIT_KEY)
    return ChangeSet((TableChange.between("split", before, now),))


def _follow(conn: Connection, edit: CompanyEdit, kind: str) -> None:
    """Do what follows from rows that were saved just now: seats, sales by deals."""
    if kind == "reps":
        seat_people(conn, edit.company_id, edit.user)
    if kind != "deals":
        return
    mark_simulated(conn, edit.company_id, "deals", is_simulated=False)
    company = company_rows.load_company(conn, edit.company_id)
    if company.kind != "sample":
        settings = CompanySettings.from_details(company.details)
        n_settled = settle_by_deals(conn, company, settings)
        edit.after["accounts settled by deals"] = n_settled


_KINDS = {
    "unit": "units",
    "position": "positions",
    "rep": "reps",
    "deal": "deals",
    "split": "splits",
    "visit_made": "visits_made",
}
_CHANGES_OF_KIND: dict[str, _Planner] = {
    "units": _unit_changes,
    "positions": _changes_of("position", schemas.POSITIONS, team_rows.load_positions),
    "reps": _rep_changes,
    "deals": _deal_changes,
    "splits": _split_changes,
    "visits_made": _changes_of(
        "visit_made", schemas.VISITS_MADE, deal_rows.load_visits_made
    ),
}


def _merged_quotas(
    before: pd.DataFrame, loaded: pd.DataFrame, mode: str
) -> pd.DataFrame:
    stored, rows = before.set_index(QUOTA_KEY), loaded.set_index(QUOTA_KEY)
    if mode == "replace":
        other = stored.index.get_level_values("measure").isin(set(loaded["measure"]))
        stored, mode = stored[~other], "add"
    merged = merge_rows(stored, rows, ["amount_minor", "currency"], mode)
    return merged.reset_index()[list(loaded.columns)]
