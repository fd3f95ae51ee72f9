"""
A planner's day, by hand with a real mouse, on the sample company.

Load the visits that were made, colour by last visit, lasso 200 accounts to another
territory, watch the bars, undo, redo, lock some, balance the rest within 5 % of sales
and 10 % of hours, read why five moved, reject two, balance again, compare with last
year, export.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from planner.core.settings import Settings
from planner.services.company import companies
from planner.services.drafts import editing
from planner.services.scenarios import listing
from planner.services.territories import view
from planner.services.workspace import open_company, open_workspace
from planner.store.company.team import load_reps
from tests.browser.conftest import running_app, sample_store
from tests.browser.test_every_page import go_to, settle

pytestmark = pytest.mark.browser

WAIT_S = 240  # for a balance on a machine with other work
ROW_PX, HEAD_PX, MARK_PX = 35, 35, 17  # of a table: rows, heading, the box to choose


def press(page, key):
    page.locator(f".st-key-{key} button").first.click()
    settle(page)


def choose(page, key, option):
    """Choose in a select box, by typing: a long list shows only a part of itself."""
    page.locator(f".st-key-{key} [data-testid=stSelectbox]").click()
    page.keyboard.type(option)
    page.get_by_role("option", name=re.compile(f"^{re.escape(option)}")).first.click()
    settle(page)


def lasso(page, across, down, radius):
    """Draw around a place of the map, in shares of its size."""
    box = page.locator(".pm-map").bounding_box()
    x, y = box["x"] + box["width"] * across, box["y"] + box["height"] * down
    page.mouse.move(x - radius, y - radius)
    page.mouse.down()
    for dx, dy in ((1, -1), (1, 1), (-1, 1), (-1, -1)):
        page.mouse.move(x + dx * radius, y + dy * radius, steps=8)
    page.mouse.up()
    settle(page)


def paint(page, across, down, width):
    """Paint a stroke eastward from a place of the map, in shares of its size."""
    box = page.locator(".pm-map").bounding_box()
    x, y = box["x"] + box["width"] * across, box["y"] + box["height"] * down
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + width, y, steps=20)
    page.mouse.up()
    settle(page)


def told(page):
    """Read the line above the map: what is chosen, what is pending."""
    return page.locator(".st-key-terr-pending").inner_text()


def chosen(page):
    """Count the accounts chosen."""
    page.wait_for_function(
        "() => /\\d accounts? ·/.test(document.querySelector"
        "('.st-key-terr-pending').innerText)",
        timeout=20_000,
    )
    return int(re.search(r"([\d,]+) accounts? ·", told(page))[1].replace(",", ""))


def deviation(page, territory_id):
    """Read a territory's line of the balance table."""
    table = page.locator(".st-key-terr-balance-table")
    return table.get_by_role("row").filter(has_text=territory_id).first.inner_text()


def mark(page, *rows):
    """Choose rows of the pending moves by their boxes."""
    table = page.locator("[class*='st-key-terr-changes-'] [data-testid=stDataFrame]")
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    for row in rows:
        y = box["y"] + HEAD_PX + ROW_PX * row + ROW_PX / 2
        page.mouse.click(box["x"] + MARK_PX, y)
        settle(page)


def balance(page, ws, scenario_id):
    """Ask for a balance as the page looks at it, and wait for its answer."""
    n_steps = len(editing.open_draft(ws, scenario_id).history.entries)
    page.mouse.wheel(0, -5000)
    press(page, "terr-balance")
    page.locator(".st-key-bal-start button").wait_for()
    press(page, "bal-start")
    assert not page.locator(".pl-box-fault").count(), page.locator(
        ".pl-box-fault"
    ).first.inner_text()
    for _ in range(4 * WAIT_S):
        opened = editing.open_draft(ws, scenario_id)
        if len(opened.history.entries) > n_steps:
            break
        page.wait_for_timeout(250)
    settle(page)
    assert opened.history.entries[-1].label.startswith("Balance")
    return opened


def visits_file(ws, folder):
    """Write the visits of the last days: half of the accounts were seen."""
    company = companies.company(ws)
    scenario = listing.scenarios(ws)[0]
    seen = view.overview(ws, scenario.scenario_id).accounts.index[::2]
    with ws.store.reading() as conn:
        rep_id = load_reps(conn, ws.company_id).index[0]
    lines = ["visit_id,account_id,rep_id,visited_on,outcome"]
    lines += [
        f"V{n:05d},{name},{rep_id},{company.today},met" for n, name in enumerate(seen)
    ]
    path = folder / "visits_made.csv"
    path.write_text("\n".join(lines))
    return path, len(seen)


def test_a_planners_day(browser, tmp_path):
    store_url = sample_store(tmp_path)
    settings = replace(Settings.from_environment({}), store_url=store_url)
    with running_app(tmp_path, store_url) as url:
        context = browser.new_context(
            viewport={"width": 1400, "height": 1200}, accept_downloads=True
        )
        page = context.new_page()
        faults, strangers = [], []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith(
                    (url, url.replace("http", "ws"), "data:", "blob:")
                )
                else strangers.append(asked.url)
            ),
        )
        page.goto(url)
        settle(page)
        ws = open_company(open_workspace(settings))

        # Load the visits that were made: half of the accounts were seen today.
        go_to(page, "Import")
        path, n_seen = visits_file(ws, tmp_path)
        page.locator("input[type=file]").set_input_files(path)
        settle(page)
        page.locator(".st-key-imp-kind").get_by_text("Visits").first.click()
        settle(page)
        page.get_by_text("What the columns mean").first.wait_for()
        settle(page)
        press(page, "imp-go")
        page.get_by_text("Rows read").wait_for()
        press(page, "imp-go")
        page.get_by_text(re.compile(f"{n_seen:,} .*visits")).first.wait_for()

        go_to(page, "Territories")
        page.wait_for_selector(".pm-map canvas", timeout=60_000)

        # Lasso units, paint some more, and put them all back.
        page.locator(".pm-tool[aria-label*='freehand']").click()
        lasso(page, 0.5, 0.5, 60)
        units = page.get_by_text(re.compile(r"\d+ units · \d+ accounts"))
        units.wait_for(timeout=20_000)
        lassoed = int(re.match(r"(\d+) units", units.inner_text())[1])
        assert lassoed > 5
        page.locator(".pm-tool[aria-label^='Paint']").click()
        paint(page, 0.4, 0.4, 300)
        page.wait_for_function(
            "n => (/(\\d+) units/.exec(document.querySelector"
            "('.st-key-terr-pending').innerText) ?? [0, 0])[1] > n",
            arg=lassoed,
            timeout=20_000,
        )
        page.get_by_role("button", name="Clear", exact=True).click()
        page.get_by_text("Click, lasso or paint on the map").wait_for(timeout=20_000)
        page.keyboard.press("Escape")

        # Look: colour by last visit, sales and hours in the table.
        choose(page, "terr-colour", "Last visit")
        measures = page.locator(".st-key-terr-measures")
        for name in ("Our sales", "Workload"):
            measures.locator("input").click()
            page.get_by_role("option", name=name).click()
            settle(page)
        page.keyboard.press("Escape")
        measures.locator("[aria-label='Remove Potential']").click()
        settle(page)
        page.get_by_role("button", name="Tolerances").click()
        choose(page, "terr-tolerance-our_sales_minor", "5 %")
        page.keyboard.press("Escape")
        page.locator(".st-key-terr-layers").get_by_text("Accounts").click()
        page.locator(".st-key-terr-pick").get_by_text("Accounts").click()
        settle(page)
        legend = page.locator(".pm-legend")
        assert legend.get_by_text("never visited").count()
        n_recent = re.search(r"up to 30 days\n([\d,]+)", legend.inner_text())[1]
        assert int(n_recent.replace(",", "")) >= n_seen, "visits made count as visits"

        # Draw: a lasso of 200 accounts to another territory; the bars tell that this
        # is too many for one of 24.
        page.locator(".pm-tool[aria-label*='freehand']").click()
        lasso(page, 0.31, 0.36, 100)
        n_chosen = chosen(page)
        assert n_chosen >= 200
        choose(page, "terr-target", "T16")
        was = deviation(page, "T16")
        press(page, "terr-apply")
        pending = page.get_by_text(re.compile(r"Pending · [\d,]+ accounts"))
        pending.wait_for()
        n_moved = int(re.search(r"Pending · ([\d,]+)", told(page))[1].replace(",", ""))
        assert 100 < n_moved <= n_chosen, "those of T16 itself do not move"
        assert "→" not in was
        assert "→" in deviation(page, "T16")
        press(page, "terr-undo")
        page.get_by_text("Nothing is pending").wait_for()
        assert deviation(page, "T16") == was

        # So fewer of them; undo, redo; a reload.
        lasso(page, 0.31, 0.36, 40)
        assert 20 < chosen(page) < n_chosen
        press(page, "terr-apply")
        pending.wait_for()
        press(page, "terr-undo")
        page.get_by_text("Nothing is pending").wait_for()
        press(page, "terr-redo")
        pending.wait_for()
        page.reload()
        settle(page)
        pending.wait_for()

        # Lock accounts elsewhere, and balance the rest around all this.
        page.locator(".st-key-terr-pick").get_by_text("Accounts").click()
        settle(page)
        page.wait_for_selector(".pm-map canvas", timeout=60_000)
        page.locator(".pm-tool[aria-label*='freehand']").click()
        lasso(page, 0.40, 0.86, 30)
        n_locked = chosen(page)
        press(page, "terr-lock")
        page.get_by_text(re.compile(rf"{n_locked} locks? changed")).wait_for()
        press(page, "terr-clear")
        scenario_id = next(
            known.scenario_id
            for known in listing.scenarios(ws)
            if known.status == "draft"
        )
        opened = balance(page, ws, scenario_id)
        assert "accounts move" in page.locator(".st-key-pl-job-answer").inner_text()
        assert len(opened.draft.locks.account) == n_locked

        # Read why, reject two and lock them, and balance again.
        for row in range(5):
            mark(page, row)
            full = page.locator(".st-key-terr-below-part strong").last
            full.wait_for()
            assert full.inner_text()
            mark(page, row)
        mark(page, 0, 1)
        page.get_by_text("2 chosen").wait_for()
        press(page, "terr-reject-lock")
        rejected = editing.open_draft(ws, scenario_id)
        label = rejected.history.entries[-1].label
        assert label == "Reject 2 changes and lock them"
        again = balance(page, ws, scenario_id)
        kept = rejected.draft.locks.unit | rejected.draft.locks.account
        assert len(kept) == n_locked + 2
        by_unit = again.draft.alignment.territory_by_unit
        saved = again.saved.alignment.territory_by_unit
        units = list(rejected.draft.locks.unit)
        assert by_unit[units].tolist() == saved[units].tolist()

        # Accept, compare with last year, export.
        page.mouse.wheel(0, -5000)
        press(page, "terr-accept")
        page.get_by_text("Nothing is pending").wait_for()
        found = listing.scenario(ws, scenario_id)
        assert found.version == opened.scenario.version + 1
        page.locator(".st-key-export-terr button").first.click()
        with page.expect_download() as download:
            page.locator(".st-key-export-terr-plan button").click()
        text = download.value.path().read_text()
        assert len(text.splitlines()) > 2000
        page.keyboard.press("Escape")
        go_to(page, "Scenarios")
        press(page, "scn-last-year")
        page.get_by_text("Travel to the centre, mean").first.wait_for()
        assert faults == []
        assert strangers == []
        assert page.locator(".pl-box-fault").count() == 0
        ws.store.close()
        context.close()
