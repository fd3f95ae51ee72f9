"""CSV and its kin: encoding, delimiter, quotes, and the rows as they stand."""

from __future__ import annotations

import codecs
import csv
import io
import re
from itertools import islice

from planner.accounts.findings import Finding, SourceError
from planner.accounts.reading.header_row import header_place, title_notes
from planner.accounts.reading.tables import RawTable, table_of

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
LONGEST_FIELD = 131_072  # characters: anything longer is a quote that never closed
_PROBE_ROWS = 50
_SEP_LINE = re.compile(
    r'\s*"?sep=(\\t|[^\w\s"]|\t)"?[ \t,;|]*(?:\r\n|\r|\n)', re.IGNORECASE
)
_MOST_NUL_SHARE = 0.02  # more of them: another encoding, or no text at all
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f"))
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", False),
    (codecs.BOM_UTF32_LE, "utf-32", True),
    (codecs.BOM_UTF32_BE, "utf-32", True),
    (codecs.BOM_UTF16_LE, "utf-16", True),
    (codecs.BOM_UTF16_BE, "utf-16", True),
)


def read_delimited(
    content: bytes, filename: str, *, encoding: str | None = None
) -> RawTable:
    """
    Read delimited text.

    Parameters
    ----------
    content
        The bytes of the file.
    filename
        For messages.
    encoding
        The user's choice; None: byte order mark, else UTF-8, else Windows-1252.

    Raises
    ------
    SourceError
        If the bytes are no text, or a quote is never closed.
    """
    text, notes = decode(content, filename, encoding)
    text, delimiter = _of_excel(text)
    delimiter = delimiter or find_delimiter(text)
    if delimiter != ",":
        notes.append(
            Finding(
                code="delimiter",
                severity="notice",
                message=f"cells are divided by {DELIMITERS.get(delimiter, delimiter)}",
                value=delimiter,
            )
        )
    rows = _rows(text, delimiter, filename)
    if not rows:
        raise SourceError("empty_file", f"{filename}: the file is empty")
    place = header_place(rows)
    notes += title_notes(rows, place)
    return table_of(rows[place], rows[place + 1 :], filename, notes)


def _of_excel(text: str) -> tuple[str, str]:
    """Take off Excel's own first line ``sep=;``, and say what it names."""
    match = _SEP_LINE.match(text)
    if match is None:
        return text, ""
    return text[match.end() :], match[1].replace("\\t", "\t")


def decode(
    content: bytes, filename: str, encoding: str | None = None
) -> tuple[str, list[Finding]]:
    """
    Turn bytes into text, saying what was assumed.

    Parameters
    ----------
    content, filename, encoding
        As of `read_delimited`.

    Returns
    -------
    The text without its byte order mark, and the notices.

    Raises
    ------
    SourceError
        If the bytes are no text in any encoding tried.
    """
    if encoding is not None:
        try:
            return content.decode(encoding).removeprefix("\ufeff"), []
        except (UnicodeDecodeError, LookupError) as error:
            raise SourceError(
                "encoding", f"{filename}: cannot be read as {encoding}", encoding
            ) from error
    for mark, name, is_unusual in _BOMS:
        if content.startswith(mark):
            return _decode_marked(content, name, filename), (
                [_encoding_note(name.upper(), sure=True)] if is_unusual else []
            )
    n_nul = content.count(0)
    if n_nul > _MOST_NUL_SHARE * len(content):
        return _decode_unmarked_utf16(content, filename)
    if _looks_binary(content):
        raise _not_text(filename)
    notes = [_nul_note(n_nul)] if n_nul else []
    bare = content.replace(b"\0", b"")
    try:
        return bare.decode("utf-8"), notes
    except UnicodeDecodeError:
        text, assumed = _decode_legacy(bare)
        return text, notes + assumed


def find_delimiter(text: str) -> str:
    """
    Find the delimiter under which the header and the rows below it are most alike.

    Parameters
    ----------
    text
        The text of the file.
    """
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        rows = _probed(text[:200_000], delimiter)
        table = rows[header_place(rows) :] if rows else []
        if not table or len(table[0]) < 2:
            continue
        width = len(table[0])
        # Lines above the header count, too: else a header that another delimiter
        # divides would be taken for a title.
        alike = sum(len(row) == width for row in table) / len(rows)
        score = (round(alike, 1), width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _probed(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        return [row for row in islice(reader, _PROBE_ROWS) if any(row)]
    except csv.Error:
        return []


def _rows(text: str, delimiter: str, filename: str) -> list[list[str]]:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if rows or any(cell.strip() for cell in row):
                rows.append(row)
    except csv.Error as error:
        raise SourceError(
            "field_too_long",
            f"{filename}: a cell near line {reader.line_num} is longer than "
            f"{LONGEST_FIELD:,} characters; look for a quote that is never closed",
        ) from error
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if rows and "\n" in rows[-1][-1] and text.count('"') % 2:
        raise SourceError(
            "open_quote",
            f"{filename}: a quote opened in row {len(rows) - 1} is never closed, so "
            "the rest of the file would be swallowed; close it and try again",
        )
    return rows


def _decode_marked(content: bytes, name: str, filename: str) -> str:
    try:
        return content.decode(name).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise SourceError(
            "encoding", f"{filename}: is marked as {name} but cannot be read as it"
        ) from error


def _decode_unmarked_utf16(content: bytes, filename: str) -> tuple[str, list[Finding]]:
    """Text in UTF-16 has a zero in every second byte; anything else is binary."""
    head = content[:10_000]
    for name, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if zeros.count(0) > 0.6 * len(zeros):
            try:
                text = content.decode(name)
            except UnicodeDecodeError:
                continue
            return text, [_encoding_note(name.upper(), sure=False)]
    raise _not_text(filename)


def _decode_legacy(content: bytes) -> tuple[str, list[Finding]]:
    try:
        return content.decode("cp1252"), [_encoding_note("Windows-1252", sure=False)]
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(content[:200_000]).best()
        name = best.encoding if best is not None else "latin-1"
        text = content.decode(name, errors="replace")
        return text, [_encoding_note(name, sure=False)]


def _nul_note(number: int) -> Finding:
    return Finding(
        code="nul_bytes",
        severity="warn",
        value=str(number),
        message=f"{number:,} NUL bytes stood in the text and were taken out; the file "
        "may be damaged, so look whether rows or cells are missing",
    )


def _encoding_note(name: str, *, sure: bool) -> Finding:
    ask = "" if sure else "; if names look wrong, choose another encoding"
    return Finding(
        code="encoding",
        severity="notice",
        message=f"the text was read as {name}{ask}",
        value=name,
    )


def _looks_binary(content: bytes) -> bool:
    head = content[:10_000]
    n_control = len(head) - len(head.translate(None, _CONTROL))
    return n_control > 0.02 * len(head)


def _not_text(filename: str) -> SourceError:
    return SourceError(
        "not_text",
        f"{filename}: the file is not text; export the table as CSV or XLSX",
    )
