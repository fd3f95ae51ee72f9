"""
The components themselves; the browser's half is `static/grid/`, served by the app.

Streamlit does not send an unchanged element again and keeps one whose key stays, so a
table is patched in place: focus, sorting, filters and scrolling are the user's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from planner.core.settings import ROOT
from planner.ui.components.grid.events import (
    MOST_WAITING,
    OF_LISTS,
    OF_TERRITORIES,
    TURNS,
    TableEvent,
    read_event,
)
from planner.ui.components.grid.lists import Rows, bits_text, read_list_event
from planner.ui.components.planmap.component import scripts_version
from planner.ui.events import note, parse, value_of
from planner.ui.faults import guarded

SCRIPTS = ROOT / "static" / "grid"

# Kept tiny: Streamlit sends this text with every change of the element. The real
# code is fetched once and then cached under its version.
LOADER = """
export default async function (component) {
  const root = new URL("%(root)s/app/static/", document.baseURI).href;
  try {
    const tables = await import(root + "grid/balance.js?v=%(version)s");
    return await tables.render(component, root, "%(role)s");
  } catch (fault) {
    console.error(fault);
    const note = document.createElement("p");
    note.textContent = "The table cannot be shown: its files did not load. Start the "
      + "app from its own folder with static serving switched on.";
    component.parentElement.appendChild(note);
  }
}
"""


def _loader(role: str) -> str:
    root = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return LOADER % {
        "root": f"/{root}" if root else "",
        "version": scripts_version(SCRIPTS),
        "role": role,
    }


_territories = st.components.v2.component("balance_table", js=_loader("territories"))
_list = st.components.v2.component("list_table", js=_loader("list"))
_store = st.components.v2.component("list_table_store", js=_loader("store"))


def show_territories(data: Mapping[str, Any], key: str) -> TableEvent | None:
    """Show the table of territories; return what no `take` has taken, once."""
    _mount(_territories, data, key)
    return take(key)


def show_list(data: Mapping[str, Any], rows: Rows, key: str) -> TableEvent | None:
    """
    Show a list of units or accounts; return what no `take` has taken, once.

    Notes
    -----
    A choice that has just been made is sent back as the choice there is: the page takes
    it only after this, and the boxes ticked would be empty until then.
    """
    _store(data=rows.layer.blob, key=f"{key}-store", height="content")
    for raw in st.session_state.get(f"{key}-made") or []:
        event = read_list_event(raw, OF_LISTS, rows)
        if event is not None and event.kind == "choose":
            data = {**data, "chosen": bits_text(rows, event.ids)}
    _mount(_list, data, key)
    return take(key, lambda: rows)


def take(key: str, rows: Callable[[], Rows] | None = None) -> TableEvent | None:
    """
    Take the next gesture done in a table; ask until there is none.

    A page that changes something should take them first of all, before it draws:
    nothing can interrupt the script before they are saved, and the page is drawn once,
    as it then is.

    Parameters
    ----------
    key
        Of the table.
    rows
        Gives what a list shows; None: it is the table of territories.
    """
    waiting: list[Any] = st.session_state.get(f"{key}-made") or []
    while waiting:
        raw = waiting.pop(0)
        event = (
            read_event(raw, OF_TERRITORIES)
            if rows is None
            else read_list_event(raw, OF_LISTS, rows())
        )
        if event is not None:
            return event
    return None


def _mount(component: Any, data: Mapping[str, Any], key: str) -> None:
    """
    Mount a table.

    Notes
    -----
    Gestures carry a number. The browser sends the next one when it reads that the last
    was heard, as Streamlit keeps only the later of two that arrive during one run. What
    was heard waits for the page to `take` it, also over a run that was interrupted.
    """
    heard, event_key = f"{key}-heard", f"{key}-made"

    def hear() -> None:
        raw = value_of(key)
        event = parse(raw, TURNS, data["events"])
        if event is None:
            return
        st.session_state[heard] = event["turn"]
        # One after another: the run that was to take the last may have been broken off.
        waiting = st.session_state.setdefault(event_key, [])
        if len(waiting) < MOST_WAITING:
            waiting.append(raw)
        else:
            note(f"{MOST_WAITING} gestures of a table wait already")

    component(
        data={**data, "heard": st.session_state.get(heard, 0)},
        key=key,
        height="content",
        on_event_change=guarded(hear, "Reading what was done in the table"),
    )
