"""Settings, read once from PLANNER_* variables and handed down."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_data_path

from planner.core.errors import ParamsError

_PACKAGE = Path(__file__).resolve().parents[1]
_BUNDLE = _PACKAGE / "bundle"  # in an installed package; a checkout has it beside
# Folder of `app.py`, `pages.py`, `data` and `static`.
ROOT = _BUNDLE if _BUNDLE.is_dir() else _PACKAGE.parent


def default_store_url() -> str:
    """Name the SQLite file used when no store is set."""
    return f"sqlite:///{user_data_path('planner') / 'planner.sqlite'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What a deployment decides.

    Parameters
    ----------
    store_url
        SQLAlchemy URL of the store; it may hold a password, so it is never printed.
    data_dir
        Folder with the sample company and the reference geography.
    locale
        Babel locale of numbers and dates on screens; empty: the company's.
    distance_unit
        ``km`` or ``mi``, screens only; empty: the company's.
    tile_url
        Address of an online tile layer; empty: maps draw without any.
    tile_attribution
        Credit line of that layer.
    user
        Name written into the audit log.
    geocoder_url
        Address of a Nominatim or Photon; empty: no address service is ever asked.
    geocoder_kind
        ``nominatim`` or ``photon``.
    geocoder_contact
        Mail address or page told to that service with each question.
    hosts
        Names under which the app is served besides this machine's own, by commas.
    navigation_links
        Whether stops get links that hand their places to navigation apps.
    """

    store_url: str = field(repr=False)
    data_dir: Path = ROOT / "data"
    locale: str = ""
    distance_unit: str = ""
    tile_url: str = ""
    tile_attribution: str = ""
    user: str = "local"
    geocoder_url: str = ""
    geocoder_kind: str = "nominatim"
    geocoder_contact: str = ""
    hosts: str = ""
    navigation_links: bool = True

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """
        Read the settings.

        Parameters
        ----------
        environ
            Variables by name; None: those of the process.
        """
        env = os.environ if environ is None else environ
        return cls(
            store_url=env.get("PLANNER_STORE") or default_store_url(),
            data_dir=Path(env.get("PLANNER_DATA", ROOT / "data")),
            locale=env.get("PLANNER_LOCALE", ""),
            distance_unit=env.get("PLANNER_DISTANCE_UNIT", ""),
            tile_url=env.get("PLANNER_TILE_URL", ""),
            tile_attribution=env.get("PLANNER_TILE_ATTRIBUTION", ""),
            user=env.get("PLANNER_USER", "local"),
            geocoder_url=env.get("PLANNER_GEOCODER_URL", ""),
            geocoder_kind=env.get("PLANNER_GEOCODER_KIND", "nominatim"),
            geocoder_contact=env.get("PLANNER_GEOCODER_CONTACT", ""),
            hosts=env.get("PLANNER_HOSTS", ""),
            navigation_links=_is_on(env, "PLANNER_NAVIGATION_LINKS"),
        )


def _is_on(env: Mapping[str, str], name: str) -> bool:
    """Read a switch that is on unless it is set to off."""
    value = env.get(name, "on").strip().lower() or "on"
    if value not in ("on", "off"):
        raise ParamsError(f"{name} must be on or off, got {env[name]!r}")
    return value == "on"
