"""The rows of a list of accounts: each column read by the rules of its kind."""

from __future__ import annotations

import pandas as pd

from planner.accounts.kinds.custom_fields import kept_columns, other_columns
from planner.accounts.kinds.made_ids import with_ids_and_names
from planner.accounts.kinds.matching import report_repeated_ids, report_same_places
from planner.accounts.kinds.plausibility import question_accounts
from planner.accounts.kinds.references import report_unknown
from planner.accounts.kinds.rolling.roll_up import roll_up
from planner.accounts.pipeline import KindRules
from planner.accounts.places.degrees import COORDINATES
from planner.accounts.places.reading import read_places
from planner.accounts.reading.cells import CellReader
from planner.accounts.reading.values.dates import read_dates
from planner.accounts.reading.values.texts import looks_damaged
from planner.core.schemas import ACCOUNTS

_CLOSED_WORDS = frozenset(
    {
        "closed",
        "permanently closed",
        "planning",
        "planned",
        "inactive",
        "out of business",
        "defunct",
    }
)
_TEXTS = (
    "street",
    "industry",
    "rating",
    "products",
    "owner_id",
    "open_days",
    "visit_class",
    "unit_id",
    "simulated",
)
_DAMAGE_CHECKED = ("name", "street", "city", "industry")


def read_rows(cells: CellReader) -> pd.DataFrame:
    """
    Read all rows of a table of accounts, reporting every fault.

    Parameters
    ----------
    cells
        Reader of the table; owners are held against its references.

    Returns
    -------
    The columns of the ACCOUNTS schema and account_id, by row number; the rows that
    the reader's log rejects are still among them.

    Notes
    -----
    A row without a status is a prospect, or a customer if it has sales; ``closed`` and
    ``planning`` are closed. Columns that are not ours are kept as text in `custom`.
    """
    ids = cells.text("account_id", required=True)
    name = cells.text("name", required=True)
    cells.refuse_foreign_currency()
    places = read_places(cells)
    report_repeated_ids(ids, cells.raw.frame, cells.log)
    frame = places.assign(account_id=ids, name=name)
    for target in _TEXTS:
        frame[target] = cells.text(target)
    for target in ("annual_revenue", "our_sales", "potential"):
        frame[f"{target}_minor"] = cells.money(target)
    frame["employees"] = cells.count("employees")
    frame["propensity_share"] = cells.share("propensity_share")
    for target in ("last_visit_on", "owned_since"):
        frame[target] = cells.date(target)
    frame["opens_s"], frame["closes_s"] = cells.hours("opens_s", "closes_s")
    frame["status"] = _status(cells, frame)
    _check_custom_dates(cells, other_columns(cells))
    frame["custom"] = kept_columns(cells)
    _question_owners(frame["owner_id"], cells)
    _keep_geo_source(frame, cells.text("geo_source"))
    _warn_damaged(cells)
    _report_doubles(frame, cells)
    return _with_nulls(question_accounts(frame, cells))


def _question_owners(owners: pd.Series, cells: CellReader) -> None:
    """Warn of owners who are neither a position nor a rep of the company."""
    references = cells.context.references
    if references.position_ids is None or references.rep_ids is None:
        return
    report_unknown(
        owners,
        references.position_ids.union(references.rep_ids),
        cells,
        "owner_id",
        code="unknown_owner",
        severity="warn",
        says="is no position and no rep of the company; the account was kept",
    )


def _report_doubles(frame: pd.DataFrame, cells: CellReader) -> None:
    accepted = frame[~frame.index.isin(list(cells.log.rejected))]
    report_same_places(accepted["name"], accepted["lat"], accepted["lon"], cells.log)


def _with_nulls(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn empty text into null and bring the columns into the schema's order."""
    texts = [
        name
        for name, column in ACCOUNTS.columns.items()
        if str(column.dtype).startswith("str") and column.nullable
    ]
    blanked = frame.assign(
        **{name: frame[name].mask(frame[name] == "") for name in texts}
    )
    return blanked[["account_id", *ACCOUNTS.columns]]


def _status(cells: CellReader, frame: pd.DataFrame) -> pd.Series:
    """Read the status; words for closed count in the industry's column too."""
    words = cells.choice("status", "")
    is_closed = words == "closed"
    own_word = {"status": "closed", "industry": ""}  # our own word needs no notice
    for target in ("status", "industry"):
        text = cells.text(target)
        says_closed = text.str.casefold().isin(_CLOSED_WORDS)
        if target == "status":
            says_closed = says_closed | is_closed
        is_other = says_closed & (text.str.casefold() != own_word[target])
        for word, which in text[is_other].groupby(text[is_other]):
            _report_closed(cells, target, word, len(which))
        is_closed = is_closed | says_closed
    is_deleted = cells.truth("is_deleted").fillna(value=False).astype(bool)
    if is_deleted.any():
        _report_closed(cells, "is_deleted", "deleted", int(is_deleted.sum()))
    has_sales = (frame["our_sales_minor"] > 0).fillna(value=False).astype(bool)
    default = pd.Series("prospect", index=frame.index, dtype="str")
    status = words.where(words != "", default.mask(has_sales, "customer"))
    return status.mask(is_closed | is_deleted, "closed")


def _report_closed(cells: CellReader, target: str, word: object, number: int) -> None:
    cells.log.file(
        "closed",
        "notice",
        f"{number:,} accounts with {word!r} count as closed: "
        "they are kept and get no visits",
        column=cells.mapping.get(target, target),
    )


def _keep_geo_source(frame: pd.DataFrame, source: pd.Series) -> None:
    """Let a file of ours say that its coordinates are only those of a postcode."""
    is_rough = (frame["geo_source"] == "given") & source.isin(
        ["list", "postcode", "city"]
    )
    frame["geo_source"] = frame["geo_source"].mask(is_rough, source)
    frame["geo_precision"] = frame["geo_precision"].mask(is_rough, source)


def _check_custom_dates(cells: CellReader, columns: list[str]) -> None:
    """Hold rows of a kept column of dates that contradicts itself."""
    for column in columns:
        words = column.casefold().replace("_", " ").split()
        if not words or words[-1] not in {"on", "date", "at"}:
            continue
        texts = cells.raw.frame[column]
        dates = read_dates(texts, cells.context.date_form)
        cells.hold_dates(texts, dates.is_held, column)


def _warn_damaged(cells: CellReader) -> None:
    """Warn of text that was decoded wrongly before it came here."""
    for target in _DAMAGE_CHECKED:
        text = cells.raw_cells(target)
        cells.log.rows(
            "damaged_text",
            "warn",
            text[looks_damaged(text)],
            "the text {value} looks damaged (read with a wrong encoding before it "
            "came here); export it again as UTF-8. It was kept as it is",
            column=cells.mapping.get(target, target),
        )


ACCOUNT_RULES = KindRules(
    schema=ACCOUNTS,
    required=("name",),
    complete=with_ids_and_names,
    one_of=(("lat", "lon"), (COORDINATES,), ("postcode",), ("city",)),
    read=read_rows,
    shape_rows=roll_up,
)
