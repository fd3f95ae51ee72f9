"""Lists of people and positions: reps with their seats, and who reports to whom."""

from __future__ import annotations

import pandas as pd

from planner.accounts.kinds.custom_fields import custom_fields
from planner.accounts.kinds.hierarchy import (
    manager_rows,
    report_loops,
    report_orphans,
    report_seats_held_twice,
    report_two_managers,
    roles_by_place,
    seats_of,
)
from planner.accounts.kinds.matching import report_repeated_ids
from planner.accounts.kinds.references import report_unknown
from planner.accounts.pipeline import KindRules
from planner.accounts.places.reading import read_places
from planner.accounts.reading.cells import CellReader
from planner.core.schemas import POSITIONS, REPS, check

WORK_START_S = 8 * 3600 + 1800
WORK_END_S = 17 * 3600
_LONG_AGO = "1970-01-02"  # a file that belongs to no company has no today

_ROLES = {
    "vp": "vp",
    "vice president": "vp",
    "head of sales": "vp",
    "manager": "manager",
    "sales manager": "manager",
    "regional manager": "manager",
    "director": "manager",
    "rep": "rep",
    "sales rep": "rep",
    "field rep": "rep",
    "account executive": "rep",
    "overlay": "overlay",
    "specialist": "overlay",
}


def _read_reps(cells: CellReader) -> pd.DataFrame:
    """
    Read reps, and with a column of managers the positions they hold.

    Notes
    -----
    A rep may have no home; a home given by postcode or city is placed like an account.
    Hours default to 8:30-17:00, ramp to 1. A manager is named by rep_id, or by a name
    that only one person has.
    """
    frame = _read_people(cells)
    if cells.has("manager_id"):
        frame["position_id"], cells.extra["positions"] = _read_seats(cells, frame)
    report_seats_held_twice(frame["position_id"], frame["left_on"], cells)
    return frame


def _read_people(cells: CellReader) -> pd.DataFrame:
    ids = cells.text("rep_id", required=True)
    if cells.has("manager_id"):
        report_two_managers(ids, cells.text("manager_id"), cells, "manager_id")
    report_repeated_ids(ids, cells.raw.frame, cells.log, column="rep_id")
    cells.refuse_foreign_currency()
    home = read_places(cells, required=False)
    starts, ends = cells.hours("work_start_s", "work_end_s")
    frame = pd.DataFrame(
        {
            "rep_id": ids,
            "name": cells.text("name", required=True),
            "position_id": _blank(cells.text("position_id")),
            "lat": home["lat"],
            "lon": home["lon"],
            "work_start_s": starts.fillna(WORK_START_S),
            "work_end_s": ends.fillna(WORK_END_S),
            "cost_minor_per_year": cells.money("cost_per_year"),
            "ramp_share": cells.share("ramp_share").fillna(1.0),
            "hired_on": cells.date("hired_on"),
            "left_on": _left_on(cells),
            "custom": custom_fields(cells),
        }
    )
    backwards = frame["work_end_s"] <= frame["work_start_s"]
    cells.log.rows(
        "hours_backwards",
        "reject",
        frame["work_end_s"][backwards].astype("str"),
        "work ends ({value} seconds after midnight) before it starts",
        column=cells.mapping.get("work_end_s", "work_end_s"),
    )
    if not cells.has("manager_id"):  # else the file itself brings the positions
        report_unknown(
            frame["position_id"],
            cells.context.references.position_ids,
            cells,
            "position_id",
            code="unknown_position",
            severity="warn",
            says="is no position of the company; the rep was kept, import it next",
        )
    return frame


def _left_on(cells: CellReader) -> pd.Series:
    """Read when people left; who is inactive without a day has left by today."""
    left_on = cells.date("left_on")
    is_inactive = (~cells.truth("is_active")).fillna(value=False).astype(bool)
    is_open = is_inactive & left_on.isna()
    today = pd.Timestamp(cells.context.as_of or _LONG_AGO)
    cells.log.rows(
        "inactive_rep",
        "notice",
        cells.text("name")[is_open],
        "{value} is not active and counts as having left; no territory goes there",
        column=cells.mapping.get("is_active", "is_active"),
    )
    return left_on.mask(is_open, today).astype("datetime64[s]")


def _read_seats(
    cells: CellReader, frame: pd.DataFrame
) -> tuple[pd.Series, pd.DataFrame]:
    """Read the seat of each person, and the seats under each other."""
    log = cells.log
    seat = seats_of(frame["rep_id"], frame["position_id"].fillna(""))
    managers = cells.text("manager_id")
    above = manager_rows(managers, frame["rep_id"], frame["name"], cells)
    parent = above.map(seat).astype("str").fillna("")
    shared = (parent == seat) & (parent != "")
    own_manager = shared & (above != pd.Series(above.index, index=above.index))
    parent = parent.mask(own_manager.fillna(value=False), "")
    report_two_managers(seat, parent, cells, "manager_id")
    report_loops(seat, parent, cells, "manager_id")
    title = cells.text("title")
    seats = pd.DataFrame(
        {
            "position_id": seat,
            "title": title.where(title != "", frame["name"]),
            "parent_id": _blank(parent),
        }
    )
    return seat, seats[~seats.index.isin(list(log.rejected))]


def _seats_of_accepted(
    cells: CellReader, reps: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Make POSITIONS of a list of people: each person's seat under the manager's."""
    if "positions" not in cells.extra:
        return {}
    seats = cells.extra["positions"]
    seats = seats[seats["position_id"].isin(reps["position_id"])]
    seats = seats.drop_duplicates("position_id").set_index("position_id")
    seats["parent_id"] = seats["parent_id"].where(seats["parent_id"].isin(seats.index))
    seats["role"] = roles_by_place(seats["parent_id"])
    seats["territory_id"] = pd.Series(None, index=seats.index, dtype="str")
    columns = ["title", "role", "parent_id", "territory_id"]
    return {"positions": check(seats[columns], POSITIONS)}


def _read_positions(cells: CellReader) -> pd.DataFrame:
    """
    Read positions; superiors may also be those of the company.

    Notes
    -----
    Without a role it follows from the place in the tree. Rows of a loop are refused, as
    are rows of one position under two superiors; a superior that is in no row is warned
    of.
    """
    company_ids = cells.context.references.position_ids
    ids = cells.text("position_id", required=True)
    parent = cells.text("parent_id")
    report_two_managers(ids, parent, cells, "parent_id")
    report_repeated_ids(ids, cells.raw.frame, cells.log, column="position_id")
    report_loops(ids, parent, cells, "parent_id")
    report_orphans(ids, parent, cells, "parent_id", company_ids)
    title = cells.text("title")
    frame = pd.DataFrame(
        {
            "position_id": ids,
            "title": title.where(title != "", ids),
            "role": _roles(cells, ids, parent),
            "parent_id": _blank(parent),
            "territory_id": _blank(cells.text("territory_id")),
            "custom": custom_fields(cells),
        }
    )
    seats = frame["territory_id"][~frame.index.isin(list(cells.log.rejected))]
    twice = seats[seats.notna() & seats.duplicated(keep=False)]
    cells.log.rows(
        "territory_held_twice",
        "warn",
        twice,
        "the territory {value} is worked by several positions",
        column=cells.mapping.get("territory_id", "territory_id"),
    )
    return frame


def _roles(cells: CellReader, ids: pd.Series, parent: pd.Series) -> pd.Series:
    """Read roles; one we do not know follows from the place in the tree."""
    texts = cells.text("role")
    words = texts.str.casefold().map(_ROLES)
    cells.log.rows(
        "unknown_role",
        "notice",
        texts[words.isna() & (texts != "")],
        "the role {value} is not known; it was taken from the place in the tree",
        column=cells.mapping.get("role", "role"),
    )
    first = ~ids.duplicated()
    by_place = roles_by_place(
        pd.Series(_blank(parent)[first].tolist(), index=ids[first].tolist())
    )
    return words.fillna(ids.map(by_place.to_dict())).astype("str")


def _blank(cells: pd.Series) -> pd.Series:
    return cells.mask(cells == "")


REP_RULES = KindRules(
    schema=REPS,
    required=("rep_id", "name"),
    read=_read_reps,
    bring_along=_seats_of_accepted,
)
POSITION_RULES = KindRules(
    schema=POSITIONS, required=("position_id",), read=_read_positions
)
