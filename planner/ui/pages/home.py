"""Home: which company is open, how to begin another, what to do next."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.core import clock
from planner.core.formats import Formats
from planner.core.money import MINOR_DIGITS
from planner.services import workspace
from planner.services.accounts import segments
from planner.services.company import Company, companies
from planner.services.scenarios import FIELD, Scenario, listing, publishing
from planner.services.workspace import OpenCompany, Workspace
from planner.territory.model.unit_table import MEASURES
from planner.ui import cache, faults, session, widgets
from planner.ui.maps.text import markdown_text
from planner.ui.pages import PAGES
from planner.ui.simulated import signed
from planner.ui.views.accounts.removal import removal_button
from planner.ui.views.company_list import company_list
from planner.ui.views.figures import figures_setting
from planner.ui.views.imports import upload
from planner.ui.views.imports.target import BEGINS_ANOTHER
from planner.ui.views.today import day_setting

CURRENCIES = tuple(MINOR_DIGITS)


def main() -> None:
    """Draw the page."""
    ws = session.current_company()
    if ws is None:
        _first_steps(session.workspace())
        return
    fmt = session.formats(ws)
    company = companies.company(ws)
    slot = widgets.page_header(
        company.name,
        "From a list of accounts to balanced territories, quotas, routes and pay.",
        context=f"today is {fmt.day(company.today)} · {company.currency}",
    )
    with slot:
        day_setting(ws, fmt)
        figures_setting(ws, fmt)
        if st.button("Look at the territories", type="primary", key="home-go"):
            st.switch_page(f"{PAGES}/territories.py")
    _simulated_note(ws, company)
    _steps(ws, fmt)
    st.subheader("Begin another company")
    _templates(ws)
    st.subheader("Companies in this store")
    company_list(ws, fmt, ws.company_id)


def _first_steps(ws: Workspace) -> None:
    """Begin the first company of a store."""
    widgets.page_header(
        "No company yet",
        "Drop a list of your accounts, or begin with the sample or an empty company.",
    )
    _templates(ws)
    if workspace.companies(ws):  # all put aside
        st.subheader("Companies in this store")
        company_list(ws, session.plain_formats(ws), None)


def _simulated_note(ws: OpenCompany, company: Company) -> None:
    """Say plainly what is invented."""
    if company.kind == "sample":
        start = "The store was empty, so the sample company was loaded. "
        st.info(
            f"{start if session.sample_was_loaded() else ''}"
            "The places are real; the company, its accounts, people and figures are "
            "all simulated."
        )
    else:
        removal_button(ws, key="home")


# --- where the plan stands -----------------------------------------------------------


def _steps(ws: OpenCompany, fmt: Formats) -> None:
    """Five links with the state of each step."""
    scenario = session.scenario(ws)
    accounts = cache.account_list(ws, scenario)
    steps = [
        ("Accounts", "accounts.py", _accounts_state(accounts, fmt)),
        ("Segments", "segments.py", _segments_state(ws, accounts, fmt)),
        ("Territories", "territories.py", _territories_state(ws, scenario, fmt)),
        ("Quotas", "quotas.py", _quotas_state(ws, scenario, fmt)),
        ("Publish", "scenarios.py", _publish_state(ws, fmt)),
    ]
    st.html("<style>.st-key-home-steps [data-testid=stPageLink] a{padding:0}</style>")
    with st.container(key="home-steps"):
        columns = st.columns(len(steps), gap="small", border=True)
    for number, (column, (name, file, state)) in enumerate(
        zip(columns, steps, strict=True), start=1
    ):
        with column:
            st.page_link(f"{PAGES}/{file}", label=f"**{number} · {name}**")
            st.caption(markdown_text(state, 160))


def _accounts_state(accounts: pd.DataFrame, fmt: Formats) -> str:
    if accounts.empty:
        return "none yet: import a list"
    n_customers = int((accounts["status"] == "customer").sum())
    customers = signed(f"{fmt.number(n_customers)} customers", "status")
    return f"{fmt.number(len(accounts))} accounts, {customers}"


def _segments_state(ws: OpenCompany, accounts: pd.DataFrame, fmt: Formats) -> str:
    rules = segments.saved_rules(ws)
    n_segments = int(accounts["segment"].replace("", pd.NA).nunique())
    segments_text = signed(f"{fmt.number(n_segments)} segments", "segment")
    return f"{fmt.number(len(rules))} rules, {segments_text}"


def _territories_state(ws: OpenCompany, scenario: Scenario | None, fmt: Formats) -> str:
    if scenario is None:
        return "no scenario yet"
    view = cache.territory_view(ws, scenario)
    if view.territories.empty:
        return f"{scenario.name}: none drawn yet"
    # The first amount the list has; without any, the accounts themselves.
    name = next((one for one in view.measures if one != "accounts"), "accounts")
    what = MEASURES[name].lower()
    share = "wanted" if view.has_shares else "even"
    return (
        f"{len(view.territories)} territories, {signed(what, name)} up to "
        f"{fmt.share(view.index[name], 0)} off its {share} share"
    )


def _quotas_state(ws: OpenCompany, scenario: Scenario | None, fmt: Formats) -> str:
    total = listing.quota_total(ws, scenario.scenario_id) if scenario else None
    if total is None:
        return "not set yet"
    year, amount_minor = total
    return f"{signed(fmt.money_short(amount_minor), 'quotas')} for {year}"


def _publish_state(ws: OpenCompany, fmt: Formats) -> str:
    published = publishing.publications(ws, FIELD)
    if not published:
        return "nothing published yet"
    return f"in force from {fmt.day(published[0].effective_from)}"


# --- another company -----------------------------------------------------------------


def _templates(ws: Workspace) -> None:
    """Three ways to begin."""
    own, sample, empty = st.columns(3, gap="small", border=True)
    with sample:
        _sample_template(ws)
    with own:
        st.markdown("**My own file**")
        st.caption(
            "A list of accounts as CSV, Excel or GeoJSON, alone or with its users and "
            "deals. Each row is accepted, or refused with its reason."
        )
        if upload.drop_zone("A list of accounts", "home-file"):
            st.session_state[BEGINS_ANOTHER] = True
            st.session_state["import_kind"] = "accounts"
            st.switch_page(f"{PAGES}/import_data.py")
    with empty:
        _empty_template(ws)


def _sample_template(ws: Workspace) -> None:
    st.markdown("**Sample company**")
    st.caption(
        "About 3,000 accounts in six Great Lakes states, 24 reps, two years of "
        "orders. Everything in it is simulated."
    )
    samples = [record for record in workspace.companies(ws) if record.kind == "sample"]
    label = "Open the sample" if samples else "Load the sample"
    if st.button(label, key="home-sample"):
        with faults.guard("Loading the sample company"):
            _open_sample(ws, samples)


def _empty_template(ws: Workspace) -> None:
    st.markdown("**Empty**")
    st.caption("A company without accounts; fill it later through Import.")
    if st.button("Start empty", key="home-empty"):
        _empty_form(ws)


def _open_sample(ws: Workspace, samples: list[Company]) -> None:
    if samples:
        session.choose_company(workspace.use_company(ws, samples[0].company_id))
    else:
        with st.spinner("Loading the sample company …"):
            opened = companies.load_sample_company(ws)
            session.prepare(opened)
        session.choose_company(opened)
    st.rerun()


@st.dialog("Start an empty company")
def _empty_form(ws: Workspace) -> None:
    name = st.text_input("Name", key="home-name", placeholder="Northwind")
    currency = st.selectbox("Currency", CURRENCIES, key="home-currency")
    if st.button("Start", type="primary", key="home-start"):
        with faults.guard("Starting the company"):
            opened = companies.start_empty_company(ws, name, currency, clock.today())
            session.choose_company(opened)
            st.rerun()


main()
