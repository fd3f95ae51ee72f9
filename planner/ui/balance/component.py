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


def show_territories(
    data: Mapping[str, Any], key: str, kinds: Sequence[EventKind]
) -> TableEvent | None:
    """Show the table of territories; return what was done in it, once."""
    return _show(_territories, data, key, kinds)


def _show(
    component: Any, data: Mapping[str, Any], key: str, kinds: Sequence[EventKind]
) -> TableEvent | None:
    """
    Mount a table and read its event.

    Notes
    -----
    Gestures carry a number. The browser sends the next one when it reads that the last
    was heard, as Streamlit keeps only the later of two that arrive during one run.
    """
    heard = f"{key}-heard"

    def hear() -> None:
        event = (st.session_state.get(key) or {}).get("event") or {}
        st.session_state[heard] = int(event.get("turn") or 0)

    result = component(
        data={**data, "heard": st.session_state.get(heard, 0)},
        key=key,
        height="content",
        on_event_change=hear,
    )
    return read_event(result.event, kinds)
