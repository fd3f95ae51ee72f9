"""Repairs of accounts: what each would change, before anything is written."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from planner.accounts.places.regions import country_codes, country_letters, region_codes
from planner.accounts.placing import Gazetteer, locate
from planner.core.errors import CrsError, InputError
from planner.geography.distance import haversine_m

_PLACE = ("lat", "lon", "geo_source", "geo_precision", "unit_id")
_ALSO_NOT_FILLED = ("name", "status", "custom", "simulated", "last_visit_on")


def swap(accounts: pd.DataFrame) -> pd.DataFrame:
    """
    Exchange lat and lon.

    Returns
    -------
    The accounts, without those whose exchanged place lies outside the globe.
    """
    after = accounts.assign(lat=accounts["lon"], lon=accounts["lat"])
    return after[_on_globe(after["lat"], after["lon"])]


def turn_sign(accounts: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """
    Give places the sign that they lost.

    Parameters
    ----------
    accounts
        ACCOUNTS frame.
    rows : columns suggest_lat, suggest_lon
        As the report suggests, indexed account_id.
    """
    return accounts.assign(
        lat=rows["suggest_lat"].astype("float64"),
        lon=rows["suggest_lon"].astype("float64"),
    )


def reproject(accounts: pd.DataFrame, crs: str) -> pd.DataFrame:
    """
    Convert metres in lon (easting) and lat (northing) to degrees.

    Parameters
    ----------
    accounts
        ACCOUNTS frame whose places are metres.
    crs
        The projection they are in, such as ``EPSG:3857`` or ``EPSG:32616``.

    Returns
    -------
    The accounts in degrees, without those that come to lie outside the globe.

    Raises
    ------
    CrsError
        If `crs` is not known or not in metres.
    """
    try:
        projection = CRS.from_user_input(crs)
    except CRSError as error:
        raise CrsError(
            f"the projection {crs!r} is not known; write EPSG and its number, "
            "such as EPSG:3857"
        ) from error
    if not projection.is_projected or projection.axis_info[0].unit_name != "metre":
        raise CrsError(f"{crs} is no projection in metres; choose another")
    turn = Transformer.from_crs(projection, "EPSG:4326", always_xy=True)
    lon, lat = turn.transform(accounts["lon"].to_numpy(), accounts["lat"].to_numpy())
    after = accounts.assign(lat=np.round(lat, 7), lon=np.round(lon, 7))
    return after[_on_globe(after["lat"], after["lon"])]


def guess_crs(accounts: pd.DataFrame, near: pd.DataFrame) -> str | None:
    """
    Guess the projection that brings places nearest to where they are expected.

    Parameters
    ----------
    accounts : columns lat, lon
        In metres.
    near : columns lat, lon
        In degrees: where they should lie, such as the centres of their postcodes;
        one row for each account, NaN where not known, or one row for all.

    Returns
    -------
    ``EPSG:3857`` or a UTM zone (WGS 84, north or south); None: none brings half of
    them within 500 km.
    """
    centre = near.dropna()
    if accounts.empty or centre.empty:
        return None
    lon_0 = float(centre["lon"].median())
    hemisphere = 326 if float(centre["lat"].median()) >= 0 else 327
    zone = int((lon_0 + 180) // 6) + 1
    zones = [(zone - 2 + step) % 60 + 1 for step in range(3)]
    names = ["EPSG:3857", *(f"EPSG:{hemisphere}{number:02d}" for number in zones)]
    expected = near if len(near) == len(accounts) else centre.iloc[[0] * len(accounts)]
    away_km = {name: _median_km(accounts, expected, name) for name in names}
    best = min(away_km, key=lambda name: away_km[name])
    return best if away_km[best] < 500 else None


def _median_km(accounts: pd.DataFrame, expected: pd.DataFrame, crs: str) -> float:
    """Measure how far a projection puts places from where they are expected."""
    after = reproject(accounts, crs).reindex(accounts.index)
    away_m = haversine_m(
        after["lat"].to_numpy(),
        after["lon"].to_numpy(),
        expected["lat"].to_numpy(),
        expected["lon"].to_numpy(),
    )
    has_place = expected["lat"].notna().to_numpy()
    filled = np.where(np.isfinite(away_m[has_place]), away_m[has_place], np.inf)
    return float(np.median(filled)) / 1000 if has_place.any() else float("inf")


def place_again(
    accounts: pd.DataFrame, gazetteer: Gazetteer, default_country: str = ""
) -> pd.DataFrame:
    """
    Place accounts by postcode or city, whatever their coordinates say.

    Parameters
    ----------
    accounts
        ACCOUNTS frame.
    gazetteer
        The places known offline.
    default_country
        Country of rows without one.

    Returns
    -------
    The accounts that were found, with lat, lon, geo_source, geo_precision; those that
    are missing are unresolved.
    """
    texts = {
        name: accounts[name].astype("str").fillna("")
        for name in ("postcode", "city", "region", "country")
    }
    texts["country"] = country_codes(texts["country"], default_country)
    texts["region"] = region_codes(texts["region"], texts["country"])
    texts["country"] = country_letters(texts["country"])
    blank = pd.Series(np.nan, index=accounts.index)
    spots = locate(pd.DataFrame(texts | {"lat": blank, "lon": blank}), gazetteer)
    spots = spots[spots["geo_source"] != ""]
    return accounts.loc[spots.index].assign(**{name: spots[name] for name in spots})


def put_at(accounts: pd.DataFrame, spots: pd.DataFrame) -> pd.DataFrame:
    """
    Put accounts where an address service or a user says.

    Parameters
    ----------
    accounts
        ACCOUNTS frame.
    spots : columns lat, lon, geo_source, geo_precision
        Indexed account_id; rows without degrees are passed over.
    """
    placed = spots[spots["lat"].notna() & spots["lon"].notna()]
    names = ["lat", "lon", "geo_source", "geo_precision"]
    return accounts.loc[placed.index].assign(**{name: placed[name] for name in names})


def set_value(accounts: pd.DataFrame, column: str, value: object) -> pd.DataFrame:
    """
    Write one value into a column; None empties it.

    Raises
    ------
    InputError
        If there is no such column, or it is one that other repairs write.
    """
    if column not in accounts.columns or column in {*_PLACE, "custom"}:
        raise InputError(f"the column {column!r} of accounts cannot be set here")
    filled = pd.Series([value] * len(accounts), index=accounts.index, dtype=object)
    if value is None:
        filled[:] = pd.NA
    try:
        return accounts.assign(**{column: filled.astype(accounts[column].dtype)})
    except (TypeError, ValueError) as error:
        raise InputError(f"{column} cannot be {value!r}: {error}") from error


def survivors(pairs: Mapping[str, str]) -> dict[str, str]:
    """
    Follow accounts to the one that survives: a → b → c makes both end in c.

    Parameters
    ----------
    pairs
        Surviving account by the one merged into it.

    Raises
    ------
    InputError
        If accounts are to be merged into each other.
    """
    ends = {}
    for merged in pairs:
        path, at = {merged}, pairs[merged]
        while at in pairs:
            if at in path:
                raise InputError(f"{merged} and {at} cannot be merged into each other")
            path.add(at)
            at = pairs[at]
        ends[merged] = at
    if any(merged == end for merged, end in ends.items()):
        raise InputError("an account cannot be merged into itself")
    return ends


def merge_accounts(
    accounts: pd.DataFrame, survivor_by_gone: Mapping[str, str]
) -> pd.DataFrame:
    """
    Merge accounts: what the survivor has stays, what it lacks is taken over.

    Parameters
    ----------
    accounts
        ACCOUNTS frame with all accounts named.
    survivor_by_gone
        As `survivors` returns it.

    Returns
    -------
    The survivors. Cell by cell the survivor's own stands, else that of the first
    account merged into it by id. The place goes as a whole and only if the other's is
    known more exactly; of the last visits the latest counts; who is a customer in
    either is one; custom fields are joined; what was simulated stays marked.
    """
    groups: dict[str, list[str]] = {}
    for account_id, survivor in sorted(survivor_by_gone.items()):
        groups.setdefault(survivor, []).append(account_id)
    rows = {name: accounts.loc[name].to_dict() for name in groups}
    for survivor, merged in groups.items():
        for account_id in merged:
            _take_over(rows[survivor], accounts.loc[account_id].to_dict())
    index = pd.Index(list(rows), dtype="str", name="account_id")
    after = pd.DataFrame(list(rows.values()), index=index, columns=accounts.columns)
    return after.astype(accounts.dtypes.to_dict())


def _take_over(survivor: dict[str, object], other: Mapping[str, object]) -> None:
    """Fill a row from another, in place."""
    filled = [
        name
        for name, value in other.items()
        if name not in {*_PLACE, *_ALSO_NOT_FILLED}
        and _is_empty(survivor[name])
        and not _is_empty(value)
    ]
    for name in filled:
        survivor[name] = other[name]
    precisions = ("exact", "street", "postcode", "city")
    mine, theirs = str(survivor["geo_precision"]), str(other["geo_precision"])
    if precisions.index(theirs) < precisions.index(mine):
        survivor.update({name: other[name] for name in _PLACE})
        filled += ["lat", "lon"]
    days = pd.Series([row["last_visit_on"] for row in (survivor, other)])
    survivor["last_visit_on"] = (
        days.max()
    )  # the days of both, NaT where neither has one
    if "customer" in {survivor["status"], other["status"]}:
        survivor["status"] = "customer"
    survivor["custom"] = _joined_custom(survivor["custom"], other["custom"])
    survivor["simulated"] = _joined_marks(
        survivor["simulated"], other["simulated"], filled
    )


def _joined_custom(mine: object, theirs: object) -> object:
    if _is_empty(theirs):
        return mine
    if _is_empty(mine):
        return theirs
    joined = json.loads(str(theirs)) | json.loads(str(mine))
    return json.dumps(joined, ensure_ascii=False)


def _joined_marks(mine: object, theirs: object, filled: list[str]) -> object:
    """Mark what came from a simulated cell."""
    have = [] if _is_empty(mine) else str(mine).split(";")
    other = [] if _is_empty(theirs) else str(theirs).split(";")
    if "all" in have:
        return mine
    more = [name for name in filled if name in other or "all" in other]
    marks = [*have, *(name for name in more if name not in have)]
    return ";".join(marks) if marks else mine


def move_rows(
    frame: pd.DataFrame, survivor_by_gone: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Hang rows of merged accounts on the survivor.

    Parameters
    ----------
    frame
        Anything with a column `account_id`: deals, visits.

    Returns
    -------
    The rows touched before, and after; same index.
    """
    touched = frame[frame["account_id"].isin(list(survivor_by_gone))]
    owners = touched["account_id"].map(survivor_by_gone).astype("str")
    return touched, touched.assign(account_id=owners)


def merge_ownership(
    ownership: pd.DataFrame, survivor_by_gone: Mapping[str, str], *, first_free: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Give the survivor the owners of merged accounts for the days it had none.

    Parameters
    ----------
    ownership
        OWNERSHIP frame, its index the number of the row.
    survivor_by_gone
        As `survivors` returns it.
    first_free
        Number for rows that are added, counting up.

    Returns
    -------
    The rows touched before, and after. Where both accounts had owners of a role on a
    day the survivor's count: shares must sum to one. A row none of whose days is left
    is missing after; one with days left in two spans keeps its number for the first,
    the other gets a new number.
    """
    merged_rows = ownership[ownership["account_id"].isin(list(survivor_by_gone))]
    ends = set(survivor_by_gone.values())
    spans_by_owner: dict[tuple[str, str], list[tuple]] = {}
    for row in ownership[ownership["account_id"].isin(ends)].itertuples():
        span = (row.valid_from, row.valid_to)
        spans_by_owner.setdefault((row.account_id, row.role), []).append(span)
    after: list[dict[str, object]] = []
    numbers: list[int] = []
    next_number = first_free
    ordered = merged_rows.sort_values("account_id", kind="stable")
    # All rows of one merged account see the same days taken: its shares stay whole.
    for merged, rows in ordered.groupby("account_id", sort=True):
        survivor = survivor_by_gone[str(merged)]
        mine: dict[tuple[str, str], list[tuple]] = {}
        for number, row in zip(rows.index, rows.to_dict("records"), strict=True):
            busy = spans_by_owner.get((survivor, row["role"]), [])
            spans = free_spans((row["valid_from"], row["valid_to"]), busy)
            for place, (start, end) in enumerate(spans):
                cells = {"account_id": survivor, "valid_from": start, "valid_to": end}
                after.append(row | cells)
                numbers.append(int(number) if place == 0 else next_number)
                next_number += place > 0
            mine.setdefault((survivor, row["role"]), []).extend(spans)
        for key, spans in mine.items():
            spans_by_owner.setdefault(key, []).extend(spans)
    rows_after = pd.DataFrame(after, columns=ownership.columns, index=pd.Index(numbers))
    return merged_rows, rows_after.astype(ownership.dtypes.to_dict())


def free_spans(span: tuple, busy: list[tuple]) -> list[tuple]:
    """
    Cut spans out of another.

    Parameters
    ----------
    span, busy
        From (included) and to (not included; NaT: open) as timestamps.

    Returns
    -------
    What is left of `span`, in order.
    """
    free = [span]
    for start, end in busy:
        parts = []
        for mine_from, mine_to in free:
            before_end = start if pd.isna(mine_to) else min(mine_to, start)
            if mine_from < before_end:
                parts.append((mine_from, before_end))
            if not pd.isna(end):
                after_start = max(mine_from, end)
                if pd.isna(mine_to) or after_start < mine_to:
                    parts.append((after_start, mine_to))
        free = parts
    return free


def merge_named(
    named: pd.DataFrame, survivor_by_gone: Mapping[str, str]
) -> pd.DataFrame:
    """
    Take merged accounts off a list of named ones.

    Parameters
    ----------
    named
        `territory_id` by `account_id`.

    Returns
    -------
    The list after: a survivor that was named stays where it was, else it goes where
    the first account merged into it was named.
    """
    merged_rows = named[named.index.isin(list(survivor_by_gone))].sort_index()
    after = named.drop(merged_rows.index)
    survivors = merged_rows.set_axis(merged_rows.index.map(survivor_by_gone), axis=0)
    survivors = survivors[
        ~survivors.index.isin(after.index) & ~survivors.index.duplicated()
    ]
    joined = pd.concat([after, survivors])
    return joined.set_axis(joined.index.rename("account_id"), axis=0)


def _on_globe(lat: pd.Series, lon: pd.Series) -> pd.Series:
    return lat.between(-90, 90) & lon.between(-180, 180)


def _is_empty(value: object) -> bool:
    return bool(pd.isna(value)) or value == ""
