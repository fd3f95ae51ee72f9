"""Values that can be read but hardly be meant: questioned, and kept unless unusable."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from planner.accounts.kinds.vocabulary import (
    VISIT_CLASSES,
    is_placeholder_name,
    rating_scale,
    read_weekdays,
)
from planner.accounts.reading.cells import CellReader

OUTLIER_TIMES_MEDIAN = 1_000
OUTLIER_TIMES_NEXT = 20
LEAST_FOR_OUTLIERS = 5
LEAST_SHARE_OF_SCALE = 0.75
_NO_DATES = ("1899-12-30", "1899-12-31", "1900-01-01", "1904-01-01", "1970-01-01")
_AMOUNTS = ("annual_revenue_minor", "our_sales_minor", "potential_minor", "employees")


def question_accounts(frame: pd.DataFrame, cells: CellReader) -> pd.DataFrame:
    """
    Question the values of accounts that were read but can hardly be meant.

    Parameters
    ----------
    frame
        Accounts by row number, as far as read; rows that the log rejects are skipped.
    cells
        Reader of the table; its log takes the findings.

    Returns
    -------
    The accounts: weekdays and classes in our spelling; days and hours that no plan
    could use left out, and said so. Everything else is as it was.
    """
    accepted = frame[~frame.index.isin(list(cells.log.rejected))]
    _question_names(accepted["name"], cells)
    for target in ("last_visit_on", "owned_since"):
        question_dates(accepted[target], cells, target, as_of=cells.context.as_of)
    for name in _AMOUNTS:
        _question_outliers(accepted[name], cells, name.removesuffix("_minor"))
    _question_ratings(accepted["rating"], cells)
    respellings = {
        "visit_class": _classes(accepted["visit_class"], cells),
        "open_days": _weekdays(accepted["open_days"], cells),
    }
    backwards = _backwards(accepted, cells)
    for name, values in respellings.items():
        respellings[name] = values.reindex(frame.index).fillna(frame[name])
    return frame.assign(
        **respellings,
        opens_s=frame["opens_s"].mask(backwards.reindex(frame.index, fill_value=False)),
        closes_s=frame["closes_s"].mask(
            backwards.reindex(frame.index, fill_value=False)
        ),
    )


def question_deals(deals: pd.DataFrame, cells: CellReader) -> None:
    """
    Question won deals closed in the future, and deals closed before they opened.

    Parameters
    ----------
    deals
        stage, opened_on, close_on by row number.
    cells
        Reader of the table; its log takes the findings.
    """
    accepted = deals[~deals.index.isin(list(cells.log.rejected))]
    won = accepted.loc[accepted["stage"] == "won", "close_on"]
    question_dates(won, cells, "close_on", as_of=cells.context.as_of)
    early = accepted["close_on"] < accepted["opened_on"]
    cells.log.rows(
        "closed_before_opened",
        "warn",
        _shown(accepted["close_on"][early]),
        "the deal closes on {value}, before it opened; correct one of the dates. "
        "Both were kept",
        column=cells.mapping.get("close_on", "close_on"),
    )


def question_dates(
    dates: pd.Series, cells: CellReader, target: str, *, as_of: dt.date | None
) -> None:
    """
    Question days that have not come yet, and those that stand for no date.

    Parameters
    ----------
    dates
        Midnights by row number.
    cells
        Reader of the table; its log takes the findings.
    target
        Our column.
    as_of
        The company's today; None: the future is not known.
    """
    column = cells.mapping.get(target, target)
    is_none = dates.isin(pd.to_datetime(list(_NO_DATES)))
    cells.log.rows(
        "placeholder_date",
        "warn",
        _shown(dates[is_none]),
        f"{target} {{value}} is what programs write where they have no date; clear or "
        "correct it. It was kept",
        column=column,
    )
    if as_of is None:
        return
    cells.log.rows(
        "future_date",
        "warn",
        _shown(dates[dates > pd.Timestamp(as_of)]),
        f"{target} {{value}} lies after today ({as_of.isoformat()}); correct it. "
        "It was kept",
        column=column,
    )


def _question_names(names: pd.Series, cells: CellReader) -> None:
    cells.log.rows(
        "placeholder_name",
        "warn",
        names[is_placeholder_name(names)],
        "the name {value} stands for no account; give its name or delete the row. "
        "It was kept",
        column=cells.mapping.get("name", "name"),
    )


def _question_outliers(values: pd.Series, cells: CellReader, target: str) -> None:
    """
    Warn of values far above all others of their column.

    Money spreads over many powers of ten, so a value is questioned only if it is both
    `OUTLIER_TIMES_MEDIAN` times the median and divided from the next smaller one by a
    gap of `OUTLIER_TIMES_NEXT` times.
    """
    positive = values[(values > 0).fillna(value=False).astype(bool)].astype("float64")
    if len(positive) < LEAST_FOR_OUTLIERS:
        return
    ordered = np.sort(positive.to_numpy())
    median = float(np.median(ordered))
    upper = ordered[len(ordered) // 2 :]
    gaps = upper[1:] / upper[:-1] >= OUTLIER_TIMES_NEXT
    tops = upper[1:][gaps & (upper[1:] >= OUTLIER_TIMES_MEDIAN * median)]
    if not len(tops):
        return
    far = positive[positive >= tops[0]]
    cells.log.rows(
        "outlier",
        "warn",
        cells.raw_cells(target).loc[far.index],
        f"{target} {{value}} is {{detail}} times the median of the column; check the "
        "unit and the decimal sign. It was kept",
        column=cells.mapping.get(target, target),
        detail=(far / median).map("{:,.0f}".format),
    )


def _question_ratings(ratings: pd.Series, cells: CellReader) -> None:
    filled = ratings[ratings.fillna("") != ""]
    scale, is_member = rating_scale(filled)
    if scale and is_member.mean() >= LEAST_SHARE_OF_SCALE:
        cells.log.rows(
            "unknown_rating",
            "warn",
            filled[~is_member],
            f"the rating {{value}} is not on the scale of the others ({scale}); "
            "correct it. It was kept",
            column=cells.mapping.get("rating", "rating"),
        )


def _classes(classes: pd.Series, cells: CellReader) -> pd.Series:
    """Bring visit classes to capitals, and question those we do not have."""
    filled = classes[classes.fillna("") != ""]
    upper = filled.str.upper()
    is_known = upper.isin(VISIT_CLASSES)
    column = cells.mapping.get("visit_class", "visit_class")
    allowed = ", ".join(VISIT_CLASSES)
    if len(filled) and not is_known.any():
        cells.log.file(
            "unknown_visit_class",
            "notice",
            f"no value of column {column!r} is a visit class ({allowed}); "
            "the rules of the segments decide",
            column=column,
        )
        return classes
    cells.log.rows(
        "unknown_visit_class",
        "warn",
        filled[~is_known],
        f"the visit class must be one of {allowed}, got {{value}}; the rules of the "
        "segments decide until it is corrected",
        column=column,
    )
    respelled = upper[is_known]
    _tell_respelled(filled.loc[respelled.index], respelled, cells, "visit_class")
    return respelled.reindex(classes.index).fillna(classes)


def _weekdays(days: pd.Series, cells: CellReader) -> pd.Series:
    """Bring opening days to ``Mon;Tue``; what names no day is left out."""
    filled = days[days.fillna("") != ""]
    days_by_row = read_weekdays(filled)
    column = cells.mapping.get("open_days", "open_days")
    cells.log.rows(
        "unknown_weekday",
        "warn",
        filled[days_by_row == ""],
        "{value} names a day we do not know; write Mon;Tue;Wed. It was not used, "
        "so the account counts as open Monday to Friday",
        column=column,
    )
    _tell_respelled(
        filled[days_by_row != ""], days_by_row[days_by_row != ""], cells, "open_days"
    )
    return days_by_row.reindex(days.index).fillna(days)


def _tell_respelled(
    texts: pd.Series, values: pd.Series, cells: CellReader, target: str
) -> None:
    is_other = texts != values
    if is_other.any():
        column = cells.mapping.get(target, target)
        example, became = texts[is_other].iloc[0], values[is_other].iloc[0]
        cells.log.file(
            "respelled",
            "notice",
            f"{int(is_other.sum()):,} cells of column {column!r} were respelled, "
            f"such as {example!r} as {became!r}",
            column=column,
        )


def _backwards(accounts: pd.DataFrame, cells: CellReader) -> pd.Series:
    """Warn of hours that end before they begin; no visit would ever fit."""
    is_back = (accounts["closes_s"] <= accounts["opens_s"]).fillna(value=False)
    is_back = is_back.astype(bool)
    cells.log.rows(
        "hours_backwards",
        "warn",
        cells.raw_cells("closes_s").loc[accounts.index[is_back]],
        "it closes at {value}, not after it opens ({detail}); correct one of the two. "
        "Neither was used",
        column=cells.mapping.get("closes_s", "closes_s"),
        detail=cells.raw_cells("opens_s").loc[accounts.index[is_back]],
    )
    return is_back


def _shown(dates: pd.Series) -> pd.Series:
    return dates.dt.strftime("%Y-%m-%d")
