"""Page list and page config of the planner: the script behind `app.py`."""

from __future__ import annotations

import streamlit as st

from planner.core.errors import PlannerError
from planner.ui import faults, style
from planner.ui.pages import PAGES
from planner.ui.turns import turn
from planner.ui.views.today import today_bar

st.set_page_config(page_title="Planner", layout="wide")
style.apply_style()

page = st.navigation(
    {
        "": [st.Page(f"{PAGES}/home.py", title="Home", default=True)],
        "Planner": [
            st.Page(f"{PAGES}/accounts.py", title="Accounts"),
            st.Page(f"{PAGES}/segments.py", title="Segments"),
            st.Page(f"{PAGES}/territories.py", title="Territories"),
            st.Page(f"{PAGES}/quotas.py", title="Quotas"),
            st.Page(f"{PAGES}/scenarios.py", title="Scenarios"),
        ],
        "Field rep": [
            st.Page(f"{PAGES}/my_day.py", title="My day"),
            st.Page(f"{PAGES}/my_pay.py", title="My pay"),
        ],
        "Leader": [st.Page(f"{PAGES}/company.py", title="Company overview")],
        "Analyst": [st.Page(f"{PAGES}/pay_runs.py", title="Pay runs")],
        "Administrator": [
            st.Page(f"{PAGES}/import_data.py", title="Import"),
            st.Page(f"{PAGES}/health.py", title="Data health"),
            st.Page(f"{PAGES}/upkeep.py", title="Store and jobs"),
            st.Page(f"{PAGES}/audit.py", title="Audit log"),
        ],
    }
)

try:
    with turn():
        today_bar()
        page.run()
except PlannerError as error:
    faults.error_box(error, where=f"{page.title} cannot be shown")
except Exception as error:  # noqa: BLE001 - a fault of ours: a number, no traceback
    faults.error_box(error, where=f"{page.title} cannot be shown")
