"""Four weeks of visits of a team, for a plan or for accounts with owners."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.accounts.kinds.people import WORK_END_S, WORK_START_S
from planner.api.plans import TerritoryPlan
from planner.api.shown import Shown, points
from planner.core.errors import InputError
from planner.core.reasons import Reason
from planner.core.run import RunControl
from planner.core.schemas import ACCOUNTS, REPS, empty
from planner.segmentation.rules import DEFAULT_RULES, apply_rules
from planner.visits.model.params import RouteParams
from planner.visits.plan.team import VisitsResult

if TYPE_CHECKING:
    import geopandas as gpd
    import pandera.pandas as pa


@dataclass(frozen=True, kw_only=True)
class TeamWeeks(Shown, VisitsResult):
    """
    Four weeks of a team: a `VisitsResult` with the accounts and people it is about.

    Parameters
    ----------
    accounts, team
        As they were planned, `owner_id` and `visit_class` filled.
    rep_by_owner
        Who works each position or territory.
    """

    accounts: pd.DataFrame = field(repr=False)
    team: pd.DataFrame = field(repr=False)
    rep_by_owner: Mapping[str, str]

    @property
    def stops(self) -> pd.DataFrame:
        """The visits with name, address and place, in the order of the routes."""
        from planner.visits.files.sheets import join_places

        return join_places(self.visits, self.accounts)

    @property
    def unserved_in_words(self) -> pd.DataFrame:
        """The visits that do not fit, `reason` and `repair` as text."""
        from planner.visits.reasons.unserved import in_words

        return in_words(self.unserved)

    def summary(self) -> str:
        """Say what came out."""
        lines = [super().summary()]
        if not self.visits_required:
            lines.append(str(Reason("team_no_visits_owed")))
        return "\n".join(lines)

    def table(self) -> pd.DataFrame:
        """Return the stops, for files."""
        return self.stops

    def shapes(self) -> gpd.GeoDataFrame:
        """Return the stops at their places."""
        return points(self.stops)

    def sheet(self, rep_id: str | None = None, day: date | str | None = None) -> Any:
        """Show each visited account by its rep; or the routes of one rep, one day."""
        from planner.maps.sheet import MapSheet

        stops, title = self.stops, "Four weeks of visits"
        if rep_id is not None:
            stops, title = _of_rep(stops, rep_id), f"{title}: {rep_id}"
        if day is not None:
            stops = stops[stops["visit_on"] == pd.Timestamp(_day("day", day))]
            title = f"Visits on {_day('day', day)}"
        if stops.empty:
            raise InputError(f"{title}: there is no visit to show")
        if rep_id is None and day is None:
            return MapSheet(title=title, points=_marks(stops))
        return MapSheet(title=title, routes=self._routes(stops))

    def map(self, rep_id: str | None = None, day: date | str | None = None) -> Any:
        """
        Draw a map that shows itself in a notebook; its `save` writes one HTML file.

        Parameters
        ----------
        rep_id, day
            Whose routes, of which day; None: all visited accounts by their rep.

        Raises
        ------
        InputError
            If there is no visit to show.
        """
        from planner.maps.web_page import page_map

        return page_map(self.sheet(rep_id, day))

    def _routes(self, stops: pd.DataFrame) -> list[Any]:
        from planner.maps.sheet import Route

        colours = _colours(stops)
        routes = []
        for (rep_id, _), rows in stops.groupby(["rep_id", "visit_on"]):
            home = self.team.loc[rep_id]
            way = rows[["lon", "lat"]].assign(label=rows["name"])
            routes.append(
                Route(
                    stops=way,
                    home=(float(home["lon"]), float(home["lat"])),
                    label=str(home["name"]),
                    colour=colours[str(rep_id)],
                )
            )
        return routes


def plan_visits(
    plan: TerritoryPlan | pd.DataFrame,
    team: pd.DataFrame,
    start_on: date | str,
    params: RouteParams | None = None,
    run: RunControl | None = None,
    executor: Executor | None = None,
) -> TeamWeeks:
    """
    Plan the visits of a team: four weeks, or `params.n_days`.

    Parameters
    ----------
    plan
        A plan of accounts; or accounts, indexed by `account_id`: lat, lon, `owner_id`
        (a position or a rep) and at will the other columns of `read_accounts`.
    team
        Reps, indexed by `rep_id`: lat and lon of their homes, at will `position_id` and
        the other columns of ``read_accounts(path, kind="reps")``.
    start_on
        First day of the plan.
    params
        How a day is built, and the seed.
    run
        Time limit, progress and cancel; the visits planned so far are returned then.
    executor
        Where reps are planned side by side; None: one after the other, here.

    Returns
    -------
    The weeks; what does not fit stands in `unserved` with its reason and repair.

    Raises
    ------
    InputError
        If something cannot be used.

    Notes
    -----
    Accounts without any `visit_class` get that of the default segment rules. Reps work
    the territories that bear their `position_id` or their own id; if no territory of a
    plan does, the team is seated so that homes lie near the territories' accounts, the
    sum of squared distances being least.

    Examples
    --------
    >>> import pandas as pd, planner
    >>> accounts = pd.DataFrame(
    ...     {"lat": [43.1, 43.2], "lon": [-89.4, -89.5], "owner_id": "R1",
    ...      "visit_class": ["A", "C"]}, index=["a", "b"])
    >>> team = pd.DataFrame({"lat": [43.0], "lon": [-89.4]}, index=["R1"])
    >>> weeks = planner.plan_visits(accounts, team, "2026-11-23")
    >>> weeks.visits_required, weeks.visits_missed, len(weeks.to_frame())
    (5, 0, 5)
    """
    from planner.visits.plan import team as engine

    first = _day("start_on", start_on)
    for name, value, kind in (
        ("params", params, RouteParams),
        ("run", run, RunControl),
        ("executor", executor, Executor),
    ):
        if value is not None and not isinstance(value, kind):
            got = type(value).__name__
            raise InputError(f"{name} must be of class {kind.__name__}, got {got}")
    reps = _filled("team", team, REPS, name="", ramp_share=1.0)
    reps["work_start_s"] = reps["work_start_s"].fillna(WORK_START_S)
    reps["work_end_s"] = reps["work_end_s"].fillna(WORK_END_S)
    accounts = _accounts_of(plan)
    accounts = accounts.dropna(subset=["lat", "lon"])
    if accounts["visit_class"].isna().all():
        segments = apply_rules(accounts, DEFAULT_RULES, pd.Timestamp(first))
        classes = segments["visit_class"]
        accounts["visit_class"] = classes.where(classes != "")
    rep_by_owner = _rep_by_owner(accounts, reps, first)
    if isinstance(plan, TerritoryPlan) and not set(rep_by_owner) & set(
        accounts["owner_id"].dropna()
    ):
        rep_by_owner = _seated(accounts, reps)
    result = engine.plan_visits(
        accounts,
        reps,
        rep_by_owner,
        start_on=first,
        params=params,
        executor=executor,
        run=run,
    )
    values = {part.name: getattr(result, part.name) for part in fields(result)}
    return TeamWeeks(**values, accounts=accounts, team=reps, rep_by_owner=rep_by_owner)


def _accounts_of(plan: Any) -> pd.DataFrame:
    """Take accounts, those of a plan with their territory as owner."""
    if not isinstance(plan, TerritoryPlan):
        if isinstance(plan, pd.DataFrame) and "owner_id" not in plan:
            raise InputError("accounts need a column owner_id: who works each of them")
        return _filled("accounts", plan, ACCOUNTS, name="", status="customer")
    territory = plan.territory_by_account
    if territory is None:
        raise InputError(
            "a plan of units holds no accounts to visit: balance an instance of "
            "Instance.from_accounts, or pass accounts with a column owner_id"
        )
    accounts = _filled(
        "accounts", plan.instance.accounts, ACCOUNTS, name="", status="customer"
    )
    seats = plan.position_by_territory
    owners = territory.map(lambda name: seats.get(name, name), na_action="ignore")
    accounts["owner_id"] = owners.set_axis(accounts.index).astype("str")
    return accounts


def _filled(
    thing: str, frame: Any, schema: pa.DataFrameSchema, **defaults: Any
) -> pd.DataFrame:
    """Give a frame all columns of its schema, with ids as text."""
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"{thing} must be a DataFrame, got {type(frame).__name__}")
    missing = [name for name in ("lat", "lon") if name not in frame]
    if missing:
        raise InputError(
            f"{thing} need columns lat and lon in degrees, got "
            f"{', '.join(map(str, frame.columns))}"
        )
    ids = pd.Index(frame.index.astype("str"), name=str(schema.index.name))
    if ids.has_duplicates:
        raise InputError(f"{thing}: {ids[ids.duplicated()][0]!r} stands twice")
    blank = empty(schema).reindex(ids)
    frame = frame.set_axis(ids)
    filled = blank.assign(**{str(name): frame[name] for name in frame})
    for name, value in defaults.items():
        filled[name] = filled[name].fillna(value)
    filled["name"] = filled["name"].where(filled["name"] != "", ids.to_series())
    return filled


def _rep_by_owner(
    accounts: pd.DataFrame, reps: pd.DataFrame, on: date
) -> dict[str, str]:
    """Say who holds each position that day; a rep may own accounts by their own id."""
    from planner.services.people.holders import rep_by_position

    owners = set(accounts["owner_id"].dropna().astype("str"))
    by_own_id = {rep_id: rep_id for rep_id in reps.index if rep_id in owners}
    return {**by_own_id, **rep_by_position(reps, on)}


def _seated(accounts: pd.DataFrame, reps: pd.DataFrame) -> dict[str, str]:
    """Seat a team in territories that nobody's position names, near their homes."""
    from scipy.optimize import linear_sum_assignment

    from planner.geography.distance import haversine_m

    owned = accounts.dropna(subset=["owner_id"])
    centres = owned.groupby("owner_id")[["lat", "lon"]].mean()
    homes = reps.dropna(subset=["lat", "lon"])
    away_m = haversine_m(
        centres["lat"].to_numpy(float)[:, None],
        centres["lon"].to_numpy(float)[:, None],
        homes["lat"].to_numpy(float)[None, :],
        homes["lon"].to_numpy(float)[None, :],
    )
    at, who = linear_sum_assignment(np.square(away_m))
    return dict(zip(centres.index[at].astype("str"), homes.index[who], strict=True))


def _day(name: str, value: Any) -> date:
    """Read a day given as a date or as text."""
    try:
        if isinstance(value, date):  # a Timestamp and a datetime are dates too
            return pd.Timestamp(value).date()
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be a day like 2026-11-23, got {value!r}") from (
            None
        )


def _of_rep(stops: pd.DataFrame, rep_id: str) -> pd.DataFrame:
    if rep_id not in set(stops["rep_id"]):
        reps = ", ".join(sorted(set(stops["rep_id"])))
        raise InputError(f"rep_id {rep_id!r} has no visits; those who have: {reps}")
    return stops[stops["rep_id"] == rep_id]


def _marks(stops: pd.DataFrame) -> pd.DataFrame:
    """Mark each visited account once, in the colour of its rep."""
    grouped = stops.groupby("account_id", sort=False)
    marks = grouped[["lon", "lat", "name", "rep_id"]].first()
    marks["Visits"] = grouped.size().astype("str")
    marks["colour"] = marks["rep_id"].map(_colours(stops))
    return marks.rename(columns={"name": "label", "rep_id": "Rep"})


def _colours(stops: pd.DataFrame) -> dict[str, str]:
    from planner.geography.colours import TERRITORY

    reps = sorted(set(stops["rep_id"]))
    return {rep: TERRITORY[at % len(TERRITORY)] for at, rep in enumerate(reps)}
