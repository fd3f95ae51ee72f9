"""A map that leaves the app as one file: what of it is simulated, and its record."""

from __future__ import annotations

import pandas as pd

from planner.core.english import simulated as words
from planner.maps.sheet import MapSheet
from planner.services.accounts.simulated import load_labels, simulated_in
from planner.services.exports.files import ExportedFile, content_hash_of, record
from planner.services.workspace import OpenCompany
from planner.store.audit import exports as export_rows
from planner.store.audit.exports import Export
from planner.store.company import companies as company_rows
from planner.store.rows.records import new_id, sha256_text
from planner.store.scenarios.lineage import Scenario


def simulated_note(ws: OpenCompany, accounts: pd.DataFrame) -> str:
    """
    Say what of a company's figures is invented; "" if nothing is.

    Parameters
    ----------
    ws
        The open company.
    accounts
        Its accounts; `simulated` names the columns that were made up.
    """
    with ws.store.reading() as conn:
        company = company_rows.load_company(conn, ws.company_id)
        labels = load_labels(conn, ws.company_id)
    if company.kind == "sample":
        return "The company, its accounts, people and figures; the places are real."
    counts = accounts["simulated"].fillna("").value_counts()
    visible = labels._replace(counts=counts.to_dict())
    text = words.named(simulated_in(company, visible).codes)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def share(
    ws: OpenCompany, sheet: MapSheet, what: str, scenario: Scenario | None = None
) -> ExportedFile:
    """
    Write a map as a page to send and keep what left, with a line in the audit log.

    Parameters
    ----------
    ws
        The open company.
    sheet
        What the page shows.
    what
        Which map, such as ``map_territories``.
    scenario
        Whose plan it shows; None: no plan plays a part.

    Raises
    ------
    InputError
        If the map has more points than a page can hold.
    """
    from planner.maps.web_page import web_page

    content = web_page(sheet)
    rows = _rows(sheet)
    with ws.store.reading() as conn:
        audit_hash = export_rows.newest_audit_hash(conn)
    export_id = new_id("X")
    return record(
        ws,
        content,
        Export(
            export_id=export_id,
            company_id=ws.company_id,
            scenario_id=scenario.scenario_id if scenario else None,
            what=what,
            format="html",
            file_name=f"{what}-{export_id}.html",
            n_rows=len(rows),
            sha256=sha256_text(content),
            content_hash=content_hash_of(rows),
            audit_hash=audit_hash,
            created_at=export_rows.stamp_now(),
            created_by=ws.user,
        ),
    )


def _rows(sheet: MapSheet) -> pd.DataFrame:
    """List everything the map tells, one row an area, point or stop."""
    parts = [route.stops for route in sheet.routes]
    if sheet.points is not None:
        parts.append(sheet.points)
    if sheet.areas is not None:
        shapes = sheet.areas.geometry.to_wkt()
        parts.append(
            pd.DataFrame(sheet.areas.drop(columns="geometry")).assign(wkt=shapes)
        )
    return pd.concat(parts, ignore_index=True)
