"""
The components themselves; the browser's half is `static/balance/`, served by the app.

Streamlit does not send an unchanged element again and keeps one whose key stays, so a
table is patched in place: focus, sorting, filters and scrolling are the user's.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import streamlit as st

from planner.core.settings import ROOT
from planner.ui.balance.events import EventKind
from planner.ui.balance.events import TableEvent
from planner.ui.balance.events import read_event
from planner.ui.balance.lists import Rows
from planner.ui.balance.lists import bits_text
from planner.ui.balance.lists import read_list_event
from planner.ui.planmap.component import scripts_version

SCRIPTS = ROOT / "static" / "balance"

# Kept tiny: Streamlit sends this text with every change of the element. The real
# code is fetched once and then cached under its version.
LOADER = """
export default async function (component) {
  const root = new URL("%(root)s/app/static/", document.baseURI).href;
  try {
    const tables = await import(root + "balance/balance.js?v=%(version)s");
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


def show_territories(
    data: Mapping[str, Any], key: str, kinds: Sequence[EventKind]
) -> TableEvent | None:
    """Show the table of territories; return what was done in it, once."""
    return read_event(_mounted(_territories, data, key), kinds)


def show_list(
    data: Mapping[str, Any], rows: Rows, key: str, kinds: Sequence[EventKind]
) -> TableEvent | None:
    """
    Show a list of units or accounts; return what was done in it, once.

    Notes
    -----
    A choice that has just been made is sent back as the choice there is: the page takes
    it only after this, and the boxes ticked would be empty until then.
    """
    _store(data=rows.layer.blob, key=f"{key}-store", height="content")
    made = read_list_event(st.session_state.pop(f"{key}-made", None), kinds, rows)
    if made is not None and made.kind == "choose":
        data = {**data, "chosen": bits_text(rows, made.ids)}
    return read_list_event(_mounted(_list, data, key), kinds, rows)


def _mounted(component: Any, data: Mapping[str, Any], key: str) -> Any:
    """
    Mount a table and return its event, raw.

    Notes
    -----
    Gestures carry a number. The browser sends the next one when it reads that the last
    was heard, as Streamlit keeps only the later of two that arrive during one run.
    """
    heard, made = f"{key}-heard", f"{key}-made"

    def hear() -> None:
        event = (st.session_state.get(key) or {}).get("event") or {}
        st.session_state[heard] = int(event.get("turn") or 0)
        st.session_state[made] = event

    result = component(
        data={**data, "heard": st.session_state.get(heard, 0)},
        key=key,
        height="content",
        on_event_change=hear,
    )
    return result.event
