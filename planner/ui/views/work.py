"""What reps, analysts and leaders read, kept until it changes; see `reads`."""

from __future__ import annotations

import streamlit as st

from planner.services.company import overview
from planner.services.company.overview import CompanyView
from planner.services.pay import runs
from planner.services.pay.runs import PayView
from planner.services.quotas import setting
from planner.services.quotas.setting import QuotaView
from planner.services.scenarios import Scenario
from planner.services.visits import plans
from planner.services.visits.plans import RepWeeks
from planner.services.workspace import Workspace
from planner.ui.cache import Key
from planner.ui.cache import facts_key


def rep_weeks(ws: Workspace, scenario: Scenario, rep_id: str, run_id: str) -> RepWeeks:
    """Read a rep's planned weeks."""
    key = (*facts_key(ws), scenario.scenario_id, run_id, rep_id)
    return _rep_weeks(key, ws, scenario.scenario_id, rep_id)


@st.cache_resource(max_entries=64, show_spinner="Reading the visits …")
def _rep_weeks(
    kept_under: Key,  # noqa: ARG001
    _ws: Workspace,
    _scenario_id: str,
    _rep_id: str,
) -> RepWeeks:
    return plans.rep_weeks(_ws, _scenario_id, _rep_id)


def quota_view(ws: Workspace, scenario: Scenario) -> QuotaView:
    """Read a scenario's quotas."""
    key = (*facts_key(ws), scenario.scenario_id, str(scenario.version))
    return _quota_view(key, ws, scenario.scenario_id)


@st.cache_resource(max_entries=12, show_spinner="Reading the quotas …")
def _quota_view(
    kept_under: Key,  # noqa: ARG001
    _ws: Workspace,
    _scenario_id: str,
) -> QuotaView:
    return setting.quota_view(_ws, _scenario_id)


def pay_view(ws: Workspace, period: str, run_id: str) -> PayView | None:
    """Read a month's pay by position."""
    return _pay_view((*facts_key(ws), period, run_id), ws, period)


@st.cache_resource(max_entries=24, show_spinner="Reading the pay run …")
def _pay_view(
    kept_under: Key,  # noqa: ARG001
    _ws: Workspace,
    _period: str,
) -> PayView | None:
    return runs.pay_view(_ws, _period)


def company_view(ws: Workspace, stamp: str) -> CompanyView:
    """Read the company's figures."""
    return _company_view((*facts_key(ws), stamp), ws)


@st.cache_resource(max_entries=8, show_spinner="Adding up the company …")
def _company_view(
    kept_under: Key,  # noqa: ARG001
    _ws: Workspace,
) -> CompanyView:
    return overview.company_view(_ws)
