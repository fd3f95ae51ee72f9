"""What an import found: verdict, counts, findings by kind and by row."""

from __future__ import annotations

from pathlib import PurePath

import pandas as pd
import streamlit as st

from planner.accounts.findings import ImportReport
from planner.core.errors import InfeasibleError
from planner.core.files.spreadsheets import csv_bytes
from planner.core.formats import Formats
from planner.ui import faults, tables, widgets
from planner.ui.maps.text import markdown_text

VERDICTS = {
    "accept": "All rows can be taken",
    "accept_notice": "All rows can be taken; some were converted",
    "accept_warn": "Can be taken; look at the warnings",
    "without_refused": "Can be taken without the refused rows",
    "reject_rows": "Can be taken without the rows that contradict each other",
    "reject_file": "Cannot be taken",
}
SHOWN_REASONS = 3
WHOLE_MESSAGE = 1_000  # signs
SEVERITIES = {"reject": "refused", "warn": "warning", "notice": "notice"}


def report_head(fmt: Formats, report: ImportReport) -> None:
    """Show verdict and counts."""
    verdict = report.verdict
    if verdict == "accept_warn" and report.rows_rejected:
        verdict = "without_refused"
    st.subheader(VERDICTS.get(verdict, verdict))
    widgets.metric_row(
        [
            widgets.Metric("Rows read", fmt.number(report.rows_read)),
            widgets.Metric("Accepted", fmt.number(report.rows_accepted)),
            widgets.Metric("Refused", fmt.number(report.rows_rejected)),
            widgets.Metric("Findings", fmt.number(len(report.findings))),
        ]
    )


def report_details(fmt: Formats, report: ImportReport, turn: str = "") -> None:
    """
    Show how columns were read, the findings by kind, and their rows.

    Parameters
    ----------
    turn
        Keys the tables where several reports stand on a page.
    """
    _coercions(fmt, report, turn)
    findings = report.findings
    if findings.empty:
        return
    if not report.is_usable:
        reasons = findings.loc[findings["severity"] == "reject", "message"].unique()
        faults.error_box(
            InfeasibleError(list(reasons[:SHOWN_REASONS])),
            where=f"{report.file} cannot be imported; nothing was saved",
            repair="Choose the columns below, or mend the file, and check it again.",
        )
    grouped = grouped_findings(findings)
    selection = tables.table(
        grouped,
        {
            "severity": tables.Column("Kind", width=90),
            "what": tables.Column("Finding", width=180),
            "rows": tables.Column("Rows", "number", width=70),
            "example": tables.Column("Says", width="large"),
        },
        fmt=fmt,
        key=f"imp-findings{turn}",
        select="single",
        label="Findings by kind",
    )
    rows = findings
    if selection:
        code, severity = grouped.loc[selection[0], ["code", "severity_code"]]
        rows = findings[(findings["code"] == code) & (findings["severity"] == severity)]
    rank = {name: place for place, name in enumerate(SEVERITIES)}
    rows = rows.sort_values("severity", key=lambda kind: kind.map(rank), kind="stable")
    picked = tables.table(
        rows.assign(severity=rows["severity"].map(SEVERITIES)),
        {
            "row": tables.Column("Row", "number", width=70),
            "severity": tables.Column("Kind", width=90),
            "column": tables.Column("Column", width=120),
            "value": tables.Column("Value", width=150),
            "message": tables.Column("What and how to repair it", width="large"),
        },
        fmt=fmt,
        key=f"imp-rows-found{turn}-{selection[0] if selection else ''}",
        height=260,
        select="single",
        label="Findings by row",
    )
    finding = rows.loc[picked[0]] if picked else rows.iloc[0]
    place = "" if pd.isna(finding["row"]) else f"Row {fmt.number(finding['row'])}: "
    st.caption(markdown_text(f"{place}{finding['message']}", WHOLE_MESSAGE))
    widgets.download_row(
        [
            widgets.Download(
                "Findings as CSV",
                csv_bytes(findings, index=False),
                f"findings_{PurePath(report.file).stem}.csv",
                "text/csv",
            )
        ],
        key=f"download{turn}",
    )


def _coercions(fmt: Formats, report: ImportReport, turn: str) -> None:
    """Show of each column how its cells were read."""
    rows = report.coercions
    if rows is None or rows.empty:
        return
    n_changed = int((rows["n_changed"] > 0).sum())
    with st.expander(
        f"How the columns were read ({fmt.number(n_changed)} of "
        f"{fmt.number(len(rows))} changed form)"
    ):
        tables.table(
            rows,
            {
                "target": tables.Column("Ours", width=140),
                "column": tables.Column("Column of the file", width=150),
                "read_as": tables.Column("Read as", width="medium"),
                "examples": tables.Column("For example", width="large"),
                "n_changed": tables.Column("Changed", "number", width=80),
                "n_empty": tables.Column("Empty", "number", width=70),
            },
            fmt=fmt,
            key=f"imp-coercions{turn}",
            height=300,
            label="How the columns were read",
        )


def grouped_findings(findings: pd.DataFrame) -> pd.DataFrame:
    """
    Count findings by code, the gravest first.

    Returns
    -------
    `severity` in words, `what`, `rows`, `example`, `code`, `severity_code`.
    """
    rank = {name: place for place, name in enumerate(SEVERITIES)}
    grouped = (
        findings.groupby(["severity", "code"], sort=False)
        .agg(rows=("message", "size"), example=("message", "first"))
        .reset_index()
    )
    grouped["rank"] = grouped["severity"].map(rank)
    grouped = grouped.sort_values(["rank", "rows"], ascending=[True, False])
    return pd.DataFrame(
        {
            "severity": grouped["severity"].map(SEVERITIES),
            "what": grouped["code"].str.replace("_", " "),
            "rows": grouped["rows"],
            "example": grouped["example"],
            "code": grouped["code"],
            "severity_code": grouped["severity"],
        }
    ).reset_index(drop=True)
