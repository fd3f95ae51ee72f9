"""Read the sample company of `data/sample` into checked frames."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa

from planner.core.errors import InputError
from planner.core.money import minor_digits
from planner.core.schemas import (
    ACCOUNTS,
    ALIGNMENT,
    CUSTOM,
    DEALS,
    EDGES,
    OWNERSHIP,
    POSITIONS,
    QUOTAS,
    REPS,
    SPLITS,
    UNITS,
    VISITS_MADE,
    check,
)

OVERLAY_COLUMNS = ("position_id", "product", "industry", "share_ppm")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCompany:
    """
    The sample company; everything but its geography is simulated.

    Parameters
    ----------
    company
        Facts of ``company.json``: name, currency, as_of, base_effective_from, ...
    plan_text
        The comp plan as written.
    accounts, units, edges, positions, reps, alignment, ownership, deals, splits,
    quotas, visits_made
        Frames of the schemas of these names.
    overlays
        Columns `position_id`, `product`, `industry`, `share_ppm`: open accounts that
        hold the product and are of the industry (empty: any) are shared; see
        `quotas.overlays`.
    """

    company: dict[str, Any]
    plan_text: str
    accounts: pd.DataFrame
    units: gpd.GeoDataFrame
    edges: pd.DataFrame
    positions: pd.DataFrame
    reps: pd.DataFrame
    alignment: pd.DataFrame
    ownership: pd.DataFrame
    deals: pd.DataFrame
    splits: pd.DataFrame
    quotas: pd.DataFrame
    visits_made: pd.DataFrame
    overlays: pd.DataFrame


def load_sample(data_dir: Path) -> SampleCompany:
    """
    Read the sample company.

    Parameters
    ----------
    data_dir
        The folder `data/`.

    Returns
    -------
    Frames that passed their schemas, money in whole minor units.

    Raises
    ------
    InputError
        If a file is missing or cannot be read.
    SchemaError
        If a table breaks its schema.
    """
    folder = Path(data_dir) / "sample"
    company = json.loads(_text(folder / "company.json"))
    currency = company["currency"]
    units = gpd.read_file(_found(folder / "units.geojson")).set_index("unit_id")
    return SampleCompany(
        company=company,
        plan_text=_text(folder / "comp_plan.yaml"),
        accounts=read_table(folder / "accounts.csv", ACCOUNTS, currency),
        units=check(units, UNITS),
        edges=read_table(folder / "unit_edges.csv", EDGES, currency),
        positions=read_table(folder / "positions.csv", POSITIONS, currency),
        reps=read_table(folder / "reps.csv", REPS, currency),
        alignment=read_table(folder / "alignment.csv", ALIGNMENT, currency),
        ownership=read_table(folder / "ownership.csv", OWNERSHIP, currency),
        deals=read_table(folder / "deals.csv", DEALS, currency),
        splits=read_table(folder / "splits.csv", SPLITS, currency),
        quotas=read_table(folder / "quotas.csv", QUOTAS, currency),
        visits_made=read_table(folder / "visits_made.csv", VISITS_MADE, currency),
        overlays=_overlays(folder / "overlays.csv"),
    )


def read_table(path: Path, schema: pa.DataFrameSchema, currency: str) -> pd.DataFrame:
    """
    Read a CSV file of ours into the frame of a schema.

    Parameters
    ----------
    path
        Columns as in the schema, money as decimals: `x` stands for `x_minor`.
    schema
        One of `planner.core.schemas`.
    currency
        Tells how many decimals a minor unit has.

    Raises
    ------
    InputError
        If the file is missing, or an amount has too many decimals.
    SchemaError
        If the table breaks the schema.
    """
    raw = pd.read_csv(_found(path), dtype="str", keep_default_na=False)
    raw = raw.mask(raw == "")
    if schema.index is not None:
        raw = raw.set_index(schema.index.name)
    frame = pd.DataFrame(index=raw.index)
    for name, column in schema.columns.items():
        source = name.replace("_minor", "")
        if name == CUSTOM and source not in raw:
            continue
        if source not in raw:
            raise InputError(f"{path.name} has no column {source}")
        if "_minor" in name:
            frame[name] = _minor(raw[source], minor_digits(currency), path.name)
        elif str(column.dtype).startswith("datetime"):
            days = pd.to_datetime(raw[source], format="%Y-%m-%d")
            frame[name] = days.astype("datetime64[s]")
        elif str(column.dtype) == "bool":
            frame[name] = raw[source].eq("True")
        elif str(column.dtype) in {"Int64", "float64"}:
            frame[name] = pd.to_numeric(raw[source])
        else:
            frame[name] = raw[source]
    return check(frame, schema)


def _minor(text: pd.Series, digits: int, filename: str) -> pd.Series:
    """Turn decimal text into whole minor units, exactly."""
    amount = pd.to_numeric(text) * 10**digits
    whole = np.round(amount)
    wrong = (amount - whole).abs() > 1e-3
    if wrong.any():
        raise InputError(
            f"{filename}, {text.name} = {text[wrong].iloc[0]!r}: an amount must have "
            f"at most {digits} decimals"
        )
    return whole.astype("Int64")


def _overlays(path: Path) -> pd.DataFrame:
    raw = pd.read_csv(_found(path), dtype="str", keep_default_na=False)
    missing = [name for name in OVERLAY_COLUMNS if name not in raw]
    if missing:
        raise InputError(f"{path.name} has no column {missing[0]}")
    return raw[list(OVERLAY_COLUMNS)].astype({"share_ppm": "int64"})


def _found(path: Path) -> Path:
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; python data/generate.py")
    return path


def _text(path: Path) -> str:
    return _found(path).read_text(encoding="utf-8")
