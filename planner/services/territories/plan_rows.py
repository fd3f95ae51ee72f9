"""A scenario's plan between the store's rows and a `Draft`."""

from __future__ import annotations

import hashlib
import json

import pandas as pd
from sqlalchemy import Connection

from planner.services.people.staffing import staff_territories
from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.store.scenarios import plans as scenario_rows
from planner.store.scenarios.editing import Edit
from planner.store.scenarios.plans import BARRIER, HOME, LOCK
from planner.store.scenarios.reading import SavedPlan, load_saved_plan
from planner.territory.editing.edits import LOCKABLE, Draft, Locks
from planner.territory.model.alignment import Alignment


def load_plan(conn: Connection, scenario_id: str) -> Draft:
    """Read the saved plan of a scenario; units it does not name are in no territory."""
    return draft_of(conn, load_saved_plan(conn, scenario_id))


def draft_of(conn: Connection, plan: SavedPlan) -> Draft:
    """Turn a plan as it was read into one to work on, over the company's units."""
    units = company_rows.unit_ids(conn, plan.scenario.company_id)
    placed = plan.alignment["territory_id"]
    by_account = plan.named_accounts["territory_id"]
    territories, marks = plan.territories, plan.marks
    # What lies in a territory is never lost, even if the list does not name it.
    used = {*placed.dropna(), *by_account.dropna()}
    names = {name: name for name in sorted(used)} | dict(territories["name"])
    homes = marks[marks["kind"] == HOME]
    barriers = marks[marks["kind"] == BARRIER]
    return Draft(
        alignment=Alignment(placed.reindex(units), by_account.dropna()),
        names=names,
        locks=_locks(marks),
        homes={
            str(row.thing): (float(row.lat), float(row.lon))
            for row in homes.itertuples()
        },
        barriers=frozenset(zip(barriers["thing"], barriers["other"], strict=True)),
        districts=dict(territories["district"].dropna()),
        share_ppm={
            str(key): int(value)
            for key, value in territories["share_ppm"].dropna().items()
        },
    )


def save_plan(conn: Connection, ws: OpenCompany, edit: Edit, plan: Draft) -> None:
    """
    Make a scenario say what a draft says.

    Notes
    -----
    Territories without a position get one; a company without any team gets a simulated
    one, labelled so.
    """
    alignment = plan.alignment
    empty = pd.Series(list(plan.names), dtype="str")
    assigned = pd.concat([alignment.territory_by_unit, empty])
    territories = staff_territories(conn, ws, edit.scenario_id, assigned)
    ids = territories.index
    territories = territories.assign(
        name=pd.Series(dict(plan.names), dtype="str").reindex(ids),
        district=pd.Series(dict(plan.districts), dtype="str").reindex(ids),
        share_ppm=pd.Series(dict(plan.share_ppm), dtype="Int64").reindex(ids),
    )
    scenario_rows.save_territories(conn, edit, territories)
    scenario_rows.save_alignment(
        conn, edit, alignment.territory_by_unit.to_frame("territory_id")
    )
    scenario_rows.save_named_accounts(
        conn, edit, alignment.territory_by_account.to_frame("territory_id")
    )
    scenario_rows.save_marks(conn, edit, _marks(plan))


def plan_hash(plan: Draft) -> str:
    """Hash what a plan says: equal hashes, equal plans."""
    units = plan.alignment.territory_by_unit.fillna("").sort_index()
    parts = [
        list(zip(units.index.tolist(), units.tolist(), strict=True)),
        sorted(plan.alignment.territory_by_account.items()),
        sorted(plan.names.items()),
        [sorted(getattr(plan.locks, what)) for what in LOCKABLE],
        sorted(plan.homes.items()),
        sorted(plan.barriers),
        sorted(plan.districts.items()),
        sorted(plan.share_ppm.items()),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _locks(marks: pd.DataFrame) -> Locks:
    locks = {
        what: frozenset(marks.loc[marks["kind"] == LOCK + what, "thing"])
        for what in LOCKABLE
    }
    return Locks(**locks)


def _marks(plan: Draft) -> pd.DataFrame:
    """Lay out locks, homes and barriers as the store keeps them."""
    rows: list[tuple[str, str, str | None, float | None, float | None]] = [
        (LOCK + what, thing, None, None, None)
        for what in LOCKABLE
        for thing in sorted(getattr(plan.locks, what))
    ]
    rows += [(HOME, key, None, lat, lon) for key, (lat, lon) in plan.homes.items()]
    rows += [(BARRIER, one, other, None, None) for one, other in sorted(plan.barriers)]
    ids = [" ".join(filter(None, row[:3])) for row in rows]
    columns = ["kind", "thing", "other", "lat", "lon"]
    return pd.DataFrame(rows, columns=columns, index=pd.Index(ids, name="mark_id"))
