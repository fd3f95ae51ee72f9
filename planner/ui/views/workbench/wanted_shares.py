"""Shares that territories are to have: said where they hold, and taken back."""

from __future__ import annotations

import streamlit as st

from planner.core.formats import Formats
from planner.services.territories import deviations
from planner.services.territories.view import TerritoryView
from planner.territory.editing.edits import Retarget
from planner.ui.faults import guarded
from planner.ui.maps.text import markdown_text
from planner.ui.views.workbench.workbench import Workbench


def shares_note(bench: Workbench, *, is_editable: bool) -> None:
    """Say which shares deviations are from; offer equal ones instead."""
    if not bench.shown.has_shares or (bench.is_editable and not is_editable):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="terr-shares"):
        st.caption(shares_text(bench.fmt, bench.shown), width=640)
        if is_editable:
            districts = tuple(sorted(bench.opened.draft.districts.items()))
            st.button(
                "Equal shares",
                key="terr-equal",
                on_click=guarded(
                    bench.do,
                    "Setting equal shares",
                    Retarget(districts=districts),
                    "Set equal shares",
                ),
            )


def shares_text(fmt: Formats, view: TerritoryView) -> str:
    """Say between what the wanted shares lie, as multiples of an even one."""
    shares = deviations.wanted_shares(view.territories)
    least, most = str(shares.idxmin()), str(shares.idxmax())
    return (
        "Deviations are from the wanted share of each territory, kept since a balance "
        f"by capacity: {markdown_text(least)} is to have {fmt.share(shares[least], 0)} "
        f"of an even share, {markdown_text(most)} {fmt.share(shares[most], 0)}."
    )
