"""Moved to `planner.core.formats`; this name goes as soon as no page uses it."""

from planner.core.formats import *  # noqa: F403
from planner.core.formats import Formats as Formats
from planner.core.formats import gap_text as gap_text
