"""What loading a list again would change, decided by the user before it is written."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.accounts.reload.choices import RefreshChoices
from planner.core.formats import Formats
from planner.services.imports.refresh_preview import RefreshPreview
from planner.territory.model.unit_table import MEASURES
from planner.ui import tables, widgets
from planner.ui.maps.text import markdown_text

GONE = {"close": "Mark closed", "keep": "Keep", "remove": "Remove"}
SHOWN = 500
VERDICTS = {
    "leaves": "leaves its tolerance",
    "lost": "nothing of it is left to share",
    "returns": "comes back into it",
    "stays out": "stays outside",
    "within": "within",
}


def refresh_view(
    fmt: Formats, preview: RefreshPreview, *, is_whole: bool = True
) -> RefreshChoices:
    """
    Show a refresh and ask what is to be decided.

    Parameters
    ----------
    fmt
        The user's formats.
    preview
        What the load would change.
    is_whole
        Whether the file is the whole list: what it lacks is gone; else it stays.

    Returns
    -------
    What the user decided.
    """
    counts = preview.counts
    widgets.metric_row(
        [
            widgets.Metric("New", fmt.number(counts["new"])),
            widgets.Metric("Changed", fmt.number(counts["changed"])),
            widgets.Metric(
                "Gone" if is_whole else "Not in the file, stay",
                fmt.number(counts["gone"]),
            ),
            widgets.Metric(
                "Yours and the file differ", fmt.number(counts["contested"])
            ),
            widgets.Metric("Unchanged", fmt.number(counts["unchanged"])),
        ]
    )
    for warning in preview.warnings:
        st.warning(markdown_text(warning, 300))
    if preview.is_unchanged:
        st.caption("The file says what is stored already: nothing would be written.")
        return preview.choices
    verdicts = preview.territories["verdict"]
    n_leaving = int(verdicts.isin(["leaves", "lost"]).sum())  # drafts are shown as well
    names = [
        f"Territories ({fmt.number(n_leaving)})",
        f"Changed ({fmt.number(counts['changed'])})",
        f"New ({fmt.number(counts['new'])})",
        f"{'Gone' if is_whole else 'Stay'} ({fmt.number(counts['gone'])})",
        f"Yours or the file's ({fmt.number(len(preview.list_changes.conflicts))})",
    ]
    territories, changed, new, gone, contested = st.tabs(names)
    with territories:
        _territories(fmt, preview)
    with changed:
        _cells(fmt, preview.list_changes.changes)
    with new:
        _accounts(fmt, preview.list_changes.new, "new")
    with gone:
        fate, links = _gone(fmt, preview, is_whole=is_whole)
    with contested:
        decided = _contested(fmt, preview)
    return RefreshChoices(gone=fate, conflicts=decided, links=links)


def _territories(fmt: Formats, preview: RefreshPreview) -> None:
    rows = preview.territories
    rows = rows[rows["verdict"] != "within"]
    if rows.empty:
        st.caption("No territory leaves its tolerance.")
        return
    tables.table(
        rows.assign(
            measure=[MEASURES[name] for name in rows["measure"]],
            verdict=rows["verdict"].map(VERDICTS),
        ),
        {
            "scenario": tables.Column("Plan", width="medium"),
            "status": tables.Column("State", width=90, of=()),
            "territory_id": tables.Column("Territory", width=90),
            "measure": tables.Column("Measure", width=130),
            "tolerance": tables.Column("Tolerance", "share", width=90),
            "before": tables.Column("Before", "signed_share", width=90),
            "after": tables.Column("After", "signed_share", width=90),
            "verdict": tables.Column("Then", width="medium"),
        },
        fmt=fmt,
        key="imp-territories",
        height=300,
        label="Territories and their tolerance",
    )


def _cells(fmt: Formats, changes: pd.DataFrame) -> None:
    if changes.empty:
        st.caption("No account changes.")
        return
    tables.table(
        changes.head(SHOWN),
        {
            "account_id": tables.Column("Account", width=120),
            "column": tables.Column("Column", width=150),
            "before": tables.Column("Before", width="medium"),
            "after": tables.Column("After", width="medium"),
        },
        fmt=fmt,
        key="imp-changes",
        height=300,
        label="Changed cells",
    )
    _more(fmt, len(changes))


def _accounts(fmt: Formats, accounts: pd.DataFrame, key: str) -> None:
    if accounts.empty:
        st.caption("None.")
        return
    tables.table(
        accounts.head(SHOWN).assign(account=accounts.head(SHOWN).index),
        {
            "account": tables.Column("Account", width=120),
            "name": tables.Column("Name", width="medium"),
            "city": tables.Column("City"),
            "region": tables.Column("State", width=80),
            "unit_id": tables.Column("Unit", width=90),
        },
        fmt=fmt,
        key=f"imp-accounts-{key}",
        height=260,
        label=f"Accounts that are {key}",
    )
    _more(fmt, len(accounts))


def _gone(
    fmt: Formats, preview: RefreshPreview, *, is_whole: bool
) -> tuple[str, dict[str, str]]:
    """Ask what becomes of accounts the file has no more, and which only changed id."""
    fate = "keep"
    if is_whole:
        fate = st.segmented_control(
            "Accounts that the file has no more",
            list(GONE),
            default=preview.choices.gone,
            format_func=GONE.__getitem__,
            key="imp-gone",
            required=True,
        )
    _accounts(fmt, preview.list_changes.gone, "gone")
    if preview.closed_instead:
        st.caption(
            f"{fmt.number(len(preview.closed_instead))} of them are closed instead of "
            "removed: deals, visits or a plan speak of them."
        )
    links: dict[str, str] = {}
    if not preview.renamed.empty:
        st.caption("These may only have got another id; tick those that did.")
        rows = preview.renamed.assign(same=False)
        edited = st.data_editor(
            rows,
            key="imp-renamed",
            hide_index=True,
            column_order=["same", "account_id", "new_id", "reason"],
            disabled=[name for name in rows.columns if name != "same"],
            column_config={
                "same": st.column_config.CheckboxColumn("The same"),
                "account_id": st.column_config.TextColumn("Account"),
                "new_id": st.column_config.TextColumn("New id"),
                "reason": st.column_config.TextColumn("Why"),
            },
        )
        ticked = edited[edited["same"]]
        links = dict(zip(ticked["new_id"], ticked["account_id"], strict=True))
    return str(fate), links


def _contested(fmt: Formats, preview: RefreshPreview) -> dict[tuple[str, str], str]:
    """Ask who is right where the user had set something else than the file says."""
    conflicts = preview.list_changes.conflicts
    if conflicts.empty:
        st.caption("The file contradicts nothing that was set here.")
        return {}
    rows = conflicts.head(SHOWN).assign(
        takes_file=conflicts.head(SHOWN)["default"].eq("file")
    )
    edited = st.data_editor(
        rows,
        key="imp-contested",
        hide_index=True,
        column_order=["takes_file", "account_id", "column", "yours", "file", "why"],
        disabled=[name for name in rows.columns if name != "takes_file"],
        column_config={
            "takes_file": st.column_config.CheckboxColumn("Take the file's"),
            "account_id": st.column_config.TextColumn("Account"),
            "column": st.column_config.TextColumn("Column"),
            "yours": st.column_config.TextColumn("Yours"),
            "file": st.column_config.TextColumn("The file's"),
            "why": st.column_config.TextColumn("Why asked", width="large"),
        },
    )
    _more(fmt, len(conflicts))
    return {
        (str(row.account_id), str(row.column)): "file" if row.takes_file else "yours"
        for row in edited.itertuples(index=False)
    }


def _more(fmt: Formats, n_rows: int) -> None:
    if n_rows > SHOWN:
        st.caption(f"The first {fmt.number(SHOWN)} of {fmt.number(n_rows)}.")
