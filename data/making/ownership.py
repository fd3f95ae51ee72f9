"""Who owned which account since when: by territory, with history and exceptions."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from planner.core.schemas import OWNERSHIP, check
from planner.core.units import PPM

from . import team

CHANGES = ("2025-07-01", "2026-01-01", "2026-04-01")  # accounts handed over
_CHANGED_SHARE = 0.08
_NAMED_SHARE = 0.012  # large accounts kept by a rep of another territory
_KEPT_SHARE = 0.35  # owned by the same position since before last year's alignment
_NEVER = np.datetime64("NaT", "s")


def make_ownership(
    accounts: pd.DataFrame,
    alignment: pd.Series,
    positions: pd.DataFrame,
    edges: pd.DataFrame,
    base_from: date,
    seed: int,
) -> pd.DataFrame:
    """
    Give every account its owner, now and in the last two years.

    Returns
    -------
    OWNERSHIP frame: one owner at any time since `base_from`, open-ended, but for
    closed accounts whose last span ends; the specialists beside the owner.
    """
    rng = np.random.default_rng([seed, 5])
    position_by_territory = _position_by_territory(positions)
    beside = _neighbour_positions(alignment, edges, position_by_territory)
    n = len(accounts)
    by_map = accounts["unit_id"].map(alignment).map(position_by_territory)
    now = by_map.to_numpy(object).copy()
    worth = accounts["potential_minor"] + accounts["our_sales_minor"]
    large = np.argsort(-worth.to_numpy(float))[: n // 8]
    named = np.sort(rng.choice(large, round(n * _NAMED_SHARE), replace=False))
    now[named] = [_other(beside[now[row]], rng) for row in named]
    base = np.datetime64(base_from, "s")
    since = np.full(n, base)
    is_kept = rng.random(n) < _KEPT_SHARE
    is_kept[named] = True
    months = rng.integers(2, 70, n)
    kept_from = (base.astype("M8[M]") - months).astype("M8[s]")
    since[is_kept] = kept_from[is_kept]
    is_changed = (rng.random(n) < _CHANGED_SHARE) & ~is_kept
    change_on = rng.choice(np.array(CHANGES, dtype="M8[s]"), n)
    before = np.array([_other(beside[position], rng) for position in now], object)
    until = _closings(accounts, rng)
    spans = [
        (now, np.where(is_changed, change_on, since), until, np.ones(n, bool)),
        (
            before,
            since,
            change_on,
            is_changed & ((until > change_on) | np.isnat(until)),
        ),
    ]
    rows = [
        _rows(accounts.index, who, start, end, wanted)
        for who, start, end, wanted in spans
    ]
    rows.append(_overlay_rows(accounts, base))
    frame = pd.concat(rows, ignore_index=True)
    is_real = frame["valid_to"].isna() | (frame["valid_to"] > frame["valid_from"])
    order = ["account_id", "role", "valid_from", "position_id"]
    frame = frame[is_real].sort_values(order, ignore_index=True)
    return check(frame, OWNERSHIP)


def _rows(
    account_ids: pd.Index,
    who: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    wanted: np.ndarray,
) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "account_id": account_ids,
            "position_id": who,
            "role": "owner",
            "share_ppm": PPM,
            "valid_from": start,
            "valid_to": end,
        }
    )
    return frame[wanted]


def _overlay_rows(accounts: pd.DataFrame, base: np.datetime64) -> pd.DataFrame:
    """Set the specialists beside the owners of the accounts they share."""
    parts = []
    for overlay in team.overlays().itertuples():
        is_shared = accounts["status"].ne("closed")
        if overlay.industry:
            is_shared &= accounts["industry"].eq(overlay.industry)
        if overlay.product:
            is_shared &= accounts["products"].fillna("").str.contains(overlay.product)
        n = len(accounts)
        rows = _rows(
            accounts.index,
            np.full(n, overlay.position_id, object),
            np.full(n, base),
            np.full(n, _NEVER),
            is_shared.to_numpy(bool),
        )
        parts.append(rows.assign(role="overlay", share_ppm=overlay.share_ppm))
    return pd.concat(parts, ignore_index=True)


def _closings(accounts: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Date when each closed account closed, in its last year; NaT for the others."""
    months = rng.integers(1, 11, len(accounts))
    closed_on = (np.datetime64("2025-12", "M") + months).astype("M8[s]")
    return np.where(accounts["status"].eq("closed"), closed_on, _NEVER)


def _position_by_territory(positions: pd.DataFrame) -> dict[str, str]:
    seats = positions[positions["role"] == "rep"]
    return dict(zip(seats["territory_id"], seats.index, strict=True))


def _neighbour_positions(
    alignment: pd.Series, edges: pd.DataFrame, position_by_territory: dict[str, str]
) -> dict[str, list[str]]:
    """List the positions whose territories touch each position's own."""
    left = edges["unit_id"].map(alignment).map(position_by_territory)
    right = edges["neighbour_id"].map(alignment).map(position_by_territory)
    pairs = {(a, b) for a, b in zip(left, right, strict=True) if a != b}
    pairs |= {(b, a) for a, b in pairs}
    return {
        position: sorted(b for a, b in pairs if a == position)
        for position in position_by_territory.values()
    }


def _other(choices: list[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]
