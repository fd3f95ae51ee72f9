"""The tables that can be exported, each as import or people read it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from planner.core.files.tables import in_money
from planner.core.units import PPM
from planner.geography.boundaries import dissolve
from planner.services.accounts.known import visited_accounts
from planner.services.accounts.simulated import simulated_of
from planner.services.imports.log import import_findings, imports
from planner.services.people.holders import owner_names
from planner.services.territories.alignments import alignment_of
from planner.services.territories.view import overview
from planner.services.workspace import OpenCompany, Workspace
from planner.store.audit.log import load_audit
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.scenarios import publications as publication_rows
from planner.store.scenarios import quotas as quota_rows
from planner.store.scenarios import visits as visit_rows
from planner.store.scenarios.reading import load_saved_plan

ALL_LINES = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportTable:
    """
    How one table is made.

    Parameters
    ----------
    title
        Its name on screens.
    make
        Reads it for a company and, if `of_scenario`, a scenario; ids are columns.
    of_scenario
        Whether it depends on a scenario.
    has_shapes
        Whether it has places, for the formats of maps.
    """

    title: str
    make: Callable[[OpenCompany, str | None], pd.DataFrame]
    of_scenario: bool = False
    has_shapes: bool = False


SIMULATED = "simulated"  # a column of its own, only where something is
_FIGURES = {  # of accounts the store keeps it row by row
    "territories": ("our_sales_minor", "potential_minor", "workload", "owners"),
    "plan": ("owners",),
    "positions": ("team",),
    "reps": ("team",),
    "deals": ("deals",),
    "quotas": ("quotas", "owners"),
    "visits": ("visits planned",),
    "changes": ("owners",),
}


def table_of(ws: OpenCompany, what: str, scenario_id: str | None) -> pd.DataFrame:
    """
    Read a table that can be exported.

    Parameters
    ----------
    what
        A key of `TABLES`.

    Returns
    -------
    The table, with the column `SIMULATED` where it shows figures that are simulated of
    a list of one's own, or figures made of such: which, parted by semicolons.
    """
    frame = TABLES[what].make(ws, scenario_id)
    codes = simulated_of(ws).among(*_FIGURES.get(what, ()))
    if codes:
        frame[SIMULATED] = ";".join(codes)
    return frame


def _accounts(ws: OpenCompany, _: str | None) -> pd.DataFrame:
    company_id = ws.company_id
    with ws.store.reading() as conn:
        as_of = company_rows.load_company(conn, company_id).today
        accounts = visited_accounts(conn, company_id, as_of)
    return _told(ws, accounts)


def _units(ws: OpenCompany, scenario_id: str | None) -> pd.DataFrame:
    with ws.store.reading() as conn:
        units = company_rows.load_units(conn, ws.company_id)
        alignment = alignment_of(load_saved_plan(conn, str(scenario_id)))
    by_unit = alignment.territory_by_unit.reindex(units.index).astype("str")
    placed = units.assign(territory_id=by_unit).reset_index()
    others = [name for name in placed.columns if name != "geometry"]
    return placed[[*others, "geometry"]]


def _territories(ws: OpenCompany, scenario_id: str | None) -> pd.DataFrame:
    view = overview(ws, str(scenario_id))
    figures = view.territories.rename(
        columns=lambda name: name.replace("_minor_deviation", "_deviation")
    ).rename(columns={"rep_name": "owner"})
    figures.insert(4, "currency", _currency(ws))
    shapes = dissolve(view.units, view.units["territory_id"])
    table = in_money(figures, _currency(ws)).join(shapes)
    table["n_units"] = table["n_units"].astype("Int64").fillna(0)
    return gpd.GeoDataFrame(table.reset_index(), geometry="geometry", crs=4326)


def _plan(ws: OpenCompany, scenario_id: str | None) -> pd.DataFrame:
    company_id = ws.company_id
    with ws.store.reading() as conn:
        as_of = company_rows.load_company(conn, company_id).today
        accounts = account_rows.load_accounts(conn, company_id)
        plan = load_saved_plan(conn, str(scenario_id))
        names = owner_names(
            team_rows.load_positions(conn, company_id),
            team_rows.load_reps(conn, company_id),
            as_of,
        )
    territory = alignment_of(plan).territory_of(accounts["unit_id"])
    position = territory.map(plan.territories["position_id"])
    return pd.DataFrame(
        {
            "account_id": accounts.index,
            "name": accounts["name"].to_numpy(),
            "unit_id": accounts["unit_id"].to_numpy(),
            "territory_id": territory.astype("str").to_numpy(),
            "position_id": position.astype("str").to_numpy(),
            "owner": position.map(names).astype("str").to_numpy(),
            "lat": accounts["lat"].to_numpy(),
            "lon": accounts["lon"].to_numpy(),
        }
    )


def _reps(ws: OpenCompany, _: str | None) -> pd.DataFrame:
    with ws.store.reading() as conn:
        reps = team_rows.load_reps(conn, ws.company_id)
    return _told(ws, reps)


def _positions(ws: OpenCompany, _: str | None) -> pd.DataFrame:
    with ws.store.reading() as conn:
        return team_rows.load_positions(conn, ws.company_id).reset_index()


def _deals(ws: OpenCompany, _: str | None) -> pd.DataFrame:
    with ws.store.reading() as conn:
        deals = deal_rows.load_deals(conn, ws.company_id)
    return _in_own_money(deals.reset_index())


def _splits(ws: OpenCompany, _: str | None) -> pd.DataFrame:
    with ws.store.reading() as conn:
        splits = deal_rows.load_splits(conn, ws.company_id)
    share = splits["share_ppm"].astype("float64") / PPM
    return splits.drop(columns="share_ppm").assign(share=share)


def _quotas(ws: Workspace, scenario_id: str | None) -> pd.DataFrame:
    with ws.store.reading() as conn:
        quotas = quota_rows.load_quotas(conn, str(scenario_id))
    return _in_own_money(quotas)


def _visits_made(ws: OpenCompany, _: str | None) -> pd.DataFrame:
    with ws.store.reading() as conn:
        return deal_rows.load_visits_made(conn, ws.company_id).reset_index()


def _visits(ws: OpenCompany, scenario_id: str | None) -> pd.DataFrame:
    with ws.store.reading() as conn:
        visits = visit_rows.load_visits(conn, str(scenario_id))
        accounts = account_rows.load_accounts(conn, ws.company_id)
    at = accounts[["name", "lat", "lon"]].reindex(visits["account_id"])
    return visits.reset_index(drop=True).join(at.reset_index(drop=True))


def _changes(ws: OpenCompany, scenario_id: str | None) -> pd.DataFrame:
    with ws.store.reading() as conn:
        parts = publication_rows.load_publication_parts(conn, str(scenario_id))
        names = account_rows.load_accounts(conn, ws.company_id)["name"]
    changes = pd.read_csv(io.BytesIO(parts["changes.csv"]), dtype="str")
    changes["effective_from"] = pd.to_datetime(changes["effective_from"])
    changes.insert(1, "name", changes["account_id"].map(names).astype("str"))
    return changes


def _findings(ws: OpenCompany, _: str | None) -> pd.DataFrame:
    runs = imports(ws)
    if runs.empty:
        return pd.DataFrame(columns=["row", "severity", "code", "column", "message"])
    findings = import_findings(ws, str(runs.index[0])).reset_index(drop=True)
    findings.insert(0, "file", str(runs["file_name"].iloc[0]))
    return findings


def _audit(ws: OpenCompany, _: str | None) -> pd.DataFrame:
    with ws.store.reading() as conn:
        lines = load_audit(conn, company_id=ws.company_id, limit=ALL_LINES)
    return lines.sort_index().reset_index()


def _told(ws: OpenCompany, frame: pd.DataFrame) -> pd.DataFrame:
    """Write the money of a frame as decimals, with the company's currency."""
    table = in_money(frame, _currency(ws), has_currency_column=True)
    return table.reset_index()


def _currency(ws: OpenCompany) -> str:
    with ws.store.reading() as conn:
        return company_rows.load_company(conn, ws.company_id).currency


def _in_own_money(frame: pd.DataFrame) -> pd.DataFrame:
    """Write amounts as decimals of the currency in their own row."""
    parts = [
        in_money(rows, str(currency)) for currency, rows in frame.groupby("currency")
    ]
    if not parts:
        return frame.rename(columns=lambda name: name.removesuffix("_minor"))
    return pd.concat(parts).loc[frame.index]


TABLES: dict[str, ExportTable] = {
    "accounts": ExportTable(title="Accounts", make=_accounts, has_shapes=True),
    "units": ExportTable(title="Units", make=_units, of_scenario=True, has_shapes=True),
    "territories": ExportTable(
        title="Territories", make=_territories, of_scenario=True, has_shapes=True
    ),
    "plan": ExportTable(title="Plan", make=_plan, of_scenario=True, has_shapes=True),
    "positions": ExportTable(title="Positions", make=_positions),
    "reps": ExportTable(title="Reps", make=_reps),
    "deals": ExportTable(title="Deals", make=_deals),
    "splits": ExportTable(title="Splits", make=_splits),
    "quotas": ExportTable(title="Quotas", make=_quotas, of_scenario=True),
    "visits_made": ExportTable(title="Visits made", make=_visits_made),
    "visits": ExportTable(
        title="Planned visits", make=_visits, of_scenario=True, has_shapes=True
    ),
    "changes": ExportTable(
        title="Accounts that changed owner", make=_changes, of_scenario=True
    ),
    "findings": ExportTable(title="Findings of the last import", make=_findings),
    "audit": ExportTable(title="Audit log", make=_audit),
}
