"""The part of the workbench that lists units or accounts: all by keyboard."""

from __future__ import annotations

from functools import partial
from typing import cast

import pandas as pd
import streamlit as st

from planner.ui import cache
from planner.ui.components.grid import TableEvent, take
from planner.ui.views.workbench.list_table import What, list_rows, list_table
from planner.ui.views.workbench.workbench import Workbench

KINDS: dict[What, str] = {"unit": "Units", "account": "Accounts"}
HEIGHT = 480


def take_lists(bench: Workbench) -> None:
    """Do what was asked in a list, before the page is drawn."""
    for what in KINDS:
        rows = partial(list_rows, bench.ws, bench.saved, what)
        while (event := take(_key(what), rows)) is not None:
            do_in_list(bench, event, what)


def list_part(bench: Workbench) -> None:
    """Offer units or accounts to choose, lock and zoom to."""
    what = cast(
        What,
        st.segmented_control(
            "List",
            list(KINDS),
            default="unit",
            key="terr-list",
            format_func=KINDS.get,
            label_visibility="collapsed",
            required=True,
        ),
    )
    locks, choice = bench.opened.draft.locks, bench.choice
    event = list_table(
        list_rows(bench.ws, bench.saved, what),
        bench.fmt,
        what=what,
        view=bench.shown,
        colours=cache.colours(bench.ws, bench.shown),
        before=bench.saved if bench.after is not None else None,
        locked=locks.unit if what == "unit" else locks.account,
        selection=choice.units if what == "unit" else choice.accounts,
        key=_key(what),
        height=HEIGHT,
        events=("lock", "unlock", "zoom", "choose") if bench.is_editable else ("zoom",),
    )
    if event is not None:
        do_in_list(bench, event, what)
        st.rerun()


def do_in_list(bench: Workbench, event: TableEvent, what: What) -> None:
    """Do what a gesture in a list means."""
    is_unit = what == "unit"
    if event.kind == "choose":
        frame = bench.shown.units if is_unit else bench.shown.accounts
        ids = dict.fromkeys(pd.Index(event.ids).intersection(frame.index))
        if is_unit:
            bench.choice.units = ids
        else:
            bench.choice.accounts = ids
    elif event.kind == "zoom":
        units, accounts = bench.shown.units.index, bench.shown.accounts.index
        none = units[:0]
        if is_unit:
            bench.zoom_to(units.intersection(list(event.ids)))
        else:
            bench.zoom_to(none, accounts.intersection(list(event.ids)))
    else:
        bench.lock(what, event.ids, is_locked=event.kind == "lock")


def _key(what: What) -> str:
    return f"terr-list-{what}"
