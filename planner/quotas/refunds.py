"""What cancellations may take back: of each deal no more than was sold."""

from __future__ import annotations

import pandas as pd


def sale_of(deals: pd.DataFrame) -> pd.Series:
    """
    Name the deal whose date, owners and facts each deal is credited by.

    Parameters
    ----------
    deals
        DEALS frame.

    Returns
    -------
    Its own id for a booking, the deal it names for a cancellation.
    """
    ids = pd.Series(deals.index, index=deals.index, dtype="str")
    return deals["related_deal_id"].where(deals["kind"].eq("cancellation"), ids)


def refund_faults(wanted: pd.DataFrame, deals: pd.DataFrame) -> pd.Series:
    """
    Find what is wrong with cancellations, and bookings that look like one.

    Parameters
    ----------
    wanted
        Won deals to be looked at.
    deals
        DEALS frame with the deals they may name.

    Returns
    -------
    The problem by deal; empty where there is none.
    """
    originals = _bookings(deals)
    cancels = wanted["kind"].eq("cancellation")
    named = wanted["related_deal_id"].fillna("").ne("")
    sold_on = originals["close_on"].reindex(wanted["related_deal_id"]).array
    faults = pd.Series("", index=wanted.index, dtype="str")
    faults[cancels & (wanted["close_on"] < sold_on)] = "before_sale"
    faults[cancels & ~wanted["related_deal_id"].isin(originals.index)] = "no_original"
    faults[cancels & ~named] = "nothing_named"
    faults[cancels & (wanted["amount_minor"] > 0)] = "positive_cancellation"
    faults[~cancels & (wanted["amount_minor"] < 0)] = "negative_booking"
    return faults


def refund_rooms(deals: pd.DataFrame) -> pd.DataFrame:
    """
    Tell what each cancellation finds left of the deal it names.

    Parameters
    ----------
    deals
        DEALS frame in one currency, of any dates: what was taken back in an earlier
        month counts, too.

    Returns
    -------
    Cancellations without a fault of their own, indexed `deal_id`: `room_minor`, not
    below 0, and `earlier`, the ids of those before it, by date and then by id.
    """
    won = deals[deals["stage"].eq("won") & deals["kind"].eq("cancellation")]
    refunds = won[refund_faults(won, deals).eq("")]
    refunds = refunds.rename_axis("deal_id").reset_index()
    refunds = refunds.sort_values(["close_on", "deal_id"])
    by_sale = refunds.groupby("related_deal_id", sort=False)
    before = by_sale["amount_minor"].cumsum() - refunds["amount_minor"]
    sold = deals["amount_minor"].reindex(refunds["related_deal_id"]).array
    ids = {name: list(rows) for name, rows in by_sale["deal_id"]}
    rooms = pd.DataFrame(
        {
            "deal_id": refunds["deal_id"],
            "room_minor": (before + sold).clip(lower=0),
            "earlier": [
                ids[sale][:number]
                for sale, number in zip(
                    refunds["related_deal_id"], by_sale.cumcount(), strict=True
                )
            ],
        }
    )
    return rooms.set_index("deal_id")


def _bookings(deals: pd.DataFrame) -> pd.DataFrame:
    return deals[deals["stage"].eq("won") & deals["kind"].ne("cancellation")]
