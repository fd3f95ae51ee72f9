"""What a balance asks: measures, shares, what stays, what a move costs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

import pandas as pd

from planner.core.errors import ParamsError
from planner.services.territories.view import TerritoryView
from planner.services.territories.wording import unit_names
from planner.territory.files.seats import parse_districts
from planner.territory.model.params import BalanceParams
from planner.territory.model.precheck import find_oversized_units
from planner.territory.model.unit_table import (
    MEASURES,
    MeasureLabels,
    measures_among,
)
from planner.territory.model.workhours import HOURS

KINDS = ("balance", "frontier", "headcount")  # of job, all asked by a `BalanceRequest`
LABELS = MeasureLabels({**MEASURES, HOURS: "Hours with driving"})
MOST_MEASURES = 4
EQUAL, CAPACITY = "equal", "capacity"
CENTRE, HOME = "centre", "home"
_COUNTS = (0, 10, 25, 50, 100, 200, 400, 800, 1600)
_LOOKED_AT = 5_000  # accounts whose fields tell what there is
_LIKE_A_PARENT = ("parent", "ultimate", "headquarter", "group", "chain")


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRequest:
    """
    All that a planner can ask of a balance; a job's parameters.

    Parameters
    ----------
    params
        Measures with their tolerances, number, start and what is kept low.
    shares
        ``equal``, or ``capacity``: as much as each territory's rep can work.
    travel_to
        ``centre`` of the territory, or the rep's ``home``.
    kept_territories
        Territories whose units all stay.
    kept_accounts
        Accounts whose unit stays with its territory.
    keeps_named
        Whether accounts that are in another territory than their unit stay there; else
        they follow their unit again.
    keeps_drawn
        Whether pending changes made by hand stay as they are drawn.
    together_by
        A field of the list: accounts with the same text share a territory.
    is_within_regions
        Whether no territory crosses the border of a state.
    weighs_moves
        Whether a move costs by relationship, pipeline, last visit and sales; else 1 a
        unit. It counts where `params.minimise` is ``moves``.
    split_units
        Units that are divided by their accounts.
    counts
        Most accounts that may move, for a frontier.
    travel_minor_per_h
        What an hour on the road costs, for a comparison of headcounts.
    replaces
        The job whose answer is pending and that this one's is to take the place of:
        balanced is the plan before it.
    districts
        As `seats.parse_districts` reads it; empty: territories alone.
    counted_from
        The scenario whose territories moves are counted from; "": the one that is
        balanced, as its draft stands. It counts where moves are kept low or limited.
    """

    params: BalanceParams
    shares: str = EQUAL
    travel_to: str = CENTRE
    kept_territories: tuple[str, ...] = ()
    kept_accounts: tuple[str, ...] = ()
    keeps_named: bool = False
    keeps_drawn: bool = False
    together_by: str | None = None
    is_within_regions: bool = False
    weighs_moves: bool = False
    split_units: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    travel_minor_per_h: int = 0
    replaces: str | None = None
    districts: str = ""
    counted_from: str = ""

    def __post_init__(self) -> None:
        if len(self.params.measures) > MOST_MEASURES:
            raise ParamsError(
                f"a balance takes {MOST_MEASURES} measures at most, got "
                f"{len(self.params.measures)}"
            )
        for name, value, allowed in (
            ("shares", self.shares, (EQUAL, CAPACITY)),
            ("travel_to", self.travel_to, (CENTRE, HOME)),
        ):
            if value not in allowed:
                raise ParamsError(
                    f"{name} must be one of {', '.join(allowed)}, got {value!r}"
                )
        if self.travel_minor_per_h < 0:
            raise ParamsError(
                f"travel_minor_per_h must be at least 0, got {self.travel_minor_per_h}"
            )
        self._check_districts()

    def _check_districts(self) -> None:
        """Refuse districts that no plan of the number asked for can have."""
        districts, n = self.asked_districts, self.params.n_territories
        if districts is None:
            return
        if HOURS in self.columns:
            raise ParamsError(
                "hours with driving cannot be balanced by districts: choose workload"
            )
        if isinstance(districts, int) and not 2 <= districts <= (n or districts):
            raise ParamsError(
                f"{n} territories can be gathered into 2 to {n} districts, "
                f"got {districts}"
            )
        if isinstance(districts, dict) and (
            min(districts.values()) < 1 or len(districts) < 2
        ):
            raise ParamsError(
                "districts must be two or more with at least one territory each, got "
                f"{self.districts!r}"
            )
        if isinstance(districts, dict) and n not in (None, sum(districts.values())):
            total = sum(districts.values())
            raise ParamsError(
                f"the districts name {total} territories, asked are {n}; "
                f"ask for {total} or change the districts"
            )

    @property
    def columns(self) -> list[str]:
        """Columns of the measures, most important first."""
        return [measure.column for measure in self.params.measures]

    @property
    def counts_moves(self) -> bool:
        """Whether moves are kept low or limited."""
        return self.params.minimise == "moves" or self.params.max_moved is not None

    @property
    def asked_districts(self) -> int | dict[str, int] | None:
        """How many districts, or territories by district; None: none are asked."""
        return parse_districts(self.districts) if self.districts else None

    def for_kind(self, kind: str) -> Self:
        """
        Leave out what a kind of job does not look at.

        Parameters
        ----------
        kind
            ``balance``; ``frontier``: moves from today's territories, travel to their
            centres; ``headcount``: numbers other than today's, which nothing that
            belongs to a territory of today can hold for; the same for districts.
        """
        if kind == "frontier":
            params = replace(
                self.params,
                n_territories=None,
                max_moved=None,
                minimise="travel",
                is_started_from_current=True,
            )
            return replace(self, params=params, travel_to=CENTRE)
        if kind == "headcount" or (kind == "balance" and self.districts):
            params = replace(
                self.params,
                max_moved=None,
                minimise="travel",
                is_started_from_current=False,
            )
            return type(self)(
                params=params,
                split_units=self.split_units,
                travel_minor_per_h=self.travel_minor_per_h,
                districts=self.districts if kind == "balance" else "",
            )
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON: those of `params` and our own."""
        own = asdict(self)
        del own["params"]
        own = {k: list(v) if isinstance(v, tuple) else v for k, v in own.items()}
        return self.params.to_dict() | own

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """
        Make the request from what `to_dict` returned, or from older parameters.

        Raises
        ------
        ParamsError
            If a name is unknown or a value out of range.
        """
        names = {field.name for field in fields(cls)} - {"params"}
        own: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in plain.items()
            if name in names
        }
        rest = {name: value for name, value in plain.items() if name not in names}
        return cls(params=BalanceParams.from_dict(rest), **own)


def measures_of(view: TerritoryView) -> list[str]:
    """List the measures that the units hold anything of."""
    measures = [m for m in measures_among(view.units) if view.units[m].sum() > 0]
    return measures or ["accounts"]


def measures_to_ask(view: TerritoryView) -> list[str]:
    """List what can be balanced: the measures, and hours with driving."""
    measures = measures_of(view)
    return [*measures, HOURS] if "workload_min" in measures else measures


def usual_measure(measures: list[str]) -> str:
    """Choose what most planners balance first."""
    return "potential_minor" if "potential_minor" in measures else measures[0]


def usual_counts(n_accounts: int) -> tuple[int, ...]:
    """Choose numbers of moved accounts worth comparing, up to a third of them."""
    return tuple(count for count in _COUNTS if count < max(n_accounts / 3, 1))


def too_big(view: TerritoryView, request: BalanceRequest) -> pd.DataFrame:
    """
    Find the units that alone are more than a territory may hold.

    Returns
    -------
    Columns unit_id, measure, share (territories it is worth), `name` and `n_accounts`,
    each unit once, heaviest first. Hours with driving are not looked at: they depend
    on the plan.
    """
    measures = tuple(m for m in request.params.measures if m.column in view.units)
    n_territories = request.params.n_territories or view.units["territory_id"].nunique()
    if not measures or not n_territories:
        return pd.DataFrame(columns=["unit_id", "measure", "share", "name"])
    units = pd.DataFrame(view.units.drop(columns="geometry"))
    ids = [str(number) for number in range(n_territories)]
    oversized = find_oversized_units(
        units, replace(request.params, measures=measures), ids
    )
    oversized = oversized.drop_duplicates("unit_id")
    names = unit_names(view.units)
    counts = view.accounts["unit_id"].value_counts()
    return oversized.assign(
        name=oversized["unit_id"].map(names),
        n_accounts=oversized["unit_id"].map(counts).fillna(0).astype(int),
    )


def parent_fields(accounts: pd.DataFrame) -> list[str]:
    """
    Find fields of the list that may name a parent company.

    Parameters
    ----------
    accounts
        `custom`, the fields of an import that are not ours, as JSON.

    Returns
    -------
    Names that speak of a parent or group and whose text some accounts share.
    """
    shared = custom_fields(accounts.head(_LOOKED_AT))
    return [
        name
        for name in shared.columns
        if any(word in str(name).lower() for word in _LIKE_A_PARENT)
        and shared[name].dropna().duplicated().any()
    ]


def custom_fields(accounts: pd.DataFrame) -> pd.DataFrame:
    """Read the fields of an import that are not ours; missing where empty."""
    texts = accounts["custom"].dropna()
    texts = texts[texts.astype("str").str.strip() != ""]
    fields = pd.DataFrame([json.loads(text) for text in texts], index=texts.index)
    blank = fields.apply(lambda column: column.astype("str").str.strip() == "")
    return fields.mask(blank).reindex(accounts.index) if len(fields.columns) else fields
