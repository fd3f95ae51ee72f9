"""Accounts: where they are, whose they are, and everything about one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.services.exports import sharing
from planner.services.imports import market
from planner.services.scenarios import Scenario
from planner.services.workspace import OpenCompany
from planner.ui import cache, session, tables, widgets
from planner.ui.charts import bars
from planner.ui.components.planmap import MapData, planmap
from planner.ui.downloads import export_menu
from planner.ui.maps.accounts import (
    COLOUR_BY,
    PLACED_BY,
    Classes,
    account_map,
    classify,
    on_globe,
)
from planner.ui.maps.market import with_market
from planner.ui.maps.sharing import account_sheet
from planner.ui.maps.territory import bounds_of, territory_labels
from planner.ui.maps.text import markdown_text
from planner.ui.pages import PAGES
from planner.ui.simulated import signed
from planner.ui.views.accounts.card import account_card, table_turn
from planner.ui.views.sharing import ground_of, share_button

MAP_HEIGHT = 560
MOST_BARS = 16  # what fits beside the map
NO_TERRITORY = "none"
NO_LAYER = ""
STATUSES = ("customer", "prospect", "closed")
ALWAYS = ("name", "status", "territory_id", "owner_name")
COLUMNS = {
    "name": tables.Column("Account"),
    "city": tables.Column("City"),
    "region": tables.Column("State"),
    "segment": tables.Column("Segment"),
    "visit_class": tables.Column("Class", help="How often it is to be visited"),
    "status": tables.Column("Status"),
    "industry": tables.Column("Industry"),
    "territory_id": tables.Column("Territory"),
    "owner_name": tables.Column("Owner"),
    "our_sales_minor": tables.Column("Our sales", "money"),
    "potential_minor": tables.Column("Potential", "money"),
    "open_pipeline_minor": tables.Column("Open pipeline", "money"),
    "score": tables.Column("Score", "number", help="0 to 100: worth an hour there"),
    "last_visit_on": tables.Column("Last visit", "day"),
    "placed_by": tables.Column("Placed by", help="How exactly its place is known"),
}


def main() -> None:
    """Draw the page."""
    ws = session.company()
    fmt = session.formats(ws)
    scenario = session.scenario(ws)
    slot = widgets.page_header(
        "Accounts",
        "Find white spots and pile-ups; click an account for all its facts.",
        context=f"owners of {scenario.name}, team {scenario.team}" if scenario else "",
    )
    with slot:
        export_menu(ws, ("accounts", "deals", "splits", "visits_made"), key="acc")
        if st.button("Import", type="primary", key="acc-import"):
            st.switch_page(f"{PAGES}/import_data.py")
    rows = cache.account_list(ws, scenario)
    if rows.empty:
        widgets.empty_state(
            "No accounts yet",
            "Import a list of accounts as CSV, Excel or GeoJSON.",
            key="no-accounts",
        )
        return
    visible, text_of_filter = _filters(rows)
    if visible.empty:
        widgets.empty_state(
            "No account fits the filters",
            "Take one of them away.",
            key="nothing-fits",
        )
        return
    classes = _map_and_chart(ws, fmt, scenario, visible, text_of_filter)
    with slot:
        context = f"{scenario.name}, team {scenario.team} · " if scenario else ""
        share_button(
            ws,
            "accounts",
            lambda: account_sheet(
                visible,
                classes,
                fmt,
                subtitle=f"{context}{fmt.number(len(visible))} accounts",
                simulated=sharing.simulated_note(ws, visible),
                ground=ground_of(ws, cache.company_facts(ws).units),
            ),
            key="acc",
            scenario=scenario,
        )
    _table(fmt, visible)
    account_id = st.session_state.get("acc-chosen")
    if account_id in rows.index:
        account_card(ws, fmt, rows.loc[account_id])


def _filters(rows: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Ask which accounts; return them and a text that names the filter."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="acc-filters"):
        st.segmented_control(
            "Colour by", COLOUR_BY, default="Owner", key="acc-colour", required=True
        )
        text = st.text_input(
            "Find", key="acc-text", placeholder="Name, city, ZIP", width=136
        )
        segments = st.multiselect(
            "Segment", _values(rows["segment"]), key="acc-segment", width=144
        )
        options = [*_values(rows["territory_id"]), NO_TERRITORY]
        territories = st.multiselect(
            "Territory", options, key="acc-territory", width=124
        )
        options = [status for status in STATUSES if (rows["status"] == status).any()]
        statuses = st.pills(
            "Status",
            options,
            selection_mode="multi",
            default=[status for status in options if status != "closed"],
            format_func=str.capitalize,
            key="acc-status",
        )
    keep = pd.Series(data=True, index=rows.index)
    if statuses:
        keep &= rows["status"].isin(statuses)
    if segments:
        keep &= rows["segment"].isin(segments)
    if territories:
        keep &= rows["territory_id"].fillna(NO_TERRITORY).isin(territories)
    if text.strip():
        keep &= _has_text(rows, text.strip())
    key = repr((text.strip(), segments, territories, sorted(statuses or [])))
    return rows[keep], key


def _values(column: pd.Series) -> list[str]:
    texts = column.dropna().astype("str")
    return sorted(texts[texts != ""].unique())


def _has_text(rows: pd.DataFrame, text: str) -> pd.Series:
    has_text = pd.Series(rows.index.astype("str"), index=rows.index).str.contains(
        text, case=False, regex=False
    )
    for column in ("name", "city", "postcode", "street"):
        has_text |= rows[column].fillna("").str.contains(text, case=False, regex=False)
    return has_text


def _map_and_chart(
    ws: OpenCompany,
    fmt: Formats,
    scenario: Scenario | None,
    visible: pd.DataFrame,
    text_of_filter: str,
) -> Classes:
    """Show the map, and the same classes as a chart beside it; return the classes."""
    view = cache.territory_view(ws, scenario) if scenario else None
    classes = classify(
        visible,
        st.session_state.get("acc-colour") or "Owner",
        territory_labels=territory_labels(view) if view else {},
        territory_colours=cache.colours(ws, view) if view else {},
    )
    placed = on_globe(visible)
    data = account_map(
        placed,
        classes,
        fmt,
        places=cache.account_places(ws, scenario, placed, fmt, text_of_filter),
        shapes=cache.unit_shapes(ws, view, fmt) if view else None,
        base=cache.ground(ws, view) if view else None,
        fit=bounds_of(view) if view else None,
        selected=st.session_state.get("acc-chosen"),
    )
    left, right = st.columns([13, 7], gap="small")
    with left:
        event = planmap(
            _over_market(ws, fmt, data),
            key="accounts",
            height=MAP_HEIGHT,
            events=("point",),
        )
        _waiting_note(fmt, len(visible) - len(placed))
    with right:
        _chart(fmt, visible, classes)
    if event is not None and event.kind == "point" and event.ids:
        st.session_state["acc-chosen"] = event.ids[0]
        st.session_state["acc-table-turn"] = table_turn() + 1  # unmark the table's row
        st.rerun()
    return classes


def _waiting_note(fmt: Formats, n_waiting: int) -> None:
    """Say how many accounts are not on the map, and where they get a place."""
    if not n_waiting:
        return
    wait = "account waits" if n_waiting == 1 else "accounts wait"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{fmt.number(n_waiting)} {wait} for a place and so for a territory.",
            width="content",
        )
        st.page_link(f"{PAGES}/health.py", label="Put them on the map")


def _over_market(ws: OpenCompany, fmt: Formats, data: MapData) -> MapData:
    """Lay the accounts over a market layer, if there is one and the user wants it."""
    layers = market.market_layers(ws)
    if layers.empty:
        return data
    name = st.selectbox(
        "Over",
        [NO_LAYER, *layers.index],
        key="acc-market",
        width=240,
        label_visibility="collapsed",
        format_func=lambda layer: f"Over {layer}" if layer else "Over plain units",
    )
    if not name:
        return data
    unit = str(layers.loc[name, "unit_of_measure"] or "")
    return with_market(data, market.market_values(ws, name), name, unit, fmt)


def _chart(fmt: Formats, rows: pd.DataFrame, classes: Classes) -> None:
    potential_minor = rows["potential_minor"].fillna(0).sum()
    potential = markdown_text(fmt.money_short(potential_minor))
    worth = f" · {signed(potential, 'potential_minor')} potential"
    worth = worth if potential_minor else ""
    placed = rows["geo_precision"].value_counts()
    rough = [
        f"{fmt.number(placed[kind])} by {PLACED_BY[kind]}"
        for kind in ("postcode", "city")
        if kind in placed
    ]
    note = f" · placed {', '.join(rough)}" if rough else ""
    st.markdown(
        f"**{fmt.number(len(rows))} accounts** by "
        f"{signed(classes.title.lower(), *classes.of)} "
        f":gray[{worth}{note}]"
    )
    is_long = len(classes.counts) > MOST_BARS
    with st.container(height=MAP_HEIGHT - 48 if is_long else "content", border=False):
        st.altair_chart(
            bars.legend_bars(
                classes.counts, classes.colours, heading=classes.title, of=classes.of
            ),
            width="stretch",
            key=f"acc-chart-{classes.title}",
        )


def _table(fmt: Formats, visible: pd.DataFrame) -> None:
    frame = visible.assign(placed_by=visible["geo_precision"].map(PLACED_BY))
    rows = tables.table(
        frame,
        COLUMNS,
        fmt=fmt,
        key=f"acc-table-{table_turn()}",
        height=400,
        select="single",
        label="Accounts",
        optional=[name for name in COLUMNS if name not in ALWAYS],
    )
    if rows:
        st.session_state["acc-chosen"] = rows[0]


main()
