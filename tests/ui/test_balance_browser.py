# ruff: noqa: E501 - the page inside is one piece
"""The balance table in a real browser: sort, lock by keyboard, keep the focus."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.ui.served_page import served

pytestmark = pytest.mark.browser
PAGE = """
import sys
sys.path.insert(0, {root!r})
import streamlit as st
from planner.ui.views.workbench.balance_figures import MeasureColumn
from planner.ui.views.workbench.balance_table import balance_table
from planner.ui.views.workbench.list_table import account_rows, list_table
from tests.gestures import moved
from tests.ui.test_balance_table import FMT, a_view
from tests.ui.test_list_table import listed_view

@st.cache_resource
def listed():
    view = listed_view(600)
    return view, account_rows(view)

state = st.session_state
state.setdefault("locked", set())
state["runs"] = state.get("runs", 0) + 1
view = a_view(40, names=["<img src=x onerror='window.__ran=1'>", *map(str, range(39))])
view.territories.loc["T02", "rep_name"] = "<b>Bo</b><script>window.__ran=1</script>"
after = moved(view, ["u000"], "T40") if st.toggle("Move") else None
event = balance_table(view, FMT, measures=[MeasureColumn(column="potential_minor", tolerance=0.05)],
                      colours={{}}, after=after, locked=state["locked"], selected=state.get("to"), key="b")
if event:
    if event.kind == "lock":
        state["locked"] |= set(event.ids)
    elif event.kind == "unlock":
        state["locked"] -= set(event.ids)
    elif event.kind == "select":
        state["to"] = event.ids[0]
    state["last"] = f"{{event.kind}} {{len(event.ids)}} {{event.ids[0]}}"
    st.rerun()
if st.toggle("List"):
    view, rows = listed()
    state.setdefault("chosen", ())
    event = list_table(rows, FMT, what="account", view=view, colours={{}}, locked=state["locked"],
                       selection=state["chosen"], key="l", height=400)
    if event:
        if event.kind == "choose":
            state["chosen"] = event.ids
        elif event.kind == "lock":
            state["locked"] |= set(event.ids)
        state["last"] = f"{{event.kind}} {{len(event.ids)}} {{event.ids[:1]}}"
        st.rerun()
    st.text(f"chosen {{len(state['chosen'])}}")
st.text(f"locked {{sorted(state['locked'])}}")
st.text(f"did {{state.get('last')}}")
st.text(f"run {{state['runs']}}")
"""
FOCUS = """() => { let one = document.activeElement;
  while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  return one.dataset.id ?? one.getAttribute('aria-label') ?? one.tagName; }"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served(tmp_path_factory.mktemp("app"), PAGE) as url:
        yield url


@pytest.fixture
def page(browser, address):
    context = browser.new_context(viewport={"width": 1000, "height": 800})
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda m: page.faults.append(m.text) if m.type == "error" else 0)
    page.goto(address)
    page.wait_for_selector("tbody tr", timeout=30_000)
    page.get_by_text("run 1", exact=True).wait_for()
    yield page
    context.close()


def names(page) -> list[str]:
    return page.locator("tbody tr").evaluate_all("rows => rows.map(r => r.dataset.id)")


def test_keys_move_lock_and_select_and_the_focus_stays_over_reruns(page):
    page.locator(".bt-field").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # "Changed" is not offered: nothing is pending
    page.keyboard.press("ArrowDown")
    assert page.evaluate(FOCUS) == "T01"
    for _ in range(3):  # faster than the page reruns: none may be lost
        page.keyboard.press(" ")
        page.keyboard.press("ArrowDown")
    page.get_by_text("locked ['T01', 'T02', 'T03']").wait_for()
    assert page.evaluate(FOCUS) == "T04"
    page.keyboard.press("Enter")
    page.get_by_text("did select 1 T04").wait_for()
    page.locator("tr[data-id=T04][aria-selected=true]").wait_for()
    page.keyboard.press("End")
    assert page.evaluate(FOCUS) == "T40"
    scrolled = page.locator(".bt-scroll").evaluate("box => box.scrollTop")
    assert scrolled > 200
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(FOCUS) == "Zoom to T40"
    page.keyboard.press("Enter")
    page.get_by_text("did zoom 1 T40").wait_for()
    page.keyboard.press("l")
    page.locator("[aria-label='Unlock T40']").wait_for()
    assert page.evaluate(FOCUS) == "Zoom to T40"
    assert page.locator(".bt-scroll").evaluate("box => box.scrollTop") == scrolled
    assert page.faults == []


def test_sorting_moves_no_row_until_asked_again(page):
    heading = page.locator(".bt-heading[data-id='potential_minor actual']")
    cell = page.locator("th:has(> .bt-heading[data-id='potential_minor actual'])")
    heading.click()
    assert cell.get_attribute("aria-sort") == "descending"
    order = names(page)
    assert order != sorted(order)
    assert len(order) == 40
    page.get_by_text("Move", exact=True).click()
    page.locator("tr.bt-changed").first.wait_for()
    assert names(page) == order
    assert cell.get_attribute("aria-sort") == "none"  # T40 has more now: no more true
    assert page.locator("tr[data-id=T40] .bt-was").count() > 0
    page.get_by_role("button", name="Changed").click()
    assert sorted(names(page)) == ["T01", "T40"]
    page.get_by_role("button", name="Changed").click()
    heading.click()
    assert cell.get_attribute("aria-sort") == "descending"
    assert names(page)[0] == "T40"
    heading.click()
    assert cell.get_attribute("aria-sort") == "ascending"
    assert names(page)[-1] == "T40"
    assert page.faults == []


def test_typing_filters_and_hostile_names_stay_text(page):
    page.locator(".bt-field").click()
    page.keyboard.type("rcript>")  # r and c are Streamlit's: rerun, clear the cache
    assert names(page) == []
    page.locator(".bt-field").fill("</SCRIPT>")
    assert names(page) == ["T02"]
    label = page.locator("tr[data-id=T02] .bt-label").inner_text()
    assert label == "T02 <b>Bo</b><script>window.__r…"
    page.get_by_label("Lock all shown").click()
    page.get_by_text("locked ['T02']").wait_for()
    page.locator(".bt-field").fill("")
    assert len(names(page)) == 40
    assert "onerror" in page.locator("tr[data-id=T01] .bt-label").get_attribute("title")
    assert page.evaluate("window.__ran") is None
    assert page.get_by_role("dialog").count() == 0
    page.get_by_text("run 3", exact=True).wait_for()  # the event's and its rerun
    assert page.faults == []


def test_a_phone_sees_it_without_sideways_scrolling(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".bt-root").bounding_box()["height"] <= 844 * 0.77


def test_a_list_of_thousands_is_chosen_from_by_keyboard(page):
    page.get_by_text("List", exact=True).click()
    page.get_by_text("chosen 0").wait_for()
    rows = page.locator(".bt-list-body .bt-line:visible")
    rows.first.wait_for()
    assert rows.first.locator(".bt-label").first.inner_text() == "</script><b>`${x}`"
    assert rows.count() < 40  # of 2,404
    page.locator(".bt-list").focus()
    page.keyboard.press(" ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    page.keyboard.press("Shift+ArrowDown")
    page.get_by_text("chosen 3").wait_for()
    assert page.locator(".bt-line[aria-selected=true]").count() == 3
    assert page.evaluate(FOCUS) == "Accounts of North"
    page.keyboard.press("l")
    page.get_by_text("did lock 1 ('A2',)").wait_for()
    page.keyboard.press("End")
    last = page.locator(".bt-line.bt-active:visible")
    assert last.get_attribute("aria-rowindex") == "2405"
    assert last.locator(".bt-label").nth(1).inner_text() == "T500 vacant"
    field = page.get_by_label("Filter", exact=True)
    field.fill("firm 80")
    page.locator(".bt-count", has_text="11 of 2,404 accounts").wait_for()
    page.get_by_text("Choose all shown").click()
    page.get_by_text("chosen 14").wait_for()
    page.get_by_role("button", name="Lock", exact=True).click()
    page.get_by_text("did lock 14 ('A0',)").wait_for()
    expect(rows.locator("[aria-label^=Unlock]")).to_have_count(11)
    page.get_by_role("button", name="Clear").click()
    page.get_by_text("did choose 0").wait_for()
    assert page.locator(".bt-line[aria-selected=true]:visible").count() == 0
    assert page.faults == []
