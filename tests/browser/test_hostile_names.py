"""Names that try to run are only text, on every page, map, table, chart and file."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
import sqlalchemy as sa

from planner.core import schemas
from planner.core.run import RunControl
from planner.core.settings import Settings
from planner.services.company.companies import ensure_company
from planner.services.exports import files
from planner.services.pay import runs
from planner.services.scenarios.listing import scenarios
from planner.store.audit.log import append_audit
from planner.store.company.accounts import load_accounts, record_import
from planner.store.rows.records import utc_now
from planner.store.scenarios.visits import save_visit_plan
from planner.visits.files.sheets import calendar_bytes, gpx_bytes, join_places
from tests.browser.conftest import running_app
from tests.browser.test_every_page import PAGES, go_to, settle

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
READY_S = 120
RUN = "window.__ran=(window.__ran||0)+1"
PAYLOADS = (
    f"<img src=x onerror='{RUN}'>",
    f"</script><script>{RUN}</script>",
    f"`;{RUN};`",
    f"${{{RUN}}}",
    f"\\`;{RUN};//",
    f"<svg/onload={RUN}>",
    f"[click](javascript:{RUN})",
    "![seen](http://canary.example/x.png)",
    "<a href='http://canary.example'>out</a> http://canary.example/y",
    ":material/delete: :red[danger] :smile:",
    "$\\href{javascript:1}{x}$ and $$x^2$$",
    "# Head **bold** _thin_ ~~gone~~ | a | b |",
    f"{{{{constructor.constructor('{RUN}')()}}}}",
    f"'\"><details open ontoggle={RUN}>",
    "\u202egnp.exe \u2066hidden\u2069",
    "<style>@import 'http://canary.example/z.css'</style>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'>",
    "=cmd|' /C calc'!A0",
    "long " + "x" * 10_000,
)
WATCH = """
window.__ran = 0;
for (const name of ['alert', 'confirm', 'prompt', 'open'])
  window[name] = () => { window.__ran += 1; };
"""
# What names must not have made: markup of theirs in the page or in a map's shadow tree.
STRANGE = r"""
() => {
  const found = [], roots = [document];
  for (let i = 0; i < roots.length; i++)
    for (const e of roots[i].querySelectorAll('*')) {
      if (e.shadowRoot) roots.push(e.shadowRoot);
      for (const a of e.attributes)
        if (/^on/i.test(a.name) || /^\s*javascript:/i.test(a.value)
            || (/^(href|src)$/.test(a.name) && /canary\.example/.test(a.value)))
          found.push(e.outerHTML.slice(0, 200));
      if (e.matches('.katex, iframe[srcdoc], img[src="x"], details[ontoggle]'))
        found.push(e.outerHTML.slice(0, 200));
      if (e.matches('h1, strong, del, em')
          && /^(Head bold|bold|thin|gone)$/.test(e.textContent.trim()))
        found.push(e.outerHTML.slice(0, 200));
    }
  return found;
}
"""


def named(number: int, what: str) -> str:
    return f"{PAYLOADS[number % len(PAYLOADS)]} {what} {number}"


def rename(conn, table: str, key: str, column: str, what: str) -> None:
    """Give every row of a table a hostile text; only names are very long too."""
    query = f"SELECT DISTINCT {key} FROM {table} ORDER BY {key}"  # noqa: S608
    ids = conn.exec_driver_sql(query).scalars().all()
    n_texts = len(PAYLOADS) - (column != "name")
    update = sa.text(
        f"UPDATE {table} SET {column} = :text || {key} WHERE {key} IN :ids"  # noqa: S608
    ).bindparams(sa.bindparam("ids", expanding=True))
    for number in range(n_texts):
        mine = ids[number::n_texts]
        if mine:
            text = f"{PAYLOADS[number]} {what} "
            conn.execute(update, {"text": text, "ids": mine})


def spoil(ws) -> None:
    """Turn every free text of the sample company into a payload."""
    with ws.store.transaction() as conn:
        for column in ("name", "street", "city", "industry", "products", "rating"):
            rename(conn, "account", "account_id", column, column)
        rename(conn, "unit", "unit_id", "name", "unit")
        rename(conn, "rep", "rep_id", "name", "rep")
        rename(conn, "position", "position_id", "title", "seat")
        rename(conn, "deal", "deal_id", "product", "product")
        rename(conn, "visit_made", "visit_id", "outcome", "outcome")
        rename(conn, "scenario", "scenario_id", "name", "scenario")
        rename(conn, "scenario", "scenario_id", "updated_by", "user")
        rename(conn, "scenario_territory", "territory_id", "name", "territory")
        rename(conn, "company", "company_id", "name", "company")
        rename(conn, "segment", "segment", "rule", "rule")
        rename(conn, "segment", "segment", "segment", "segment")
        rename(conn, "segment", "visit_class", "visit_class", "class")
        custom = json.dumps({named(n, "field"): named(n, "value") for n in range(18)})
        conn.execute(sa.text("UPDATE account SET custom = :c"), {"c": custom})
        spoil_rules(conn)
        spoil_records(conn, ws)


def spoil_rules(conn) -> None:
    rules = json.loads(conn.exec_driver_sql("SELECT rules FROM segment_rules").scalar())
    for number, rule in enumerate(rules):
        rule["name"] = named(number, "rule")[:200]
        rule["segment"] = named(number, "segment")[:200]
    update = sa.text("UPDATE segment_rules SET rules = :rules")
    conn.execute(update, {"rules": json.dumps(rules)})


def spoil_records(conn, ws) -> None:
    """Add hostile files, findings, jobs and log lines."""
    findings = pd.DataFrame(
        {
            "row": range(1, 19),
            "severity": "warn",
            "code": "overlap",
            "column": [named(n, "column") for n in range(18)],
            "value": [named(n, "value") for n in range(18)],
            "message": [named(n, "message") for n in range(18)],
        }
    )
    for number in range(len(PAYLOADS)):
        record_import(
            conn,
            ws.company_id,
            file_name=named(number, "file.csv"),
            kind="accounts",
            mapping={},
            rows_read=18,
            rows_accepted=18,
            rows_rejected=0,
            verdict="accept_warn",
            findings=findings,
            user=named(number, "user"),
        )
        append_audit(
            conn,
            who=named(number, "who"),
            action=named(number, "action"),
            subject=named(number, "subject"),
            company_id=ws.company_id,
            before={"x": named(number, "before")},
            after={"x": named(number, "after")},
        )
        conn.execute(
            sa.text(
                "INSERT INTO job (job_id, company_id, kind, params, state, fraction,"
                " note, cancel_requested, error, error_number, attempts, created_at,"
                " created_by) VALUES (:id, :c, 'export', '{}', 'failed', 0, :t, 0, :t,"
                " :t, 1, :at, :t)"
            ),
            {
                "id": f"J-{number:08d}",
                "c": ws.company_id,
                "t": named(number, "job"),
                "at": utc_now(),
            },
        )


def plan_a_day(ws) -> pd.DataFrame:
    """Let one rep visit one account of each payload, all on one Monday."""
    published = next(s for s in scenarios(ws) if s.status == "published")
    with ws.store.transaction() as conn:
        ids = conn.exec_driver_sql(
            "SELECT account_id FROM account WHERE status != 'closed' "
            "ORDER BY account_id LIMIT 18"
        ).scalars()
        visits = pd.DataFrame(
            [
                {
                    "rep_id": "R01",
                    "visit_on": pd.Timestamp("2026-11-23"),
                    "sequence": place + 1,
                    "account_id": account_id,
                    "arrive_s": 30_600 + place * 1_500,
                    "start_s": 30_600 + place * 1_500,
                    "leave_s": 31_200 + place * 1_500,
                    "travel_s": 900,
                    "travel_m": 9_000,
                }
                for place, account_id in enumerate(ids)
            ]
        ).astype({"visit_on": schemas.DATE})
        unserved = pd.DataFrame(
            {
                "rep_id": "R01",
                "account_id": visits["account_id"],
                "missing": 1,
                "reason": [named(n, "reason") for n in range(len(visits))],
                "repair": [named(n, "repair") for n in range(len(visits))],
            }
        )
        for scenario in scenarios(ws):
            save_visit_plan(
                conn,
                scenario.scenario_id,
                visits,
                unserved,
                params={"first_day": "2026-11-23"},
                summary={},
                user="ann",
            )
    assert published
    return visits


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Serve the sample company with a payload in every free text."""
    folder = tmp_path_factory.mktemp("hostile")
    url = f"sqlite:///{folder / 'planner.sqlite'}"
    ws, _ = ensure_company(replace(Settings.from_environment({}), store_url=url))
    spoil(ws)
    visits = plan_a_day(ws)
    runs.run_period(ws, {"period": "2026-10"}, RunControl())
    with running_app(folder, url) as address:
        yield ws, address, visits
    ws.store.close()


class Watched:
    """A page that notes whatever a name could make it do."""

    def __init__(self, browser, address):
        self.context = browser.new_context(viewport={"width": 1400, "height": 1000})
        self.context.add_init_script(WATCH)
        self.page = self.context.new_page()
        self.dialogs, self.strangers, self.faults = [], [], []
        self.page.on("dialog", self._dialog)
        self.page.on("request", self._request)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(address)
        settle(self.page)

    def _dialog(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _request(self, request):
        if urlsplit(request.url).hostname not in {"127.0.0.1", None}:
            self.strangers.append(request.url)

    def nothing_ran(self, where):
        ran = [frame.evaluate("window.__ran || 0") for frame in self.page.frames]
        assert sum(ran) == 0, f"{where}: a name ran"
        assert self.page.evaluate(STRANGE) == [], where
        assert self.dialogs == [], where
        assert self.strangers == [], where
        assert self.faults == [], where
        assert self.page.locator("[data-testid=stException]").count() == 0, where
        assert self.page.locator(".pl-box-fault").count() == 0, where


@pytest.fixture(scope="module")
def watched(browser, hostile):
    made = Watched(browser, hostile[1])
    yield made
    made.context.close()


def sweep_map(page, map_key):
    """Move over a map and click it here and there; return the tips seen."""
    page.locator(".pm-map").nth(map_key).scroll_into_view_if_needed()
    box = page.locator(".pm-map").nth(map_key).bounding_box()
    tips = []
    for x in (0.25, 0.4, 0.55):
        for y in (0.3, 0.5, 0.7):
            page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
            page.wait_for_timeout(60)
            tips += page.locator(".pm-tip").all_inner_texts()
    return [tip for tip in tips if tip.strip()]


def test_every_page_shows_hostile_names_as_text(watched):
    """Each page of the menu, its tabs, folds and selectboxes opened."""
    page = watched.page
    for title in PAGES:
        go_to(page, title)
        for kind in ("stTab", "stExpander"):
            for place in range(page.get_by_test_id(kind).count()):
                part = page.get_by_test_id(kind).nth(place)
                target = part.locator("summary") if kind == "stExpander" else part
                if target.is_visible():
                    target.click()
        boxes = page.locator("[data-testid=stSelectbox] input")
        if boxes.count() and boxes.first.is_enabled():
            boxes.first.click()
            page.wait_for_timeout(200)
            watched.nothing_ran(f"{title}, a selectbox")
            page.keyboard.press("Escape")
        settle(page)
        watched.nothing_ran(title)


@pytest.mark.parametrize("title", ["Accounts", "Territories", "Scenarios"])
def test_maps_show_names_in_tips_and_legend_and_still_work(watched, title):
    page = watched.page
    go_to(page, title)
    page.wait_for_selector(".pm-row", state="attached", timeout=60_000)
    tips = sweep_map(page, 0)
    assert tips, "no tip showed: the map is broken"
    watched.nothing_ran(f"{title}, tips")
    if title == "Accounts":
        page.locator(".pm-map").first.scroll_into_view_if_needed()
        box = page.locator(".pm-map").first.bounding_box()
        page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.5)
        settle(page)
        watched.nothing_ran("Accounts, a click on the map")


def test_an_account_is_shown_with_all_its_facts(watched):
    """Choosing a row of the table opens the card with fields, deals and owners."""
    page = watched.page
    go_to(page, "Accounts")
    page.locator("[aria-label='Find']").first.fill("A0000")
    page.keyboard.press("Enter")
    settle(page)
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    # The mark at the left of the first row, drawn on a canvas.
    table.locator("canvas").first.click(position={"x": 18, "y": 54}, force=True)
    page.locator(".st-key-acc-facts").wait_for()
    settle(page)
    watched.nothing_ran("Accounts, a card")


def test_charts_show_names_in_axes_and_tips(watched):
    page = watched.page
    for title in ("Accounts", "Quotas", "Company overview"):
        go_to(page, title)
        charts = page.locator("[data-testid=stVegaLiteChart]")
        charts.first.wait_for(timeout=60_000)
        for place in range(charts.count()):
            charts.nth(place).scroll_into_view_if_needed()
            box = charts.nth(place).bounding_box()
            if box is None:
                continue
            for share in (0.1, 0.3, 0.5):
                page.mouse.move(
                    box["x"] + box["width"] * 0.4, box["y"] + box["height"] * share
                )
                page.wait_for_timeout(80)
            watched.nothing_ran(f"{title}, chart {place}")


def test_dialogs_show_names_as_text(watched):
    page = watched.page
    go_to(page, "Scenarios")
    for button in ("Clone", "Rename", "History", "Publish"):
        page.get_by_role("button", name=button, exact=True).first.click()
        page.get_by_role("dialog").wait_for(timeout=30_000)
        page.wait_for_timeout(800)
        watched.nothing_ran(f"Scenarios, {button}")
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached", timeout=30_000)


def test_names_stay_readable(watched):
    """What a payload says is on the page, letter for letter."""
    page = watched.page
    go_to(page, "Home")
    page.get_by_text("<img src=x onerror=").filter(visible=True).first.wait_for()
    go_to(page, "Scenarios")
    page.get_by_text("<script>").filter(visible=True).first.wait_for()


def test_an_uploaded_file_with_hostile_names_is_shown_as_text(watched):
    page = watched.page
    go_to(page, "Import")
    lines = ["account_id,name,lat,lon," + '"<img src=x onerror=alert(1)>"']
    lines += [
        f'A{n},"{text[:300].replace(chr(34), chr(34) * 2)}",43.0,-89.4,x'
        for n, text in enumerate(PAYLOADS)
    ]
    lines.append('A0,"[x](javascript:alert(1))",north,-89,x')
    page.locator("input[type=file]").set_input_files(
        {
            "name": "<img src=x onerror=alert(1)> $x$ [a](javascript:1).csv",
            "mimeType": "text/csv",
            "buffer": "\n".join(lines).encode(),
        }
    )
    page.get_by_text("What the columns mean").first.wait_for(timeout=60_000)
    settle(page)
    watched.nothing_ran("Import, preview")
    page.get_by_role("button", name=re.compile("Check the file")).click()
    page.get_by_text("Rows read").first.wait_for(timeout=60_000)
    settle(page)
    watched.nothing_ran("Import, report")


def test_a_page_exports_what_the_store_remembers(watched, hostile):
    """The button makes the file when pressed: whole, safe, and known again."""
    page = watched.page
    go_to(page, "Accounts")
    page.get_by_role("button", name="Export", exact=False).first.click()
    button = page.get_by_test_id("stPopoverBody").get_by_test_id("stDownloadButton")
    with page.expect_download(timeout=60_000) as download:
        button.first.locator("button").click()
    content = Path(download.value.path()).read_bytes()
    found = files.verify(hostile[0], content)
    assert (found.state, found.export.what) == ("unchanged", "accounts")
    assert b"\n=cmd" not in content
    watched.nothing_ran("Accounts, Export")


def test_calendar_and_gpx_hold_names_as_text(hostile):
    from xml.etree import ElementTree

    from icalendar import Calendar

    ws, _, visits = hostile
    with ws.store.reading() as conn:
        accounts = load_accounts(conn, ws.company_id)
    stops = join_places(visits, accounts)
    events = Calendar.from_ical(calendar_bytes(stops, title=PAYLOADS[1])).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == stops["name"].tolist()
    root = ElementTree.fromstring(  # noqa: S314 - our own file
        gpx_bytes(stops, title=PAYLOADS[1])
    )
    names = [node.text for node in root.findall(".//{*}name")]
    assert names[0] == PAYLOADS[1]
    assert f"1. {stops['name'][0]}" in names


def test_the_report_of_the_demo_runs_nothing(browser, tmp_path):
    """A hostile list goes through the whole line; its page is opened and read."""
    from planner.demo.line import DemoParams
    from planner.demo.run import run_demo

    lines = ["id,name,latitude,longitude,city,state,industry"]
    for number in range(54):
        text = PAYLOADS[number % len(PAYLOADS)].replace('"', '""')[:400]
        lat, lon = 43 + (number % 9) * 0.1, -89.4 + (number // 9) * 0.2
        lines.append(f'A{number},"{text}",{lat},{lon},"{text}",WI,"{text}"')
    path = tmp_path / f"<img src=x onerror='{RUN}'>.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    settings = replace(
        Settings.from_environment({}), store_url=f"sqlite:///{tmp_path}/demo.sqlite"
    )
    params = DemoParams(accounts_path=path, n_territories=2, seed=0, n_workers=1)
    run_demo(params, settings, tmp_path / "out", RunControl())
    context = browser.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto((tmp_path / "out" / "report.html").as_uri())
    assert page.evaluate("window.__ran") == 0
    assert page.evaluate(STRANGE) == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert "onerror" in page.inner_text("body")
    context.close()


@pytest.mark.parametrize("title", ["Territories", "Accounts", "Scenarios", "My day"])
def test_a_map_to_send_shows_names_as_text_in_the_app_and_as_a_file(
    watched, browser, tmp_path, title
):
    """Seen before it is saved, saved, and opened from the file without a network."""
    page = watched.page
    go_to(page, title)
    page.get_by_role("button", name="Share as a web page").first.click()
    shown = page.frame_locator("iframe[title*=streamlit_folium]")
    shown.locator(".map-title h1").wait_for(timeout=60_000)
    assert "Simulated." in shown.locator(".map-title").inner_text()
    watched.nothing_ran(f"{title}, a look before saving")
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Save the page").click()
    path = tmp_path / "map.html"
    download.value.save_as(path)
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    settle(page)
    context = browser.new_context(viewport={"width": 390, "height": 780}, offline=True)
    context.add_init_script(WATCH)
    sent, requests, faults = context.new_page(), [], []
    sent.on("request", lambda request: requests.append(request.url))
    sent.on("pageerror", lambda fault: faults.append(str(fault)))
    sent.on("console", lambda line: faults.append(line.text))
    sent.goto(path.as_uri())
    sent.wait_for_selector(".map-title h1")
    for mark in sent.locator(".map-stop").all():
        mark.dispatch_event("click")
    sent.mouse.click(195, 420)
    sent.wait_for_timeout(300)
    assert requests == [path.as_uri()]
    assert faults == []
    assert sent.evaluate("window.__ran") == 0
    assert sent.evaluate(STRANGE) == []
    assert sent.evaluate("document.documentElement.scrollWidth") <= 390
    assert path.stat().st_size < 3_000_000
    context.close()
