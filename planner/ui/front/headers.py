"""What browsers are told with every answer: who may frame, load and read it."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def security_headers(index: Path, tile_url: str = "") -> dict[str, str]:
    """
    Write the headers of every answer.

    Parameters
    ----------
    index
        The page Streamlit serves; scripts written in it are let run by their hash.
    tile_url
        Of the tile layer of maps; its origin may give images.

    Notes
    -----
    Streamlit sets styles from its scripts and runs components from `blob:` addresses,
    so both stay allowed. `referrer-policy` keeps the address, which names the scenario,
    from other sites; ``no-referrer`` would make browsers hide the origin of uploads.
    """
    return {
        "content-security-policy": _content_policy(index, tile_url),
        "x-frame-options": "SAMEORIGIN",
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    }


def _content_policy(index: Path, tile_url: str) -> str:
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in INLINE_SCRIPT.findall(index.read_bytes())
    ]
    policy = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "blob:", *hashes],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:", *_origin(tile_url)],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'", "blob:"],
        "frame-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in policy.items())


def _origin(tile_url: str) -> list[str]:
    """Name whose images the tile layer shows; ``{s}`` is any subdomain."""
    parts = urlsplit(tile_url)
    if parts.scheme not in ("http", "https"):
        return []
    return [f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}"]
