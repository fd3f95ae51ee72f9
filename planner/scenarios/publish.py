"""Freezing a scenario: its parts as bytes, their hash, and what changes for whom."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from planner.core.errors import InputError
from planner.core.schemas import POSITIONS, check
from planner.quotas.ownership import as_day, owner_at

MANIFEST = "manifest.json"


@dataclass(frozen=True, kw_only=True)
class Publication:
    """
    A scenario frozen for others to read.

    Parameters
    ----------
    scenario_name
        What was published.
    effective_from
        First day it is in force.
    parts
        Canonical bytes by file name: a CSV for each table, and the manifest.
    content_hash
        SHA-256 of the manifest, which holds the SHA-256 of every other part.
    based_on
        Content hash of the publication it follows; empty: the first.
    changes
        Accounts whose owner changes: `account_id`, `from_position_id`,
        `to_position_id`, `effective_from`; an empty text where there is none.
    """

    scenario_name: str
    effective_from: dt.date
    parts: Mapping[str, bytes]
    content_hash: str
    based_on: str
    changes: pd.DataFrame


def freeze(
    scenario_name: str,
    *,
    alignment: pd.DataFrame,
    ownership: pd.DataFrame,
    quotas: pd.DataFrame,
    positions: pd.DataFrame,
    effective_from: str | dt.date | pd.Timestamp,
    named_accounts: pd.DataFrame | None = None,
    territories: pd.DataFrame | None = None,
    base_ownership: pd.DataFrame | None = None,
    based_on: str = "",
    team: str = "",
    team_rows: pd.DataFrame | None = None,
) -> Publication:
    """
    Freeze a scenario.

    Parameters
    ----------
    scenario_name
        Its name.
    alignment
        ALIGNMENT frame.
    ownership
        OWNERSHIP frame with all its dates, as pay will read it.
    quotas, positions
        QUOTAS and POSITIONS frames.
    effective_from
        First day it is in force.
    named_accounts, territories
        Accounts placed apart from their unit, and the territories; None: not a part.
    base_ownership
        Ownership in force before; None: the ownership on the day before
        `effective_from`.
    based_on
        Content hash of the publication before.
    team
        Whose plan it is; empty: that of those who own accounts.
    team_rows
        Rows of `ownership` that are the team's; None: the owners'. The change list is
        about these.

    Returns
    -------
    The publication; equal content gives equal bytes and hash, in whatever row order.

    Raises
    ------
    InputError
        If the scenario gives no account to anybody on `effective_from`.
    """
    day = as_day(effective_from)
    role = "owner" if team_rows is None else None
    owners = ownership if team_rows is None else team_rows
    before = owners if base_ownership is None else base_ownership
    changes = change_list(before, owners, day, role)
    account_ids = owners["account_id"].unique()
    if owner_at(owners, account_ids, [day] * len(account_ids), role).empty:
        whom = f"anybody of {team}" if team else "an owner"
        raise InputError(
            f"{scenario_name}: no account has {whom} on {day:%Y-%m-%d}; "
            "give the territories positions before publishing"
        )
    tables = {
        "alignment": alignment,
        "named_accounts": named_accounts,
        "territories": territories,
        "ownership": ownership,
        "quotas": quotas,
        "positions": positions,
        "changes": changes,
    }
    parts = {
        f"{name}.csv": canonical_csv(frame)
        for name, frame in tables.items()
        if frame is not None
    }
    manifest = {
        "schema": "publication/1",
        "scenario_name": scenario_name,
        "effective_from": f"{day:%Y-%m-%d}",
        "based_on": based_on,
        "parts": {name: _sha256(content) for name, content in parts.items()},
    } | ({"team": team} if team else {})
    parts[MANIFEST] = _canonical_json(manifest)
    return Publication(
        scenario_name=scenario_name,
        effective_from=day.date(),
        parts=MappingProxyType(parts),
        content_hash=_sha256(parts[MANIFEST]),
        based_on=based_on,
        changes=changes,
    )


def change_list(
    before: pd.DataFrame,
    after: pd.DataFrame,
    day: pd.Timestamp,
    role: str | None = "owner",
) -> pd.DataFrame:
    """
    List the accounts whose owner on a day differs from the one the day before.

    Parameters
    ----------
    before, after
        OWNERSHIP frames; may be one and the same.
    day
        First day of the new owners.
    role
        Whose changes: ``owner``, ``overlay``, or None for both.

    Returns
    -------
    `account_id`, `from_position_id`, `to_position_id`, `effective_from`; several
    owners of one account are joined by a semicolon.
    """
    account_ids = sorted(set(before["account_id"]) | set(after["account_id"]))
    was = _owners(before, account_ids, day - pd.Timedelta(days=1), role)
    will = _owners(after, account_ids, day, role)
    frame = pd.DataFrame(
        {
            "account_id": pd.Series(account_ids, dtype="str"),
            "from_position_id": was,
            "to_position_id": will,
            "effective_from": day,
        }
    )
    has_changed = frame["from_position_id"] != frame["to_position_id"]
    return frame[has_changed].reset_index(drop=True)


def _owners(
    ownership: pd.DataFrame, account_ids: list[str], day: pd.Timestamp, role: str | None
) -> pd.Series:
    owners = owner_at(ownership, account_ids, [day] * len(account_ids), role)
    names = owners.groupby("row")["position_id"].agg(";".join)
    return names.reindex(range(len(account_ids)), fill_value="").astype("str")


def canonical_csv(frame: pd.DataFrame) -> bytes:
    """
    Encode a frame so that equal content gives equal bytes.

    Parameters
    ----------
    frame
        Any frame; a named index becomes the first column.

    Returns
    -------
    UTF-8 CSV: columns as given, rows in the order of their text, ISO dates, no float
    where the numbers are whole. It is read by programs; files for people go through
    `core.files.tables`.
    """
    flat = frame.reset_index() if frame.index.name else frame
    flat = flat.sort_values(list(flat.columns), key=_as_text, kind="stable")
    text = flat.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    return text.encode()


def positions_of_part(content: bytes) -> pd.DataFrame:
    """
    Read the positions of a publication again.

    Parameters
    ----------
    content
        Its part ``positions.csv``, as `canonical_csv` wrote it.

    Returns
    -------
    POSITIONS frame, in the order of the ids.
    """
    cells = pd.read_csv(
        io.BytesIO(content), dtype="str", na_values=[""], keep_default_na=False
    )
    frame = cells.set_index("position_id")
    return check(frame.assign(title=frame["title"].fillna("")), POSITIONS)


def _as_text(column: pd.Series) -> pd.Series:
    return column.astype("str").fillna("")


def _canonical_json(content: object) -> bytes:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1)
    return f"{text}\n".encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
