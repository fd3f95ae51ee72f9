"""The figures of the balance table: one column each, before → after, ready to send."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd

from planner.core.formats import EMPTY, Formats
from planner.core.text import plain_text
from planner.core.units import M_PER_KM, MIN_PER_HOUR
from planner.services.people.holders import VACANT
from planner.services.territories.deviations import has_shares, wanted_shares
from planner.services.territories.view import TerritoryView
from planner.territory.model.unit_table import MEASURES
from planner.ui import simulated

Write = Callable[[Any], str]
MOST_MEASURES = 3
SAME = 1e-9
DIGITS = 6  # of a figure as it is sent, to sort and to draw by


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureColumn:
    """
    A measure to look at.

    Parameters
    ----------
    column
        One of `MEASURES`.
    label
        What stands above it; "": its usual name.
    tolerance
        Largest deviation wanted, a share; None: none, so nothing is off.
    """

    column: str
    label: str = ""
    tolerance: float | None = None

    @property
    def title(self) -> str:
        """What stands above it, with the unit where the figures have none."""
        name = simulated.signed(self.label or MEASURES[self.column], self.column)
        return f"{name}, h" if self.column == "workload_min" else name


@dataclass(frozen=True, kw_only=True)
class Figures:
    """
    One column of the table.

    Parameters
    ----------
    column_id
        Stays the same over reruns.
    head
        What stands above it.
    now, was : shape (n_rows,)
        Values in the order of the rows; was: None where nothing is pending.
    write
        How a value is written.
    foot
        For each row of the foot (unassigned, the whole) the text and what it was; ""
        where it was the same.
    group
        What stands above several columns: the measure.
    tolerance
        Of a deviation that is drawn as a bar; None: no bar.
    is_bar
        Whether the values are deviations, drawn as a bar.
    is_holding
        Whether another value means that the territory itself changed, and not only
        the mean it is compared with.
    """

    column_id: str
    head: str
    now: pd.Series
    was: pd.Series | None
    write: Write
    foot: Sequence[tuple[str, str]]
    group: str = ""
    tolerance: float | None = None
    is_bar: bool = False
    is_holding: bool = True

    def payload(self) -> dict[str, Any]:
        """Write the column as the browser reads it."""
        now = self.now.tolist()
        text_by_value = {
            value: plain_text(self.write(value)) for value in dict.fromkeys(now)
        }
        texts = [text_by_value[value] for value in now]
        was: dict[str, str] = {}
        from_: dict[str, float | None] = {}
        old = [] if self.was is None else self.was.tolist()
        for place in np.flatnonzero(self.changed()).tolist():
            text = plain_text(self.write(old[place]))
            if text != texts[place]:
                was[str(place)] = text
                if self.is_bar:
                    from_[str(place)] = _short(old[place])
        is_text = not pd.api.types.is_numeric_dtype(self.now)
        return {
            "id": self.column_id,
            "group": plain_text(self.group),
            "head": plain_text(self.head),
            "isText": is_text,
            "isBar": self.is_bar,
            "tolerance": self.tolerance,
            "text": texts,
            "value": None if is_text else [_short(value) for value in now],
            "was": was,
            "from": from_,
            "foot": [list(pair) for pair in self.foot],
        }

    def changed(self) -> np.ndarray:
        """Tell which rows have another value than before."""
        if self.was is None:
            return np.zeros(len(self.now), dtype=bool)
        both = self.now.isna().to_numpy() & self.was.isna().to_numpy()
        if not pd.api.types.is_numeric_dtype(self.now):
            same = (
                self.now.astype("str").to_numpy() == self.was.astype("str").to_numpy()
            )
            return ~(same | both)
        now, was = (s.to_numpy(dtype=float) for s in (self.now, self.was))
        return ~(np.isclose(now, was, rtol=SAME, atol=SAME) | both)


def writer_of(measure: str, fmt: Formats) -> Write:
    """Choose how a measure's figures are written."""
    if measure.endswith("_minor"):
        return fmt.money_short
    return fmt.duration if measure == "workload_min" else fmt.number


@lru_cache(maxsize=100_000)
def _written(fmt: Formats, measure: str, value: float) -> str:
    """Write a figure once: of the hundreds in the table a gesture changes a few."""
    if measure == "deviation":
        return fmt.signed_share(value)
    if measure == "travel":
        return EMPTY if pd.isna(value) else fmt.number(fmt.length(value * M_PER_KM))
    if measure == "compactness":
        return fmt.share(value, 0)
    if measure == "workload_min":  # its unit is in the head
        return EMPTY if pd.isna(value) else fmt.number(value / MIN_PER_HOUR)
    return writer_of(measure, fmt)(value)


def _writer(measure: str, fmt: Formats) -> Write:
    return partial(_written, fmt, measure)


def figures_of(
    view: TerritoryView,
    fmt: Formats,
    rows: pd.Index,
    measures: Sequence[MeasureColumn],
    after: TerritoryView | None,
) -> list[Figures]:
    """
    Collect the columns of the table, from left to right.

    Parameters
    ----------
    view, after
        The scenario as it is, and as it would be; None: nothing is pending.
    fmt
        How figures are written.
    rows
        Ids of the territories, in order.
    measures
        Up to three; each with its deviation, actual and target.
    """
    now, was = after or view, view if after is not None else None
    columns = [
        column
        for measure in measures[:MOST_MEASURES]
        for column in _of_measure(measure, fmt, rows, now, was)
    ]
    names = {measure.column for measure in measures}
    if "accounts" not in names:
        columns.append(_sum("accounts", "Accounts", fmt, rows, now, was))
    if "workload_min" not in names:
        head = MeasureColumn(column="workload_min").title
        columns.append(_sum("workload_min", head, fmt, rows, now, was))
    return columns + _about(fmt, rows, now, was)


def _of_measure(
    measure: MeasureColumn,
    fmt: Formats,
    rows: pd.Index,
    now: TerritoryView,
    was: TerritoryView | None,
) -> list[Figures]:
    """Make deviation, actual and target of a measure."""
    column, write = measure.column, _writer(measure.column, fmt)
    title = measure.title
    if measure.tolerance is not None:
        title += f" ±{fmt.share(measure.tolerance, 0)}"
    deviation = f"{column}_deviation"
    worst = [
        "" if view is None else f"±{fmt.share(view.territories[deviation].abs().max())}"
        for view in (now, was)
    ]
    goals = wanted_of(now, column)
    was_wanted = None if was is None else wanted_of(was, column)
    whole = [None if w is None else float(w.sum()) for w in (goals, was_wanted)]
    head = "From wanted" if has_shares(now.territories) else "Deviation"
    return [
        Figures(
            column_id=f"{column} deviation",
            group=title,
            head=head,
            now=now.territories[deviation].reindex(rows).astype(float),
            was=None if was is None else was.territories[deviation].reindex(rows),
            write=_writer("deviation", fmt),
            foot=[(EMPTY, ""), _pair(*worst)],
            tolerance=measure.tolerance,
            is_bar=True,
            is_holding=False,
        ),
        _sum(column, "Actual", fmt, rows, now, was, group=title),
        Figures(
            column_id=f"{column} target",
            group=title,
            head="Target",
            now=goals.reindex(rows),
            was=None if was_wanted is None else was_wanted.reindex(rows),
            write=write,
            foot=[
                (EMPTY, ""),
                _pair(write(whole[0]), "" if whole[1] is None else write(whole[1])),
            ],
            is_holding=False,
        ),
    ]


def wanted_of(view: TerritoryView, column: str) -> pd.Series:
    """
    Work out what each territory is to have of a measure.

    Returns
    -------
    shape (n_territories,)
        The wanted share of all there is, assigned or not; see `deviations.tallied`.
    """
    whole = _whole(view.accounts, column) / max(1, len(view.territories))
    return wanted_shares(view.territories).astype(float) * whole


def _whole(accounts: pd.DataFrame, column: str) -> float:
    if column == "accounts":
        return float(len(accounts))
    return float(accounts[column].sum())


def _sum(
    column: str,
    head: str,
    fmt: Formats,
    rows: pd.Index,
    now: TerritoryView,
    was: TerritoryView | None,
    group: str = "",
) -> Figures:
    """Make a column whose foot is its sum."""
    write = _writer(column, fmt)
    ends: list[list[str]] = [[], []]
    for view in (now, was):
        if view is None:
            continue
        total = float(view.territories[column].sum())
        free = max(0.0, _whole(view.accounts, column) - total)
        ends[0].append(write(free))
        ends[1].append(write(total))
    return Figures(
        column_id=f"{column} actual",
        group=group,
        head=head,
        now=now.territories[column].reindex(rows).astype(float),
        was=None if was is None else was.territories[column].reindex(rows),
        write=write,
        foot=[_pair(*texts) for texts in ends],
    )


def _about(
    fmt: Formats, rows: pd.Index, now: TerritoryView, was: TerritoryView | None
) -> list[Figures]:
    """Make travel, seat, pieces, compactness and, where there are any, districts."""
    length = _writer("travel", fmt)

    def made(
        column_id: str,
        head: str,
        of: Callable[[pd.DataFrame], pd.Series],
        write: Write,
        whole: Callable[[TerritoryView], str],
    ) -> Figures:
        before = None if was is None else whole(was)
        return Figures(
            column_id=column_id,
            head=head,
            now=of(now.territories).reindex(rows),
            was=None if was is None else of(was.territories).reindex(rows),
            write=write,
            foot=[(EMPTY, ""), _pair(whole(now), before or "")],
        )

    def filled(view: TerritoryView) -> str:
        seats = seats_of(view.territories).tolist()
        return f"{seats.count('filled')} of {len(seats)}"

    columns = [
        made(
            "travel",
            f"Travel, {fmt.distance_unit}",
            lambda t: t["travel_km"].astype(float),
            length,
            lambda view: length(_mean_travel_km(view)),
        ),
        made("seat", "Seat", seats_of, _text, filled),
        made(
            "pieces",
            "Pieces",
            lambda t: t["extra_pieces"].astype(float) + 1,
            _writer("pieces", fmt),
            lambda view: fmt.number((view.territories["extra_pieces"] + 1).sum()),
        ),
        made(
            "compactness",
            "Compactness",
            lambda t: t["compactness"].astype(float),
            _writer("compactness", fmt),
            lambda view: fmt.share(view.territories["compactness"].mean(), 0),
        ),
    ]
    districts = [v.territories["district"].notna().any() for v in (now, was) if v]
    if any(districts):
        columns.insert(
            0,
            made(
                "district",
                "District",
                lambda t: t["district"].astype("str"),
                _text,
                lambda view: fmt.number(view.territories["district"].nunique()),
            ),
        )
    return columns


def seats_of(territories: pd.DataFrame) -> pd.Series:
    """Say of each territory whether its seat is filled, vacant or not there yet."""
    is_vacant = territories["rep_name"].eq(VACANT).to_numpy(dtype=bool)
    seats = np.where(is_vacant, "vacant", "filled")
    seats = np.where(territories["position_id"].isna(), "no seat", seats)
    return pd.Series(seats, index=territories.index, dtype="str")


def _mean_travel_km(view: TerritoryView) -> float:
    """Weigh the territories' travel by the accounts of their units, as it was made."""
    weight = view.units["accounts"].groupby(view.units["territory_id"]).sum()
    km = view.territories["travel_km"].astype(float).dropna()
    weight = weight.reindex(km.index).fillna(0.0)
    total = float(weight.sum())
    return float((km * weight).sum()) / total if total else float("nan")


def _text(value: Any) -> str:
    return EMPTY if pd.isna(value) or value == "" else str(value)


def _pair(now: str, was: str = "") -> tuple[str, str]:
    return now, "" if was == now else was


def _short(value: Any) -> float | None:
    """Round to what sorting and drawing need; fewer bytes."""
    if pd.isna(value):
        return None
    short = float(f"{float(value):.{DIGITS}g}")
    return int(short) if short == int(short) else short
