"""Second positions beside the owner: which accounts an overlay reaches."""

from __future__ import annotations

import pandas as pd

from planner.core.errors import InputError
from planner.core.units import PPM

SCOPES = ("account_id", "territory_id", "industry", "product")


def overlay_rows(
    overlays: pd.DataFrame, territories: pd.Series, accounts: pd.DataFrame | None
) -> pd.DataFrame:
    """
    Spread each overlay over the accounts that fit all it names.

    Parameters
    ----------
    overlays
        `position_id`, one or more of the columns in `SCOPES`, and maybe `share_ppm`.
    territories : shape (n_accounts,)
        `territory_id` by `account_id`.
    accounts
        ACCOUNTS frame, for `industry` and `product`.

    Returns
    -------
    `account_id`, `position_id`, `role`, `share_ppm`.

    Raises
    ------
    InputError
        If no column says which accounts are meant, or the accounts are missing.
    """
    scopes = [name for name in SCOPES if name in overlays]
    if not scopes:
        raise InputError(
            f"overlays must have a column {', '.join(SCOPES[:-1])} or "
            f"{SCOPES[-1]}, got {', '.join(map(str, overlays.columns))}"
        )
    facts = pd.DataFrame({"territory_id": territories})
    facts["account_id"] = facts.index.astype("str")
    if accounts is not None:
        facts = facts.join(accounts[["industry", "products"]])
    parts = []
    for overlay in overlays.to_dict("records"):
        fits = pd.Series(data=True, index=facts.index)
        for name in scopes:
            if not pd.isna(overlay[name]) and overlay[name] != "":
                fits &= _fits(facts, name, overlay[name])
        share = overlay.get("share_ppm", PPM)
        parts.append(
            pd.DataFrame(
                {
                    "account_id": facts.loc[fits, "account_id"],
                    "position_id": overlay["position_id"],
                    "role": "overlay",
                    "share_ppm": PPM if pd.isna(share) else int(share),
                }
            )
        )
    rows = pd.concat(parts, ignore_index=True)
    return rows.drop_duplicates(["account_id", "position_id"])


def _fits(facts: pd.DataFrame, name: str, value: str) -> pd.Series:
    if name in {"industry", "product"} and "industry" not in facts:
        raise InputError(f"overlays by {name} need the accounts frame")
    if name == "product":
        sold = facts["products"].fillna("").str.split(";")
        return sold.map(lambda products: value in products).astype(bool)
    return facts[name].eq(value).fillna(value=False)
