"""Import: read a file, say what its columns mean, see what is taken and why not."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planner.accounts.findings import ImportReport
from planner.accounts.importing import import_table
from planner.accounts.reading import tables
from planner.core.formats import Formats
from planner.services.company import companies
from planner.services.imports import (
    check,
    mappings,
    market,
    new_company,
    refresh,
    saving,
)
from planner.services.imports.check import SourcePreview
from planner.services.imports.refresh import RefreshPreview
from planner.services.workspace import OpenCompany
from planner.ui import faults, session, widgets
from planner.ui.maps.text import markdown_text
from planner.ui.pages import PAGES
from planner.ui.views.imports.mapping import (
    ask_condition,
    ask_mapping,
    ask_saved,
    save_as,
)
from planner.ui.views.imports.refresh import refresh_view
from planner.ui.views.imports.report import report_details, report_head
from planner.ui.views.imports.target import INTO, NEW, ask_target

KINDS = {
    "accounts": "Accounts",
    "deals": "Deals",
    "visits_made": "Visits made",
    "reps": "Reps",
    "positions": "Positions",
    "quotas": "Quotas",
    "units": "Units",
    "market": "Market data",
}
WHAT = {
    "accounts": "Customers and prospects: a new company, or the next load of a list.",
    "units": "Polygons (or points) that territories are made of.",
    "reps": "People with home and hours; a manager column brings the hierarchy along.",
    "positions": "Seats of the hierarchy, each with the one above it.",
    "deals": "Orders and the open pipeline of the open company.",
    "visits_made": "Who visited which account when.",
    "quotas": "Goals by position and month or year, into a draft scenario.",
    "market": "A figure by county, ZIP or unit, such as households.",
}
TYPES = [
    "csv",
    "tsv",
    "txt",
    "xlsx",
    "parquet",
    "geojson",
    "json",
    "gpkg",
    "kml",
    "kmz",
    "zip",
]
PREVIEW_ROWS = 8


def main() -> None:
    """Draw the page."""
    ws = session.company()
    fmt = session.formats(ws)
    slot = widgets.page_header(
        "Import",
        "Bring a file; every row is taken, or refused with its reason.",
        context=f"open company: {companies.company(ws).name}",
    )
    note_place = st.empty()
    kind = (
        st.segmented_control(
            "What does the file hold?",
            list(KINDS),
            default="accounts",
            format_func=KINDS.get,
            key="imp-kind",
            required=True,
        )
        or "accounts"
    )
    st.caption(WHAT[kind])
    upload = st.file_uploader(
        "File", type=TYPES, key=f"imp-file-{_turn()}", max_upload_size=200
    )
    if upload is None:
        st.caption(
            "CSV, Excel, Parquet, GeoJSON, GeoPackage, KML or a zipped shapefile, up "
            "to 200 MB. Accounts need an id, a name and a place: coordinates, a ZIP, "
            "or city and state."
        )
        with note_place.container():
            _done_note()
        return
    st.session_state.pop("imp-done", None)
    with faults.guard(
        f"Reading {upload.name}",
        "Save it as CSV (UTF-8) or Excel and try again; nothing was imported.",
    ):
        preview = _preview(ws, upload, kind)
        _prepared(ws, fmt, slot, preview, kind, str(upload.file_id))


def _turn() -> int:
    return int(st.session_state.get("imp-turn", 0))


def _preview(ws: OpenCompany, upload: Any, kind: str) -> SourcePreview:
    """Read the upload once, not on every rerun."""
    layer = str(st.session_state.get(f"imp-{upload.file_id}-layer") or "")
    key = (upload.file_id, kind, layer, ws.company_id)
    cached = st.session_state.get("imp-preview")
    if cached is None or cached[0] != key:
        with st.spinner("Reading the file …"):
            preview = check.preview_source(
                upload.getvalue(), upload.name, kind, layer=layer, ws=ws
            )
        st.session_state["imp-preview"] = (key, preview)
        return preview
    return cached[1]


def _prepared(
    ws: OpenCompany,
    fmt: Formats,
    slot: Any,
    preview: SourcePreview,
    kind: str,
    file_id: str,
) -> None:
    """Show a file that could be read: rows, mapping, filter, verdict, import."""
    raw = preview.raw
    verdict_place = st.container(key="imp-told")  # the verdict stands where it is seen
    if len(raw.layers) > 1:
        st.selectbox(
            "Sheet or layer",
            raw.layers,
            index=list(raw.layers).index(raw.layer) if raw.layer in raw.layers else 0,
            key=f"imp-{file_id}-layer",
            width=280,
        )
    st.subheader(f"First rows of {fmt.number(len(raw.frame))}")
    st.dataframe(
        raw.frame.head(PREVIEW_ROWS), hide_index=True, key=f"imp-rows-{file_id}"
    )
    st.subheader("What the columns mean")
    mapping = _mapping(ws, preview, kind, file_id)
    condition = ask_condition(preview, file_id)
    target = ask_target(ws, kind, raw.filename, file_id)
    aims = tuple(target.get(name) for name in ("into", "currency", "mode"))
    key = (file_id, raw.layer, kind, repr(sorted(mapping.items())), condition, aims)
    cached = st.session_state.get("imp-report")
    report = cached[1] if cached is not None and cached[0] == key else None
    with slot:
        can_go = report is None or report.is_usable
        pressed = st.button(
            _label(fmt, report, kind, target),
            type="primary",
            key="imp-go",
            disabled=not can_go or (kind == "quotas" and "scenario_id" not in target),
        )
    if pressed and report is None:
        with st.spinner("Checking each row …"):
            report = _check(ws, raw, kind, mapping, condition, target)
        st.session_state["imp-report"] = (key, report)
        st.session_state.pop("imp-refresh", None)
        st.rerun()
    with verdict_place:
        if report is None:
            st.caption(
                "Look at what the columns mean, then press “Check the file”: nothing "
                "is saved by it."
            )
            return
        report_head(fmt, report)
        changes = None
        if target.get("into") == INTO and report.is_usable:
            changes = _refresh(ws, fmt, report, preview, target["source"])
            st.subheader("What was found in the file")
        report_details(fmt, report)
    if pressed:
        with faults.guard("Importing", "Nothing was saved; look at it again."):
            _import(ws, report, kind, target, changes)


def _mapping(
    ws: OpenCompany, preview: SourcePreview, kind: str, file_id: str
) -> dict[str, Any]:
    """Ask what the columns mean: a saved mapping, guesses, corrections."""
    if kind == "accounts":
        st.caption(
            "Those with * are needed, and one place: latitude and longitude, a "
            "postcode, or city and state."
        )
    mapping_name = ask_saved(ws, preview, kind, file_id)
    columns = mappings.load_mapping(ws, kind, mapping_name) if mapping_name else None
    turn = f"{file_id}-{mapping_name}" if mapping_name else file_id
    mapping = ask_mapping(preview, kind, turn, columns)
    save_as(ws, preview, kind, mapping)
    return mapping


def _check(
    ws: OpenCompany,
    raw: Any,
    kind: str,
    mapping: dict[str, Any],
    condition: str,
    target: dict[str, Any],
) -> ImportReport:
    """Say row by row what would be taken."""
    rows = tables.where(raw, condition) if condition else raw
    if target.get("into") == NEW:
        context = check.list_context(
            ws.settings,
            kind,
            mapping,
            currency=target["currency"],
            as_of=target["as_of"],
        )
    else:
        mode = str(target.get("mode", "add"))
        context = check.company_context(ws, kind, mapping, mode=mode)
    return import_table(rows, context)


def _label(
    fmt: Formats, report: ImportReport | None, kind: str, target: dict[str, Any]
) -> str:
    if report is None:
        return "Check the file"
    if target.get("into") == INTO:
        return "Apply the load"
    return f"Import {fmt.number(len(report.frame))} {KINDS[kind].lower()}"


def _refresh(
    ws: OpenCompany,
    fmt: Formats,
    report: ImportReport,
    preview: SourcePreview,
    source: str,
) -> RefreshPreview | None:
    """Show what the load changes; what is decided is looked at again."""
    st.subheader("What this load changes")
    version = companies.company(ws).version
    key = (report.file, source, version)
    cached = st.session_state.get("imp-refresh")
    if cached is None or cached[0] != key:
        with st.spinner("Comparing with what is stored …"):
            changes = refresh.preview_refresh(ws, report, source, raw=preview.raw)
        cached = (key, changes)
        st.session_state["imp-refresh"] = cached
    choices = refresh_view(fmt, cached[1])
    if choices != cached[1].choices:
        with st.spinner("Looking again with your decisions …"):
            changes = refresh.preview_refresh(
                ws, report, source, choices, raw=preview.raw
            )
        st.session_state["imp-refresh"] = (key, changes)
        return changes
    return cached[1]


def _import(
    ws: OpenCompany,
    report: ImportReport,
    kind: str,
    target: dict[str, Any],
    changes: RefreshPreview | None,
) -> None:
    """Save what was accepted, and go on to look at it."""
    outcome = f"{len(report.frame):,} {KINDS[kind].lower()} imported"
    with st.spinner(f"{outcome} …"):
        if changes is not None:
            outcome = refresh.apply_refresh(ws, changes).summary().rstrip(".")
        elif kind == "accounts":
            opened = new_company.company_of_report(
                ws,
                report,
                name=target["name"],
                currency=target["currency"],
                as_of=target["as_of"],
                fill_missing=target["fill"],
            )
            session.choose_company(opened)
        elif kind == "quotas":
            saving.save_quotas_into(
                ws,
                report,
                target["scenario_id"],
                version=target["scenario_version"],
                mode=target["mode"],
            )
        elif kind == "market":
            market.save_market(
                ws,
                report,
                name=target["name"],
                unit_of_measure=target["unit"],
                how=target["how"],
            )
        else:
            saving.save_kind(ws, report, mode=target["mode"])
    st.session_state["imp-done"] = f"{outcome}, {report.rows_rejected:,} refused."
    st.session_state["imp-turn"] = _turn() + 1
    for name in ("imp-preview", "imp-report", "imp-refresh"):
        st.session_state.pop(name, None)
    st.rerun()


def _done_note() -> None:
    outcome = st.session_state.get("imp-done")
    if outcome is None:
        return
    st.success(markdown_text(f"{outcome} The report stays under Store and jobs.", 400))
    with st.container(horizontal=True):
        st.page_link(f"{PAGES}/health.py", label="Look at the health of the data")
        st.page_link(f"{PAGES}/accounts.py", label="Look at the accounts")
        st.page_link(f"{PAGES}/segments.py", label="Adjust the segments")
        st.page_link(f"{PAGES}/territories.py", label="Balance territories")


main()
