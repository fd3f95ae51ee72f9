"""Owners as lists write them: the positions and the people they stand for."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.kinds.matching import name_key
from planner.services.people.holders import active_reps
from planner.store.company import accounts as account_rows
from planner.store.company import team as team_rows
from planner.store.scenarios import quotas as quota_rows

SEAT = "P-"  # before an owner's or a rep's id: the position of one's own
NOBODY = frozenset(
    [
        *("-", "–", "—", "?", "0", "none", "null", "nil", "n/a", "na", "tbd", "tba"),
        *("unassigned", "unowned", "unknown", "vacant", "open", "offen", "frei"),
        *("vakant", "no owner", "not assigned", "to be assigned", "nicht zugewiesen"),
        *("ohne betreuer", "non attribué", "non assegnato", "sin asignar"),
    ]
)
# Salesforce writes its ids with 15 characters, or with three more that check them.
_SALESFORCE_ID = re.compile(r"([0-9A-Za-z]{5}0[0-9A-Za-z]{9})[0-9A-Za-z]{3}")
_MOST_WORDS = 5
_TEAM_WORDS = frozenset(
    [
        *(
            "team",
            "house",
            "account",
            "accounts",
            "sales",
            "inside",
            "outside",
            "field",
        ),
        *("region", "district", "territory", "office", "partner", "channel", "queue"),
        *("pool", "group", "north", "south", "east", "west", "northeast", "northwest"),
        *("southeast", "southwest", "central", "integration", "system", "admin"),
        *("user", "vertrieb", "innendienst", "nord", "süd", "ost", "mitte", "gebiet"),
    ]
)
_FEWEST_LETTERS = 3  # of one word alone that is a name; shorter are initials and codes


def owner_key(text: str) -> str:
    """Bring an owner's id to the one form that ids of one person share."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    has_check = _SALESFORCE_ID.fullmatch(plain)
    return (has_check[1] if has_check else plain).casefold()


def owners_of(accounts: pd.DataFrame) -> pd.Series:
    """
    Read whose each account is by its list.

    Parameters
    ----------
    accounts
        Frame of the ACCOUNTS schema.

    Returns
    -------
    shape (n_accounts,)
        The owner as first written, the same text for all ways of writing one, a
        person's first name first; missing where the list names nobody.
    """
    owner = accounts["owner_id"].astype("str")
    spelling: dict[str, str] = {}
    texts: dict[str, str | None] = {}
    written = pd.Series(owner.dropna().unique(), dtype="str")
    rows = zip(written, turned(written), person_keys(written), strict=True)
    for text, upright, person in rows:
        key = owner_key(text)
        is_nobody = not key or key in NOBODY
        if is_persons_name(text):
            key, first = person, upright
        else:
            first = text
        texts[text] = None if is_nobody else spelling.setdefault(key, first)
    return owner.map(texts).astype("str")


def is_persons_name(text: str) -> bool:
    """Tell whether an owner is written as a person's name, not as a code or a team."""
    words = re.split(r"[\s,.]+", text.strip(" ,."))
    is_wordy = all(
        re.fullmatch(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", word) for word in words
    )
    if not is_wordy or _TEAM_WORDS & {word.casefold() for word in words}:
        return False
    if len(words) == 1:
        return len(text) >= _FEWEST_LETTERS and not text.isupper() and text.istitle()
    return len(words) <= _MOST_WORDS


def owner_positions(
    owners: pd.Series, positions: pd.DataFrame, reps: pd.DataFrame
) -> pd.Series:
    """
    Find the position that each owner stands for.

    Parameters
    ----------
    owners : shape (n_accounts,)
        Of `owners_of`.
    positions, reps
        Frames of the schemas POSITIONS and REPS.

    Returns
    -------
    shape (n_accounts,)
        `position_id`; missing where the owner is nobody the company knows.

    Notes
    -----
    An owner is a position's id, else a rep's id, else a rep's name that only one rep
    has, each without regard to case, spaces and accents; else the owner of a position
    that was made for that owner.
    """
    table = _name_table(reps) | _id_table(positions, reps)
    texts = pd.Series(owners.dropna().unique(), dtype="str")
    persons = dict(zip(texts, person_keys(texts), strict=True))
    by_owner = {
        text: table.get(owner_key(text))
        or table.get(persons[text])
        or table.get(_own_key(text))
        for text in texts
    }
    return owners.map(by_owner).astype("str")


def present_positions(
    conn: Connection,
    company_id: str,
    as_of: dt.date,
    accounts: pd.DataFrame | None = None,
) -> pd.Series:
    """
    Read which position works each account now.

    Parameters
    ----------
    accounts
        Of the company; None: they are read.

    Returns
    -------
    shape (n_accounts,)
        `position_id` by `account_id`: the owner in force on the day, else the one the
        list names; missing where neither tells.
    """
    if accounts is None:
        accounts = account_rows.load_accounts(conn, company_id)
    listed = owner_positions(
        owners_of(accounts),
        team_rows.load_positions(conn, company_id),
        team_rows.load_reps(conn, company_id),
    )
    owned = quota_rows.load_ownership(conn, company_id, on=as_of)
    owned = owned[owned["role"] == "owner"].drop_duplicates("account_id")
    in_force = owned.set_index("account_id")["position_id"].reindex(accounts.index)
    return in_force.where(in_force.notna(), listed).astype("str")


def field_seats(
    positions: pd.DataFrame, reps: pd.DataFrame, as_of: dt.date
) -> pd.DataFrame:
    """
    List the field positions that can work a territory.

    Returns
    -------
    `lat` and `lon` of the holder's home (missing: unknown) and `is_held`, by
    `position_id`. The seat of one's own of a person who left is none.
    """
    field = positions[positions["role"] == "rep"]
    held = active_reps(reps, as_of).set_index("position_id")[["lat", "lon"]]
    seats = held.reindex(field.index).assign(is_held=field.index.isin(held.index))
    own = (SEAT + reps.index.to_series()) == reps["position_id"]
    left_behind = field.index.isin(reps.loc[own, "position_id"]) & ~seats["is_held"]
    return seats[~left_behind]


def _id_table(positions: pd.DataFrame, reps: pd.DataFrame) -> dict[str, str]:
    """Name the position of each id: of reps, and before them of positions."""
    seated = reps[reps["position_id"].notna()]
    of_reps = zip(seated.index.astype("str"), seated["position_id"], strict=True)
    table = {owner_key(rep_id): str(seat) for rep_id, seat in of_reps}
    for name in positions.index.astype("str"):
        table[owner_key(name)] = name
        if name.startswith(SEAT):
            table[_own_key(name.removeprefix(SEAT))] = name
    return table


def _own_key(owner: str) -> str:
    return f"seat {owner_key(owner)}"


def _name_table(reps: pd.DataFrame) -> dict[str, str]:
    """Name the position of each person whose name is nobody else's."""
    seated = reps[reps["position_id"].notna()]
    keys = person_keys(seated["name"])
    names = pd.Series(seated["position_id"].astype("str").to_numpy(), index=keys)
    return dict(names[~names.index.duplicated(keep=False)])


def person_keys(names: pd.Series) -> list[str]:
    """Bring names to one form: ``Abel, Ana`` is Ana Abel."""
    return [f"name {key}" for key in name_key(turned(names))]


def turned(names: pd.Series) -> pd.Series:
    """Write ``Abel, Ana`` as ``Ana Abel``."""
    pattern = r"^\s*([^,]+?)\s*,\s*([^,]+?)\s*$"
    return names.astype("str").str.replace(pattern, r"\2 \1", regex=True)
