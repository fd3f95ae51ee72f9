"""Scenarios: list, clone, rename, put two side by side, publish one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st

from planner.core.errors import PlannerError
from planner.core.files import csv_bytes
from planner.core.files import xlsx_bytes
from planner.core.formats import EMPTY
from planner.core.formats import Formats
from planner.services import scenarios
from planner.services.scenarios import Comparison
from planner.services.scenarios import PublishPreview
from planner.services.scenarios import Scenario
from planner.services.territory import TerritoryView
from planner.services.workspace import Workspace
from planner.ui import session
from planner.ui import widgets
from planner.ui.maps.territory import territory_map
from planner.ui.maps.text import map_text
from planner.ui.maps.text import markdown_text
from planner.ui.planmap import planmap
from planner.ui.views import reads

M_PER_KM = 1000
SMALL_MAP = 360
MOVED = {
    "name": widgets.Column("Account", is_pinned=True),
    "a_territory": widgets.Column("Territory, left"),
    "a_owner": widgets.Column("Owner, left"),
    "b_territory": widgets.Column("Territory, right"),
    "b_owner": widgets.Column("Owner, right"),
    "our_sales_minor": widgets.Column("Our sales", "money"),
    "potential_minor": widgets.Column("Potential", "money"),
    "open_pipeline_minor": widgets.Column("Open pipeline", "money"),
}


def main() -> None:
    """Draw the page."""
    ws = session.workspace()
    fmt = session.formats(ws)
    current = session.scenario(ws)
    slot = widgets.page_header(
        "Scenarios",
        "Try several plans, put two side by side, publish the one that holds.",
        context=f"working on {current.name}" if current else "",
    )
    if current is None:
        if widgets.empty_state(
            "No scenario yet",
            "A scenario is one way to draw the territories. Start one; it begins "
            "empty.",
            button="Start a scenario",
            key="no-scenario",
        ):
            made = scenarios.start(ws, "Draft 1")
            session.choose_scenario(made.scenario_id)
            st.rerun()
        return
    with slot:
        if current.status == "draft":
            if st.button("Publish", type="primary", key="scn-publish"):
                _publish_form(ws, fmt, current)
        elif st.button("Clone", type="primary", key="scn-clone-top"):
            _clone_form(ws, current)
    _published_note(fmt)
    known = scenarios.scenarios(ws)
    _list(ws, fmt, known, current)
    _side_by_side(ws, fmt, known, current)
    _publications(ws, fmt, known)


# --- the list ------------------------------------------------------------------------


def _list(
    ws: Workspace, fmt: Formats, known: list[Scenario], current: Scenario
) -> None:
    """Show the scenarios; choose one to work on, clone or rename it."""
    names = {scenario.scenario_id: scenario.name for scenario in known}
    frame = pd.DataFrame(
        {
            "name": [scenario.name for scenario in known],
            "working": [
                "open" if scenario.scenario_id == current.scenario_id else ""
                for scenario in known
            ],
            "status": [_status(scenario, fmt) for scenario in known],
            "version": [scenario.version for scenario in known],
            "saved": [_stamp(scenario.updated_at, fmt) for scenario in known],
            "by": [scenario.updated_by for scenario in known],
            "from": [
                names.get(str(scenario.parent_id), "a blank map") for scenario in known
            ],
        },
        index=[scenario.scenario_id for scenario in known],
    )
    rows = widgets.table(
        frame,
        {
            "name": widgets.Column("Scenario", width="medium", is_pinned=True),
            "working": widgets.Column("", width=60),
            "status": widgets.Column("Status"),
            "version": widgets.Column("Version", "number", width=80),
            "saved": widgets.Column("Saved"),
            "by": widgets.Column("By", width=80),
            "from": widgets.Column("Made from"),
        },
        fmt=fmt,
        key="scn-list",
        select="single",
        label="Scenarios",
    )
    chosen = next(
        (scenario for scenario in known if rows and scenario.scenario_id == rows[0]),
        current,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{markdown_text(chosen.name)}**", width="content")
        is_current = chosen.scenario_id == current.scenario_id
        if st.button("Work on it", key="scn-open", disabled=is_current):
            session.choose_scenario(chosen.scenario_id)
            session.look_at(chosen.scenario_id, chosen.version)
            st.rerun()
        if st.button("Clone", key="scn-clone"):
            _clone_form(ws, chosen)
        if st.button("Rename", key="scn-rename", disabled=chosen.status != "draft"):
            _rename_form(ws, chosen)
        if st.button("History", key="scn-history"):
            _history(ws, fmt, chosen)


def _status(scenario: Scenario, fmt: Formats) -> str:
    if scenario.status == "published":
        return f"published from {fmt.day(scenario.effective_from)}"
    return "draft"


def _stamp(stamp: str, fmt: Formats) -> str:
    return f"{fmt.day(stamp[:10])} {stamp[11:16]} UTC"


@st.dialog("Clone a scenario")
def _clone_form(ws: Workspace, scenario: Scenario) -> None:
    st.caption(
        f"The copy starts as {markdown_text(scenario.name)} is now; neither changes "
        "the other."
    )
    name = st.text_input("Name", f"{scenario.name}, variant", key="scn-clone-name")
    if st.button("Clone", type="primary", key="scn-clone-do"):
        with widgets.guard("Cloning the scenario"):
            made = scenarios.clone(ws, scenario.scenario_id, name)
            session.choose_scenario(made.scenario_id)
            session.look_at(made.scenario_id, made.version)
            st.rerun()


@st.dialog("Rename a scenario")
def _rename_form(ws: Workspace, scenario: Scenario) -> None:
    name = st.text_input("Name", scenario.name, key="scn-rename-name")
    if st.button("Rename", type="primary", key="scn-rename-do"):
        with widgets.guard("Renaming the scenario"):
            version = scenarios.rename(ws, scenario.scenario_id, scenario.version, name)
            session.look_at(scenario.scenario_id, version)
            st.rerun()


@st.dialog("History", width="large")
def _history(ws: Workspace, fmt: Formats, scenario: Scenario) -> None:
    saves = scenarios.history(ws, scenario.scenario_id)
    saves["at"] = [_stamp(stamp, fmt) for stamp in saves["at"]]
    widgets.table(
        saves,
        {
            "at": widgets.Column("When"),
            "who": widgets.Column("Who", width=90),
            "action": widgets.Column("What", width="large"),
        },
        fmt=fmt,
        key="scn-saves",
        label="Saves of the scenario",
    )


# --- side by side --------------------------------------------------------------------


def _side_by_side(
    ws: Workspace, fmt: Formats, known: list[Scenario], current: Scenario
) -> None:
    """Put two scenarios beside each other: maps, figures, accounts that differ."""
    st.subheader("Side by side")
    if len(known) < 2:
        st.caption("Clone the scenario, change the copy, and compare the two here.")
        return
    ids = [scenario.scenario_id for scenario in known]
    by_id = {scenario.scenario_id: scenario for scenario in known}
    left_id, right_id = _default_pair(known, current)
    left, right = st.columns(2, gap="small")
    a_id = left.selectbox(
        "Left, before",
        ids,
        index=ids.index(left_id),
        format_func=lambda name: by_id[name].name,
        key="scn-a",
    )
    b_id = right.selectbox(
        "Right, after",
        ids,
        index=ids.index(right_id),
        format_func=lambda name: by_id[name].name,
        key="scn-b",
    )
    found = reads.comparison(ws, by_id[a_id], by_id[b_id])
    with left:
        _small_map(ws, fmt, found.a, "scn-map-a")
    with right:
        _small_map(ws, fmt, found.b, "scn-map-b")
    st.html(metrics_table(found.metrics, fmt, found.a.scenario, found.b.scenario))
    _moved(fmt, found)


def _default_pair(known: list[Scenario], current: Scenario) -> tuple[str, str]:
    """Choose the open scenario on the right, what it came from on the left."""
    ids = [scenario.scenario_id for scenario in known]
    others = [name for name in ids if name != current.scenario_id]
    parent = str(current.parent_id)
    return (parent if parent in others else others[0]), current.scenario_id


def _small_map(ws: Workspace, fmt: Formats, view: TerritoryView, key: str) -> None:
    if view.units.empty:
        st.caption("No units yet.")
        return
    planmap(
        territory_map(
            view,
            fmt,
            shapes=reads.unit_shapes(ws, view, fmt),
            base=reads.state_shapes(ws, view),
            has_homes=False,
        ),
        key=key,
        height=SMALL_MAP,
        events=(),
    )


def metrics_table(metrics: pd.DataFrame, fmt: Formats, a: Scenario, b: Scenario) -> str:
    """
    Draw the figures of two scenarios with their signed difference.

    Parameters
    ----------
    metrics
        As of `Comparison`.
    fmt
        How figures are written.
    a, b
        The two scenarios.
    """
    rows = []
    for row in metrics.to_dict("records"):
        change, is_better = _difference(row, fmt)
        tone = {True: "pl-good", False: "pl-bad", None: ""}[is_better]
        rows.append(
            f'<tr><th scope="row">{map_text(row["label"])}</th>'
            f"<td>{map_text(_figure(row['kind'], row['a'], fmt))}</td>"
            f"<td>{map_text(_figure(row['kind'], row['b'], fmt))}</td>"
            f'<td class="{tone}">{map_text(change)}</td></tr>'
        )
    return f"""<style>
.pl-cmp {{ overflow-x: auto; }}
.pl-cmp table {{ border-collapse: collapse; width: 100%; font-size: 14px;
  font-variant-numeric: tabular-nums; }}
.pl-cmp th, .pl-cmp td {{ padding: 7px 12px; text-align: right; font-weight: 400;
  border-bottom: 1px solid color-mix(in srgb, currentColor 10%, transparent); }}
.pl-cmp td {{ white-space: nowrap; }}
.pl-cmp thead th {{ font-size: 13px; opacity: .72; }}
.pl-cmp th:first-child {{ text-align: left; }}
</style><div class="pl-cmp"><table><thead><tr><th scope="col">Figure</th>
<th scope="col">{map_text(a.name, 40)}</th><th scope="col">{map_text(b.name, 40)}</th>
<th scope="col">Difference</th></tr></thead><tbody>{"".join(rows)}</tbody></table>
</div>"""


def _figure(kind: str, value: Any, fmt: Formats) -> str:
    if value is None or pd.isna(value):
        return EMPTY
    if kind == "hours":
        return f"{fmt.number(value)} h"
    if kind == "km":
        return fmt.distance(float(value) * M_PER_KM)
    if kind == "money":
        return fmt.money_short(value)
    return fmt.share(value) if kind == "share" else fmt.number(value)


def _difference(row: dict[str, Any], fmt: Formats) -> tuple[str, bool | None]:
    """Write the signed difference, and whether it is an improvement."""
    a, b, kind = row["a"], row["b"], row["kind"]
    if a is None or b is None or pd.isna(a) or pd.isna(b):
        return EMPTY, None
    change = float(b) - float(a)
    if abs(change) < 1e-9:
        return "0", None
    text = {
        "number": lambda: fmt.signed(change),
        "money": lambda: fmt.signed_money(int(change)),
        "share": lambda: fmt.points(change),
        "hours": lambda: f"{fmt.signed(change)} h",
        "km": lambda: _signed_distance(change, fmt),
    }[kind]()
    if row["less_is_better"] is None or pd.isna(row["less_is_better"]):
        return text, None
    return text, (change < 0) == bool(row["less_is_better"])


def _signed_distance(change_km: float, fmt: Formats) -> str:
    length = fmt.length(change_km * M_PER_KM)
    return f"{fmt.signed(length, 1)} {fmt.distance_unit}"


def _moved(fmt: Formats, found: Comparison) -> None:
    moved = found.moved
    st.subheader(f"Accounts with another territory: {fmt.number(len(moved))}")
    if moved.empty:
        st.caption("Both scenarios give every account to the same territory.")
        return
    widgets.table(
        moved,
        MOVED,
        fmt=fmt,
        key="scn-moved",
        height=320,
        label="Accounts with another territory",
    )
    widgets.download_row(
        [
            widgets.Download("CSV", csv_bytes(moved), "moved_accounts.csv", "text/csv"),
            widgets.Download(
                "Excel",
                xlsx_bytes(
                    {"Figures": found.metrics.set_index("label"), "Accounts": moved}
                ),
                "comparison.xlsx",
            ),
        ],
        key="scn-files",
    )


# --- publishing ----------------------------------------------------------------------


@st.dialog("Publish", width="large")
def _publish_form(ws: Workspace, fmt: Formats, scenario: Scenario) -> None:
    """Ask from when, show what would change, and freeze it."""
    st.markdown(
        f"**{markdown_text(scenario.name)}** becomes the plan from this day on: "
        "owners, territories and quotas are frozen, and pay reads them."
    )
    day = st.date_input(
        "In force from", scenarios.suggested_start(ws), key="scn-start-day"
    )
    try:
        preview = scenarios.preview_publish(ws, scenario.scenario_id, _as_day(day))
    except PlannerError as error:
        widgets.error_box(error, where="This cannot be published yet")
        return
    _preview(fmt, preview)
    if st.button(f"Publish for {fmt.day(day)}", type="primary", key="scn-publish-do"):
        with widgets.guard("Publishing", "Nothing was published."):
            version = session.seen_version(scenario)
            done = scenarios.publish(ws, scenario.scenario_id, version, _as_day(day))
            st.session_state["scn-published"] = (
                scenario.name,
                done.effective_from,
                done.content_hash,
            )
            st.rerun()


def _as_day(day: Any) -> dt.date:
    return day if isinstance(day, dt.date) else dt.date.fromisoformat(str(day))


def _preview(fmt: Formats, preview: PublishPreview) -> None:
    """Show who gets what, and what should be looked at first."""
    changes = preview.changes
    widgets.metric_row(
        [
            widgets.Metric("Accounts", fmt.number(preview.n_accounts)),
            widgets.Metric("With an owner", fmt.number(preview.n_owned)),
            widgets.Metric("Owner changes", fmt.number(len(changes))),
            widgets.Metric(
                "Our sales that change hands",
                fmt.money_short(changes["our_sales_minor"].fillna(0).sum()),
            ),
        ]
    )
    if preview.problems:
        lines = "".join(f"<li>{map_text(text, 300)}</li>" for text in preview.problems)
        st.html(
            '<div class="pl-box pl-box-warning"><div class="pl-box-head">Look at this '
            f"first</div><ul>{lines}</ul></div>"
        )
    if len(changes):
        with st.expander(f"The {fmt.number(len(changes))} accounts"):
            widgets.table(
                changes,
                {
                    "name": widgets.Column("Account"),
                    "from_owner": widgets.Column("Position today"),
                    "to_owner": widgets.Column("Position then"),
                    "our_sales_minor": widgets.Column("Our sales", "money"),
                    "potential_minor": widgets.Column("Potential", "money"),
                },
                fmt=fmt,
                key="scn-changes",
                height=280,
                label="Accounts that change owner",
            )


def _published_note(fmt: Formats) -> None:
    done = st.session_state.pop("scn-published", None)
    if done is None:
        return
    name, effective_from, content_hash = done
    st.success(
        f"{markdown_text(name)} is published from {fmt.day(effective_from)}. "
        f"Content hash `{content_hash[:16]}`."
    )


def _publications(ws: Workspace, fmt: Formats, known: list[Scenario]) -> None:
    """List what was published, with the hash that proves it unchanged."""
    published = scenarios.publications(ws)
    st.subheader("Published")
    if not published:
        st.caption("Nothing yet. Pay and visits read only what is published.")
        return
    names = {scenario.scenario_id: scenario.name for scenario in known}
    frame = pd.DataFrame(
        {
            "name": [names.get(p.scenario_id, p.scenario_id) for p in published],
            "from": [p.effective_from for p in published],
            "at": [_stamp(p.published_at, fmt) for p in published],
            "by": [p.published_by for p in published],
            "hash": [p.content_hash for p in published],
        }
    )
    widgets.table(
        frame,
        {
            "name": widgets.Column("Scenario"),
            "from": widgets.Column("In force from", "day"),
            "at": widgets.Column("Published"),
            "by": widgets.Column("By", width=90),
            "hash": widgets.Column("Content hash (SHA-256)", width="large"),
        },
        fmt=fmt,
        key="scn-publications",
        label="Published scenarios",
    )


main()
