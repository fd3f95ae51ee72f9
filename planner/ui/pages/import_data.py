"""Import: read a file, say what its columns mean, see what is taken and why not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st

from planner.accounts.context import ImportContext
from planner.accounts.findings import ImportReport
from planner.accounts.importing import import_table
from planner.accounts.kinds.rolling.deals import deal_columns, deals_of_rows
from planner.accounts.reading import tables
from planner.accounts.reading.tables import RawTable
from planner.core.formats import Formats
from planner.services.balance.first import first_request
from planner.services.company import companies
from planner.services.imports import check, mappings, market, saving
from planner.services.imports.check import SourcePreview
from planner.services.imports.currency import check_in_its_currency
from planner.services.imports.refresh_preview import RefreshPreview
from planner.services.workspace import OpenCompany
from planner.ui import faults, session, widgets
from planner.ui.maps.text import markdown_text
from planner.ui.pages import PAGES
from planner.ui.views.imports import several, upload
from planner.ui.views.imports.country import ask_country, chosen_country
from planner.ui.views.imports.loads import (
    ask_changes,
    context_for,
    ids_in,
    is_for_new,
    new_rows,
)
from planner.ui.views.imports.look import FirstBalance, look_at
from planner.ui.views.imports.mapping import (
    ask_condition,
    ask_mapping,
    ask_saved,
    save_as,
)
from planner.ui.views.imports.mend import ask_mending, typed_cells
from planner.ui.views.imports.report import report_details, report_head
from planner.ui.views.imports.rolling import (
    ask_deals,
    ask_rolling,
    chosen_rolling,
    deals_note,
)
from planner.ui.views.imports.target import (
    BEGINS_ANOTHER,
    INTO,
    NEW,
    ask_target,
)
from planner.ui.views.imports.upload import Upload

KINDS = {
    "accounts": "Accounts",
    "deals": "Deals",
    "splits": "Splits",
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
    "splits": "Who shares the credit of a deal, and how much each gets.",
    "visits_made": "Who visited which account when.",
    "quotas": "Goals by position and month or year, into a draft scenario.",
    "market": "A figure by county, ZIP or unit, such as households.",
}
PREVIEW_ROWS = 8


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows that were checked, under what, and by which columns they are deals."""

    raw: RawTable
    context: ImportContext
    columns: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Verdict:
    """What was asked for below the verdict."""

    balance: FirstBalance | None
    changes: RefreshPreview | None
    deals: ImportReport | None


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
    files = upload.in_hand() or upload.drop_zone("File", "imp-file")
    if not files:
        st.caption(
            "One file, or the accounts, users and deals of a company at once: CSV, "
            "Excel, Parquet, GeoJSON, GeoPackage, KML or a zipped shapefile, up "
            "to 200 MB. Accounts need a name and a place: coordinates, a postcode, "
            "or a city."
        )
        with note_place.container():
            _done_note()
        return
    st.session_state.pop("imp-done", None)
    upload.show(files)
    names = ", ".join(file.name for file in files)
    with (
        faults.guard(
            f"Reading {names}",
            "Save it as CSV (UTF-8) or Excel and try again; nothing was imported.",
        ),
        upload.remembered(files),
    ):
        sheets = several.tables_of(files)
        if len(sheets) > 1:
            outcome = several.several_files(ws, fmt, slot, sheets, _mapping)
            if outcome is not None:
                _leave(outcome.text, outcome.company, outcome.balance)
            return
        kind = _kind(ws)
        st.caption(WHAT[kind])
        preview = _preview(ws, files[0], kind)
        _prepared(ws, fmt, slot, preview, kind, files[0].file_id)


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
    target = ask_target(ws, kind, raw.filename, file_id, ids_in(raw, mapping))
    aims = tuple(target.get(name) for name in ("into", "mode", "load"))
    file = (file_id, raw.layer, kind, repr(sorted(mapping.items())), condition, aims)
    typed, rolling = typed_cells(file_id, raw), chosen_rolling(file_id)
    answers = (chosen_country(file_id), target.get("currency"), typed, repr(rolling))
    cached = st.session_state.get("imp-report")
    is_of_file = cached is not None and cached[0] == file
    report = cached[2] if is_of_file and cached[1] == answers else None
    with slot:
        pressed = _go(fmt, report, kind, target)
    # What is answered below the verdict counts at once; other changes wait for a check.
    if report is None and (pressed or is_of_file):
        with st.spinner("Checking each row …"):
            rows = tables.where(raw, condition) if condition else raw
            if ws is not None and target.get("into") == INTO:
                rows = new_rows(ws, rows, mapping, target)
            context = replace(
                context_for(ws, kind, mapping, target, file_id),
                corrections=typed,
                roll_up=rolling,
            )
            if is_for_new(ws, target):
                report = check_in_its_currency(
                    partial(import_table, rows), context, target["currency"]
                )
            else:
                report = import_table(rows, context)
            context = replace(context, currency=report.currency)
        deals = Rows(rows, context, deal_columns(rows, report))
        st.session_state["imp-report"] = (file, answers, report, deals)
        st.session_state.pop("imp-refresh", None)
        st.rerun()
    with verdict_place:
        if report is None:
            st.caption(
                "Look at what the columns mean, then press “Check the file”: nothing "
                "is saved by it."
            )
            return
        verdict = _verdict(ws, fmt, report, preview, target, file_id)
    balance = verdict.balance
    if pressed or (balance is not None and balance.is_asked):
        with faults.guard("Importing", "Nothing was saved; look at it again."):
            _import(ws, report, kind, target, verdict)


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
) -> Verdict:
    """Show what the check found, with its questions; answers count at once."""
    report_head(fmt, report)
    ask_country([report], file_id)
    balance = changes = deals = None
    if report.kind == "accounts" and report.is_usable:
        balance = look_at(
            ws or session.workspace(),
            fmt,
            report,
            file_id,
            is_first=target["into"] == NEW,
        )
        ask_rolling(report, file_id)
        deals = _deals(fmt, report, file_id)
    ask_mending(fmt, report, preview.raw, file_id)
    if ws is not None and target.get("into") == INTO and report.is_usable:
        changes = ask_changes(ws, fmt, report, preview.raw, target)
        st.subheader("What was found in the file")
    report_details(fmt, report)
    return Verdict(balance=balance, changes=changes, deals=deals)


def _deals(fmt: Formats, report: ImportReport, file_id: str) -> ImportReport | None:
    """Ask whether the rows of a list are kept as deals; say which can be."""
    rows = st.session_state["imp-report"][3]
    columns = ask_deals(rows.columns, file_id)
    if columns is None:
        return None
    cached = st.session_state.get("imp-deals")
    if cached is None or cached[0] is not report or cached[1] != columns:
        with st.spinner("Reading the rows as deals …"):
            deals = deals_of_rows(
                rows.raw,
                rows.context,
                report,
                date=columns.date,
                amount=columns.amount,
            )
        cached = (report, columns, deals)
        st.session_state["imp-deals"] = cached
    deals_note(fmt, cached[2])
    return cached[2] if cached[2].is_usable else None


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


def _label(
    fmt: Formats, report: ImportReport | None, kind: str, target: dict[str, Any]
) -> str:
    if report is None:
        return "Check the file"
    if target.get("into") == INTO:
        return "Apply the load"
    return f"Import {fmt.number(len(report.frame))} {KINDS[kind].lower()}"


def _import(
    ws: OpenCompany | None,
    report: ImportReport,
    kind: str,
    target: dict[str, Any],
    verdict: Verdict,
) -> None:
    """Save what was accepted, and go on to look at it."""
    text = f"{len(report.frame):,} {KINDS[kind].lower()} imported"
    with st.spinner(f"{text} …"):
        if kind == "accounts":
            reports = [report] if verdict.deals is None else [report, verdict.deals]
            ws, text = several.save(ws, reports, target, verdict.changes, text)
        elif ws is not None:
            _save_kind(ws, report, kind, target)
    _leave(f"{text}, {report.rows_rejected:,} refused.", ws, verdict.balance)


def _leave(text: str, ws: OpenCompany | None, balance: FirstBalance | None) -> None:
    """Put the files away, and go where what came of them stands."""
    st.session_state["imp-done"] = text
    upload.let_go()
    for name in (
        *("preview", "ids", "report", "refresh"),
        *("deals", "tables", "together"),
    ):
        st.session_state.pop(f"imp-{name}", None)
    st.session_state.pop(BEGINS_ANOTHER, None)
    if balance is not None and balance.is_asked and ws is not None:
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
