"""Small things every table needs: ids, stamps, JSON text, content hashes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import secrets
from typing import Any

import numpy as np
import pandas as pd

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to misread


def new_id(prefix: str) -> str:
    """Draw an id such as ``S-7K2M9QXA``; 40 bits, so that no two stores clash."""
    return f"{prefix}-" + "".join(secrets.choice(_ALPHABET) for _ in range(8))


def utc_now() -> str:
    """Tell the time as sortable text: ISO 8601, UTC, microseconds."""
    now = dt.datetime.now(dt.UTC)
    return now.isoformat(timespec="microseconds").replace("+00:00", "Z")


def seconds_since(stamp: str) -> float:
    """Tell how long ago a stamp of `utc_now` was taken."""
    then = dt.datetime.fromisoformat(stamp)
    return (dt.datetime.now(dt.UTC) - then).total_seconds()


def json_text(value: Any) -> str:
    """
    Write a value as JSON, the same text for the same content.

    Parameters
    ----------
    value
        Mappings, lists, scalars; also dataclasses, dates and numpy scalars.
    """
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain
    )


def _plain(value: Any) -> Any:
    """Turn what JSON does not know into what it knows."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: getattr(value, field.name)
            for field in dataclasses.fields(value)
            if not field.name.startswith("_")
        }
    if isinstance(value, np.ndarray | set | frozenset | tuple):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dt.datetime) and (value.hour or value.minute or value.second):
        return value.isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    if value is pd.NA or value is pd.NaT:
        return None
    if hasattr(value, "items"):  # a Mapping that is no dict, such as MappingProxyType
        return dict(value.items())
    return str(value)


def sha256_text(content: bytes | str) -> str:
    """Hash content; text is taken as UTF-8."""
    return hashlib.sha256(
        content if isinstance(content, bytes) else content.encode()
    ).hexdigest()


def frame_hash(frame: pd.DataFrame) -> str:
    """
    Hash what a frame says: header, types and cells in the order of its rows.

    Parameters
    ----------
    frame
        A plain frame; dates are written as days, nothing as an empty cell.
    """
    types = ",".join(f"{name}:{kind}" for name, kind in frame.dtypes.items())
    text = frame.to_csv(lineterminator="\n", date_format="%Y-%m-%d", na_rep="\\N")
    return sha256_text(f"{types}\n{text}")
