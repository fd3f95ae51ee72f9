"""Which list brought which accounts, and what users changed of them since."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from planner.store.rows.bulk import insert_columns
from planner.store.rows.records import new_id, utc_now
from planner.store.rows.schema import (
    account,
    account_source,
    deal,
    import_run,
    ownership,
    repair,
    scenario_account,
    scenario_visit,
    visit_made,
)

_LINK = "link"
_NO_CELLS = {_LINK, "keep"}  # kinds of repairs that set no cell


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


def remove_accounts(
    conn: sa.Connection, company_id: str, account_ids: Collection[str]
) -> None:
    """Delete accounts and the note of which lists brought them."""
    rows = [{"gone_id": account_id} for account_id in account_ids]
    if not rows:
        return
    for table in (account_source, account):
        conn.execute(
            sa.delete(table).where(
                table.c.company_id == company_id,
                table.c.account_id == sa.bindparam("gone_id"),
            ),
            rows,
        )


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
    values: dict[tuple[str, str], str] = {}
    for record in _standing_repairs(conn, company_id):
        if record.kind in _NO_CELLS:
            continue
        for account_id, cells in _rows_of(record.after):
            for column in cells or {}:
                values[account_id, column] = (
                    f"{record.created_by} set it on {record.created_at[:10]} "
                    f"({record.kind})"
                )
    rows = [(account_id, column, why) for (account_id, column), why in values.items()]
    return pd.DataFrame(rows, columns=["account_id", "column", "why"], dtype="str")


def load_taken_out(conn: sa.Connection, company_id: str) -> dict[str, str]:
    """Tell why users took accounts out, by id: merged into others, or dropped."""
    out: dict[str, str] = {}
    for record in _standing_repairs(conn, company_id):
        survivors = (record.params or {}).get("survivors", {})
        for account_id, cells in _rows_of(record.after):
            if cells is None:
                into = survivors.get(account_id)
                phrase = (
                    f"merged it into {into}" if into else f"took it out ({record.kind})"
                )
                out[account_id] = (
                    f"{record.created_by} {phrase} on {record.created_at[:10]}"
                )
            else:
                out.pop(account_id, None)
    return out


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
    for record in _standing_repairs(conn, company_id, kind=_LINK):
        if source is None or record.params.get("source") == source:
            links |= record.params.get("links", {})
    return links


def save_links(
    conn: sa.Connection, company_id: str, source: str, links: dict[str, str], user: str
) -> None:
    """Note that ids in files of a source stand for accounts of ours; may be undone."""
    if not links:
        return
    conn.execute(
        sa.insert(repair).values(
            repair_id=new_id("R"),
            company_id=company_id,
            kind=_LINK,
            code="renamed_id",
            params={"source": source, "links": dict(links)},
            before={"rows": {}},
            after={"rows": {}},
            created_at=utc_now(),
            created_by=user,
        )
    )


def _standing_repairs(
    conn: sa.Connection, company_id: str, kind: str | None = None
) -> list[Any]:
    """Read the repairs not undone, the oldest first."""
    query = sa.select(repair).where(
        repair.c.company_id == company_id, repair.c.undone_at.is_(None)
    )
    if kind is not None:
        query = query.where(repair.c.kind == kind)
    return list(conn.execute(query.order_by(repair.c.created_at, repair.c.repair_id)))


def _rows_of(side: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Give the accounts one side of a repair speaks of: the id and its cells."""
    for key, cells in (side.get("rows") or {}).get("account", []):
        yield str(key[0]), cells
