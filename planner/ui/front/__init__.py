"""The front door: what is asked is judged here, before Streamlit sees any of it."""

from __future__ import annotations

import sys
from pathlib import Path

from starlette.middleware import Middleware
from streamlit import file_util

from planner.core.errors import ParamsError
from planner.core.settings import Settings
from planner.ui.front.addresses import served_names
from planner.ui.front.door import FrontDoor
from planner.ui.front.headers import security_headers

__all__ = ["FrontDoor", "front_door", "security_headers", "served_names"]


def front_door() -> Middleware:
    """Build the door the settings ask for; what they cannot ask ends the start."""
    try:
        settings = Settings.from_environment()
        hosts = served_names(settings.hosts)
    except ParamsError as error:
        sys.exit(str(error))
    index = Path(file_util.get_static_dir(), "index.html")
    headers = security_headers(index, settings.tile_url)
    return Middleware(FrontDoor, hosts=hosts, headers=headers)
