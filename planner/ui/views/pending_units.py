"""Units chosen by hand: choose, see what moving them would do, move them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.core.errors import ConflictError
from planner.core.errors import PlannerError
from planner.core.formats import Formats
from planner.geography.selecting import inside
from planner.geography.selecting import touched
from planner.services import territory
from planner.services.scenarios import Scenario
from planner.services.territory import MEASURES
from planner.services.territory import TerritoryView
from planner.services.workspace import Workspace
from planner.ui import session
from planner.ui import widgets
from planner.ui.maps.palette import TERRITORY
from planner.ui.maps.territory import territory_labels
from planner.ui.maps.text import markdown_text
from planner.ui.planmap import MapEvent

UNASSIGNED = "No territory"


def choose(event: MapEvent, pending: list[str], view: TerritoryView) -> None:
    """Take a click or a shape drawn on the map into the choice of units."""
    if event.kind == "unit":
        for name in event.ids:
            if name in pending:
                pending.remove(name)
            else:
                pending.append(name)
    elif event.kind == "box":
        pending.extend(name for name in event.unit_ids if name not in pending)
    else:
        with widgets.guard("Choosing on the map"):
            drawn = units_drawn(event, view)
            pending.extend(name for name in drawn if name not in pending)
            st.rerun()
        return
    st.rerun()


def units_drawn(event: MapEvent, view: TerritoryView) -> list[str]:
    """
    Find the units that a shape drawn on the map takes in.

    Parameters
    ----------
    event
        ``paint`` takes all it runs over; ``lasso`` and ``polygon`` those whose middle
        they enclose.
    view
        The scenario.

    Raises
    ------
    InputError
        If the shape encloses nothing.
    """
    shapes = view.units.geometry
    if event.kind == "paint":
        taken = touched(shapes, event.path)
    else:
        middle = shapes.representative_point()
        taken = inside(middle.y, middle.x, event.path)
    return [str(name) for name in view.units.index[taken]]


def pending_bar(
    ws: Workspace,
    fmt: Formats,
    scenario: Scenario,
    view: TerritoryView,
    pending: list[str],
    measure: str,
) -> TerritoryView | None:
    """Offer to assign the chosen units; always in the same place."""
    labels = territory_labels(view)
    fresh = _next_id(list(labels))
    options = [*labels, fresh, UNASSIGNED]
    with st.container(horizontal=True, vertical_alignment="center", key="terr-bar"):
        st.markdown(_pending_text(fmt, view, pending, measure), width=420)
        target = st.selectbox(
            "Assign to",
            options,
            index=None,
            placeholder="Assign to …",
            format_func=lambda name: (
                f"{name} (new)" if name == fresh else labels.get(name, name)
            ),
            key=f"terr-target-{st.session_state.setdefault('terr-turn', 0)}",
            label_visibility="collapsed",
            width=220,
            disabled=not pending,
        )
        is_ready = bool(pending) and target is not None
        if st.button("Apply", key="terr-apply", disabled=not is_ready):
            _apply(ws, scenario, pending, target)
        if st.button("Clear", key="terr-clear", disabled=not pending):
            pending.clear()
            st.rerun()
    if not is_ready:
        return None
    to = None if target == UNASSIGNED else str(target)
    return territory.preview_move(view, pending, to)


def _pending_text(
    fmt: Formats, view: TerritoryView, pending: list[str], measure: str
) -> str:
    if not pending:
        return ":gray[Choose units: click, paint or draw around them.]"
    units = view.units.loc[pending]
    n_accounts = fmt.number(units["accounts"].sum())
    noun = "unit" if len(pending) == 1 else "units"
    text = f"**{fmt.number(len(pending))} {noun}** · {n_accounts} accounts"
    if measure != "accounts" and measure in units:
        total = units[measure].sum()
        amount = fmt.money_short(total) if "_minor" in measure else fmt.number(total)
        if measure == "workload_min":
            amount = fmt.duration(total)
        text += f" · {markdown_text(amount)} {MEASURES[measure].lower()}"
    return text


def _next_id(known: list[str]) -> str:
    number = 1
    while f"T{number:02d}" in known:
        number += 1
    return f"T{number:02d}"


def _apply(
    ws: Workspace, scenario: Scenario, pending: list[str], target: str | None
) -> None:
    to = None if target == UNASSIGNED else target
    try:
        version = territory.assign_units(
            ws, scenario.scenario_id, session.seen_version(scenario), pending, to
        )
    except ConflictError:
        st.rerun()  # the note at the top of the page says who and what
    except PlannerError as error:
        widgets.error_box(error, where="Moving the units")
        return
    session.look_at(scenario.scenario_id, version)
    st.session_state["terr-turn"] += 1  # an empty "Assign to" for the next choice
    pending.clear()
    st.rerun()


def units_table(fmt: Formats, view: TerritoryView, pending: list[str]) -> None:
    """Offer the units as a table: the same choice without a map."""
    with st.expander("Choose units in a table"):
        frame = pd.DataFrame(view.units.drop(columns="geometry"))
        frame["unit"] = frame["name"] + ", " + frame["region"].fillna("")
        columns = {
            "unit": widgets.Column("Unit"),
            "territory_id": widgets.Column("Territory"),
            "accounts": widgets.Column("Accounts", "number"),
        }
        for name in ("potential_minor", "our_sales_minor"):
            if name in frame:
                columns[name] = widgets.Column(MEASURES[name], "money")
        rows = widgets.table(
            frame,
            columns,
            fmt=fmt,
            key="terr-units",
            height=320,
            select="multi",
            label="Units",
        )
        if st.button("Add to the choice", key="terr-add", disabled=not rows):
            pending.extend(str(name) for name in rows if name not in pending)
            st.rerun()


def spare_colours(view: TerritoryView) -> dict[str, str]:
    """Colour territories that a pending move would make new."""
    return dict.fromkeys(map(str, view.territories.index), TERRITORY[0])
