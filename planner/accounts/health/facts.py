"""Facts of accounts that cannot be right: doubles, money, owners, dates, plan."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from planner.accounts.health.rules import HealthParams
from planner.accounts.kinds.matching import name_key

_SAME_PLACE_DEG = 0.001  # about 100 m, as at import


def find(
    accounts: pd.DataFrame,
    params: HealthParams,
    codes: Collection[str],
    *,
    positions: pd.DataFrame | None,
    reps: pd.DataFrame | None,
    territory_by_unit: pd.Series | None,
    named: pd.Series | None,
    pairs: pd.DataFrame | None,
) -> dict[str, pd.DataFrame]:
    """
    Find the faults that are not of places.

    Parameters
    ----------
    accounts, params, codes
        As of `health.check_health`.
    positions, reps, territory_by_unit, named, pairs
        As of `health.Surroundings`.

    Returns
    -------
    By code: `value`, and `other_id` of doubles, indexed account_id.
    """
    rows_by_code: dict[str, pd.DataFrame] = {}
    if "duplicate_exact" in codes or "duplicate_fuzzy" in codes:
        rows_by_code["duplicate_exact"] = _repeated(accounts)
        if pairs is not None:
            later = rows_by_code["duplicate_exact"].index
            rows_by_code["duplicate_fuzzy"] = _alike(accounts, pairs, later)
    rows_by_code |= _money(accounts)
    rows_by_code |= _dates(accounts, pd.Timestamp(params.as_of))
    rows_by_code |= _owners(accounts, positions, reps, pd.Timestamp(params.as_of))
    if territory_by_unit is not None and territory_by_unit.notna().any():
        rows_by_code["unassigned"] = _unassigned(accounts, territory_by_unit, named)
    return {code: rows for code, rows in rows_by_code.items() if len(rows)}


def _repeated(accounts: pd.DataFrame) -> pd.DataFrame:
    """Find the second and later accounts of one name at one place."""
    key = pd.DataFrame(
        {
            "key": name_key(accounts["name"]),
            "lat": (accounts["lat"] / _SAME_PLACE_DEG).round(),
            "lon": (accounts["lon"] / _SAME_PLACE_DEG).round(),
        }
    )
    key = key[(key["key"] != "") & key["lat"].notna() & key["lon"].notna()]
    names = list(key.columns)
    first = pd.Series(key.index, index=key.index, dtype="str")
    first = first.groupby([key[name] for name in names]).transform("first")
    later = first[first.to_numpy() != key.index.to_numpy()]
    other = accounts["name"].loc[later].to_numpy()
    return pd.DataFrame(
        {"value": pd.Series(other, index=later.index, dtype="str"), "other_id": later}
    )


def _alike(
    accounts: pd.DataFrame, pairs: pd.DataFrame, repeated: pd.Index
) -> pd.DataFrame:
    """
    Name, for each account linked to an earlier one, the first of its cluster.

    Accounts that are exact doubles are left out: they are told already.
    """
    ids = accounts.index
    in_scope = pairs["account_id"].isin(ids) & pairs["other_id"].isin(ids)
    exact = pairs["account_id"].isin(repeated) | pairs["other_id"].isin(repeated)
    other_pairs = pairs[in_scope & ~exact]
    first = _firsts(other_pairs)
    pairs_by_first = first[first.to_numpy() != first.index.to_numpy()]
    best = pd.concat(
        [
            other_pairs[["account_id", "score", "reason"]],
            other_pairs[["other_id", "score", "reason"]].set_axis(
                ["account_id", "score", "reason"], axis=1
            ),
        ]
    )
    best = best.sort_values("score", ascending=False, kind="stable")
    best = (
        best.drop_duplicates("account_id")
        .set_index("account_id")
        .loc[pairs_by_first.index]
    )
    other = pd.Series(
        accounts["name"].loc[pairs_by_first].to_numpy(), index=pairs_by_first.index
    )
    value = other.astype("str") + " · " + best["reason"].astype("str")
    return pd.DataFrame({"value": value, "other_id": pairs_by_first})


def _firsts(pairs: pd.DataFrame) -> pd.Series:
    """Join what is linked, also over others: the first id of each cluster by id."""
    above: dict[str, str] = {}

    def root(name: str) -> str:
        while above.setdefault(name, name) != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    for one, other in zip(pairs["account_id"], pairs["other_id"], strict=True):
        low, high = sorted((root(one), root(other)))
        above[high] = low
    names = sorted(above)
    index = pd.Index(names, dtype="str", name="account_id")
    return pd.Series([root(name) for name in names], index=index, dtype="str")


def _money(accounts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    revenue = accounts["annual_revenue_minor"]
    is_zero = (revenue == 0).fillna(value=False).astype(bool)
    is_below = (revenue < 0).fillna(value=False).astype(bool)
    return {
        "zero_revenue": _found(revenue[is_zero]),
        "negative_revenue": _found(revenue[is_below]),
    }


def _dates(accounts: pd.DataFrame, today: pd.Timestamp) -> dict[str, pd.DataFrame]:
    rows_by_code = {}
    for code, column in (
        ("future_visit", "last_visit_on"),
        ("future_owner", "owned_since"),
    ):
        later = accounts[column][accounts[column] > today]
        rows_by_code[code] = _found(later.dt.strftime("%Y-%m-%d"))
    return rows_by_code


def _owners(
    accounts: pd.DataFrame,
    positions: pd.DataFrame | None,
    reps: pd.DataFrame | None,
    today: pd.Timestamp,
) -> dict[str, pd.DataFrame]:
    """
    Look owners up among seats, people's ids and people's names.

    A seat whose people have all left counts as left; one that was never filled, or
    is filled, does not.
    """
    is_away_by_name: dict[str, bool] = {}
    if positions is not None:
        is_away_by_name |= dict.fromkeys(positions.index.astype("str"), False)
    if reps is not None and len(reps):
        is_away = (reps["left_on"].notna() & (reps["left_on"] <= today)).tolist()
        seats = reps["position_id"].astype("str").fillna("").tolist()
        for keys in (reps["name"].str.casefold().tolist(), seats):
            by_key = pd.Series(is_away).groupby(pd.Series(keys)).all()
            is_away_by_name |= {
                str(key): bool(owner_away) for key, owner_away in by_key.items() if key
            }
        is_away_by_name |= dict(
            zip(reps.index.astype("str").tolist(), is_away, strict=True)
        )
    if not is_away_by_name:
        return {}
    owner = accounts["owner_id"].dropna().astype("str")
    owner = owner[(owner != "") & (accounts["status"].loc[owner.index] != "closed")]
    by_id = owner.map(is_away_by_name)
    owner_away = by_id.where(by_id.notna(), owner.str.casefold().map(is_away_by_name))
    return {
        "owner_left": _found(owner[owner_away.eq(other=True)]),
        "owner_unknown": _found(owner[owner_away.isna()]),
    }


def _unassigned(
    accounts: pd.DataFrame, territory_by_unit: pd.Series, named: pd.Series | None
) -> pd.DataFrame:
    """Find open accounts whose unit, if any, lies in no territory."""
    unit = accounts["unit_id"].astype("str")
    territory = unit.map(territory_by_unit)
    if named is not None and len(named):
        apart = accounts.index.isin(named.index)
        territory = territory.where(~apart, accounts.index.map(named))
    is_open = unit.notna() & (accounts["status"] != "closed")
    return _found(unit[is_open & territory.isna()])


def _found(value: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"value": value.astype("str")})
