"""Layers of the market: saved, listed, read, deleted."""

from __future__ import annotations

import pandas as pd

from planner.accounts.findings import ImportReport
from planner.accounts.kinds.market import values_by_unit
from planner.core.names import checked_name
from planner.services.imports.log import audit_line, record_import
from planner.services.imports.saving import SaveResult
from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.store.company import market as market_rows
from planner.store.scenarios.editing import editing_company


def save_market(
    ws: OpenCompany,
    report: ImportReport,
    *,
    name: str,
    unit_of_measure: str = "",
    how: str = "sum",
    version: int | None = None,
) -> SaveResult | None:
    """
    Save market values as a layer of the open company, in place of one so called.

    Parameters
    ----------
    name, unit_of_measure
        Of the layer: "Households", "households".
    how
        ``sum`` or ``mean``: how the areas of one unit are put together.
    version
        As of `save_kind`.

    Raises
    ------
    InputError
        If the name is empty or `how` is neither.
    """
    if not report.is_usable:
        return None
    name = checked_name(name, "a market layer")
    if unit_of_measure.strip():
        checked_name(unit_of_measure, "a unit of measure")
    company_id = ws.company_id
    values = values_by_unit(report.frame, how)
    with ws.store.transaction() as conn:
        current = company_rows.load_company(conn, company_id).version
        with editing_company(
            conn,
            company_id,
            version=current if version is None else version,
            user=ws.user,
            action=f"import market layer {name} from {report.file}",
        ) as edit:
            market_rows.save_layer(
                conn,
                company_id,
                name,
                values,
                unit_of_measure=unit_of_measure.strip(),
                source=report.file,
                user=ws.user,
            )
            import_id = record_import(conn, company_id, report, user=ws.user)
            counts = {"market": {"areas": len(report.frame), "units": len(values)}}
            edit.after.update({**counts, "how": how, **audit_line(report, import_id)})
            return SaveResult(import_id=import_id, counts=counts, version=edit.version)


def market_layers(ws: OpenCompany) -> pd.DataFrame:
    """List layers: unit_of_measure, source, n_units and stamps, indexed `name`."""
    with ws.store.reading() as conn:
        return market_rows.list_layers(conn, ws.company_id)


def market_values(ws: OpenCompany, name: str) -> pd.Series:
    """Read a layer: value by unit_id; NotFoundError if there is none so called."""
    with ws.store.reading() as conn:
        return market_rows.load_values(conn, ws.company_id, name)
