"""Simulate a field team for given territories: positions and the people in them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from planner.core.errors import ParamsError
from planner.core.money import minor_digits
from planner.core.schemas import POSITIONS, REPS, check

REPS_PER_MANAGER = 8
_HOUR_S = 3600
# Surnames are invented; first names are common ones of many origins.
_FIRST_NAMES = (
    "Ada,Amir,Bea,Ben,Carla,Chen,Dana,Diego,Elif,Emil,Farah,Felix,Grace,Hana,Hugo,Ines,"
    "Ivan,Jada,Jonas,Kenji,Kira,Leo,Lina,Malik,Mara,Mina,Nadia,Nils,Olga,Omar,Pia,Priya,"
    "Quinn,Rafael,Rosa,Sami,Selma,Tariq,Tessa,Uma,Viktor,Wanda,Yara,Yusuf,Zoe"
)
_SURNAMES = (
    "Abendrath,Brisholme,Calvessi,Dorrinvale,Eskelmoor,Farrowdene,Gantrelle,Halvorne,"
    "Ibarquez,Jorvask,Kestelow,Lindqvarn,Marlowick,Nakashiro,Okonweze,Pellandri,"
    "Quistgarde,Ravensmead,Santorval,Tolmerac,Ulvestone,Vantreau,Wexcombe,Yardevski,"
    "Zamborelli,Ashgrovel,Bellanquist,Corvelano,Drummelow,Ellerquay,Fenwarrick"
)


def person_name(number: int) -> str:
    """Invent the name of a person; the same for the same number."""
    firsts, surnames = _FIRST_NAMES.split(","), _SURNAMES.split(",")
    turn = number // len(surnames)
    first = firsts[(number * 11 + turn * 4) % len(firsts)]
    return f"{first} {surnames[number * 7 % len(surnames)]}"


def territory_places(
    accounts: pd.DataFrame, territory_by_account: pd.Series
) -> pd.DataFrame:
    """
    Name the account nearest to the middle of each territory.

    Parameters
    ----------
    accounts : shape (n_accounts, n_columns)
        Needs `lat` and `lon`.
    territory_by_account : shape (n_accounts,)
        Territory id by account id; empty ones are left out.

    Returns
    -------
    shape (n_territories, 2)
        `lat` and `lon` of that account, indexed by `territory_id`, sorted.
    """
    places = accounts[["lat", "lon"]].assign(territory_id=territory_by_account)
    places = places.dropna()
    middle = places.groupby("territory_id")[["lat", "lon"]].transform("median")
    north = places["lat"] - middle["lat"]
    east = (places["lon"] - middle["lon"]) * np.cos(np.radians(places["lat"]))
    nearest = (north**2 + east**2).groupby(places["territory_id"]).idxmin()
    spots = places.loc[nearest.to_numpy(), ["lat", "lon"]]
    return spots.set_axis(pd.Index(nearest.index, name="territory_id"))


def simulate_team(
    territories: pd.DataFrame, *, as_of: date, currency: str = "USD", seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Staff territories: a rep each, a manager for about eight, one vice president.

    Parameters
    ----------
    territories : shape (n_territories, ≥ 2)
        `lat` and `lon` of a place inside each, indexed by `territory_id`; made from
        accounts by `territory_places`.
    as_of
        The company's today; all were hired two years or more before it.
    currency
        Currency of the cost.
    seed
        Another seed gives other homes, hours and costs.

    Returns
    -------
    positions : shape (n_positions, 4)
        Frame of the POSITIONS schema.
    reps : shape (n_reps, 10)
        Frame of the REPS schema. Rep k works position k and territory k.

    Raises
    ------
    ParamsError
        If there is no territory.
    """
    if territories.empty:
        raise ParamsError("a team needs at least one territory, got none")
    rng = np.random.default_rng([seed, 30])
    n = len(territories)
    manager = _managers(territories)
    positions = _positions([str(name) for name in territories.index], manager)
    is_rep = (positions["role"] == "rep").to_numpy()
    start = rng.choice([7.5, 8.0, 8.0, 8.0, 8.5], n) * _HOUR_S
    cost = np.round(rng.normal(112_000, 9_000, n) / 500) * 500
    hired = [_monday(as_of, 2 + float(years)) for years in rng.gamma(2.0, 1.7, n)]
    reps = pd.DataFrame(
        {
            "name": [person_name(number) for number in range(n)],
            "position_id": positions.index[is_rep],
            "lat": (territories["lat"] + rng.normal(0, 0.02, n)).round(4).to_numpy(),
            "lon": (territories["lon"] + rng.normal(0, 0.02, n)).round(4).to_numpy(),
            "work_start_s": start.astype(int),
            "work_end_s": (start + 9 * _HOUR_S).astype(int),
            "cost_minor_per_year": cost.astype(int) * 10 ** minor_digits(currency),
            "ramp_share": 1.0,
            "hired_on": pd.to_datetime(hired).astype("datetime64[s]"),
            "left_on": pd.Series(pd.NaT, index=range(n), dtype="datetime64[s]"),
        }
    )
    width = max(2, len(str(n)))
    ids = [f"R{number:0{width}d}" for number in range(1, n + 1)]
    reps.index = pd.Index(ids, name="rep_id", dtype="str")
    return check(positions, POSITIONS), check(reps, REPS)


def _monday(as_of: date, years: float) -> date:
    """Return a Monday so many years ago."""
    day = as_of - timedelta(days=int(366 * years))
    return day - timedelta(days=day.weekday())


def _managers(territories: pd.DataFrame) -> list[int]:
    """Group territories from west to east into about eight a manager."""
    n_managers = -(-len(territories) // REPS_PER_MANAGER)
    rank = territories["lon"].rank(method="first").astype(int) - 1
    return [int(place) * n_managers // len(territories) + 1 for place in rank]


def _positions(territory_ids: list[str], manager: list[int]) -> pd.DataFrame:
    """Seat a vice president, the managers, and a rep for each territory."""
    width = max(2, len(str(len(territory_ids))))
    rows: list[tuple[str, str, str, str | None, str | None]]
    rows = [("P-VP", "Vice president of sales", "vp", None, None)]
    rows += [
        (f"P-M{number}", f"Regional manager {number}", "manager", "P-VP", None)
        for number in sorted(set(manager))
    ]
    rows += [
        (f"P-R{place:0{width}d}", f"Account manager {name}", "rep", f"P-M{above}", name)
        for place, (name, above) in enumerate(
            zip(territory_ids, manager, strict=True), start=1
        )
    ]
    columns = ["position_id", "title", "role", "parent_id", "territory_id"]
    return pd.DataFrame(rows, columns=columns).set_index("position_id")
