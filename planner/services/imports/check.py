"""What an import would say, without importing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from planner.accounts.findings import ImportReport
from planner.accounts.importing import check_file, import_table
from planner.accounts.kinds.references import Known
from planner.accounts.mapping.columns import KNOWN_COLUMNS
from planner.accounts.mapping.guess import Mapped, guess_mapping
from planner.accounts.mapping.params import ImportParams
from planner.accounts.placing import Gazetteer
from planner.accounts.reading.sources import read_source
from planner.accounts.reading.tables import RawTable
from planner.core.settings import Settings
from planner.services.imports.mappings import read_mapping, suggest_mapping
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.imports.repairs import merged_into
from planner.store.imports.sources import load_links

REQUIRED = {
    "accounts": ("account_id", "name"),
    "units": ("unit_id",),
    "reps": ("rep_id", "name"),
    "positions": ("position_id",),
    "deals": ("deal_id", "account_id", "amount", "close_on"),
    "visits_made": ("account_id", "rep_id", "visited_on"),
    "quotas": ("position_id", "period", "amount"),
    "market": ("value",),
}


SAMPLE_ROWS = 200  # that the guess of the columns looks at


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
    saved = None if ws is None else suggest_mapping(ws, kind, raw.columns)
    if saved is not None:
        return SourcePreview(raw=raw, mapping=saved.columns, suggested=saved.name)
    mapping = guess_mapping(raw.columns, raw.frame.head(SAMPLE_ROWS), kind)
    return SourcePreview(raw=raw, mapping=dict(mapping))


def check_source(
    raw: RawTable,
    kind: str,
    settings: Settings,
    mapping: Mapping[str, Mapped] | None = None,
    currency: str = "USD",
    *,
    params: ImportParams | None = None,
    known: Known | None = None,
    as_of: dt.date | None = None,
) -> ImportReport:
    """
    Say what importing a table would accept and reject, row by row.

    Parameters
    ----------
    raw, kind, mapping
        As of `accounts.importing.import_table`.
    settings
        Where the gazetteer lies.
    currency
        Of the company; amounts in another are refused.
    params
        The user's decisions; None: only the currency.
    known
        What rows may refer to; None: not looked up.
    as_of
        The company's today, after which dates are questioned; None: that of `params`.

    Returns
    -------
    The report; `report.coercions` says of each column how it was read.
    """
    decided = params or ImportParams(currency=currency)
    return import_table(
        raw,
        kind,
        mapping=mapping,
        gazetteer=Gazetteer.load(settings.data_dir),
        params=replace(decided, as_of=as_of or decided.as_of),
        known=known,
    )


def check_into(
    ws: OpenCompany,
    raw: RawTable,
    kind: str,
    mapping: Mapping[str, Mapped] | None = None,
    *,
    mode: str = "replace",
    params: ImportParams | None = None,
) -> ImportReport:
    """
    Check a table against the open company: its currency, today, ids and units.

    Parameters
    ----------
    mode
        As of `save_kind`: with ``add`` rows may refer to stored rows of their kind.
    params
        The user's decisions; their currency and today give way to the company's.
    """
    with ws.store.reading() as conn:
        company = company_rows.load_company(conn, ws.company_id)
        known = _known(conn, ws.company_id, kind, mode)
    decided = replace(
        params or ImportParams(), currency=company.currency, as_of=company.as_of
    )
    return check_source(raw, kind, ws.settings, mapping, params=decided, known=known)


def check_path(
    path: Path,
    kind: str,
    settings: Settings,
    *,
    mapping_path: Path | str | None = None,
    where: str | None = None,
    layer: str = "",
    ws: OpenCompany | None = None,
    mode: str = "replace",
    as_of: dt.date | None = None,
) -> ImportReport:
    """
    Check a file as ``python -m planner check`` does.

    Parameters
    ----------
    mapping_path
        A JSON file, or with `ws` the name of a saved mapping.
    ws
        Whose ids rows may refer to; None: references are not looked up.
    as_of
        Today, for a file of no company; the open company's own comes first.
    """
    known, params = None, ImportParams(as_of=as_of)
    if ws is not None:
        with ws.store.reading() as conn:
            company = company_rows.load_company(conn, ws.company_id)
            known = _known(conn, ws.company_id, kind, mode)
        params = ImportParams(currency=company.currency, as_of=company.as_of)
    return check_file(
        path,
        kind,
        mapping=read_mapping(mapping_path, ws, kind),
        where=where,
        gazetteer=Gazetteer.load(settings.data_dir),
        params=params,
        layer=layer,
        known=known,
    )


def columns_of(kind: str) -> tuple[str, ...]:
    """List our columns of a kind of file, those always needed first."""
    needed = REQUIRED.get(kind, ())
    return (*needed, *(name for name in KNOWN_COLUMNS[kind] if name not in needed))


def _known(conn: Connection, company_id: str, kind: str, mode: str) -> Known:
    """Read what the rows of a kind may refer to."""
    if kind == "market":
        return Known(units=company_rows.load_units(conn, company_id))
    if kind == "units":
        return Known()
    positions = team_rows.load_positions(conn, company_id).index
    if kind == "positions":
        return Known(position_ids=positions if mode == "add" else None)
    reps = team_rows.load_reps(conn, company_id).index
    if kind == "quotas":
        return Known(position_ids=positions)
    if kind in {"accounts", "reps"}:
        has_team = len(positions) + len(reps) > 0
        return Known(
            position_ids=positions if has_team else None,
            rep_ids=reps if has_team else None,
        )
    deals = deal_rows.load_deals(conn, company_id).index
    aliases = merged_into(conn, company_id) | load_links(conn, company_id)
    return Known(
        account_by_alias=aliases,
        account_ids=account_rows.load_accounts(conn, company_id).index,
        rep_ids=reps,
        deal_ids=deals if mode == "add" else deals[:0],
    )
