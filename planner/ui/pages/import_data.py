"""Import: upload a file, say what its columns mean, see what is taken and why not."""

from __future__ import annotations

import datetime as dt
from pathlib import PurePath
from typing import Any

import streamlit as st

from planner.core.formats import Formats
from planner.core.money import MINOR_DIGITS
from planner.services import companies
from planner.services import importing
from planner.services.importing import ImportReport
from planner.services.importing import SourcePreview
from planner.services.workspace import Workspace
from planner.ui import session
from planner.ui import widgets
from planner.ui.views.import_mapping import ask_condition
from planner.ui.views.import_mapping import ask_mapping
from planner.ui.views.import_report import report_view

KINDS = {"accounts": "Accounts", "units": "Units", "reps": "Reps", "deals": "Deals"}
WHAT = {
    "accounts": "A list of customers and prospects; it becomes a new company.",
    "units": "Polygons (GeoJSON, GeoPackage, zipped shapefile) that territories are "
    "made of; they replace the units of the open company.",
    "reps": "Field reps with home and hours; they replace those of the open company.",
    "deals": "Orders and open pipeline; they replace those of the open company.",
}
TYPES = ["csv", "tsv", "txt", "xlsx", "geojson", "json", "gpkg", "zip"]
CURRENCIES = tuple(MINOR_DIGITS)
PREVIEW_ROWS = 8
PAGES = "planner/ui/pages"


def main() -> None:
    """Draw the page."""
    ws = session.workspace()
    fmt = session.formats(ws)
    slot = widgets.page_header(
        "Import",
        "Bring a file; every row is taken, or refused with its reason.",
        context=f"open company: {companies.company(ws).name}",
    )
    _done_note(fmt)
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
            "CSV, Excel, GeoJSON, GeoPackage or a zipped shapefile, up to 200 MB. "
            "Accounts need an id, a name and a place: coordinates, a ZIP, or city and "
            "state."
        )
        return
    with widgets.guard(
        f"Reading {upload.name}",
        "Save it as CSV (UTF-8) or Excel and try again; nothing was imported.",
    ):
        preview = _preview(upload, kind)
        _prepared(ws, fmt, slot, preview, kind, str(upload.file_id))


def _turn() -> int:
    return int(st.session_state.get("imp-turn", 0))


def _preview(upload: Any, kind: str) -> SourcePreview:
    """Read the upload once, not on every rerun."""
    key = (upload.file_id, kind)
    kept = st.session_state.get("imp-preview")
    if kept is None or kept[0] != key:
        with st.spinner("Reading the file …"):
            preview = importing.preview_source(upload.getvalue(), upload.name, kind)
        st.session_state["imp-preview"] = (key, preview)
        return preview
    return kept[1]


def _prepared(
    ws: Workspace,
    fmt: Formats,
    slot: Any,
    preview: SourcePreview,
    kind: str,
    file_id: str,
) -> None:
    """Show a file that could be read: rows, mapping, filter, verdict, import."""
    raw = preview.raw
    told = st.container(key="imp-told")  # the verdict stands where it is seen
    st.subheader(f"First rows of {fmt.number(len(raw.frame))}")
    st.dataframe(
        raw.frame.head(PREVIEW_ROWS), hide_index=True, key=f"imp-rows-{file_id}"
    )
    st.subheader("What the columns mean")
    if kind == "accounts":
        st.caption(
            "Those with * are needed, and one place: latitude and longitude, a "
            "postcode, or city and state."
        )
    mapping = ask_mapping(preview, kind, file_id)
    condition = ask_condition(preview, file_id)
    params = _company_part(raw.filename, kind, file_id) if kind == "accounts" else {}
    key = (file_id, kind, tuple(sorted(mapping.items())), condition, params.get("cur"))
    kept = st.session_state.get("imp-report")
    report = kept[1] if kept is not None and kept[0] == key else None
    with slot:
        label = _import_label(fmt, report, kind)
        pressed = st.button(
            label or "Check the file",
            type="primary",
            key="imp-go",
            disabled=report is not None and not report.is_usable,
        )
    if pressed and report is None:
        with st.spinner("Checking each row …"):
            filtered = importing.keep_where(raw, condition) if condition else raw
            report = importing.check_source(
                filtered, kind, ws.settings, mapping, params.get("cur", fmt.currency)
            )
        st.session_state["imp-report"] = (key, report)
        st.rerun()
    with told:
        if report is None:
            st.caption(
                "Look at what the columns mean, then press “Check the file”: nothing "
                "is saved by it."
            )
            return
        report_view(fmt, report)
    if pressed:
        _import(ws, report, kind, params)


def _import_label(fmt: Formats, report: ImportReport | None, kind: str) -> str:
    if report is None:
        return ""
    return f"Import {fmt.number(report.rows_accepted)} {kind}"


# --- mapping, filter, company --------------------------------------------------------


def _company_part(filename: str, kind: str, file_id: str) -> dict[str, Any]:
    """Ask what the new company is called."""
    st.subheader("The new company")
    with st.container(horizontal=True, vertical_alignment="bottom", key="imp-company"):
        stem = PurePath(filename).stem.replace("_", " ").strip() or "My company"
        name = st.text_input(
            "Name", stem[:1].upper() + stem[1:], key=f"imp-{file_id}-name", width=280
        )
        currency = st.selectbox(
            "Currency", CURRENCIES, key=f"imp-{file_id}-currency", width=110
        )
        today = dt.datetime.now(dt.UTC).date()
        as_of = st.date_input("Its today", today, key=f"imp-{file_id}-as-of", width=150)
    fill = st.checkbox(
        "Simulate what the list lacks (revenue, potential, last visits, deals)",
        value=True,
        key=f"imp-{file_id}-fill",
        help="Invented figures make balance, quotas, visits and pay possible. They are "
        "labelled as simulated on every account.",
    )
    return {"name": name, "cur": currency, "as_of": as_of, "fill": fill, "kind": kind}


# --- the report ----------------------------------------------------------------------


def _import(
    ws: Workspace, report: ImportReport, kind: str, params: dict[str, Any]
) -> None:
    """Save what was accepted, and go on to look at it."""
    with st.spinner(f"Importing {report.rows_accepted:,} {kind} …"):
        if kind == "accounts":
            opened = importing.company_of_report(
                ws,
                report,
                name=params["name"],
                currency=params["cur"],
                as_of=params["as_of"],
                fill_missing=params["fill"],
            )
            session.open_company(opened)
        else:
            importing.save_kind(ws, report)
    st.session_state["imp-done"] = (kind, report.rows_accepted, report.rows_rejected)
    st.session_state["imp-turn"] = _turn() + 1
    for name in ("imp-preview", "imp-report"):
        st.session_state.pop(name, None)
    st.rerun()


def _done_note(fmt: Formats) -> None:
    done = st.session_state.get("imp-done")
    if done is None:
        return
    kind, n_taken, n_refused = done
    st.success(
        f"{fmt.number(n_taken)} {kind} imported, {fmt.number(n_refused)} refused. "
        "The report stays under Store and jobs."
    )
    with st.container(horizontal=True):
        st.page_link(f"{PAGES}/accounts.py", label="Look at the accounts")
        st.page_link(f"{PAGES}/segments.py", label="Adjust the segments")
        st.page_link(f"{PAGES}/territories.py", label="Balance territories")


main()
