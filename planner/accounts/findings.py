"""What an import found: findings, the log that collects them, and the report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pandas as pd

from planner.accounts.corrections import no_corrections
from planner.core.errors import InputError

SEVERITIES = ("notice", "warn", "reject")
VERDICTS = ("accept", "accept_notice", "accept_warn", "reject_rows", "reject_file")
COLUMNS = ("code", "severity", "row", "column", "value", "message")

# Rows that contradict each other: nobody but the user can say which one is right.
CONFLICTS = frozenset({"duplicate_id"})

_LONGEST_VALUE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One thing an import has to say.

    Parameters
    ----------
    code
        Short name of the rule, stable across versions.
    severity
        ``notice``: converted and said so; ``warn``: look at it; ``reject``: the row,
        or without a row the whole file, is not taken.
    message
        What was found and how to repair it.
    row
        Data row counted from 1; None: the whole file.
    column
        Column of the file, empty if none.
    value
        The cell as text.
    """

    code: str
    severity: str
    message: str
    row: int | None = None
    column: str = ""
    value: str = ""


class SourceError(InputError):
    """A file that cannot be read at all; carries the finding that says why."""

    def __init__(self, code: str, message: str, value: str = "") -> None:
        self.finding = Finding(
            code=code, severity="reject", message=message, value=value
        )
        super().__init__(message)


@dataclass(slots=True)
class FindingLog:
    """Collects findings and remembers which rows they keep out."""

    findings: list[Finding] = field(default_factory=list)
    rejected: set[int] = field(default_factory=set)
    told: set[tuple[str, str]] = field(default_factory=set)  # code and column
    merged: dict[int, int] = field(default_factory=dict)  # row → the row it went into
    rolled: dict[str, str] = field(default_factory=dict)  # column of numbers → how

    @classmethod
    def starting_with(cls, findings: Iterable[Finding]) -> FindingLog:
        """Make a log that already holds what reading the file found."""
        log = cls()
        for finding in findings:
            log.add(finding)
        return log

    @property
    def has_file_reject(self) -> bool:
        """Whether the whole file is refused."""
        return any(
            finding.severity == "reject" and finding.row is None
            for finding in self.findings
        )

    def add(self, finding: Finding) -> None:
        """Add one finding."""
        self.findings.append(finding)
        if finding.severity == "reject" and finding.row is not None:
            self.rejected.add(finding.row)

    def rows_of(self, *codes: str, severity: str = "") -> list[int]:
        """List the rows that findings of some codes are about."""
        return [
            finding.row
            for finding in self.findings
            if finding.row is not None
            and finding.code in codes
            and severity in ("", finding.severity)
        ]

    def file(self, code: str, severity: str, message: str, *, column: str = "") -> None:
        """Add a finding about the whole file or a whole column."""
        self.add(Finding(code=code, severity=severity, message=message, column=column))

    def rows(
        self,
        code: str,
        severity: str,
        values: pd.Series,
        message: str,
        *,
        column: str,
        detail: pd.Series | None = None,
    ) -> None:
        """
        Add one finding for each row of a series.

        Parameters
        ----------
        code, severity, column
            As of `Finding`.
        values : shape (n_faulty_rows,)
            Cells indexed by row number.
        message
            May hold ``{value}``, filled in with the cell, and ``{detail}``.
        detail : shape (n_faulty_rows,)
            What else the message says of each row; None: nothing.
        """
        if values.empty:
            return
        details = [""] * len(values) if detail is None else detail.tolist()
        cells = values.tolist()
        for row, value, more in zip(values.index.tolist(), cells, details, strict=True):
            text = _shorten("" if pd.isna(value) else str(value))
            self.add(
                Finding(
                    code=code,
                    severity=severity,
                    message=message.replace("{detail}", str(more)).replace(
                        "{value}", repr(text)
                    ),
                    row=int(row),
                    column=column,
                    value=text,
                )
            )

    def to_frame(self) -> pd.DataFrame:
        """Return the findings, those of the whole file first, then by row."""
        ordered = sorted(self.findings, key=lambda f: (f.row is not None, f.row or 0))
        frame = pd.DataFrame(
            [tuple(getattr(f, name) for name in COLUMNS) for f in ordered],
            columns=list(COLUMNS),
        )
        types = dict.fromkeys(COLUMNS, "str") | {"row": "Int64"}
        return frame.astype(types)


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """
    What an import took, what it refused and why.

    Parameters
    ----------
    file
        Name of the file.
    kind
        One of `columns.KINDS`.
    verdict
        One of `VERDICTS`.
    rows_read, rows_accepted, rows_rejected
        Accepted + rejected = read, always; rows that were made one all count.
    findings
        Frame of code, severity, row, column, value, message.
    frame
        The accepted rows in the schema of their kind.
    mapping
        Column of the file by column of ours.
    coercions
        How each mapped column was read: target, column, read_as, examples, n_changed,
        n_empty; see `coercions.describe_coercions`.
    readings
        The mapping as it is saved: a column, or an object that says how to read it.
    extra
        Frames that came along, by kind: the positions of a list of people.
    choices
        What became of values of columns that have few: target, column, value (theirs),
        ours, n_rows, is_known.
    sha256
        Of the bytes of the file; empty if it was not read from a file.
    currency
        In which amounts were read.
    corrections
        Cells that the user typed anew: row, column, was, value.
    rolled
        What became of the numbers of accounts with several rows: ``sum``, ``mean``,
        ``count``, ``last`` or ``first`` by column of the file; empty: none had.
    """

    file: str
    kind: str
    verdict: str
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    findings: pd.DataFrame
    frame: pd.DataFrame
    mapping: Mapping[str, str]
    coercions: pd.DataFrame = field(default_factory=pd.DataFrame)
    readings: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    choices: pd.DataFrame = field(default_factory=pd.DataFrame)
    sha256: str = ""
    currency: str = ""
    corrections: pd.DataFrame = field(default_factory=no_corrections)
    rolled: Mapping[str, str] = field(default_factory=dict)

    @property
    def accounts(self) -> pd.DataFrame:
        """The accepted accounts."""
        if self.kind != "accounts":
            raise InputError(f"this report holds {self.kind}, not accounts")
        return self.frame

    @property
    def is_whole(self) -> bool:
        """Whether all of the file is taken: by it `check` and `import` end with 0."""
        return self.verdict != "reject_file" and not self.rows_rejected

    @property
    def given_columns(self) -> tuple[str, ...]:
        """Our columns that the file itself brought; all others are defaults."""
        money = {"annual_revenue", "our_sales", "potential"}
        return tuple(
            f"{target}_minor" if target in money else target for target in self.mapping
        )

    @property
    def is_usable(self) -> bool:
        """Whether any row may be taken over."""
        return self.verdict != "reject_file" and self.rows_accepted > 0

    def with_notice(self, code: str, message: str) -> ImportReport:
        """Add a notice about the whole file, which changes no row."""
        notice = pd.DataFrame(
            [asdict(Finding(code=code, severity="notice", message=message))]
        )
        columns = self.findings.columns
        findings = pd.concat([notice[columns].astype(object), self.findings])
        findings = findings.reset_index(drop=True).astype(self.findings.dtypes)
        verdict = "accept_notice" if self.verdict == "accept" else self.verdict
        return replace(self, findings=findings, verdict=verdict)

    def first_faults(self, most: int) -> list[str]:
        """Write the first reasons for refusals, each with row, column and value."""
        refused = self.findings[self.findings["severity"] == "reject"]
        return [_line_of(finding) for finding in refused.head(most).itertuples()]

    def require(self) -> pd.DataFrame:
        """
        Return the rows if all of the file was taken.

        Raises
        ------
        InputError
            If rows, or the whole file, were refused: the first reasons and what to do.
        """
        if self.is_whole:
            return self.frame
        reasons = self.first_faults(5)
        n_refused = int((self.findings["severity"] == "reject").sum())
        if n_refused > len(reasons):
            reasons.append(f"and {n_refused - len(reasons):,} more in `findings`")
        repair = "mend the file"
        if self.rows_accepted:
            repair += f", or take the {self.rows_accepted:,} accepted rows of `frame`"
        raise InputError("\n".join([self.summary(), *reasons, repair]))

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, in the order of the contract."""
        rows = self.findings.astype(object).to_dict("records")
        for row in rows:
            row["row"] = None if pd.isna(row["row"]) else int(row["row"])
        return {
            "file": self.file,
            "kind": self.kind,
            "verdict": self.verdict,
            "rows_read": self.rows_read,
            "rows_accepted": self.rows_accepted,
            "rows_rejected": self.rows_rejected,
            "findings": rows,
        }

    def to_json(self) -> str:
        """Return the report as one JSON object (the answer of ``check --json``)."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def summary(self) -> str:
        """Say in two lines what the import would do."""
        return (
            f"{self.file}: {self.verdict}\n{self.rows_read:,} rows read, "
            f"{self.rows_accepted:,} accepted, {self.rows_rejected:,} rejected"
        )


def make_report(
    *,
    file: str,
    kind: str,
    rows_read: int,
    log: FindingLog,
    frame: pd.DataFrame,
    mapping: Mapping[str, str] | None = None,
) -> ImportReport:
    """
    Close a log into a report.

    Parameters
    ----------
    file, kind, rows_read, mapping
        As of `ImportReport`.
    log
        Everything found.
    frame
        The accepted rows; emptied if the file is refused.
    """
    nothing_left = rows_read > 0 and len(frame) == 0
    if nothing_left and not log.has_file_reject:
        log.file(
            "no_row_accepted",
            "reject",
            f"none of the {rows_read:,} rows can be taken; the reasons stand by row",
        )
    accepted = frame.iloc[:0] if log.has_file_reject else frame
    n_merged = sum(row not in log.rejected for row in log.merged.values())
    rows_accepted = len(accepted) + (0 if log.has_file_reject else n_merged)
    return ImportReport(
        file=file,
        kind=kind,
        verdict=_verdict(log),
        rows_read=rows_read,
        rows_accepted=rows_accepted,
        rows_rejected=rows_read - rows_accepted,
        findings=log.to_frame(),
        frame=accepted,
        mapping=dict(mapping or {}),
    )


def _line_of(finding: Any) -> str:
    """Write a finding in one line: row, column, value, and what is wrong with it."""
    if pd.isna(finding.row):
        return str(finding.message)
    place = f"row {finding.row}"
    if finding.column:
        place += f", {finding.column} = {finding.value!r}"
    return f"{place}: {finding.message}"


def _verdict(log: FindingLog) -> str:
    """Weigh the findings; held rows alone do not refuse a file."""
    if log.has_file_reject:
        return "reject_file"
    if any(finding.code in CONFLICTS for finding in log.findings):
        return "reject_rows"
    severities = {finding.severity for finding in log.findings}
    if severities & {"reject", "warn"}:
        return "accept_warn"
    return "accept_notice" if severities else "accept"


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
