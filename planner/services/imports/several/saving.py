"""Reports of several kinds saved in one transaction: all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planner.accounts.findings import ImportReport
from planner.core.errors import InputError
from planner.services.imports.new_company import NewCompany, write_company
from planner.services.imports.refresh import write_refresh
from planner.services.imports.refresh_preview import RefreshPreview
from planner.services.imports.saving import write_kind
from planner.services.imports.several.checking import first_fault
from planner.services.imports.several.members import ORDER
from planner.services.workspace import OpenCompany, Workspace, turn_to

# People find their seats by the accounts they own, deals need their accounts.
_WRITTEN = ("positions", "accounts", "reps", "deals", "visits_made")


@dataclass(frozen=True, kw_only=True, eq=False)
class Aim:
    """
    Where reports go: a new company, or the open one.

    Parameters
    ----------
    new
        The company that the accounts begin.
    into
        Else the company they go into.
    refresh
        What the accounts change in it; None: there are no accounts among them.
    mode
        Of the other kinds, as of `save_kind`.
    """

    new: NewCompany | None = None
    into: OpenCompany | None = None
    refresh: RefreshPreview | None = None
    mode: str = "add"


def save_together(
    ws: Workspace, reports: Sequence[ImportReport], aim: Aim
) -> OpenCompany:
    """
    Save reports of several kinds, in the order in which they need each other.

    Parameters
    ----------
    ws
        The open store.
    reports
        One of a kind, of `members.ORDER`.
    aim
        Where they go.

    Returns
    -------
    The company, open.

    Raises
    ------
    InputError
        If one of them cannot be taken; nothing is saved then.
    ConflictError
        If someone changed the company since the accounts were compared with it.
    """
    fault = first_fault(reports)
    if fault:
        raise InputError(f"nothing was imported. {fault}")
    by_kind = {report.kind: report for report in reports}
    if not set(by_kind) <= set(ORDER) or (aim.new is None and aim.into is None):
        raise InputError("reports that are saved together need a company to go into")
    with ws.store.transaction() as conn:
        company_id = "" if aim.into is None else aim.into.company_id
        if aim.new is not None:
            company_id = write_company(conn, ws, aim.new)
        for kind in _WRITTEN:
            if kind == "accounts" and aim.into is not None and aim.refresh is not None:
                write_refresh(conn, aim.into, aim.refresh)
            elif kind in by_kind and kind != "accounts":
                write_kind(conn, company_id, by_kind[kind], user=ws.user, mode=aim.mode)
    return turn_to(ws, company_id)
