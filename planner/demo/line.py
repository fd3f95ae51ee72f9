"""What the steps of the demo hand to each other."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from planner.accounts.sample import SampleCompany
from planner.commissions.calculation.calculate import PayResult
from planner.core.errors import ParamsError
from planner.quotas.crediting import CreditResult
from planner.scenarios.publish import Publication
from planner.services.people.present_plan import PresentPlan
from planner.territory.model.params import BalanceMeasure
from planner.territory.solve.result import BalanceResult
from planner.visits.plan.team import VisitsResult


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoParams:
    """
    What the demo runs on.

    Parameters
    ----------
    accounts_path
        A list of accounts; None: the sample company.
    where
        ``column=value``: the rows of the list to keep.
    n_territories
        None: the sample's own, or one for each 150 accounts of a list.
    as_of
        The company's today; None: the sample's, or the day it runs.
    country
        Of rows of the list that name none; None: found out.
    currency
        Of its amounts; None: the country's, else USD.
    units
        What territories are made of: one of `units.UNIT_CHOICES`.
    seed
        Of everything drawn.
    n_workers
        Processes for the visits; 0: as many as there are cores.
    """

    accounts_path: Path | None = None
    where: str | None = None
    n_territories: int | None = None
    as_of: dt.date | None = None
    country: str | None = None
    currency: str | None = None
    units: str = "auto"
    seed: int = 0
    n_workers: int = 0

    def __post_init__(self) -> None:
        if self.n_territories is not None and self.n_territories < 1:
            raise ParamsError(
                f"territories must be at least 1, got {self.n_territories}"
            )
        if self.where is not None and self.accounts_path is None:
            raise ParamsError("where selects rows of a list: name it with --accounts")


@dataclass(kw_only=True)
class DemoLine:
    """
    What the steps hand to each other; each fills in its part.

    Parameters
    ----------
    name, currency, as_of
        Of the company.
    simulated
        What of it is simulated, in words.
    simulated_codes
        The same as codes: columns of accounts and parts of the company.
    before
        Territory by account today; None for a list that names no owners.
    today
        The territories as the owners of a list work them; None: it names none.
    sample
        The sample company; None for a list.
    finished
        The steps that came to their end.

    Notes
    -----
    Fields without a first value are filled in by the step of their name.
    """

    name: str
    currency: str
    as_of: dt.date
    simulated: str
    effective_from: dt.date
    measures: tuple[BalanceMeasure, ...]
    import_counts: dict[str, Any]
    findings: pd.DataFrame
    accounts: pd.DataFrame
    units: gpd.GeoDataFrame
    edges: pd.DataFrame
    plan_text: str
    simulated_codes: tuple[str, ...] = ()
    before: pd.Series | None = None  # territory by account today
    today: PresentPlan | None = None
    sample: SampleCompany | None = None
    positions: pd.DataFrame = field(default_factory=pd.DataFrame)
    reps: pd.DataFrame = field(default_factory=pd.DataFrame)
    deals: pd.DataFrame = field(default_factory=pd.DataFrame)
    splits: pd.DataFrame | None = None
    balanced: BalanceResult = field(init=False)
    territory_by_account: pd.Series = field(init=False)
    quotas: pd.DataFrame = field(default_factory=pd.DataFrame)
    ownership: pd.DataFrame = field(default_factory=pd.DataFrame)
    published: Publication = field(init=False)
    visits: VisitsResult = field(init=False)
    credited: CreditResult = field(init=False)
    paid: PayResult = field(init=False)
    period: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    finished: list[str] = field(default_factory=list)
