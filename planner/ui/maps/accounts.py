"""The map of accounts: coloured by owner, segment, last visit or score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.core.formats import Formats, written
from planner.core.money import minor_digits
from planner.geography.colours import GREY
from planner.ui.components.planmap import (
    Entry,
    Ground,
    Layer,
    MapData,
    Points,
    Units,
    codes_of,
)
from planner.ui.maps import scales
from planner.ui.maps.scales import NO_SEGMENT
from planner.ui.simulated import signed

COLOUR_BY = ("Owner", "Segment", "Last visit", "Score")
PLACED_BY = {"exact": "own coordinates", "postcode": "its ZIP", "city": "its city"}
NO_OWNER = "No owner"


@dataclass(frozen=True, kw_only=True)
class Classes:
    """
    Accounts sorted into the classes of a legend.

    Parameters
    ----------
    title
        What the classes are of.
    of_account : shape (n_accounts,)
        Class of each account, indexed `account_id`.
    colours
        Colour by class, in the order of the legend.
    of
        What the classes are made of, as of `simulated.signed`.
    """

    title: str
    of_account: pd.Series
    colours: Mapping[str, str]
    of: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """What the classes are of, with the mark if that is simulated."""
        return signed(self.title, *self.of)

    @property
    def counts(self) -> pd.Series:
        """Accounts by class, in the order of the legend; empty classes left out."""
        counts = self.of_account.value_counts().reindex(list(self.colours)).fillna(0)
        return counts[counts > 0].astype(int)


def classify(
    accounts: pd.DataFrame,
    colour_by: str,
    *,
    territory_labels: Mapping[str, str],
    territory_colours: Mapping[str, str],
) -> Classes:
    """
    Sort accounts into classes by one of `COLOUR_BY`.

    Parameters
    ----------
    accounts
        Rows of the service's account list.
    colour_by
        One of `COLOUR_BY`.
    territory_labels, territory_colours
        Label and colour by territory, as on the map of territories.
    """
    if colour_by == "Owner":
        labels = accounts["territory_id"].map(dict(territory_labels)).astype("str")
        labels = labels.fillna(NO_OWNER)
        colours = {
            label: territory_colours.get(name, GREY)
            for name, label in territory_labels.items()
        }
        return Classes(
            title="Owner",
            of_account=labels,
            colours={**colours, NO_OWNER: GREY},
            of=("owners",),
        )
    if colour_by == "Segment":
        scale, codes = scales.segments(accounts)
    elif colour_by == "Last visit":
        scale = scales.LAST_VISIT
        codes = scales.visit_codes(
            scales.number(accounts["days_since_visit"], scales.NEVER)
        )
    else:
        scale, codes = (
            scales.SCORE,
            scales.score_codes(scales.number(accounts["score"])),
        )
    return Classes(
        title=scale.title,
        of_account=pd.Series(np.asarray(scale.labels)[codes], index=accounts.index),
        colours=dict(zip(scale.labels, scale.colours, strict=True)),
        of=scale.of,
    )


def on_globe(accounts: pd.DataFrame) -> pd.DataFrame:
    """Keep the accounts that can be drawn: those that wait for a place cannot."""
    is_drawn = accounts["lat"].between(-90, 90) & accounts["lon"].between(-180, 180)
    return accounts[is_drawn.fillna(value=False).astype(bool)]


def account_map(
    accounts: pd.DataFrame,
    classes: Classes,
    fmt: Formats,
    *,
    places: Layer,
    shapes: Layer | None = None,
    base: Ground | None = None,
    fit: tuple[float, float, float, float] | None = None,
    selected: str | None = None,
) -> MapData:
    """
    Draw accounts in the colours of their classes, larger where more potential is.

    Parameters
    ----------
    accounts
        Rows of the service's account list that are `on_globe`, in the order of
        `places`.
    classes
        What the colours mean.
    fmt
        How figures are written.
    places
        The accounts, from `places_of`.
    shapes
        Units, drawn as a quiet net beneath.
    base
        States.
    fit
        First view.
    selected
        Account to mark.
    """
    counts = classes.counts
    order = [str(name) for name in counts.index]
    return MapData(
        label=f"{len(accounts)} accounts by {classes.title.lower()}",
        units=Units(shapes=shapes) if shapes is not None else None,
        points=Points(
            places=places,
            codes=codes_of(classes.of_account.reindex(accounts.index), order),
            size=sizes_of(accounts["potential_minor"]),
        ),
        base=base,
        legend=[
            Entry(
                label=name,
                colour=classes.colours[name],
                count=fmt.number(counts[name]),
            )
            for name in order
        ],
        legend_title=classes.heading,
        selected=[selected] if selected else [],
        fit=fit,
        has_borders=False,
        distance_unit=fmt.distance_unit,
    )


def sizes_of(amounts: pd.Series) -> np.ndarray:
    """
    Bring amounts to areas of points.

    Parameters
    ----------
    amounts : shape (n,)
        Not negative; missing counts as 0.

    Returns
    -------
    shape (n,)
        0 to 1; the largest two per cent are all 1, or the rest would vanish.
    """
    numbers = amounts.astype("Float64").fillna(0).to_numpy(dtype=float)
    top = float(np.quantile(numbers, 0.98)) if numbers.size else 0.0
    return np.clip(numbers / top, 0, 1) if top > 0 else np.full(numbers.shape, 0.2)


def account_facts(
    accounts: pd.DataFrame, fmt: Formats, *, has_owner: bool = True
) -> dict[str, pd.Series]:
    """
    Write the facts of each account's popover: at most eight.

    Parameters
    ----------
    accounts
        Rows of the service's account list.
    fmt
        How figures are written.
    has_owner
        Whether the owner is told; without it the facts are those of any scenario, and
        say what a planner weighs: since when the owner has it, hours, pipeline.

    Returns
    -------
    Texts by heading, indexed `account_id`.
    """
    place = accounts["city"].fillna("") + ", " + accounts["region"].fillna("")
    segment = accounts["segment"].fillna(NO_SEGMENT).astype("str")
    money = {
        signed("Our sales", "our_sales_minor"): short_money(
            accounts["our_sales_minor"], fmt
        ),
        signed("Potential", "potential_minor"): short_money(
            accounts["potential_minor"], fmt
        ),
    }
    segment_head = signed("Segment", "segment")
    visit_head = signed("Last visit", "last_visit_on")
    last_visit = {visit_head: written(accounts["last_visit_on"], fmt.day)}
    if not has_owner:
        hours = written(accounts["workload_min"], fmt.duration)
        pipeline = short_money(accounts["open_pipeline_minor"], fmt)
        return {
            segment_head: segment,
            "Place": place.str.strip(", "),
            "Owner since": written(accounts["owned_since"], fmt.day),
            signed("Workload", "workload"): hours,
            **money,
            signed("Pipeline", "deals"): pipeline,
            **last_visit,
        }
    owner = accounts["owner_name"].fillna(NO_OWNER).astype("str")
    return {
        signed("Owner", "owners"): owner.where(owner != "", NO_OWNER),
        segment_head: segment,
        signed("Status", "status"): accounts["status"],
        "Place": place.str.strip(", "),
        **money,
        **last_visit,
        "Placed by": accounts["geo_precision"].map(PLACED_BY),
    }


def short_money(amounts: pd.Series, fmt: Formats) -> pd.Series:
    """
    Write many amounts short, each text once.

    Parameters
    ----------
    amounts : shape (n,)
        In minor units.
    fmt
        How they are written; it shows one digit after thousands, millions and so on, so
        amounts are first rounded to that: many thousands of texts become some hundreds.
    """
    unit = 10 ** minor_digits(fmt.currency)
    values = amounts.to_numpy(dtype=float, na_value=np.nan)
    size = np.log10(np.maximum(np.abs(np.nan_to_num(values)) / unit, 1))
    thousands = 3 * np.floor(size / 3)
    step = np.where(thousands > 0, unit * 10.0 ** (thousands - 1), 1.0)
    rounded = pd.Series(np.rint(values / step) * step, index=amounts.index)
    return written(rounded.astype("Int64"), fmt.money_short)
