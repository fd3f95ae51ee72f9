"""Import: read a file, say what its columns mean, see what is taken and why not."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from planner.accounts.findings import ImportReport
from planner.accounts.importing import import_table
from planner.accounts.reading import tables
from planner.accounts.reading.tables import RawTable
from planner.accounts.reading.values.texts import clean_text
from planner.accounts.reload.choices import RefreshChoices
from planner.core.formats import Formats
from planner.services.balance.first import first_request
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
from planner.services.imports.currency import check_in_its_currency
from planner.services.imports.refresh_preview import RefreshPreview
from planner.services.workspace import OpenCompany
from planner.ui import faults, session, widgets
from planner.ui.maps.text import markdown_text
from planner.ui.pages import PAGES
from planner.ui.views.imports import upload
from planner.ui.views.imports.look import FirstBalance, look_at
from planner.ui.views.imports.mapping import (
    ask_condition,
    ask_mapping,
    ask_saved,
    save_as,
)
from planner.ui.views.imports.refresh import refresh_view
from planner.ui.views.imports.report import report_details, report_head
from planner.ui.views.imports.target import (
    ADD,
    BEGINS_ANOTHER,
    INTO,
    NEW,
    WHOLE,
    ask_target,
)
from planner.ui.views.imports.upload import Upload

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
PREVIEW_ROWS = 8
_KIND = "import_kind"  # of the session: the field forgets it with the page


def main() -> None:
    """Draw the page."""
    ws = session.current_company()
    fmt = (
        session.plain_formats(session.workspace())
        if ws is None
        else session.formats(ws)
    )
    slot = widgets.page_header(
        "Import",
        "Bring a file; every row is taken, or refused with its reason.",
        context="no company is open: a list of accounts begins one"
        if ws is None
        else f"open company: {companies.company(ws).name}",
    )
    note_place = st.empty()
    kind = _kind(ws)
    st.caption(WHAT[kind])
    file = upload.current() or upload.drop_zone("File", "imp-file")
    if file is None:
        st.caption(
            "CSV, Excel, Parquet, GeoJSON, GeoPackage, KML or a zipped shapefile, up "
            "to 200 MB. Accounts need a name and a place: coordinates, a postcode, "
            "or a city."
        )
        with note_place.container():
            _done_note()
        return
    st.session_state.pop("imp-done", None)
    upload.show(file)
    with (
        faults.guard(
            f"Reading {file.name}",
            "Save it as CSV (UTF-8) or Excel and try again; nothing was imported.",
        ),
        upload.remembered(file),
    ):
        preview = _preview(ws, file, kind)
        _prepared(ws, fmt, slot, preview, kind, file.file_id)


def _kind(ws: OpenCompany | None) -> str:
    """Ask what the file holds; a first company begins with accounts."""
    if ws is None:
        return "accounts"
    if "imp-kind" not in st.session_state:  # also after another page was looked at
        st.session_state["imp-kind"] = st.session_state.get(_KIND, "accounts")
    kind = st.segmented_control(
        "What does the file hold?",
        list(KINDS),
        format_func=KINDS.get,
        key="imp-kind",
        required=True,
    )
    st.session_state[_KIND] = kind or "accounts"
    return kind or "accounts"


def _preview(ws: OpenCompany | None, file: Upload, kind: str) -> SourcePreview:
    """Read the file once, not on every rerun."""
    layer = str(st.session_state.get(f"imp-{file.file_id}-layer") or "")
    key = (file.file_id, kind, layer, None if ws is None else ws.company_id)
    cached = st.session_state.get("imp-preview")
    if cached is None or cached[0] != key:
        with st.spinner("Reading the file …"):
            preview = check.preview_source(
                file.content, file.name, kind, layer=layer, ws=ws
            )
        st.session_state["imp-preview"] = (key, preview)
        return preview
    return cached[1]


def _prepared(
    ws: OpenCompany | None,
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
    target = ask_target(ws, kind, raw.filename, file_id, _ids(raw, mapping))
    aims = tuple(
        target.get(name) for name in ("into", "country", "currency", "mode", "load")
    )
    key = (file_id, raw.layer, kind, repr(sorted(mapping.items())), condition, aims)
    cached = st.session_state.get("imp-report")
    report = cached[1] if cached is not None and cached[0] == key else None
    with slot:
        pressed = _go(fmt, report, kind, target)
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
        balance, changes = _verdict(ws, fmt, report, preview, target, file_id)
    if pressed or (balance is not None and balance.is_asked):
        wanted = balance if balance is not None and balance.is_asked else None
        with faults.guard("Importing", "Nothing was saved; look at it again."):
            _import(ws, report, kind, target, changes, wanted)


def _go(
    fmt: Formats, report: ImportReport | None, kind: str, target: dict[str, Any]
) -> bool:
    """Offer the next step; where a balance is offered, the import alone is second."""
    is_first = target.get("into") == NEW and report is not None and report.is_usable
    can_go = report is None or report.is_usable
    return st.button(
        _label(fmt, report, kind, target),
        type="secondary" if is_first else "primary",
        key="imp-go",
        disabled=not can_go or (kind == "quotas" and "scenario_id" not in target),
    )


def _verdict(
    ws: OpenCompany | None,
    fmt: Formats,
    report: ImportReport,
    preview: SourcePreview,
    target: dict[str, Any],
    file_id: str,
) -> tuple[FirstBalance | None, RefreshPreview | None]:
    """Show what the check found: counts, a map, what a load changes, findings."""
    report_head(fmt, report)
    balance = changes = None
    if report.kind == "accounts" and report.is_usable:
        balance = look_at(
            ws or session.workspace(),
            fmt,
            report,
            file_id,
            is_first=target["into"] == NEW,
        )
    if ws is not None and target.get("into") == INTO and report.is_usable:
        changes = _refresh(ws, fmt, report, preview, target)
        st.subheader("What was found in the file")
    report_details(fmt, report)
    return balance, changes


def _ids(raw: RawTable, mapping: dict[str, Any]) -> pd.Series | None:
    """Read the ids of the accounts in a file; None: it has no such column."""
    entry = mapping.get("account_id")
    column = entry["column"] if isinstance(entry, dict) else entry
    if column is None or column not in raw.frame:
        return None
    return clean_text(raw.frame[column].astype("str"))


def _mapping(
    ws: OpenCompany | None, preview: SourcePreview, kind: str, file_id: str
) -> dict[str, Any]:
    """Ask what the columns mean: a saved mapping, guesses, corrections."""
    if kind == "accounts":
        st.caption(
            "Those with * are needed, and one place: latitude and longitude, a "
            "postcode, or city and state."
        )
    mapping_name = ask_saved(ws, preview, kind, file_id)
    columns = None
    if ws is not None and mapping_name:
        columns = mappings.load_mapping(ws, kind, mapping_name)
    turn = f"{file_id}-{mapping_name}" if mapping_name else file_id
    mapping = ask_mapping(preview, kind, turn, columns)
    if ws is not None:
        save_as(ws, preview, kind, mapping)
    return mapping


def _check(
    ws: OpenCompany | None,
    raw: RawTable,
    kind: str,
    mapping: dict[str, Any],
    condition: str,
    target: dict[str, Any],
) -> ImportReport:
    """Say row by row what would be taken."""
    rows = tables.where(raw, condition) if condition else raw
    if ws is None or target.get("into") == NEW:
        context = check.list_context(
            session.workspace().settings,
            kind,
            mapping,
            as_of=target["as_of"],
            country=target["country"],
        )
        return check_in_its_currency(
            partial(import_table, rows), context, target["currency"]
        )
    if target.get("load") == ADD:
        rows = _new_rows(ws, rows, mapping, target)
    mode = str(target.get("mode", "add"))
    context = check.company_context(ws, kind, mapping, mode=mode)
    return import_table(rows, context)


def _new_rows(
    ws: OpenCompany, raw: RawTable, mapping: dict[str, Any], target: dict[str, Any]
) -> RawTable:
    """Keep the rows whose id the company does not know yet."""
    ids = _ids(raw, mapping)
    if ids is None:
        return raw
    _, every = refresh.ids_of(ws, target["source"])
    return replace(raw, frame=raw.frame[~ids.isin(every)])


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
    target: dict[str, Any],
) -> RefreshPreview | None:
    """Show what the load changes; what is decided is looked at again."""
    st.subheader("What this load changes")
    source, is_whole = target["source"], target["load"] == WHOLE
    version = companies.company(ws).version
    key = (report.file, source, version, target["load"])
    cached = st.session_state.get("imp-refresh")
    if cached is None or cached[0] != key:
        with st.spinner("Comparing with what is stored …"):
            first = RefreshChoices(gone="close" if is_whole else "keep")
            changes = refresh.preview_refresh(
                ws, report, source, first, raw=preview.raw
            )
        cached = (key, changes)
        st.session_state["imp-refresh"] = cached
    choices = refresh_view(fmt, cached[1], is_whole=is_whole)
    if choices != cached[1].choices:
        with st.spinner("Looking again with your decisions …"):
            changes = refresh.preview_refresh(
                ws, report, source, choices, raw=preview.raw
            )
        st.session_state["imp-refresh"] = (key, changes)
        return changes
    return cached[1]


def _import(
    ws: OpenCompany | None,
    report: ImportReport,
    kind: str,
    target: dict[str, Any],
    changes: RefreshPreview | None,
    balance: FirstBalance | None,
) -> None:
    """Save what was accepted, and go on to look at it."""
    outcome = f"{len(report.frame):,} {KINDS[kind].lower()} imported"
    with st.spinner(f"{outcome} …"):
        if ws is None or target.get("into") == NEW:
            ws = new_company.company_of_report(
                session.workspace(),
                report,
                name=target["name"],
                currency=report.currency,
                as_of=target["as_of"],
                fill_missing=target["fill"],
                units=target["units"],
            )
            session.choose_company(ws)
        elif changes is not None:
            outcome = refresh.apply_refresh(ws, changes).summary().rstrip(".")
        else:
            _save_kind(ws, report, kind, target)
    st.session_state["imp-done"] = f"{outcome}, {report.rows_rejected:,} refused."
    upload.let_go()
    for name in ("imp-preview", "imp-report", "imp-refresh", BEGINS_ANOTHER):
        st.session_state.pop(name, None)
    if balance is not None:
        _balance(ws, balance)
    st.rerun()


def _save_kind(
    ws: OpenCompany, report: ImportReport, kind: str, target: dict[str, Any]
) -> None:
    """Save what is no list of accounts."""
    if kind == "quotas":
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


def _balance(ws: OpenCompany, balance: FirstBalance) -> None:
    """Start the first balance of a new company, and go where its plan will stand."""
    scenario = session.scenario(ws)
    if scenario is None:
        return
    request = first_request(balance.n_territories, balance.measure)
    session.submit(ws, "balance", scenario.scenario_id, request.to_dict())
    st.switch_page(f"{PAGES}/territories.py")


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
