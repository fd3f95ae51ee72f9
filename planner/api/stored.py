"""A store opened from Python: its companies, their scenarios, and what leaves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from planner.api.plans import TerritoryPlan
from planner.api.shown import checked_path, unwritable
from planner.core.errors import InputError, StoreError
from planner.core.settings import Settings
from planner.services.company import Company
from planner.services.scenarios import Scenario
from planner.services.workspace import OpenCompany, Workspace
from planner.territory.model.params import BalanceParams, params_of

if TYPE_CHECKING:
    from planner.services.territories.view import TerritoryView
    from planner.territory.model.instance import Instance


@dataclass(frozen=True, kw_only=True)
class OpenStore:
    """
    An open store; `close` it, or use it in a ``with`` statement.

    Parameters
    ----------
    ws
        The workspace the app's use cases take.
    """

    ws: Workspace = field(repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the store back."""
        self.ws.store.close()

    def companies(self) -> pd.DataFrame:
        """List the companies, the latest opened first, indexed `company_id`."""
        from planner.services import workspace

        return _listed(workspace.companies(self.ws), "company_id", Company)

    def company(self, name: str | None = None) -> StoredCompany:
        """
        Turn to a company.

        Parameters
        ----------
        name
            Its name or id; None: the one opened last.

        Raises
        ------
        InputError
            If there is none, or none of that name.
        """
        from planner.services import workspace

        companies = workspace.companies(self.ws)
        record = _chosen("company", name, companies, "company_id")
        ws = workspace.turn_to(self.ws, record.company_id)
        return StoredCompany(ws=ws, record=record)


@dataclass(frozen=True, kw_only=True)
class StoredCompany:
    """
    A company of a store.

    Parameters
    ----------
    ws
        The workspace, turned to it.
    record
        Its name, currency, today.
    """

    ws: OpenCompany = field(repr=False)
    record: Company

    def scenarios(self) -> pd.DataFrame:
        """List the scenarios, the latest saved first, indexed `scenario_id`."""
        from planner.services.scenarios import listing

        return _listed(listing.scenarios(self.ws), "scenario_id", Scenario)

    def scenario(self, name: str | None = None) -> StoredScenario:
        """
        Open a scenario.

        Parameters
        ----------
        name
            Its name or id; None: the one saved last.

        Raises
        ------
        InputError
            If there is none, or none of that name.
        """
        from planner.services.scenarios import listing

        scenarios = listing.scenarios(self.ws)
        record = _chosen("scenario", name, scenarios, "scenario_id")
        return StoredScenario(ws=self.ws, record=record)

    def export(self, what: str, path: str | PathLike[str]) -> None:
        """
        Write a table of the company, as ``planner export`` does.

        Parameters
        ----------
        what
            ``accounts``, ``units``, ``reps``, ``deals`` and so on.
        path
            Ends in .csv, .xlsx, .parquet, and of what has places .geojson or .gpkg.

        Raises
        ------
        InputError
            If there is no such table or format, or nothing can be written there.
        """
        _export(self.ws, what, path, None)


@dataclass(frozen=True, kw_only=True)
class StoredScenario:
    """
    A scenario of a company, as it was when it was first read here.

    Parameters
    ----------
    ws
        The workspace, turned to its company.
    record
        Its name, version and status.
    """

    ws: OpenCompany = field(repr=False)
    record: Scenario

    @cached_property
    def view(self) -> TerritoryView:
        """All the Territories page shows: territories, accounts, units, homes."""
        from planner.services.territories.view import overview

        return overview(self.ws, self.record.scenario_id)

    def overview(self) -> pd.DataFrame:
        """Return the territories with their measures, indexed `territory_id`."""
        return self.view.territories

    def accounts(self) -> pd.DataFrame:
        """Return its accounts: `owner_id` the position that works each, visit class."""
        from planner.services.territories.accounts import account_list

        accounts = account_list(self.ws, self.record.scenario_id)
        return accounts.assign(owner_id=accounts["position_id"])

    def team(self) -> pd.DataFrame:
        """Return the reps, their homes as the scenario has them."""
        from planner.services.people.holders import reps_of_scenario

        with self.ws.store.reading() as conn:
            return reps_of_scenario(
                conn, self.record.company_id, self.record.scenario_id
            )

    def instance(self) -> Instance:
        """Return what a balance of it starts from, today being its alignment."""
        from planner.territory.model.instance import Instance

        view = self.view
        if view.units.empty:
            raise InputError(
                f"scenario {self.record.name!r}: its company has no units yet; import "
                "accounts first"
            )
        table = pd.DataFrame(view.units.drop(columns="geometry"))
        today = view.units["territory_id"]
        return Instance(
            units=table[["name", "x_km", "y_km", *_measures(view)]],
            edges=view.edges,
            current=None if today.isna().all() else today,
            polygons=view.units,
            accounts=self.accounts().reindex(view.accounts.index),
            unit_by_account=view.accounts["unit_id"],
        )

    def plan(
        self, measures: Mapping[str, float | None] | BalanceParams | None = None
    ) -> TerritoryPlan:
        """
        Return its territories as a plan: to sum up, write, draw, and plan visits for.

        Parameters
        ----------
        measures
            As of `balance`; None: every measure is reported.

        Raises
        ------
        InputError
            If it has no territories, or a measure is unknown.
        """
        from planner.territory.solve.evaluate import describe

        instance = self.instance()
        if instance.current is None:
            raise InputError(f"scenario {self.record.name!r} has no territories yet")
        asked = dict.fromkeys(_measures(self.view)) if measures is None else measures
        result = describe(instance, params_of(asked), instance.current)
        values = {part.name: getattr(result, part.name) for part in fields(result)}
        seats = self.view.territories["position_id"].dropna()
        return TerritoryPlan(
            **values, instance=instance, position_by_territory=seats.to_dict()
        )

    def export(self, what: str, path: str | PathLike[str]) -> None:
        """
        Write a table of the scenario, as ``planner export --scenario`` does.

        Parameters
        ----------
        what
            ``plan``, ``territories``, ``quotas``, ``visits`` and so on.
        path
            As of `StoredCompany.export`.
        """
        _export(self.ws, what, path, self.record.scenario_id)


def open_store(url: str) -> OpenStore:
    """
    Open a store, making it if there is none.

    Parameters
    ----------
    url
        ``sqlite:///folder/file.sqlite``, or
        ``postgresql://user:password@host/database`` of a database that exists.

    Raises
    ------
    InputError
        If the URL names no store.
    StoreError
        If what it names is no store of ours, is damaged or cannot be reached.

    Examples
    --------
    >>> import tempfile, planner
    >>> folder = tempfile.mkdtemp()
    >>> with planner.open_store(f"sqlite:///{folder}/new.sqlite") as store:
    ...     len(store.companies())
    0
    """
    from planner.services.workspace import open_workspace
    from planner.store.database.engine import backend_of

    if not isinstance(url, str):
        raise InputError(f"url must be a text, got {type(url).__name__}")
    try:
        backend_of(url)
    except StoreError as error:
        raise InputError(str(error)) from None
    settings = replace(Settings.from_environment(), store_url=url)
    return OpenStore(ws=open_workspace(settings))


def _measures(view: TerritoryView) -> list[str]:
    """Name the columns of the units that hold anything to balance."""
    from planner.territory.model.unit_table import measures_among

    return [name for name in measures_among(view.units) if view.units[name].sum() > 0]


def _listed(records: Sequence[Any], key: str, kind: type) -> pd.DataFrame:
    columns = [part.name for part in fields(kind)]
    rows = [asdict(record) for record in records]
    return pd.DataFrame(rows, columns=columns).set_index(key)


def _chosen(thing: str, name: str | None, records: Sequence[Any], key: str) -> Any:
    """Find a record by name or id; the first without either."""
    for record in records:
        if name in {None, record.name, getattr(record, key)}:
            return record
    names = ", ".join(record.name for record in records) or "none"
    wanted = "" if name is None else f" {name!r}"
    raise InputError(f"there is no {thing}{wanted}; there are: {names}")


def _export(
    ws: OpenCompany, what: str, path: str | PathLike[str], scenario_id: str | None
) -> None:
    from planner.core.files.tables import write_bytes
    from planner.services.exports.files import export

    target = checked_path(path)
    form = target.suffix.lower().removeprefix(".")
    content = export(ws, what, form, scenario_id).content
    try:
        write_bytes(content, target)
    except OSError as error:
        raise unwritable(target, error) from None
