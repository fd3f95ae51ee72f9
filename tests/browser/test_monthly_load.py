"""
The administrator's month, by hand: load a list, repair it, load the next month's.

The files are as a CRM writes them: semicolons, decimal commas, Windows-1252, revenue in
thousands, and a few faults of each kind.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from planner.core.settings import Settings
from planner.services.accounts import repairs as services_repairs
from planner.services.admin import audit
from planner.services.workspace import open_company, open_workspace
from planner.store.audit import search
from tests.browser.conftest import running_app, sample_store
from tests.browser.test_every_page import go_to, settle

pytestmark = pytest.mark.browser

PLACES = (
    (43.0731, -89.4012, "Madison", "WI", "53703"),
    (43.0389, -87.9065, "Milwaukee", "WI", "53202"),
    (44.5133, -88.0133, "Green Bay", "WI", "54301"),
    (41.8781, -87.6298, "Chicago", "IL", "60601"),
)
HEADER = "Customer No;Company;City;State;ZIP;Latitude;Longitude;Revenue (k$);Sector"
N_ACCOUNTS, N_NEW, N_CHANGED = 60, 4, 5
GONE = ("00005", "00006")


def rows(n_rows):
    """Write accounts around four towns."""
    rng = random.Random(3)  # noqa: S311
    made = []
    for number in range(n_rows):
        lat, lon, city, region, postcode = PLACES[number % len(PLACES)]
        place = [
            f"{degree + rng.uniform(-0.1, 0.1):.5f}".replace(".", ",")
            for degree in (lat, lon)
        ]
        revenue = str(rng.randint(50, 900))
        name = f"Müller & Söhne {number}"
        made.append(
            [f"{number:05d}", name, city, region, postcode, *place, revenue, "Clinic"]
        )
    return made


def october():
    """One row swapped, one at 0, 0, and one account under two ids."""
    made = rows(N_ACCOUNTS)
    made[7][5], made[7][6] = made[7][6], made[7][5]
    made[11][5] = made[11][6] = "0"
    made[30] = [made[30][0], *made[29][1:]]
    return made


def november():
    """Two accounts gone, five with more revenue, four new."""
    made = [row[:] for row in october() if row[0] not in GONE]
    for row in made[40 : 40 + N_CHANGED]:
        row[7] = str(int(row[7]) + 1000)
    return made + rows(N_ACCOUNTS + N_NEW)[N_ACCOUNTS:]


def as_file(folder, name, made):
    path = folder / name
    text = "\n".join([HEADER, *(";".join(row) for row in made)])
    path.write_bytes(text.encode("cp1252"))
    return path


def press(page, key):
    """Press the button of a key and wait until the page stands still."""
    page.locator(f".st-key-{key} button").first.click()
    settle(page)


def check_file(page, path):
    """Choose a file on the Import page and have each row checked."""
    go_to(page, "Import")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_text("What the columns mean").first.wait_for()
    settle(page)
    press(page, "imp-go")
    page.get_by_text("Rows read").wait_for()
    settle(page)


def test_the_administrators_month(browser, tmp_path):
    store_url = sample_store(tmp_path)
    with running_app(tmp_path, store_url) as url:
        page = browser.new_page(viewport={"width": 1400, "height": 1100})
        page.goto(url)
        settle(page)

        check_file(page, as_file(tmp_path, "crm_october.csv", october()))
        shown = page.locator("[data-testid=stMain]").inner_text()
        assert "swapped row" in shown or "Can be taken" in shown
        press(page, "imp-go")
        page.get_by_text(f"{N_ACCOUNTS - 1} accounts imported, 1 refused").wait_for()

        go_to(page, "Data health")
        page.get_by_text("The same name at the same place").filter(
            visible=True
        ).first.wait_for()
        press(page, "hlt-preview")
        page.get_by_text("Rows changed").wait_for()
        press(page, "hlt-apply")
        page.get_by_text("Done: merge").filter(visible=True).first.wait_for()

        check_file(page, as_file(tmp_path, "crm_november.csv", november()))
        page.get_by_text("What this load changes").wait_for()
        press(page, "imp-go")
        told = f"{N_NEW} added, {N_CHANGED} changed, {len(GONE)} closed"
        page.get_by_text(told).wait_for()

        go_to(page, "Audit log")
        page.locator(".st-key-aud-search").wait_for()
        settle(page)
        page.close()
    settings = replace(Settings.from_environment({}), store_url=store_url)
    ws = open_company(open_workspace(settings))
    lines = audit.find(ws, search.AuditQuery(company_id=ws.company_id)).lines
    repairs = services_repairs.repairs(ws)
    ws.store.close()
    assert any(action.startswith("refresh") for action in lines["action"])
    assert len(repairs) == 1
