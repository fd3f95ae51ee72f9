"""What became of a balance's proposal, for everyone; and its words for the screen."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection

from planner.services.workspace import Workspace
from planner.store.audit import append_audit
from planner.store.audit import load_audit
from planner.territory.basis import MEASURES

ACCEPTED = "accept a proposal"
DISCARDED = "discard a proposal"


def discard(ws: Workspace, job_id: str) -> None:
    """Leave a balance job's answer: nobody is offered it again."""
    with ws.store.transaction() as conn:
        note(conn, ws, job_id, DISCARDED)


def note(conn: Connection, ws: Workspace, job_id: str, action: str) -> None:
    """Write what was decided about a job's answer into the audit log."""
    append_audit(
        conn,
        who=ws.user,
        action=action,
        subject=_subject(job_id),
        company_id=ws.company_id,
    )


def is_decided(ws: Workspace, job_id: str) -> bool:
    """Tell whether somebody accepted or discarded a job's answer."""
    with ws.store.reading() as conn:
        lines = load_audit(conn, subject=_subject(job_id))
    return bool(lines["action"].isin([ACCEPTED, DISCARDED]).any())


def _subject(job_id: str) -> str:
    return f"job {job_id}"


def in_words(text: str) -> str:
    """Say measures by their names on screen instead of their columns."""
    for column, label in MEASURES.items():
        if "_" in column:
            text = text.replace(column, label.lower())
    return text


def exceptions(accounts: pd.DataFrame, territory_by_unit: pd.Series) -> pd.Series:
    """
    Find the accounts that are not in the territory of their unit.

    Parameters
    ----------
    accounts
        `unit_id` and `territory_id`.
    territory_by_unit : shape (n_units,)
        As it is now.

    Returns
    -------
    shape (n_accounts,)
        Whether it is a named exception.
    """
    of_unit = accounts["unit_id"].map(territory_by_unit).astype("str").fillna("")
    own = accounts["territory_id"].astype("str").fillna("")
    return (own != "") & (own != of_unit)
