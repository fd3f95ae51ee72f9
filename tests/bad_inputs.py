"""
A generator of bad tables: a good one, and faults put into it on purpose.

A fault is a pure function of a row (or of a list of shapes) and a random generator;
it says what the import must answer: which code, and whether the row is kept.
"""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

Row = dict[str, str]
_HEADER = (
    "account_id,name,lat,lon,region,country,annual_revenue,currency,employees,"
    "propensity_share,last_visit_on,owned_since,open_days,opens_s,closes_s,visit_class"
)
COLUMNS = tuple(_HEADER.split(","))
LARGE = 1000
NUMERIC = {"lat", "lon", "annual_revenue", "employees", "propensity_share"}
_PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,7})?")


@dataclass(frozen=True)
class Fault:
    """
    One thing that can be wrong with a row.

    Parameters
    ----------
    name
        For messages.
    spoil
        Makes the bad row out of the good one.
    code
        Finding that must name this row.
    severity
        reject, warn or notice.
    is_for_file
        Whether the finding may concern the whole column instead of the row.
    alone
        What becomes of it in a table of a single row: another code, if not the same.
    formats
        Where it makes sense.
    """

    name: str
    spoil: Callable[[Row, random.Random], Row | None]
    code: str
    severity: str = "reject"
    is_for_file: bool = False
    alone: str = ""
    formats: tuple[str, ...] = ("csv", "xlsx")


@dataclass(frozen=True)
class Expectation:
    """What the import must say: verdict, counts, rows by code."""

    verdict: str
    n_read: int
    rejected: frozenset[int]
    codes: Mapping[int, str] = field(default_factory=dict)
    file_codes: frozenset[str] = frozenset()

    @property
    def n_accepted(self) -> int:
        return 0 if self.verdict == "reject_file" else self.n_read - len(self.rejected)


def good_rows(n: int, seed: int = 0) -> list[Row]:
    """Make n accounts without a fault, the same for the same seed."""
    return list(_good_rows(n, seed))  # no fault changes a row, it makes another


@lru_cache(maxsize=8)
def _good_rows(n: int, seed: int) -> tuple[Row, ...]:
    rng = random.Random(seed)  # noqa: S311
    return tuple(
        {
            "account_id": f"{number:06d}",
            "name": f"Firm {number} & Söhne",
            "lat": f"{39 + (number % 200) / 100:.5f}",
            "lon": f"{-89 + (number // 200) / 100:.5f}",
            "region": "IL",
            "country": "US",
            "annual_revenue": f"{rng.lognormvariate(14, 1.5):.2f}",
            "currency": "USD",
            "employees": str(rng.randrange(1, 900)),
            "propensity_share": f"{rng.random():.2f}",
            "last_visit_on": f"2026-{rng.randrange(1, 11):02d}-{rng.randrange(13, 29)}",
            "owned_since": f"2024-{rng.randrange(1, 13):02d}-01",
            "open_days": "Mon;Tue;Wed",
            "opens_s": "28800",
            "closes_s": "61200",
            "visit_class": "B",
        }
        for number in range(1, n + 1)
    )


def put(column: str, *values: str) -> Callable[[Row, random.Random], Row]:
    """Make a fault that writes one of some values into a column."""
    return lambda row, rng: row | {column: rng.choice(values)}


def only(column: str, *values: str) -> Callable[[Row, random.Random], Row]:
    """Make a fault that leaves nothing but one cell."""
    return lambda row, rng: dict.fromkeys(row, "") | {column: rng.choice(values)}


def _swapped(row: Row, _rng: random.Random) -> Row:
    return row | {"lat": row["lon"], "lon": row["lat"]}


def _nowhere(row: Row, rng: random.Random) -> Row:
    return row | {"lat": "0", "lon": rng.choice(["0", "0.0"])}


def _total(row: Row, rng: random.Random) -> Row:
    kept = {"annual_revenue": "123456", "employees": "99"}
    word = rng.choice(["Total", "Summe", "Grand total:", "TOTAL"])
    return dict.fromkeys(row, "") | kept | {rng.choice(["account_id", "name"]): word}


ROW_FAULTS = (
    Fault("no id", put("account_id", "", " "), "missing_account_id"),
    Fault("no name", put("name", "", "\u00a0"), "missing_name"),
    Fault("no place", lambda r, _: r | {"lat": "", "lon": ""}, "no_place"),
    Fault("half a place", put("lat", "", "n/a", "NaN"), "no_place"),
    Fault(
        "text for lat",
        put("lat", "north", "41°72'41\"N", "1e5x"),
        "bad_number",
        alone="no_row_accepted",
    ),
    Fault("infinite lat", put("lat", "inf", "-inf", "1e999999"), "bad_number"),
    Fault("off the globe", put("lon", "250", "-181"), "no_place"),
    Fault("null island", _nowhere, "no_place"),
    Fault("swapped", _swapped, "swapped_row", alone="swapped_columns"),
    Fault("credit", put("annual_revenue", "-5", "-0.01"), "negative_amount"),
    Fault(
        "text for money",
        put("annual_revenue", "lots", "12k", "=1+1"),
        "bad_number",
        "warn",
    ),
    Fault("too large", put("annual_revenue", "9" * 30), "too_large"),
    Fault("foreign money", put("currency", "EUR", "XXQ"), "other_currency"),
    Fault(
        "no such day",
        put("last_visit_on", "2026-02-30", "soon", "9999-12-31", "0001-01-01"),
        "bad_date",
        "warn",
    ),
    Fault("unclear day", put("last_visit_on", "01/02/2026"), "unclear_date"),
    Fault("negative count", put("employees", "-1", "2.5"), "bad_count", "warn"),
    Fault("share over 1", put("propensity_share", "1.7", "120%"), "bad_share", "warn"),
    Fault(
        "no such hour", put("opens_s", "999999", "25:00", "soon"), "bad_time", "warn"
    ),
    Fault("broken cell", put("annual_revenue", "#REF!", "#DIV/0!"), "cell_error"),
    Fault("header again", lambda r, _: {name: name for name in r}, "repeated_header"),
    Fault("total", _total, "total_row", alone="no_row_accepted"),
    Fault(
        "note",
        only("account_id", "Source: the CRM, on Friday"),
        "note_row",
        alone="no_row_accepted",
    ),
    Fault("no-name", put("name", "test", "xxx", "???"), "placeholder_name", "warn"),
    Fault("future", put("owned_since", "2031-01-15"), "future_date", "warn"),
    Fault("no date", put("owned_since", "1900-01-01"), "placeholder_date", "warn"),
    Fault("no country", put("country", "Atlantis"), "unknown_country", "warn"),
    Fault("no state", put("region", "QZ"), "unknown_region", "warn"),
    Fault("no weekday", put("open_days", "Mon;Funday"), "unknown_weekday", "warn"),
    Fault("backwards", put("closes_s", "3600", "7:00"), "hours_backwards", "warn"),
    Fault("mojibake", put("name", "CafÃ© MÃ¼ller"), "damaged_text", "warn"),
    Fault("sign", put("name", "A\x1b[31mB", "A\nB"), "cleaned_text", "notice"),
    Fault("odd status", put("open_days", "Mo-Mi"), "respelled", "notice", True),
    Fault(
        "too few cells",
        lambda _r, _: {"account_id": "A"},
        "ragged_row",
        formats=("csv",),
    ),
    Fault(
        "too many cells",
        lambda r, _: r | {"extra": "1", "more": "2"},
        "ragged_row",
        formats=("csv",),
    ),
)


def spoiled(
    n: int, faults: Mapping[int, Fault], seed: int = 0
) -> tuple[list[Row], Expectation]:
    """
    Put faults into a good table.

    Parameters
    ----------
    n
        Rows of the table.
    faults
        Fault by row, from 1.
    seed
        Decides the bad values, and the table; of large ones there are three.
    """
    rng = random.Random(seed)  # noqa: S311
    rows = good_rows(n, seed if n < LARGE else seed % 3)
    for place, fault in faults.items():
        rows[place - 1] = fault.spoil(rows[place - 1], rng) or {}
    rejected = {row for row, fault in faults.items() if fault.severity == "reject"}
    row_codes = {row: f.code for row, f in faults.items() if not f.is_for_file}
    file_codes = {f.code for f in faults.values() if f.is_for_file}
    if n == 1 and faults and faults[1].alone:
        row_codes, file_codes = {}, {faults[1].alone}
    verdict = _verdict(n, rejected, [fault.severity for fault in faults.values()])
    return rows, Expectation(
        verdict, n, frozenset(rejected), row_codes, frozenset(file_codes)
    )


def _verdict(n: int, rejected: set[int], severities: Sequence[str]) -> str:
    if len(rejected) == n:
        return "reject_file"
    if rejected or "warn" in severities:
        return "accept_warn"
    return "accept_notice" if severities else "accept"


def as_csv(rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> bytes:
    """Write rows as CSV; a row with fewer or more cells stays as it is."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(list(row.values()) for row in rows)
    return buffer.getvalue().encode()


def as_xlsx(rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> bytes:
    """Write rows as a workbook, numbers as numbers."""
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    with Workbook(buffer, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, columns)
        for place, row in enumerate(rows, start=1):
            for column, (name, text) in enumerate(row.items()):
                if name in NUMERIC and _PLAIN.fullmatch(text):
                    sheet.write_number(place, column, float(text))
                elif text:
                    sheet.write_string(place, column, text)
    return buffer.getvalue()


WRITERS = {"csv": as_csv, "xlsx": as_xlsx}
