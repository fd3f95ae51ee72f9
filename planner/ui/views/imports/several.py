"""Several files of one company: kinds, columns, one check, one import of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import streamlit as st

from planner.accounts.findings import ImportReport
from planner.core.formats import Formats
from planner.services.imports import new_company, refresh
from planner.services.imports.check import SourcePreview, preview_table
from planner.services.imports.refresh_preview import RefreshPreview
from planner.services.imports.several.checking import (
    Sheet,
    check_in_one_currency,
    check_together,
    first_fault,
)
from planner.services.imports.several.members import ORDER, guess_kind, members_of
from planner.services.imports.several.saving import Aim, save_together
from planner.services.workspace import OpenCompany
from planner.ui import faults, session
from planner.ui.maps.text import markdown_text
from planner.ui.views.imports.country import ask_country, chosen_country
from planner.ui.views.imports.loads import (
    ask_changes,
    context_for,
    ids_in,
    is_for_new,
    new_rows,
)
from planner.ui.views.imports.look import FirstBalance, look_at
from planner.ui.views.imports.mend import ask_mending, typed_cells
from planner.ui.views.imports.report import report_details, report_head
from planner.ui.views.imports.target import INTO, NEW, ask_target
from planner.ui.views.imports.upload import Upload

ASIDE = ""
NAMES = {kind: kind.replace("_", " ").capitalize() for kind in ORDER}
NAMES[ASIDE] = "leave it out"
AskMapping = Callable[[OpenCompany | None, SourcePreview, str, str], dict[str, Any]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """One of the tables in hand: name, cells, the kind guessed, the key of fields."""

    name: str
    preview: SourcePreview
    kind: str
    file_id: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """What an import did, in words; the company; the balance that was asked for."""

    text: str
    company: OpenCompany
    balance: FirstBalance | None


def tables_of(files: Sequence[Upload]) -> list[Table]:
    """Read the tables of the files in hand, once; a single one is left to its page."""
    key = tuple(file.file_id for file in files)
    cached = st.session_state.get("imp-tables")
    if cached is not None and cached[0] == key:
        return list(cached[1])
    members = members_of((file.name, file.content) for file in files)
    tables: list[Table] = []
    if len(members) > 1:
        with st.spinner("Reading the files …"):
            for place, member in enumerate(members):
                raw = member.read()
                kind = guess_kind(raw, member.name)
                tables.append(
                    Table(
                        name=member.name,
                        preview=preview_table(raw, kind or "accounts"),
                        kind=kind,
                        file_id=f"{files[0].file_id}.{place}",
                    )
                )
    st.session_state["imp-tables"] = (key, tables)
    return tables


def several_files(
    ws: OpenCompany | None,
    fmt: Formats,
    slot: Any,
    tables: Sequence[Table],
    ask_mapping: AskMapping,
) -> Outcome | None:
    """
    Draw the page of several files.

    Parameters
    ----------
    ws
        The open company; None: there is none.
    fmt
        The user's formats.
    slot
        Takes the primary button.
    tables
        In hand.
    ask_mapping
        Asks what the columns of one mean.

    Returns
    -------
    What was imported; None: nothing yet.
    """
    verdict_place = st.container(key="imp-told")
    sheets, target = _ask(ws, fmt, tables, ask_mapping)
    file_id = tables[0].file_id
    files = (
        tuple(
            (one.name, kind, repr(sorted(mapping.items())))
            for one, kind, mapping in sheets
        ),
        tuple(target.get(name) for name in ("into", "mode", "load")),
    )
    typed = {one.name: typed_cells(one.file_id, one.preview.raw) for one, *_ in sheets}
    answers = (chosen_country(file_id), target.get("currency"), repr(typed))
    cached = st.session_state.get("imp-together")
    is_of_files = cached is not None and cached[0] == files
    reports = cached[2] if is_of_files and cached[1] == answers else None
    fault = first_fault(reports) if reports else ""
    with slot:
        is_second = reports is not None and target.get("into") == NEW
        pressed = st.button(
            "Check the files" if reports is None else f"Import {len(sheets)} files",
            type="secondary" if is_second else "primary",
            key="imp-go",
            disabled=not sheets or bool(fault),
        )
    if reports is None and (pressed or is_of_files):
        with faults.guard("Checking the files", "Nothing was imported."):
            with st.spinner("Checking each row …"):
                reports = _check(ws, sheets, target, file_id)
            st.session_state["imp-together"] = (files, answers, reports)
            st.session_state.pop("imp-refresh", None)
            st.rerun()
    with verdict_place:
        if reports is None:
            st.caption(
                "Look at what each file holds, then press “Check the files”: nothing "
                "is saved by it."
            )
            return None
        balance, changes = _verdict(ws, fmt, sheets, reports, target, file_id)
    if not pressed and not (balance is not None and balance.is_asked):
        return None
    with faults.guard("Importing", "Nothing was saved; look at it again."):
        counts = [f"{len(one.frame):,} {NAMES[one.kind].lower()}" for one in reports]
        refused = sum(report.rows_rejected for report in reports)
        with st.spinner("Importing all of them …"):
            company, _ = save(ws, reports, target, changes, "")
        text = f"{', '.join(counts)} imported, {refused:,} refused."
        return Outcome(text=text, company=company, balance=balance)
    return None


def save(
    ws: OpenCompany | None,
    reports: Sequence[ImportReport],
    target: dict[str, Any],
    changes: RefreshPreview | None,
    text: str,
) -> tuple[OpenCompany, str]:
    """
    Save reports where the user wants them, all or none.

    Parameters
    ----------
    ws
        The open company; None: there is none.
    reports
        One of a kind.
    target
        As `ask_target` gives it.
    changes
        What accounts change in the open company; None: they begin one.
    text
        What is said of it.

    Returns
    -------
    The company, open, and what to say.
    """
    if len(reports) == 1 and changes is not None and ws is not None:
        return ws, refresh.apply_refresh(ws, changes).summary().rstrip(".")
    if ws is not None and target.get("into") != NEW:
        aim = Aim(into=ws, refresh=changes, mode=str(target.get("mode", "add")))
        return save_together(ws, reports, aim), text
    accounts = next(report for report in reports if report.kind == "accounts")
    store = session.workspace()
    new = new_company.prepare_company(
        store,
        accounts,
        name=target["name"],
        currency=accounts.currency,
        as_of=target["as_of"],
        fill_missing=target["fill"],
        units=target["units"],
    )
    company = save_together(store, reports, Aim(new=new))
    session.choose_company(company)
    return company, text


_Asked = list[tuple[Table, str, dict[str, Any]]]


def _ask(
    ws: OpenCompany | None,
    fmt: Formats,
    tables: Sequence[Table],
    ask_mapping: AskMapping,
) -> tuple[_Asked, dict[str, Any]]:
    """Ask what each table holds, what its columns mean, and where all of them go."""
    st.subheader(f"{len(tables)} files of one company")
    st.caption(
        "They are checked together: owners may be the reps beside them, deals belong "
        "to the accounts beside them. All of them are imported, or none."
    )
    asked: _Asked = []
    for table in tables:
        raw = table.preview.raw
        with st.container(border=True, key=f"imp-table-{table.file_id}"):
            options = [*NAMES]
            kind = st.selectbox(
                markdown_text(f"{table.name} · {fmt.number(len(raw.frame))} rows", 120),
                options,
                index=options.index(table.kind),
                format_func=NAMES.__getitem__,
                key=f"imp-{table.file_id}-kind",
                width=260,
            )
            if kind == ASIDE:
                continue
            preview = table.preview
            if kind != (table.kind or "accounts"):
                preview = preview_table(raw, kind)
            with st.expander("What the columns mean"):
                asked.append(
                    (table, kind, ask_mapping(None, preview, kind, table.file_id))
                )
    accounts = next((one for one in asked if one[1] == "accounts"), None)
    file_id = tables[0].file_id
    if accounts is None:
        return asked, ({"mode": "add"} if ws is not None else {})
    raw, mapping = accounts[0].preview.raw, accounts[2]
    name = PurePath(accounts[0].name).name
    target = ask_target(ws, "accounts", name, file_id, ids_in(raw, mapping))
    return asked, {"mode": "add", **target}


def _check(
    ws: OpenCompany | None, asked: _Asked, target: dict[str, Any], file_id: str
) -> list[ImportReport]:
    """Check the tables together."""
    sheets = []
    for table, kind, mapping in asked:
        raw = table.preview.raw
        if ws is not None and kind == "accounts" and target.get("into") == INTO:
            raw = new_rows(ws, raw, mapping, target)
        context = replace(
            context_for(ws, kind, mapping, _aims(target), file_id),
            corrections=typed_cells(table.file_id, raw),
        )
        sheets.append(Sheet(name=table.name, kind=kind, raw=raw, context=context))
    if is_for_new(ws, target):
        return check_in_one_currency(sheets, target.get("currency"))
    return check_together(sheets, has_accounts=True)


def _aims(target: dict[str, Any]) -> dict[str, Any]:
    """Let files without accounts and without a company be checked, to be refused."""
    return {"as_of": None, "country": None, **target}


def _verdict(
    ws: OpenCompany | None,
    fmt: Formats,
    asked: _Asked,
    reports: Sequence[ImportReport],
    target: dict[str, Any],
    file_id: str,
) -> tuple[FirstBalance | None, RefreshPreview | None]:
    """Show the files side by side: what each brings, and what is asked of each."""
    fault = first_fault(reports)
    if fault:
        st.error(markdown_text(f"Nothing can be imported. {fault}", 600))
    ask_country(list(reports), file_id)
    balance = changes = None
    accounts = next((one for one in reports if one.kind == "accounts"), None)
    if accounts is not None and accounts.is_usable and not fault:
        people = next((one.frame for one in reports if one.kind == "reps"), None)
        balance = look_at(
            ws or session.workspace(),
            fmt,
            accounts,
            file_id,
            is_first=target["into"] == NEW,
            people=people,
        )
    titles = [
        f"{NAMES[one.kind]} ({fmt.number(one.rows_accepted)} of "
        f"{fmt.number(one.rows_read)})"
        for one in reports
    ]
    for tab, (table, kind, _), report in zip(
        st.tabs(titles), asked, reports, strict=True
    ):
        with tab:
            report_head(fmt, report)
            ask_mending(fmt, report, table.preview.raw, table.file_id)
            if (
                kind == "accounts"
                and ws is not None
                and report.is_usable
                and target.get("into") == INTO
            ):
                changes = ask_changes(ws, fmt, report, table.preview.raw, target)
            report_details(fmt, report, f"-{table.file_id}")
    return balance, changes
