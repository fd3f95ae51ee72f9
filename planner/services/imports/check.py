"""The first look at a file, and the context in which its rows are checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from planner.accounts.context import ImportContext, References
from planner.accounts.mapping.guess import Mapped, guess_mapping
from planner.accounts.pipeline import SAMPLE_ROWS
from planner.accounts.places.regions import checked_country
from planner.accounts.placing import Gazetteer
from planner.accounts.reading.sources import read_source
from planner.accounts.reading.tables import RawTable
from planner.core.settings import Settings
from planner.services.imports.mappings import suggest_mapping
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.imports.repairs import merged_into
from planner.store.imports.sources import load_links


@dataclass(frozen=True, kw_only=True)
class SourcePreview:
    """
    The first look at a file.

    Parameters
    ----------
    raw
        The table as read; `raw.layers` names the sheets or layers to choose from and
        `raw.layer` the one that was read.
    mapping
        Column of the file by column of ours, or an object that says how to read it:
        the saved mapping that fits, else a guess.
    suggested
        Name of the saved mapping; empty if the columns were guessed.
    """

    raw: RawTable
    mapping: dict[str, Any]
    suggested: str = ""


def preview_source(
    content: bytes | Path,
    filename: str = "",
    kind: str = "accounts",
    *,
    layer: str = "",
    encoding: str | None = None,
    ws: OpenCompany | None = None,
) -> SourcePreview:
    """
    Read a file and say what its columns mean.

    Parameters
    ----------
    content, filename
        A path, or the bytes and name of an upload.
    kind
        One of `columns.KINDS`.
    layer, encoding
        The user's choice of a sheet, a layer, an encoding; empty and None: found out.
    ws
        Whose saved mappings are looked through; None: the columns are guessed.

    Raises
    ------
    InputError
        If it cannot be read at all; the message says why and what to do.
    """
    raw = read_source(content, filename, layer=layer, encoding=encoding)
    suggestion = None if ws is None else suggest_mapping(ws, kind, raw.columns)
    if suggestion is not None:
        return SourcePreview(
            raw=raw, mapping=suggestion.columns, suggested=suggestion.name
        )
    return preview_table(raw, kind)


def preview_table(raw: RawTable, kind: str) -> SourcePreview:
    """Guess what the columns of a table that was read mean."""
    mapping = guess_mapping(raw.columns, raw.frame.head(SAMPLE_ROWS), kind)
    return SourcePreview(raw=raw, mapping=dict(mapping))


def list_context(
    settings: Settings,
    kind: str,
    mapping: Mapping[str, Mapped] | None = None,
    *,
    currency: str = "USD",
    as_of: dt.date | None = None,
    country: str | None = None,
    turn_signs: bool = False,
) -> ImportContext:
    """
    Make the context of a file that belongs to no company yet.

    Parameters
    ----------
    settings
        Where the gazetteer lies.
    kind, mapping, currency, as_of, turn_signs
        As of `ImportContext`.
    country
        Of rows without one, its name or code; None: found out.
    """
    return ImportContext(
        kind=kind,
        mapping=mapping,
        currency=currency,
        as_of=as_of,
        country=None if country is None else checked_country(country),
        turn_signs=turn_signs,
        gazetteer=Gazetteer.load(settings.data_dir),
    )


def company_context(
    ws: OpenCompany,
    kind: str,
    mapping: Mapping[str, Mapped] | None = None,
    *,
    mode: str = "replace",
    country: str | None = None,
    turn_signs: bool = False,
) -> ImportContext:
    """
    Make the context of a file for the open company: its currency, today, ids, units.

    Parameters
    ----------
    kind, mapping
        As of `ImportContext`.
    mode
        As of `save_kind`: with ``add`` rows may refer to stored rows of their kind.
    country, turn_signs
        As of `list_context`; the company's country decides where the list does not.
    """
    context = list_context(
        ws.settings, kind, mapping, country=country, turn_signs=turn_signs
    )
    with ws.store.reading() as conn:
        company = company_rows.load_company(conn, ws.company_id)
        references = _references(conn, ws.company_id, kind, mode)
    return replace(
        context,
        currency=company.currency,
        as_of=company.today,
        likely_country=str(company.details.get("country") or ""),
        references=references,
    )


def _references(conn: Connection, company_id: str, kind: str, mode: str) -> References:
    """Read what the rows of a kind may refer to."""
    if kind == "market":
        return References(units=company_rows.load_units(conn, company_id))
    if kind == "units":
        return References()
    positions = team_rows.load_positions(conn, company_id).index
    if kind == "positions":
        return References(position_ids=positions if mode == "add" else None)
    reps = team_rows.load_reps(conn, company_id).index
    if kind == "quotas":
        return References(position_ids=positions)
    if kind in {"accounts", "reps"}:
        has_team = len(positions) + len(reps) > 0
        return References(
            position_ids=positions if has_team else None,
            rep_ids=reps if has_team else None,
        )
    deals = deal_rows.load_deals(conn, company_id).index
    if kind == "splits":
        return References(position_ids=positions, deal_ids=deals)
    aliases = merged_into(conn, company_id) | load_links(conn, company_id)
    return References(
        account_by_alias=aliases,
        account_ids=account_rows.load_accounts(conn, company_id).index,
        rep_ids=reps,
        deal_ids=deals if mode == "add" else deals[:0],
    )
