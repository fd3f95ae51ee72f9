"""What every page needs: the open company, the chosen scenario, formats, jobs."""

from __future__ import annotations

import datetime as dt

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from planner.core.errors import JobError, NotFoundError
from planner.core.formats import Formats
from planner.core.settings import Settings
from planner.jobs import Job, queue
from planner.jobs.worker import ensure_worker
from planner.services.accounts.simulated import simulated_in
from planner.services.company import companies, sample
from planner.services.company.settings import company_settings
from planner.services.regional import formats_of
from planner.services.scenarios import FIELD, Scenario, listing, publishing
from planner.services.workspace import (
    OpenCompany,
    Workspace,
    latest_company,
    open_company,
)
from planner.ui import cache, simulated, widgets
from planner.ui.widgets import JobState, JobView

_COMPANY = "company_id"
_SCENARIO = "scenario_id"
_IN_ADDRESS = "scenario"
_SEEN = "seen_versions"
_JUST_LOADED = "sample_was_loaded"
_ASKED_AT = "worker_asked_at"
QUIET_S = 10.0  # two heartbeats: after that a job's worker is looked after

_STATES: dict[str, JobState] = {
    "queued": "waiting",
    "running": "running",
    "done": "done",
    "failed": "failed",
    "cancelled": "cancelled",
}
JOB_TITLES = {
    "balance": "Balancing territories",
    "frontier": "Weighing balance against moves",
    "headcount": "Comparing numbers of territories",
    "visits": "Planning visits",
    "pay": "Running pay",
    "geocode": "Asking the address service",
}


@st.cache_resource(show_spinner="Opening the planner …")
def _first_company(store_url: str) -> tuple[OpenCompany, bool]:
    """Open the store once per server, load the sample, start the worker."""
    settings = Settings.from_environment()
    ws, was_loaded = companies.ensure_company(settings)
    ensure_worker(store_url)
    if was_loaded:
        prepare(ws)
    return ws, was_loaded


def prepare(ws: OpenCompany) -> None:
    """Queue visits and pay of the alignment in force, so that no page is empty."""
    from planner.services.pay import runs
    from planner.services.visits import plans

    as_of = companies.company(ws).today
    published = publishing.in_force(ws, as_of)
    if published is None:
        return
    pay_params = {"period": runs.latest_period(ws)}
    jobs = (("pay", pay_params), ("visits", plans.default_params(ws)))
    for kind, params in jobs:
        queue.submit(
            ws.store, ws.company_id, published.scenario_id, kind, params, ws.user
        )


def workspace() -> Workspace:
    """Return the store of this server, whatever company is open."""
    settings = Settings.from_environment()
    first, was_loaded = _first_company(settings.store_url)
    if _JUST_LOADED not in st.session_state:
        st.session_state[_JUST_LOADED] = was_loaded
    return Workspace(store=first.store, settings=settings, user=first.user)


def current_company() -> OpenCompany | None:
    """
    Return the open company of this browser session.

    Returns
    -------
    The one chosen in it, else the one opened last: the store may have been restored
    from a backup that lacks the choice. None: the store holds no company.
    """
    ws = workspace()
    choice = st.session_state.get(_COMPANY)
    if choice is not None:
        try:
            return _marked(open_company(ws, choice))
        except NotFoundError:
            st.session_state.pop(_SCENARIO, None)
    company = latest_company(ws)
    st.session_state[_COMPANY] = None if company is None else company.company_id
    return None if company is None else _marked(company)


def _marked(company: OpenCompany) -> OpenCompany:
    """
    Look at a company as it is today.

    The sample catches up with its day before anything of it is read; the parts of the
    page learn what of the company is simulated.
    """
    sample.roll_forward(company)
    labels = cache.simulated_labels(company)
    simulated.use(simulated_in(companies.company(company), labels))
    return company


def company() -> OpenCompany:
    """Return the open company; without one the page says so, and ends here."""
    current = current_company()
    if current is not None:
        return current
    widgets.empty_state(
        "No company yet",
        "This store holds no company. Begin one on the page Home.",
        key="no-company",
    )
    raise StopException  # as `st.stop` does, whose types hide that it never returns


def choose_company(company: OpenCompany) -> None:
    """Make a company the open one of this session; its latest scenario is chosen."""
    st.session_state[_COMPANY] = company.company_id
    st.session_state.pop(_SCENARIO, None)


def forget_company(company_id: str) -> None:
    """Let this session turn to another company, if this one was open in it."""
    if st.session_state.get(_COMPANY) == company_id:
        st.session_state[_COMPANY] = None
        st.session_state.pop(_SCENARIO, None)


def sample_was_loaded() -> bool:
    """Tell whether this server started with an empty store."""
    return bool(st.session_state.get(_JUST_LOADED))


def scenario(ws: OpenCompany) -> Scenario | None:
    """
    Return the scenario this session works on, as it is in the store now.

    Returns
    -------
    The chosen one, else the latest draft of the owners' team but "Today", else its
    latest; None if there is none.
    """
    scenarios = listing.scenarios(ws)
    # The address remembers it over a reload, which ends the session.
    scenario_id = st.session_state.get(_SCENARIO) or st.query_params.get(_IN_ADDRESS)
    for candidate in scenarios:
        if candidate.scenario_id == scenario_id:
            st.session_state[_SCENARIO] = scenario_id
            return candidate
    # Nobody works on the territories as the list's owners have them: they are what
    # drafts are compared with.
    today_id = company_settings(ws).today_id
    owners = [
        candidate
        for candidate in scenarios
        if candidate.team == FIELD and candidate.scenario_id != today_id
    ]
    drafts = [candidate for candidate in owners if candidate.status == "draft"]
    latest = next(iter(drafts or owners or scenarios), None)
    if latest is not None:
        st.session_state[_SCENARIO] = latest.scenario_id
    return latest


def choose_scenario(scenario_id: str) -> None:
    """Let this session work on another scenario."""
    st.session_state[_SCENARIO] = scenario_id


def note_in_address(scenario_id: str) -> None:
    """Write the scenario into the page's address: a reload or a link opens it again."""
    if st.query_params.get(_IN_ADDRESS) != scenario_id:
        st.query_params[_IN_ADDRESS] = scenario_id


def seen_version(scenario: Scenario) -> int:
    """
    Return the version of a scenario that this session is looking at.

    Notes
    -----
    A page hands it to every save, so that what another session saved meanwhile is
    found. It moves only by `look_at`: at the first look, after one's own save, or
    when the user asks to reload.
    """
    versions: dict[str, int] = st.session_state.setdefault(_SEEN, {})
    return versions.setdefault(scenario.scenario_id, scenario.version)


def look_at(scenario_id: str, version: int) -> None:
    """Note which version of a scenario the user has before them now."""
    st.session_state.setdefault(_SEEN, {})[scenario_id] = version


def plain_formats(ws: Workspace) -> Formats:
    """Return how numbers and dates are written where no company is open."""
    return formats_of(ws.settings, {}, "USD")


def formats(ws: OpenCompany) -> Formats:
    """Return how numbers and dates are written for this company."""
    company = companies.company(ws)
    return formats_of(ws.settings, company.details, company.currency)


def submit(
    ws: OpenCompany, kind: str, scenario_id: str | None, params: dict[str, object]
) -> str:
    """Queue a job and see that a worker is there to run it."""
    job_id = queue.submit(ws.store, ws.company_id, scenario_id, kind, params, ws.user)
    ensure_worker(ws.store.url)
    return job_id


def job_view(ws: Workspace, job_id: str) -> JobView:
    """Read a job for the job panel; one that shows no life gets a worker again."""
    job = queue.load(ws.store, job_id)
    fault = "" if job.is_over else _see_to_worker(ws, job)
    return JobView(
        state=_STATES.get(job.state, "failed"),
        title=JOB_TITLES.get(job.kind, job.kind),
        fraction=job.fraction,
        note=fault or job.note,
        objective=job.best,
        bound=job.bound,
        elapsed_s=_elapsed_s(job.started_at, job.finished_at),
        error=job.error or "",
    )


def _see_to_worker(ws: Workspace, job: Job) -> str:
    """
    Start a worker if the one that had the job is gone, for instance killed.

    Returns
    -------
    What went wrong, in words; "" if nothing did.
    """
    seen_at = dt.datetime.fromisoformat(job.heartbeat_at or job.created_at)
    now = dt.datetime.now(dt.UTC)
    asked_at = st.session_state.get(_ASKED_AT)
    quiet = dt.timedelta(seconds=QUIET_S)
    if now - seen_at < quiet or (asked_at is not None and now - asked_at < quiet):
        return ""
    st.session_state[_ASKED_AT] = now
    try:
        ensure_worker(ws.store.url)
    except JobError as error:
        return str(error)
    return ""


def _elapsed_s(started_at: str | None, finished_at: str | None) -> float:
    """Count the seconds a job has run so far, or ran."""
    if started_at is None:
        return 0.0
    begin = dt.datetime.fromisoformat(started_at)
    end = dt.datetime.now(dt.UTC)
    if finished_at is not None:
        end = dt.datetime.fromisoformat(finished_at)
    return max(0.0, (end - begin).total_seconds())
