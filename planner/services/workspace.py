"""What every use case starts from: an open store, the settings, the user, a company."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from planner.core.errors import NotFoundError
from planner.core.settings import Settings
from planner.store.company import companies as company_rows
from planner.store.company.companies import Company
from planner.store.database.engine import Store, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """
    An open store and who works in it.

    Parameters
    ----------
    store
        The open store.
    settings
        What the deployment decides.
    user
        Whose name stands in the audit log.
    """

    store: Store
    settings: Settings
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCompany(Workspace):
    """
    A workspace in which a company is open.

    Parameters
    ----------
    company_id
        The company.
    """

    company_id: str


def open_workspace(settings: Settings) -> Workspace:
    """
    Open the store of the settings.

    Parameters
    ----------
    settings
        Where the store is, and who uses it.

    Raises
    ------
    StoreError
        If the store cannot be opened.
    """
    store = open_store(settings.store_url)
    return Workspace(store=store, settings=settings, user=settings.user)


def companies(ws: Workspace) -> list[Company]:
    """List the companies of the store, the latest opened first."""
    with ws.store.reading() as conn:
        return company_rows.list_companies(conn)


def open_company(ws: Workspace, company_id: str | None = None) -> OpenCompany:
    """
    Turn to a company of the store.

    Parameters
    ----------
    ws
        The workspace; not changed.
    company_id
        The company; None: the one opened last.

    Raises
    ------
    NotFoundError
        If there is no such company, or none at all.
    """
    if company_id is not None:
        with ws.store.reading() as conn:
            return turn_to(ws, company_rows.load_company(conn, company_id).company_id)
    company = latest_company(ws)
    if company is None:
        raise NotFoundError(
            "there is no company in this store yet: begin one by importing a list of "
            "accounts (`python -m planner import FILE --kind accounts`)"
        )
    return company


def latest_company(ws: Workspace) -> OpenCompany | None:
    """Turn to the company opened last that is not put aside; None: there is none."""
    current = (record for record in companies(ws) if not record.is_archived)
    newest = next(current, None)
    return None if newest is None else turn_to(ws, newest.company_id)


def turn_to(ws: Workspace, company_id: str) -> OpenCompany:
    """Turn to a company whose id comes from the store itself."""
    return OpenCompany(
        store=ws.store, settings=ws.settings, user=ws.user, company_id=company_id
    )


def create_company(
    ws: Workspace, name: str, kind: str, currency: str, as_of: dt.date
) -> OpenCompany:
    """
    Add a company and turn to it.

    Parameters
    ----------
    ws
        The workspace; not changed.
    name
        The name shown.
    kind
        ``sample``, ``own`` or ``empty``.
    currency
        ISO code of all its amounts.
    as_of
        Its today.
    """
    with ws.store.transaction() as conn:
        company = company_rows.create_company(
            conn, name=name, kind=kind, currency=currency, as_of=as_of, user=ws.user
        )
    return turn_to(ws, company.company_id)


def use_company(ws: Workspace, company_id: str) -> OpenCompany:
    """Turn to another company of the store; it is the one opened next time."""
    with ws.store.transaction() as conn:
        company_rows.mark_opened(conn, company_id)
    return turn_to(ws, company_id)
