"""One script per page, and where they lie: in a checkout or in an installed package."""

from __future__ import annotations

from pathlib import Path

PAGES = Path(__file__).resolve().parent.as_posix()
