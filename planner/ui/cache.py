"""
What pages read, kept until it changes.

A scenario is kept under its version, a company's facts under the service's stamp of
them, so no frame is ever hashed and nothing stale is shown. What comes back is shared
between sessions: read it, never write to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from planner.core.files.spreadsheets import csv_bytes
from planner.core.files.spreadsheets import xlsx_bytes
from planner.core.files.tables import in_money
from planner.core.formats import Formats
from planner.core.settings import Settings
from planner.geography.boundaries import load_states
from planner.segmentation.rules import Rule
from planner.services.accounts import health as health_service
from planner.services.accounts import segments
from planner.services.accounts.health_view import HealthView
from planner.services.accounts.segments import SegmentView
from planner.services.balance import proposal as territory
from planner.services.balance.proposal import Proposal
from planner.services.company import companies
from planner.services.people.roster import Roster
from planner.services.people.roster import load_roster
from planner.services.scenarios import Scenario
from planner.services.scenarios import listing
from planner.services.scenarios.listing import Comparison
from planner.services.territories import accounts
from planner.services.territories import view as services_territory_view
from planner.services.territories.view import Facts
from planner.services.territories.view import TerritoryView
from planner.services.territories.view import company_facts as read_facts
from planner.services.workspace import Workspace
from planner.ui.components.planmap import Layer
from planner.ui.components.planmap import Outline
from planner.ui.components.planmap import places_of
from planner.ui.components.planmap import shapes_of
from planner.ui.maps.accounts import account_facts
from planner.ui.maps.palette import PALETTES
from planner.ui.maps.territory import bounds_of
from planner.ui.maps.territory import outlines_of
from planner.ui.maps.territory import territory_colours
from planner.ui.maps.territory import unit_facts

Key = tuple[str, ...]
_COLOURS = "territory_colours"
PALETTE = "terr-palette"  # its name, as the Territories page asks for it
MARGIN_DEG = 1.5  # how far around the units states are drawn


def facts_key(ws: Workspace) -> Key:
    """Name the company and the state of its facts: equal keys, equal facts."""
    where = f"{ws.store.label} {ws.store.store_id}"  # the URL may hold a password
    return where, str(ws.company_id), companies.facts_stamp(ws)


def _scenario_key(ws: Workspace, scenario: Scenario | None) -> Key:
    if scenario is None:
        return (*facts_key(ws), "", "")
    return (*facts_key(ws), scenario.scenario_id, str(scenario.version))


def company_facts(ws: Workspace) -> Facts:
    """Read what no scenario of the open company changes."""
    return _company_facts(facts_key(ws), ws)


@st.cache_resource(max_entries=4, show_spinner="Reading the accounts …")
def _company_facts(
    kept_under: Key,  # noqa: ARG001
    _ws: Workspace,
) -> Facts:
    return read_facts(_ws)


def territory_view(ws: Workspace, scenario: Scenario) -> TerritoryView:
    """Read the territories of a scenario."""
    return _territory_view(_scenario_key(ws, scenario), ws, scenario.scenario_id)


@st.cache_resource(max_entries=12, show_spinner="Reading the scenario …")
def _territory_view(
    kept_under: Key,  # noqa: ARG001
    _ws: Workspace,
    _scenario_id: str,
) -> TerritoryView:
    return services_territory_view.overview(_ws, _scenario_id, company_facts(_ws))


def account_list(ws: Workspace, scenario: Scenario | None) -> pd.DataFrame:
    """Read the accounts with their owners in a scenario."""
    scenario_id = scenario.scenario_id if scenario else None
    return _account_list(_scenario_key(ws, scenario), ws, scenario_id)


@st.cache_resource(max_entries=8, show_spinner="Reading the accounts …")
def _account_list(
    kept_under: Key,  # noqa: ARG001
    _ws: Workspace,
    _scenario_id: str | None,
) -> pd.DataFrame:
    known = company_facts(_ws).accounts
    return accounts.account_list(_ws, _scenario_id, known)


def comparison(ws: Workspace, a: Scenario, b: Scenario) -> Comparison:
    """Put two scenarios side by side."""
    key = (*_scenario_key(ws, a), b.scenario_id, str(b.version))
    return _comparison(key, ws, a, b)


@st.cache_resource(max_entries=8, show_spinner="Comparing …")
def _comparison(
    kept_under: Key,  # noqa: ARG001
    _ws: Workspace,
    _a: Scenario,
    _b: Scenario,
) -> Comparison:
    views = territory_view(_ws, _a), territory_view(_ws, _b)
    return listing.compare_views(_ws, *views)


def proposal(
    ws: Workspace, scenario: Scenario, job_id: str, result: Mapping[str, Any]
) -> Proposal:
    """Read a finished balance job as a change of the scenario."""
    key = (*_scenario_key(ws, scenario), job_id)
    return _proposal(key, ws, scenario.scenario_id, result)


@st.cache_resource(max_entries=6, show_spinner="Reading the proposal …")
def _proposal(
    kept_under: Key,  # noqa: ARG001
    _ws: Workspace,
    _scenario_id: str,
    _result: Mapping[str, Any],
) -> Proposal:
    return territory.proposal(_ws, _scenario_id, _result)


def team_outlines(ws: Workspace, theirs: TerritoryView) -> list[Outline]:
    """Draw a team's territories as outlines, to lie over another's."""
    return _team_outlines(_scenario_key(ws, theirs.scenario), theirs)


@st.cache_resource(max_entries=8, show_spinner="Drawing the other team …")
def _team_outlines(
    kept_under: Key,  # noqa: ARG001
    _theirs: TerritoryView,
) -> list[Outline]:
    return outlines_of(_theirs)


def colours(ws: Workspace, view: TerritoryView) -> dict[str, str]:
    """
    Colour the territories of a view, as near as can be to what this session saw last.

    Returns
    -------
    Colour by territory, of the palette this session chose.
    """
    seen: dict[str, dict[str, str]] = st.session_state.setdefault(_COLOURS, {})
    chosen = st.session_state.get(PALETTE)
    palette = next((p for p in PALETTES if p.name == chosen), PALETTES[0])
    found = territory_colours(view, seen.get(str(ws.company_id)), palette)
    seen[str(ws.company_id)] = {**seen.get(str(ws.company_id), {}), **found}
    return found


def unit_shapes(ws: Workspace, view: TerritoryView, fmt: Formats) -> Layer:
    """Encode the units of a company for the map."""
    return _unit_shapes(facts_key(ws), fmt, view)


@st.cache_resource(max_entries=6, show_spinner="Drawing the units …")
def _unit_shapes(
    kept_under: Key,  # noqa: ARG001
    fmt: Formats,
    _view: TerritoryView,
) -> Layer:
    return shapes_of(_view.units, facts=unit_facts(_view, fmt))


def roster(ws: Workspace, scenario: Scenario) -> Roster:
    """Read who works for the company; saving a scenario may add seats."""
    return _roster(_scenario_key(ws, scenario), ws)


@st.cache_resource(max_entries=32, show_spinner=False)  # one a scenario, and small
def _roster(
    kept_under: Key,  # noqa: ARG001
    _ws: Workspace,
) -> Roster:
    return load_roster(_ws)


def unit_middles(ws: Workspace, view: TerritoryView) -> pd.DataFrame:
    """Find a place inside each unit, by which shapes drawn around it take it in."""
    return _unit_middles(facts_key(ws), view)


@st.cache_resource(max_entries=6, show_spinner=False)
def _unit_middles(
    kept_under: Key,  # noqa: ARG001
    _view: TerritoryView,
) -> pd.DataFrame:
    middle = _view.units.geometry.representative_point()
    return pd.DataFrame({"lat": middle.y, "lon": middle.x}, index=_view.units.index)


def home_bounds(
    ws: Workspace, view: TerritoryView
) -> tuple[float, float, float, float]:
    """Frame the first look at a company's map: south, west, north, east."""
    return _home_bounds(facts_key(ws), view)


@st.cache_resource(max_entries=6, show_spinner=False)
def _home_bounds(
    kept_under: Key,  # noqa: ARG001
    _view: TerritoryView,
) -> tuple[float, float, float, float]:
    return bounds_of(_view)


def account_places(
    ws: Workspace, scenario: Scenario | None, rows: pd.DataFrame, fmt: Formats, of: str
) -> Layer:
    """
    Encode accounts for the map.

    Parameters
    ----------
    ws, scenario
        Whose accounts, under which owners; None: owners are not told.
    rows
        The accounts, of `account_list`.
    fmt
        How the facts of the popover are written.
    of
        Which accounts they are, such as the filter: equal texts, equal rows.
    """
    has_owner = scenario is not None
    return _account_places(_scenario_key(ws, scenario), fmt, of, has_owner, rows)


@st.cache_resource(max_entries=12, show_spinner=False)
def _account_places(
    kept_under: Key,  # noqa: ARG001
    fmt: Formats,
    of: str,  # noqa: ARG001
    has_owner: bool,
    _rows: pd.DataFrame,
) -> Layer:
    return places_of(_rows, facts=account_facts(_rows, fmt, has_owner=has_owner))


def state_shapes(ws: Workspace, view: TerritoryView | None) -> Layer | None:
    """Encode the states around a company's units, the quiet base of its maps."""
    return _state_shapes((*facts_key(ws), str(view is None)), ws.settings, view)


@st.cache_resource(max_entries=6, show_spinner=False)
def _state_shapes(
    kept_under: Key,  # noqa: ARG001
    _settings: Settings,
    _view: TerritoryView,
) -> Layer | None:
    outlines = load_states(_settings.data_dir)
    if _view is None or _view.units.empty:
        return shapes_of(outlines)
    west, south, east, north = _view.units.total_bounds
    near = outlines.cx[
        west - MARGIN_DEG : east + MARGIN_DEG, south - MARGIN_DEG : north + MARGIN_DEG
    ]
    return shapes_of(near) if len(near) else None


def health(ws: Workspace, scenario: Scenario | None, *, fuzzy: bool) -> HealthView:
    """Read what is wrong with the accounts."""
    key = (*_scenario_key(ws, scenario), str(fuzzy))
    return _health(key, ws, scenario.scenario_id if scenario else None, fuzzy)


@st.cache_resource(max_entries=4, show_spinner="Looking at every account …")
def _health(
    kept_under: Key,  # noqa: ARG001
    _ws: Workspace,
    _scenario_id: str | None,
    _fuzzy: bool,
) -> HealthView:
    return health_service.health(_ws, _scenario_id, fuzzy=_fuzzy)


def saved_segments(ws: Workspace, rules: tuple[Rule, ...]) -> SegmentView:
    """Read what the saved rules decide."""
    return _saved_segments(facts_key(ws), ws, rules)


@st.cache_resource(max_entries=4, show_spinner="Reading the segments …")
def _saved_segments(
    kept_under: Key,  # noqa: ARG001
    _ws: Workspace,
    _rules: tuple[Rule, ...],
) -> SegmentView:
    return segments.preview(_ws, _rules)


@st.cache_resource(max_entries=8, show_spinner="Writing the files …")
def table_files(
    kept_under: Key,  # noqa: ARG001
    _sheets: Mapping[str, pd.DataFrame],
    currency: str,
) -> tuple[bytes, bytes]:
    """
    Write tables once, not on every rerun.

    Parameters
    ----------
    kept_under
        Names the content: equal keys, equal tables.
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
