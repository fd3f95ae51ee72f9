"""
What pages read, kept until it changes.

A scenario is kept under its version, a company's facts under the service's stamp of
them, so no frame is ever hashed and nothing stale is shown: arguments whose name begins
with an underscore do not count. What comes back is shared
between sessions: read it, never write to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ParamSpec, TypeVar

import pandas as pd
import streamlit as st

from planner.core.errors import InputError
from planner.core.files.spreadsheets import csv_bytes, xlsx_bytes
from planner.core.files.tables import in_money
from planner.core.formats import Formats
from planner.geography.basemap import base_map, extent_of
from planner.segmentation.rules import Rule
from planner.services.accounts import health as health_service
from planner.services.accounts import segments, simulated
from planner.services.accounts.health_view import HealthView
from planner.services.accounts.segments import SegmentView
from planner.services.balance.proposal import ProposalView, view_proposal
from planner.services.company import colours as seen
from planner.services.company import companies, overview
from planner.services.company.overview import CompanyView
from planner.services.pay import runs
from planner.services.pay.runs import PayView
from planner.services.people.roster import Roster, load_roster
from planner.services.quotas import setting
from planner.services.quotas.setting import QuotaView
from planner.services.scenarios import Scenario, listing
from planner.services.scenarios.listing import Comparison
from planner.services.territories import accounts
from planner.services.territories import view as services_territory_view
from planner.services.territories.view import Facts, TerritoryView
from planner.services.territories.view import company_facts as read_facts
from planner.services.visits import plans
from planner.services.visits.plans import RepWeeks
from planner.services.workspace import OpenCompany, Workspace
from planner.territory.solve.proposal import Proposal
from planner.ui.components.planmap import Ground, Layer, Outline, places_of, shapes_of
from planner.ui.maps.accounts import account_facts
from planner.ui.maps.palette import PALETTES
from planner.ui.maps.territory import (
    bounds_of,
    outlines_of,
    territory_colours,
    unit_facts,
)

P = ParamSpec("P")
R = TypeVar("R")
Key = tuple[str, ...]
_COLOURS = "territory_colours"
PALETTE = "terr-palette"  # its name, as the Territories page asks for it


def facts_key(ws: OpenCompany) -> Key:
    """Name the company and the state of its facts: equal keys, equal facts."""
    where = f"{ws.store.label} {ws.store.store_id}"  # the URL may hold a password
    return where, ws.company_id, companies.facts_stamp(ws)


def _version_key(scenario: Scenario) -> Key:
    return scenario.scenario_id, str(scenario.version)


def kept(
    max_entries: int, spinner: str | bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """
    Keep what a function reads until the facts or the scenario it is of change.

    Parameters
    ----------
    max_entries
        Most answers that are kept.
    spinner
        What the page says while it waits; False: nothing.
    """
    keep: Callable[[Callable[P, R]], Callable[P, R]] = st.cache_resource(
        max_entries=max_entries,
        show_spinner=spinner,
        hash_funcs={OpenCompany: facts_key, Scenario: _version_key},
    )
    return keep


@kept(4, "Reading the accounts …")
def company_facts(ws: OpenCompany) -> Facts:
    """Read what no scenario of the open company changes."""
    return read_facts(ws)


@kept(8)
def simulated_labels(ws: OpenCompany) -> simulated.Labels:
    """Read what says how accounts are simulated."""
    return simulated.labels(ws)


@kept(12, "Reading the scenario …")
def territory_view(ws: OpenCompany, scenario: Scenario) -> TerritoryView:
    """Read the territories of a scenario."""
    return services_territory_view.overview(ws, scenario.scenario_id, company_facts(ws))


@kept(8, "Reading the accounts …")
def account_list(ws: OpenCompany, scenario: Scenario | None) -> pd.DataFrame:
    """Read the accounts with their owners in a scenario."""
    scenario_id = scenario.scenario_id if scenario else None
    return accounts.account_list(ws, scenario_id, company_facts(ws).accounts)


@kept(8, "Comparing …")
def comparison(ws: OpenCompany, a: Scenario, b: Scenario) -> Comparison:
    """Put two scenarios side by side."""
    return listing.compare_views(ws, territory_view(ws, a), territory_view(ws, b))


@kept(6, "Reading the proposal …")
def proposal(
    ws: OpenCompany,
    scenario: Scenario,
    job_id: str,  # noqa: ARG001 - whose result it is
    _plan: Proposal,
) -> ProposalView:
    """Look at a finished balance job's plan as a change of the scenario."""
    return view_proposal(ws, scenario.scenario_id, _plan)


def team_outlines(ws: OpenCompany, theirs: TerritoryView) -> list[Outline]:
    """Draw a team's territories as outlines, to lie over another's."""
    return _team_outlines(ws, theirs.scenario, theirs)


@kept(8, "Drawing the other team …")
def _team_outlines(
    ws: OpenCompany,  # noqa: ARG001
    scenario: Scenario,  # noqa: ARG001
    _theirs: TerritoryView,
) -> list[Outline]:
    return outlines_of(_theirs)


def colours(ws: OpenCompany, view: TerritoryView) -> dict[str, str]:
    """
    Colour the territories of a view, as near as can be to what was seen of them before.

    In this session, else in any: the colours of a company are kept with it.

    Returns
    -------
    Colour by territory, of the palette this session chose.
    """
    by_company: dict[str, dict[str, str]] = st.session_state.setdefault(_COLOURS, {})
    palette_name = st.session_state.get(PALETTE)
    palette = next((p for p in PALETTES if p.name == palette_name), PALETTES[0])
    stored = seen.colours_seen(ws, palette.name)
    before = {**stored, **by_company.get(ws.company_id, {})}
    colours_now = territory_colours(view, before, palette)
    if not colours_now.keys() <= stored.keys():
        seen.keep_colours(ws, palette.name, colours_now)
    by_company[ws.company_id] = {**before, **colours_now}
    return colours_now


@kept(6, "Drawing the units …")
def unit_shapes(
    ws: OpenCompany,  # noqa: ARG001
    _view: TerritoryView,
    fmt: Formats,
) -> Layer:
    """Encode the units of a company for the map."""
    return shapes_of(_view.units, facts=unit_facts(_view, fmt))


@kept(32)  # one a scenario, and small
def roster(
    ws: OpenCompany,
    scenario: Scenario,  # noqa: ARG001 - saving one may add seats
) -> Roster:
    """Read who works for the company."""
    return load_roster(ws)


@kept(6)
def unit_middles(
    ws: OpenCompany,  # noqa: ARG001
    _view: TerritoryView,
) -> pd.DataFrame:
    """Find a place inside each unit, by which shapes drawn around it take it in."""
    middle = _view.units.geometry.representative_point()
    return pd.DataFrame({"lat": middle.y, "lon": middle.x}, index=_view.units.index)


@kept(6)
def home_bounds(
    ws: OpenCompany,  # noqa: ARG001
    _view: TerritoryView,
) -> tuple[float, float, float, float]:
    """Frame the first look at a company's map: south, west, north, east."""
    return bounds_of(_view)


@kept(12)
def account_places(
    ws: OpenCompany,  # noqa: ARG001
    scenario: Scenario | None,
    _rows: pd.DataFrame,
    fmt: Formats,
    of: str,  # noqa: ARG001
) -> Layer:
    """
    Encode accounts for the map.

    Parameters
    ----------
    ws, scenario
        Whose accounts, under which owners; None: owners are not told.
    _rows
        The accounts, of `account_list`.
    fmt
        How the facts of the popover are written.
    of
        Which accounts they are, such as the filter: equal texts, equal rows.
    """
    facts = account_facts(_rows, fmt, has_owner=scenario is not None)
    return places_of(_rows, facts=facts)


def ground(ws: OpenCompany, view: TerritoryView | None) -> Ground | None:
    """Encode what lies around a company's units, the quiet base of its maps."""
    return ground_around(ws, None if view is None else extent_of(view.units))


def ground_around(
    ws: Workspace, bounds: tuple[float, float, float, float] | None
) -> Ground | None:
    """
    Encode what lies around some places.

    Parameters
    ----------
    ws
        Its settings name the reference geography.
    bounds
        West, south, east, north in degrees; None: the whole world.

    Returns
    -------
    None without a file of the reference geography.
    """
    return _ground(str(ws.settings.data_dir), bounds)


@st.cache_resource(max_entries=6, show_spinner=False)
def _ground(
    data_dir: str, bounds: tuple[float, float, float, float] | None
) -> Ground | None:
    try:
        base = base_map(Path(data_dir), bounds)
    except InputError:
        return None
    return Ground(
        outlines=shapes_of(base.outlines),
        towns=places_of(base.towns) if len(base.towns) else None,
    )


@kept(4, "Looking at every account …")
def health(ws: OpenCompany, scenario: Scenario | None, *, fuzzy: bool) -> HealthView:
    """Read what is wrong with the accounts."""
    scenario_id = scenario.scenario_id if scenario else None
    return health_service.health(ws, scenario_id, fuzzy=fuzzy)


@kept(4, "Reading the segments …")
def saved_segments(ws: OpenCompany, _rules: tuple[Rule, ...]) -> SegmentView:
    """Read what the saved rules decide."""
    return segments.preview(ws, _rules)


@kept(64, "Reading the visits …")
def rep_weeks(
    ws: OpenCompany,
    scenario: Scenario,
    rep_id: str,
    run_id: str,  # noqa: ARG001 - planned anew: other weeks
) -> RepWeeks:
    """Read a rep's planned weeks."""
    return plans.rep_weeks(ws, scenario.scenario_id, rep_id)


@kept(12, "Reading the quotas …")
def quota_view(ws: OpenCompany, scenario: Scenario) -> QuotaView:
    """Read a scenario's quotas."""
    return setting.quota_view(ws, scenario.scenario_id)


@kept(24, "Reading the pay run …")
def pay_view(
    ws: OpenCompany,
    period: str,
    run_id: str,  # noqa: ARG001 - run anew: other pay
) -> PayView | None:
    """Read a month's pay by position."""
    return runs.pay_view(ws, period)


@kept(8, "Adding up the company …")
def company_view(
    ws: OpenCompany,
    stamp: str,  # noqa: ARG001 - of what the figures are made
) -> CompanyView:
    """Read the company's figures."""
    return overview.company_view(ws)


@kept(8, "Writing the files …")
def table_files(
    content: Key,  # noqa: ARG001
    _sheets: Mapping[str, pd.DataFrame],
    currency: str,
) -> tuple[bytes, bytes]:
    """
    Write tables once, not on every rerun.

    Parameters
    ----------
    content
        Names it: equal keys, equal tables.
    _sheets
        Tables by sheet name; amounts in minor units.
    currency
        Of the amounts, which the files hold as decimals.

    Returns
    -------
    The last table as CSV, all of them as a workbook.
    """
    sheets = {
        name: in_money(sheet, currency, has_currency_column=True)
        for name, sheet in _sheets.items()
    }
    return csv_bytes(list(sheets.values())[-1]), xlsx_bytes(sheets)
