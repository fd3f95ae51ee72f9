"""Owners for accounts that came after a plan was published, and for their deals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import pandas as pd
from sqlalchemy import Connection

from planner.core.errors import InputError
from planner.core.schemas import OWNERSHIP, empty
from planner.quotas.ownership import as_day, ownership_of
from planner.quotas.spans import extend_back, until
from planner.services.territories.alignments import alignment_of
from planner.services.workspace import OpenCompany
from planner.store.audit.log import append_audit
from planner.store.company import accounts as account_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.scenarios import publications as publication_rows
from planner.store.scenarios import quotas as quota_rows
from planner.store.scenarios.lineage import FIELD
from planner.store.scenarios.reading import load_saved_plan


def owners_by_plans(
    conn: Connection, company_id: str, account_ids: Collection[str]
) -> pd.DataFrame:
    """
    Say who would own accounts if they had been in the list from the beginning.

    Returns
    -------
    OWNERSHIP rows, each published plan's from its first day to that of the next: the
    position of the territory that the account's unit lies in.
    """
    accounts = account_rows.load_accounts(conn, company_id)
    accounts = accounts[accounts.index.isin(list(account_ids))]
    overlays = team_rows.load_overlays(conn, company_id)
    following: dt.date | None = None
    parts = [empty(OWNERSHIP)]
    for publication in publication_rows.list_publications(conn, company_id, FIELD):
        saved = load_saved_plan(conn, publication.scenario_id)
        rows = ownership_of(
            alignment_of(saved).territory_of(accounts["unit_id"]),
            dict(saved.territories["position_id"]),
            publication.effective_from,
            overlays=overlays,
            accounts=accounts,
        )
        parts.append(rows if following is None else until(rows, following))
        following = publication.effective_from
    return pd.concat(parts, ignore_index=True)


def own_later_accounts(
    conn: Connection, ws: OpenCompany, account_ids: Collection[str]
) -> int:
    """
    Give owners to accounts that were imported after a plan was published.

    Returns
    -------
    How many got one; those that have an owner keep it.
    """
    ownership = quota_rows.load_ownership(conn, ws.company_id)
    owners = ownership.loc[ownership["role"] == "owner", "account_id"]
    lacking = set(account_ids) - set(owners)
    if not lacking or ownership.empty:
        return 0
    rows = owners_by_plans(conn, ws.company_id, lacking)
    if rows.empty:
        return 0
    return _add(conn, ws, ownership, rows, "give owners to later accounts")


def ownerless_deals(ws: OpenCompany, problems: pd.DataFrame) -> pd.DataFrame:
    """
    List the deals of a pay run whose accounts had no owner on their day.

    Parameters
    ----------
    problems
        Of the run: `deal_id`, `problem`, `amount_minor`.

    Returns
    -------
    Indexed `deal_id`: `account_id`, `account` (its name), `territory` (of its place by
    the newest plan; missing: none), `source_on` (a cancellation goes by the day of its
    deal), `amount_minor`, `is_before_plans` (closed before the first plan began).
    """
    lacking = problems[problems["problem"] == "no_owner"].set_index("deal_id")
    with ws.store.reading() as conn:
        deals = deal_rows.load_deals(conn, ws.company_id)
        accounts = account_rows.load_accounts(conn, ws.company_id)
        plans = publication_rows.list_publications(conn, ws.company_id, FIELD)
        territory = pd.Series(index=accounts.index, dtype="str")
        if plans:
            plan = alignment_of(load_saved_plan(conn, plans[0].scenario_id))
            territory = plan.territory_of(accounts["unit_id"])
    lacking = lacking[lacking.index.isin(deals.index)]
    own = pd.Series(lacking.index, index=lacking.index, dtype="str")
    cancels = deals.loc[lacking.index, "kind"] == "cancellation"
    source = deals.loc[lacking.index, "related_deal_id"].where(cancels, own)
    account_id = deals["account_id"].reindex(source).set_axis(lacking.index)
    source_on = deals["close_on"].reindex(source).set_axis(lacking.index)
    first = min((plan.effective_from for plan in plans), default=dt.date.min)
    return pd.DataFrame(
        {
            "account_id": account_id,
            "account": account_id.map(accounts["name"]),
            "territory": account_id.map(territory),
            "source_on": source_on,
            "amount_minor": lacking["amount_minor"],
            "is_before_plans": source_on.dt.date < first,
        }
    )


def give_owner(
    ws: OpenCompany,
    account_ids: Collection[str],
    from_on: dt.date,
    position_id: str | None = None,
) -> int:
    """
    Give accounts an owner from a day on, for as long as they have none.

    Parameters
    ----------
    from_on
        The first day, that of the earliest deal to be credited.
    position_id
        The owner; None: by territory, the position of the account's unit in the first
        published plan, or in the one of its time.

    Returns
    -------
    How many accounts got an owner.

    Raises
    ------
    InputError
        If there is no such position, or none of the accounts lies in a territory.
    """
    with ws.store.transaction() as conn:
        ownership = quota_rows.load_ownership(conn, ws.company_id)
        if position_id is None:
            rows = _by_territory(conn, ws.company_id, account_ids, from_on)
        else:
            if position_id not in team_rows.load_positions(conn, ws.company_id).index:
                raise InputError(f"there is no position {position_id!r}")
            rows = _of_position(account_ids, from_on, position_id)
        if rows.empty:
            raise InputError(
                "none of these accounts lies in a territory of a published plan: name "
                "a position that is to own them"
            )
        return _add(conn, ws, ownership, rows, f"give owners from {from_on}")


def _by_territory(
    conn: Connection, company_id: str, account_ids: Collection[str], from_on: dt.date
) -> pd.DataFrame:
    """Let the first plan's owners hold from a day before it, too."""
    rows = owners_by_plans(conn, company_id, account_ids)
    owners = rows[rows["role"] == "owner"]
    is_first = owners.groupby("account_id")["valid_from"].transform("min")
    day, begins = as_day(from_on), owners["valid_from"]
    dates = begins.mask(begins.eq(is_first) & (begins > day), day)
    return owners.assign(valid_from=dates.astype("datetime64[s]"))


def _of_position(
    account_ids: Collection[str], from_on: dt.date, position_id: str
) -> pd.DataFrame:
    ids = pd.Index(sorted(account_ids), dtype="str", name="account_id")
    territory = pd.Series("T", index=ids, dtype="str")
    return ownership_of(territory, {"T": position_id}, from_on)


def _add(
    conn: Connection,
    ws: OpenCompany,
    ownership: pd.DataFrame,
    rows: pd.DataFrame,
    action: str,
) -> int:
    """Save rows for the days on which their accounts had no owner."""
    after = extend_back(ownership, rows)
    n_accounts = int(rows["account_id"].nunique())
    quota_rows.save_ownership(conn, ws.company_id, after)
    append_audit(
        conn,
        who=ws.user,
        action=action,
        subject=f"ownership {ws.company_id}",
        company_id=ws.company_id,
        after={"accounts": n_accounts, "rows": len(after) - len(ownership)},
    )
    return n_accounts
