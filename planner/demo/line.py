"""What the demo runs on, and what its steps left in the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from planner.accounts.findings import ImportReport
from planner.commissions.statements.statement import Statement
from planner.core.errors import ParamsError
from planner.core.formats import Formats
from planner.services.accounts.simulated import Simulated, simulated_of
from planner.services.company import Company, companies
from planner.services.pay import runs
from planner.services.pay.runs import PayView
from planner.services.people.holders import VACANT, rep_by_position, reps_of_scenario
from planner.services.people.roster import Roster, load_roster
from planner.services.quotas.setting import QuotaView, quota_view
from planner.services.regional import formats_of
from planner.services.territories.accounts import account_list
from planner.services.territories.view import TerritoryView, overview
from planner.services.visits.plans import visit_plan
from planner.services.workspace import OpenCompany
from planner.store.company import deals as deal_rows
from planner.store.pay import ledger as ledger_rows
from planner.store.scenarios.publications import Publication
from planner.store.scenarios.visits import VisitPlan
from planner.territory.solve.proposal import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoParams:
    """
    What the demo runs on.

    Parameters
    ----------
    accounts_path
        A list of accounts; None: the sample company.
    reps_path, deals_path, comp_plan_path
        People, deals and pay terms of the list's company; None: they are simulated.
    where
        ``column=value``: the rows of the list to keep.
    n_territories
        None: as many as there are today, else one for each of the people, else one for
        each 150 accounts of a list.
    country
        Of rows of the list that name none; None: found out.
    currency
        Of its amounts; None: found out, see `imports.importing`.
    units
        What territories are made of: one of `units.UNIT_CHOICES`.
    seed
        Of the searches.
    n_workers
        Processes for the visits; 0: as many as there are cores.
    """

    accounts_path: Path | None = None
    reps_path: Path | None = None
    deals_path: Path | None = None
    comp_plan_path: Path | None = None
    where: str | None = None
    n_territories: int | None = None
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
        if self.accounts_path is not None:
            return
        if self.where is not None:
            raise ParamsError("where selects rows of a list: name it with --accounts")
        for option, path in self.companions.items():
            if path is not None:
                raise ParamsError(
                    f"{option} goes with a list of accounts: name it with --accounts"
                )

    @property
    def companions(self) -> dict[str, Path | None]:
        """Files that go with a list of accounts, by their option."""
        return {
            "--reps": self.reps_path,
            "--deals": self.deals_path,
            "--comp-plan": self.comp_plan_path,
        }


@dataclass(kw_only=True, eq=False)
class DemoLine:
    """
    What the steps hand to each other, and what is read of the store at the end.

    Parameters
    ----------
    ws
        The company in its temporary store.
    reports
        The checks of the files, that of the accounts first; of the sample none.
    scenario_id
        The draft that is balanced and published.
    before
        The territories of today; none where a list names no owners.
    period
        The month that is paid.
    seconds, finished
        By step, and the steps that came to their end.

    Notes
    -----
    Fields without a first value are filled in by their steps. Figures are read when
    first asked for: after the steps that make them.
    """

    ws: OpenCompany
    reports: tuple[ImportReport, ...]
    scenario_id: str
    before: TerritoryView
    period: str
    proposal: Proposal = field(init=False)
    published: Publication = field(init=False)
    seconds: dict[str, float] = field(default_factory=dict)
    finished: list[str] = field(default_factory=list)

    @cached_property
    def company(self) -> Company:
        """The company: its name, currency, today."""
        return companies.company(self.ws)

    @cached_property
    def formats(self) -> Formats:
        """How its figures are written."""
        return formats_of(self.ws.settings, self.company.details, self.company.currency)

    @cached_property
    def simulated(self) -> Simulated:
        """What of it is simulated."""
        return simulated_of(self.ws)

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """All accounts, the closed ones too, with segment and territory."""
        return account_list(self.ws, self.scenario_id)

    @cached_property
    def view(self) -> TerritoryView:
        """The territories of the plan."""
        return overview(self.ws, self.scenario_id)

    @cached_property
    def roster(self) -> Roster:
        """The positions and who holds them."""
        return load_roster(self.ws)

    @cached_property
    def reps(self) -> pd.DataFrame:
        """The people, with their homes."""
        with self.ws.store.reading() as conn:
            return reps_of_scenario(conn, self.ws.company_id, self.scenario_id)

    @cached_property
    def quota_view(self) -> QuotaView:
        """The quotas of the plan beside what they stand on."""
        return quota_view(self.ws, self.scenario_id)

    @cached_property
    def visits(self) -> VisitPlan:
        """The visits of the plan."""
        plan = visit_plan(self.ws, self.scenario_id)
        if plan is None:
            raise LookupError("the visits are not planned yet")
        return plan

    @cached_property
    def pay(self) -> PayView:
        """The pay of the month, by position."""
        view = runs.pay_view(self.ws, self.period)
        if view is None:
            raise LookupError("the month is not paid yet")
        return view

    @cached_property
    def statements(self) -> dict[str, Statement]:
        """The statements of the month by position, of those that are held today."""
        names = self.roster.owner_names
        positions = [str(name) for name in names.index if names[name] != VACANT]
        return runs.statements(self.ws, positions, self.period)

    @cached_property
    def rep_by_position(self) -> dict[str, str]:
        """Who holds each position today, by id."""
        return rep_by_position(self.reps, self.company.today)

    def pay_table(self, name: str) -> pd.DataFrame:
        """Read one of the tables that the pay run keeps."""
        with self.ws.store.reading() as conn:
            return ledger_rows.load_pay_table(conn, self.pay.run.run_id, name)

    def n_deals(self) -> int:
        """Count the deals."""
        with self.ws.store.reading() as conn:
            return len(deal_rows.load_deals(conn, self.ws.company_id))
