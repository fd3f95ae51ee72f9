"""The colours of a company's territories: the same on all pages and in all sessions."""

from __future__ import annotations

from collections.abc import Mapping

from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows


def colours_seen(ws: OpenCompany, palette: str) -> dict[str, str]:
    """
    Read the colours that territories were first seen in.

    Parameters
    ----------
    ws
        The open company.
    palette
        Name of the palette they are of.

    Returns
    -------
    ``#RRGGBB`` by territory.
    """
    with ws.store.reading() as conn:
        return company_rows.load_colours(conn, ws.company_id, palette)


def keep_colours(ws: OpenCompany, palette: str, colours: Mapping[str, str]) -> None:
    """
    Keep the colours of territories that had none yet.

    Parameters
    ----------
    ws
        The open company.
    palette
        Name of the palette they are of.
    colours
        ``#RRGGBB`` by territory; of those that have one it stays.

    Notes
    -----
    How a map looks is no fact of the company: the audit log is not told.
    """
    with ws.store.transaction() as conn:
        company_rows.add_colours(conn, ws.company_id, palette, colours)
