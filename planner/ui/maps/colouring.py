"""What the colours of the workbench's map mean: classes of units and of accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from planner.core.errors import InputError
from planner.core.formats import Formats
from planner.geography.colours import GREY
from planner.services.territories.deviations import has_shares
from planner.services.territories.view import TerritoryView
from planner.ui.components.planmap import NONE, Entry, codes_of
from planner.ui.maps import scales
from planner.ui.maps.scales import Scale
from planner.ui.simulated import signed

COLOUR_BY = (
    "Territory",
    "Owner",
    "Segment",
    "Deviation",
    "Last visit",
    "Score",
    "Potential",
    "Changes",
)
UNASSIGNED, VACANT, NO_ACCOUNTS = "Unassigned", "vacant", "No accounts"
VACANT_COLOUR = "#BBBBBB"
# Paul Tol, scheme "vibrant" (same source as the territories'), on a quiet grey.
CHANGES = Scale(
    title="Changes",
    labels=("Kept", "Moved", "Newly assigned", "No longer assigned"),
    colours=(GREY, "#EE7733", "#0077BB", "#CC3311"),
)


@dataclass(frozen=True, kw_only=True)
class Colouring:
    """
    What the colours of a map mean.

    Parameters
    ----------
    title
        What the classes are of.
    legend
        The classes, with the accounts in each.
    unit_codes : shape (n_units,)
        uint16, class of each unit as in ``view.units``; `NONE`: none.
    point_codes : shape (n_accounts,)
        uint16, class of each account as in ``view.accounts``; `NONE`: none.
    none
        Name of the class `NONE`; "": nothing has it.
    none_count
        Figure beside it.
    """

    title: str
    legend: tuple[Entry, ...]
    unit_codes: np.ndarray
    point_codes: np.ndarray
    none: str = ""
    none_count: str = ""


def colouring_of(
    view: TerritoryView,
    fmt: Formats,
    colour_by: str = COLOUR_BY[0],
    *,
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    measure: str = "accounts",
    tolerance: float = 0.1,
    before: TerritoryView | None = None,
) -> Colouring:
    """
    Class units and accounts by one of `COLOUR_BY`.

    Parameters
    ----------
    view
        The scenario, as it is or as it would be.
    fmt
        How figures are written.
    colour_by
        Accounts are classed by what they are themselves. A unit is classed by its
        territory (owner, deviation), by its most common segment, its median last visit,
        its mean score or its sum of potential.
    labels, colours
        Label and colour by territory.
    measure, tolerance
        Of the deviation.
    before
        The scenario before what is pending; changes are counted against it.

    Raises
    ------
    InputError
        If `colour_by` is unknown or there are too many classes for one map.
    """
    order = [str(name) for name in view.territories.index]
    units = codes_of(view.units["territory_id"], order)
    points = codes_of(view.accounts["territory_id"], order)
    if colour_by == "Territory":
        scale = Scale(
            title="Territories",
            labels=tuple(labels.get(name, name) for name in order),
            colours=tuple(colours.get(name, GREY) for name in order),
            of=("owners",),  # after whom they are called
        )
        return _made(fmt, scale, units, points, none=UNASSIGNED, shorts=order)
    if colour_by == "Owner":
        return _by_owner(view, fmt, order, units, points, colours)
    if colour_by == "Deviation":
        shares = scales.number(view.territories[f"{measure}_deviation"])
        title = "From wanted share" if has_shares(view.territories) else "Deviation"
        scale, classes = scales.deviations(title, fmt, shares, tolerance)
        scale = replace(scale, of=(measure,))
        return _made(fmt, scale, *_through(classes, units, points), none=UNASSIGNED)
    if colour_by == "Changes":
        return _changes(view, fmt, before or view)
    of_unit = _places(view.accounts["unit_id"], view.units.index)
    if colour_by == "Segment":
        scale, own = scales.segments(view.accounts)
        typical = _most_common(of_unit, own, len(scale.labels), len(units))
    elif colour_by == "Last visit":
        scale = scales.LAST_VISIT
        days = scales.number(view.accounts["days_since_visit"], scales.NEVER)
        own = scales.visit_codes(days)
        median, is_held = _medians(of_unit, days, len(units))
        typical = np.where(is_held, scales.visit_codes(median), NONE).astype("u2")
    elif colour_by == "Score":
        scale = scales.SCORE
        score = scales.number(view.accounts["score"], 0.0)
        own = scales.score_codes(score)
        typical = scales.score_codes(_means(of_unit, score, len(units)))
    elif colour_by == "Potential":
        potential = scales.number(view.accounts["potential_minor"], 0.0)
        sums, counts = _sums(of_unit, potential, len(units))
        sums = np.where(counts > 0, sums, np.nan)
        scale, (own, typical) = scales.amounts("Potential", fmt, potential, sums)
        scale = replace(scale, of=("potential_minor",))
    else:
        names = ", ".join(COLOUR_BY)
        raise InputError(f"colour_by must be one of {names}, got {colour_by!r}")
    return _made(fmt, scale, typical, own, none=NO_ACCOUNTS)


def _made(
    fmt: Formats,
    scale: Scale,
    units: np.ndarray,
    points: np.ndarray,
    *,
    none: str,
    shorts: Sequence[str] = (),
) -> Colouring:
    """Count the accounts of each class, and name what has none."""
    counts = np.bincount(points, minlength=NONE + 1)
    most = max(1, int(counts[: len(scale.labels)].max(initial=0)))
    n_units = int((units == NONE).sum())
    has_none = bool(n_units or counts[NONE])
    # Of what nobody holds the land tells more than its accounts, which may be none.
    noun = "unit" if n_units == 1 else "units"
    lone = f"{fmt.number(n_units)} {noun}" if n_units else fmt.number(counts[NONE])
    return Colouring(
        title=signed(scale.title, *scale.of),
        legend=tuple(
            Entry(
                label=label,
                colour=colour,
                short=shorts[code] if shorts else "",
                count=fmt.number(counts[code]),
                bar=float(counts[code]) / most,
            )
            for code, (label, colour) in enumerate(
                zip(scale.labels, scale.colours, strict=True)
            )
        ),
        unit_codes=units,
        point_codes=points,
        none=none if has_none else "",
        none_count=lone if has_none else "",
    )


def _by_owner(
    view: TerritoryView,
    fmt: Formats,
    order: Sequence[str],
    units: np.ndarray,
    points: np.ndarray,
    colours: Mapping[str, str],
) -> Colouring:
    """Class by who works the territory: one class for all of a rep's."""
    reps = view.territories["rep_name"].fillna(VACANT).astype("str")
    names = [name for name in dict.fromkeys(reps) if name != VACANT]
    first = dict(zip(reversed(list(reps)), reversed(order), strict=True))
    palette = [colours.get(first[name], GREY) for name in names]
    is_vacant = bool((reps == VACANT).any())
    scale = Scale(
        title="Owner",
        labels=(*names, *([VACANT] if is_vacant else [])),
        colours=(*palette, *([VACANT_COLOUR] if is_vacant else [])),
        of=("owners",),
    )
    classes = codes_of(reps, scale.labels)
    return _made(fmt, scale, *_through(classes, units, points), none=UNASSIGNED)


def _changes(view: TerritoryView, fmt: Formats, before: TerritoryView) -> Colouring:
    """Class by what became of a unit or account; those that are new count as kept."""

    def classes(now: pd.Series, was: pd.Series) -> np.ndarray:
        if not was.index.equals(now.index):
            was = was.reindex(now.index)
        is_now, was_then = now.notna().to_numpy(), was.notna().to_numpy()
        differs = is_now & was_then & np.asarray(now.to_numpy() != was.to_numpy())
        codes = np.select([differs, is_now & ~was_then, was_then & ~is_now], [1, 2, 3])
        return codes.astype("u2")

    units = classes(view.units["territory_id"], before.units["territory_id"])
    points = classes(view.accounts["territory_id"], before.accounts["territory_id"])
    return _made(fmt, CHANGES, units, points, none="")


def _places(values: pd.Series, index: pd.Index) -> np.ndarray:
    """Place of each value in an index; −1: not there. Looks once a distinct value."""
    nth, names = pd.factorize(values)
    return np.append(index.get_indexer(names), -1)[nth]  # a missing one is −1: the last


def _through(
    classes: np.ndarray, units: np.ndarray, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Class units and accounts by the class of their territory."""
    table = np.full(NONE + 1, NONE, dtype="u2")
    table[: len(classes)] = classes
    return table[units], table[points]


# --- what is typical of a unit ------------------------------------------------------


def _sums(
    of_unit: np.ndarray, values: np.ndarray, n_units: int
) -> tuple[np.ndarray, np.ndarray]:
    """Sum by unit and count; accounts without a unit (−1) are left out."""
    sums = np.bincount(of_unit + 1, values, minlength=n_units + 1)[1:]
    return sums, np.bincount(of_unit + 1, minlength=n_units + 1)[1:]


def _means(of_unit: np.ndarray, values: np.ndarray, n_units: int) -> np.ndarray:
    sums, counts = _sums(of_unit, values, n_units)
    return np.divide(sums, counts, out=np.full(n_units, np.nan), where=counts > 0)


def _medians(
    of_unit: np.ndarray, values: np.ndarray, n_units: int
) -> tuple[np.ndarray, np.ndarray]:
    """Lower median by unit, so that it is the value of an account; and who has one."""
    order = np.lexsort((values, of_unit))
    counts = np.bincount(of_unit + 1, minlength=n_units + 1)
    starts = np.cumsum(counts)[:-1]  # the first place of each unit, after the lost ones
    is_held = counts[1:] > 0
    middle = starts + (counts[1:] - 1) // 2
    medians = np.full(n_units, np.nan)
    medians[is_held] = values[order][middle[is_held]]
    return medians, is_held


def _most_common(
    of_unit: np.ndarray, codes: np.ndarray, n_codes: int, n_units: int
) -> np.ndarray:
    """Most common class by unit, the first of the legend among equals."""
    cells = (of_unit + 1) * n_codes + codes
    counts = np.bincount(cells, minlength=(n_units + 1) * n_codes)
    table = counts.reshape(n_units + 1, n_codes)[1:]
    if not n_codes:
        return np.full(n_units, NONE, dtype="u2")
    return np.where(table.any(axis=1), table.argmax(axis=1), NONE).astype("u2")
