"""Which list brought which accounts, and what users changed of them since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from planner.accounts.changes import ChangeSet
from planner.accounts.health.rules import REMOVAL
from planner.store.imports.repairs import Repair, save_repair, standing_repairs
from planner.store.rows.bulk import insert_columns
from planner.store.rows.schema import (
    account,
    account_source,
    deal,
    import_run,
    ownership,
    scenario_account,
    scenario_visit,
    visit_made,
)

_LINK = "link"
_NO_CELLS = {_LINK, "keep", REMOVAL}  # kinds of repairs that set no cell


def list_sources(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read the lists of accounts loaded: `n_accounts` and `loaded_at` by `source`."""
    query = (
        sa.select(
            account_source.c.source,
            sa.func.count(),
            sa.func.max(import_run.c.created_at),
        )
        .join(import_run, import_run.c.import_id == account_source.c.import_id)
        .where(account_source.c.company_id == company_id)
        .group_by(account_source.c.source)
        .order_by(account_source.c.source)
    )
    rows = conn.execute(query).all()
    frame = pd.DataFrame(rows, columns=["source", "n_accounts", "loaded_at"])
    return frame.set_index("source")


def load_source_ids(
    conn: sa.Connection, company_id: str, source: str | None
) -> list[str]:
    """
    Name the accounts that the last load of a source brought.

    Parameters
    ----------
    source
        The list; None: accounts that no named list brought.
    """
    if source is not None:
        query = sa.select(account_source.c.account_id).where(
            account_source.c.company_id == company_id,
            account_source.c.source == source,
        )
        return sorted(conn.execute(query).scalars())
    sourced = sa.select(account_source.c.account_id).where(
        account_source.c.company_id == company_id
    )
    query = sa.select(account.c.account_id).where(
        account.c.company_id == company_id, account.c.account_id.not_in(sourced)
    )
    return sorted(conn.execute(query).scalars())


def save_source(
    conn: sa.Connection,
    company_id: str,
    source: str,
    import_id: str,
    account_ids: Sequence[str],
) -> None:
    """Note that a load of a source brought these accounts, and no others any more."""
    conn.execute(
        sa.delete(account_source).where(
            account_source.c.company_id == company_id,
            account_source.c.source == source,
        )
    )
    ids = sorted(set(account_ids))
    if ids:
        cells = {
            "company_id": [company_id] * len(ids),
            "source": [source] * len(ids),
            "account_id": ids,
            "import_id": [import_id] * len(ids),
        }
        insert_columns(conn, account_source, cells)


def accounts_in_use(conn: sa.Connection, company_id: str) -> set[str]:
    """
    Name the accounts that other records speak of, so that they cannot be removed.

    Returns
    -------
    Those with deals, visits made or planned, owners, or a territory by name.
    """
    used: set[str] = set()
    for table in (deal, visit_made, ownership):
        query = sa.select(table.c.account_id).where(table.c.company_id == company_id)
        used |= set(conn.execute(query.distinct()).scalars())
    for layered in (scenario_account, scenario_visit):  # of any company: ids may repeat
        used |= set(conn.execute(sa.select(layered.c.account_id).distinct()).scalars())
    return used


def load_user_cells(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """
    Read which cells of accounts users set by repairs that still stand.

    Returns
    -------
    `account_id`, `column`, `why`: who set it, when and how; the last repair counts.
    """
    why_by_cell: dict[tuple[str, str], str] = {}
    for one in standing_repairs(conn, company_id):
        if one.kind in _NO_CELLS:
            continue
        why = f"{one.created_by} set it on {one.created_at[:10]} ({one.kind})"
        for account_id, cells in _accounts_after(one):
            why_by_cell |= {(account_id, column): why for column in cells or {}}
    rows = [(*cell, why) for cell, why in why_by_cell.items()]
    return pd.DataFrame(rows, columns=["account_id", "column", "why"], dtype="str")


def load_taken_out(conn: sa.Connection, company_id: str) -> dict[str, str]:
    """Tell why users took accounts out, by id: merged into others, or dropped."""
    why_by_account: dict[str, str] = {}
    for one in standing_repairs(conn, company_id):
        survivors = one.params.get("survivors", {})
        for account_id, cells in _accounts_after(one):
            if cells is not None:
                why_by_account.pop(account_id, None)
                continue
            survivor = survivors.get(account_id)
            action = (
                f"merged it into {survivor}"
                if survivor
                else f"took it out ({one.kind})"
            )
            why_by_account[account_id] = (
                f"{one.created_by} {action} on {one.created_at[:10]}"
            )
    return why_by_account


def load_links(
    conn: sa.Connection, company_id: str, source: str | None = None
) -> dict[str, str]:
    """
    Read which ids of files stand for accounts known here under another id.

    Parameters
    ----------
    source
        Only links made for this list; None: all.

    Returns
    -------
    Our account_id by the id in the file.
    """
    links: dict[str, str] = {}
    for one in standing_repairs(conn, company_id, _LINK):
        if source is None or one.params.get("source") == source:
            links |= one.params.get("links", {})
    return links


def save_links(
    conn: sa.Connection, company_id: str, source: str, links: dict[str, str], user: str
) -> None:
    """Note that ids in files of a source stand for accounts of ours; may be undone."""
    if not links:
        return
    save_repair(
        conn,
        company_id,
        kind=_LINK,
        code="renamed_id",
        params={"source": source, "links": dict(links)},
        changes=ChangeSet(),
        user=user,
    )


def _accounts_after(one: Repair) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Give the accounts a repair speaks of: the id and its cells after."""
    for key, cells in one.after.get("rows", {}).get("account", []):
        yield str(key[0]), cells
