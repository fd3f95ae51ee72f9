"""What is to be balanced, as one thing: units, neighbours, today, locks, centres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import geopandas as gpd
import pandas as pd

from planner.accounts.own_measures import with_own_numbers
from planner.accounts.placing import join_units
from planner.core.errors import InputError
from planner.core.reasons import Reason
from planner.geography.adjacency import find_edges, point_edges
from planner.geography.cells import make_cells
from planner.geography.distance import places_km
from planner.territory.model.checks import (
    PLACE,
    as_text,
    check_accounts,
    check_kinds,
    check_units,
    checked_centres,
    checked_locks,
    checked_polygons,
    in_order,
    is_polygons,
)
from planner.territory.model.rules import Rules
from planner.territory.model.unit_table import unit_table

_KINDS: Mapping[str, type] = {
    "units": pd.DataFrame,
    "edges": pd.DataFrame,
    "current": pd.Series,
    "locked": pd.Series,
    "centres": pd.DataFrame,
    "rules": Rules,
}
# Of accounts: places, times of day, a share; `accounts` is their number.
_NO_SUMS = {"lat", "lon", *PLACE, "opens_s", "closes_s", "propensity_share", "accounts"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Instance:
    """
    All that a balance starts from, checked once; what is asked of it are its params.

    Parameters
    ----------
    units
        Columns x_km, y_km and the measures; indexed by `unit_id`.
    edges
        EDGES frame; None: Delaunay neighbours of the places. Islands are bridged.
    current : shape (n_units,)
        Territory today by `unit_id`, missing for none; new territories keep its names.
        None: there is no alignment yet.
    locked : shape (n_units,)
        True for units that must keep today's territory; None: none must.
    centres
        Columns x_km, y_km indexed by `territory_id`: fixed; None: territories are
        measured to their weighted centroid.
    rules
        Groups, forbidden pairs, barriers, costs of a move, targets.
    polygons
        Shapes of the units, to draw them; None: they are points.
    accounts
        Those it was made from; None: it was made from units.
    unit_by_account : shape (n_accounts,)
        Their units, missing where one lies in none.

    Raises
    ------
    InputError
        If an id is double, a place is missing, or a locked unit has no territory.
    """

    units: pd.DataFrame
    edges: pd.DataFrame | None = None
    current: pd.Series | None = None
    locked: pd.Series | None = None
    centres: pd.DataFrame | None = None
    rules: Rules = field(default_factory=Rules)
    polygons: gpd.GeoDataFrame | None = field(default=None, repr=False)
    accounts: pd.DataFrame | None = field(default=None, repr=False)
    unit_by_account: pd.Series | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        check_kinds(vars(self), _KINDS)
        check_units(self.units)
        current = in_order(as_text(self.current), self.units.index, "current_twice")
        locked = checked_locks(self.locked, self.units.index, current)
        object.__setattr__(self, "current", current)
        object.__setattr__(self, "locked", locked)
        object.__setattr__(self, "centres", checked_centres(self.centres))

    @classmethod
    def from_units(
        cls,
        frame: pd.DataFrame,
        edges: pd.DataFrame | None = None,
        current: pd.Series | None = None,
        locked: pd.Series | None = None,
        centres: pd.DataFrame | None = None,
        rules: Rules | None = None,
    ) -> Self:
        """
        Make an instance of units.

        Parameters
        ----------
        frame
            The measures, indexed by `unit_id`, and places: x_km, y_km, kilometres in a
            plane, or polygons as a GeoDataFrame, which tell their neighbours too.
        edges, current, locked, centres, rules
            As of `Instance`; edges need `unit_id` and `neighbour_id` alone.

        Notes
        -----
        Ids become text, as everywhere in a plan: a frame numbered 0, 1, … has units
        ``"0"``, ``"1"``.

        Raises
        ------
        InputError
            If something cannot be used; names thing, value and rule.

        Examples
        --------
        >>> units = pd.DataFrame(
        ...     {"x_km": [0, 1, 2, 3], "y_km": [0, 0, 0, 0], "accounts": [5, 5, 5, 5]},
        ...     index=["a", "b", "c", "d"],
        ... )
        >>> Instance.from_units(units).n_units
        4
        """
        frame, edges, current, locked = _named_by_text(frame, edges, current, locked)
        polygons = None
        if isinstance(frame, gpd.GeoDataFrame) and frame.crs is not None:
            shapes = frame.to_crs(4326)
            frame = pd.DataFrame(frame.drop(columns=frame.geometry.name))
            if not set(PLACE) <= set(frame.columns):
                frame = frame.join(places_km(shapes))
            if not is_polygons(shapes):
                frame = frame.assign(lat=shapes.geometry.y, lon=shapes.geometry.x)
            else:
                polygons = shapes
                edges = find_edges(shapes) if edges is None else edges
        return cls(
            units=frame,
            edges=edges,
            current=current,
            locked=locked,
            centres=centres,
            rules=rules or Rules(),
            polygons=polygons,
        )

    @classmethod
    def from_accounts(
        cls, frame: pd.DataFrame, units: gpd.GeoDataFrame | None = None
    ) -> Self:
        """
        Make an instance of accounts: each goes into a unit, which moves whole.

        Parameters
        ----------
        frame
            Accounts as `read_accounts` returns them, indexed by `account_id`: lat and
            lon in degrees; each numeric column becomes a measure, the sum of a unit,
            and so do the numbers of the list's own columns (``custom.Beds``),
            beside `accounts`, their number. With `owner_id` the owner of most accounts
            of a unit is its territory today. Those of `status` closed are left out.
        units
            Polygons indexed by `unit_id`, such as counties; None: cells are drawn
            around the accounts.

        Raises
        ------
        InputError
            If the accounts have no places, or the units are no polygons.

        Examples
        --------
        >>> shops = pd.DataFrame(
        ...     {"lat": [43.0, 43.0, 43.1], "lon": [-89.0, -89.3, -89.6]},
        ...     index=["a", "b", "c"],
        ... )
        >>> int(Instance.from_accounts(shops).units["accounts"].sum())
        3
        """
        check_accounts(frame)
        frame = with_own_numbers(frame)
        placed = frame.dropna(subset=["lat", "lon"])
        if "status" in placed:
            placed = placed[placed["status"] != "closed"]
        if placed.empty:
            raise InputError(Reason("accounts_missing"))
        polygons = make_cells(placed) if units is None else checked_polygons(units)
        unit_id = join_units(placed, polygons)
        table = unit_table(placed.assign(unit_id=unit_id), polygons, _measures(frame))
        return cls(
            units=table,
            edges=find_edges(polygons),
            current=_owner_of_most(placed, unit_id),
            polygons=polygons,
            accounts=frame,
            unit_by_account=unit_id.reindex(frame.index),
        )

    @property
    def n_units(self) -> int:
        """Number of units."""
        return len(self.units)

    @cached_property
    def neighbours(self) -> pd.DataFrame:
        """EDGES frame: the edges given, else Delaunay neighbours of the places."""
        return point_edges(self.units) if self.edges is None else self.edges

    def without_today(self) -> Self:
        """Take the units and their neighbours alone: nothing aligned, no rules."""
        return replace(self, current=None, locked=None, centres=None, rules=Rules())


def _named_by_text(
    frame: Any, edges: Any, current: Any, locked: Any
) -> tuple[Any, Any, Any, Any]:
    """Name units by text in all that names them; what is no frame is judged later."""
    named = [
        thing.set_axis(pd.Index(thing.index.astype("str"), name="unit_id"), axis=0)
        if isinstance(thing, pd.DataFrame | pd.Series)
        else thing
        for thing in (frame, current, locked)
    ]
    if isinstance(edges, pd.DataFrame):
        ends = [name for name in ("unit_id", "neighbour_id") if name in edges]
        edges = edges.astype(dict.fromkeys(ends, "str"))
    return named[0], edges, named[1], named[2]


def _measures(accounts: pd.DataFrame) -> list[str]:
    """Name the columns of accounts that a unit can sum."""
    numbers = accounts.select_dtypes("number").columns
    return [str(name) for name in numbers if name not in _NO_SUMS]


def _owner_of_most(accounts: pd.DataFrame, unit_id: pd.Series) -> pd.Series | None:
    """Find who owns most accounts of each unit; None where nobody owns any."""
    if "owner_id" not in accounts or accounts["owner_id"].isna().all():
        return None
    pairs = pd.DataFrame({"unit": unit_id, "owner": accounts["owner_id"]}).dropna()
    counts = pairs.value_counts().reset_index(name="n")
    counts = counts.sort_values(["n", "owner"], ascending=[False, True], kind="stable")
    return counts.drop_duplicates("unit").set_index("unit")["owner"]
