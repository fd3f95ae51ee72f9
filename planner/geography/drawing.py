"""Maps as one SVG text, for reports and notebooks: no script, no outside file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import shapely

from planner.core.errors import InputError
from planner.geography.albers import Project
from planner.geography.albers import fit_albers
from planner.geography.colours import GREY
from planner.geography.colours import INK
from planner.geography.colours import PAPER
from planner.geography.marks import Area
from planner.geography.marks import Dot
from planner.geography.marks import Drawing
from planner.geography.marks import Label
from planner.geography.marks import Path
from planner.geography.marks import Swatch

FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
)
QUIET = "#5B6670"
RULE = "#C9C8C1"
MARGIN = 16
LEGEND_WIDTH = 176
LETTER_WIDTH = 0.56  # of the font size; wide enough for the fonts named above


__all__ = [
    "Area",
    "Dot",
    "Drawing",
    "Label",
    "Path",
    "Swatch",
    "hash_text",
    "plain_text",
    "safe",
    "svg_map",
]


def svg_map(drawing: Drawing, width: int = 960, height: int = 600) -> str:
    """
    Draw a map as SVG.

    Parameters
    ----------
    drawing
        What to show; all text in it may come from data.
    width, height
        Pixels.

    Returns
    -------
    One ``<svg>`` element, well-formed XML, with everything escaped.

    Raises
    ------
    InputError
        If there is nothing that has a place.
    """
    places = _all_places(drawing)
    legend_width = LEGEND_WIDTH if drawing.legend else 0
    project = fit_albers(places, width - legend_width, height, MARGIN)
    mark = f"m{abs(hash_text(drawing.title + str(len(places)))):x}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" '
        f'aria-labelledby="{mark}-t {mark}-d" font-family="{escape(FONT)}">',
        f'<title id="{mark}-t">{safe(drawing.title)}</title>',
        f'<desc id="{mark}-d">{safe(drawing.description)}</desc>',
        _hatch(mark),
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
        *_areas(drawing.areas, project, mark),
        *_strokes(drawing.base, project, RULE, 0.7),
        *_strokes(drawing.outlines, project, INK, 1.3),
        *_paths(drawing.paths, project),
        *_dots(drawing.dots, project),
        *_labels(drawing.labels, project),
        *_legend(drawing, width - legend_width, height, mark),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


def plain_text(value: object, longest: int = 120) -> str:
    """
    Bring any value to one printable line.

    Parameters
    ----------
    value
        Anything; None gives "".
    longest
        Characters kept; more is cut with an ellipsis.

    Returns
    -------
    Text without control, surrogate or direction-changing characters.
    """
    text = "" if value is None else str(value)
    if not text.isprintable():
        text = "".join(
            " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
            for c in text
            if unicodedata.category(c) not in ("Cf", "Cs", "Cn")
        )
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def safe(value: object) -> str:
    """Escape any value for XML content and quoted attributes."""
    return escape(plain_text(value), quote=True)


def hash_text(text: str) -> int:
    """Hash a text the same way in every process (FNV-1a, 32 bits)."""
    state = 0x811C9DC5
    for byte in text.encode("utf-8", "replace"):
        state = ((state ^ byte) * 0x01000193) & 0xFFFFFFFF
    return state


def _all_places(drawing: Drawing) -> np.ndarray:
    """Collect what the view must hold: areas first, else the rest."""
    shapes = [area.geometry for area in drawing.areas] + list(drawing.outlines)
    groups = [shapely.get_coordinates(shapes)] if shapes else []
    groups += [np.column_stack([path.lon, path.lat]) for path in drawing.paths]
    if drawing.dots:
        groups.append(np.array([(dot.lon, dot.lat) for dot in drawing.dots]))
    if not groups and drawing.base:
        groups = [shapely.get_coordinates(list(drawing.base))]
    filled = [group for group in groups if len(group)]
    if not filled:
        raise InputError("a map needs at least one area, line or point, got none")
    return np.vstack(filled)


def _hatch(mark: str) -> str:
    return (
        f'<defs><pattern id="{mark}-h" width="6" height="6" '
        f'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="6" height="6" fill="{PAPER}"/>'
        f'<rect width="2" height="6" fill="{GREY}"/></pattern></defs>'
    )


def _outline(geometry: Any, project: Project) -> str:
    """Write a geometry's lines as SVG path data, to a tenth of a pixel."""
    lines = []
    for part in shapely.get_parts(geometry):
        is_polygon = shapely.get_type_id(part) == shapely.GeometryType.POLYGON
        for ring in [part.exterior, *part.interiors] if is_polygon else [part]:
            pixels = np.round(project(shapely.get_coordinates(ring)), 1)
            moved = np.any(np.diff(pixels, axis=0, prepend=np.nan) != 0, axis=1)
            kept = pixels[moved]
            if len(kept) > 1:
                steps = "L".join(f"{x:g} {y:g}" for x, y in kept)
                lines.append(f"M{steps}{'Z' if is_polygon else ''}")
    return "".join(lines)


def _areas(areas: Sequence[Area], project: Project, mark: str) -> list[str]:
    return [
        f'<path d="{_outline(area.geometry, project)}" '
        f'fill="{_colour(area.fill) if area.fill else f"url(#{mark}-h)"}" '
        f'stroke="{PAPER}" stroke-width="0.5" stroke-linejoin="round" '
        f'fill-rule="evenodd"><title>{safe(area.title)}</title></path>'
        for area in areas
    ]


def _strokes(
    shapes: Sequence[Any], project: Project, colour: str, width: float
) -> list[str]:
    return [
        f'<path d="{_outline(shape, project)}" fill="none" stroke="{colour}" '
        f'stroke-width="{width}" stroke-linejoin="round"/>'
        for shape in shapes
    ]


def _paths(paths: Sequence[Path], project: Project) -> list[str]:
    parts = []
    for path in paths:
        pixels = project(np.column_stack([path.lon, path.lat]).astype(float))
        steps = " ".join(f"{x:.1f},{y:.1f}" for x, y in pixels)
        colour = _colour(path.colour)
        parts.append(
            f'<polyline points="{steps}" fill="none" stroke="{colour}" '
            f'stroke-width="2" stroke-linejoin="round" stroke-linecap="round"/>'
        )
        if path.is_numbered:
            parts += [
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="{colour}" '
                f'stroke="{PAPER}" stroke-width="1.5"/><text x="{x:.1f}" '
                f'y="{y + 3.5:.1f}" font-size="10" font-weight="600" fill="{PAPER}" '
                f'text-anchor="middle">{number}</text>'
                for number, (x, y) in enumerate(pixels[1:-1], start=1)
            ]
    return parts


def _dots(dots: Sequence[Dot], project: Project) -> list[str]:
    if not dots:
        return []
    pixels = project(np.array([(dot.lon, dot.lat) for dot in dots], dtype=float))
    return [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{float(dot.radius):g}" '
        f'fill="{_colour(dot.colour)}" stroke="{PAPER}" stroke-width="0.6">'
        f"<title>{safe(dot.title)}</title></circle>"
        for dot, (x, y) in zip(dots, pixels, strict=True)
    ]


def _labels(labels: Sequence[Label], project: Project) -> list[str]:
    """Write names with a halo, each where it covers no other, if it can."""
    if not labels:
        return []
    ordered = sorted(labels, key=lambda label: label.is_quiet)
    pixels = project(np.array([(label.lon, label.lat) for label in ordered]))
    taken: list[tuple[float, float, float, float]] = []
    parts = []
    for label, (x, y) in zip(ordered, pixels, strict=True):
        size = 10 if label.is_quiet else 12
        half = LETTER_WIDTH * size * len(plain_text(label.text)) / 2
        shifts = (0,) if label.is_quiet else (0, -size, size, -2 * size, 2 * size)
        boxes = [
            (x - half, y + s - size / 2, x + half, y + s + size / 2) for s in shifts
        ]
        free = [
            box for box in boxes if not any(_overlap(box, other) for other in taken)
        ]
        if label.is_quiet and not free:
            continue
        box = free[0] if free else boxes[0]
        taken.append(box)
        colour = QUIET if label.is_quiet else INK
        parts.append(
            f'<text x="{x:.1f}" y="{(box[1] + box[3]) / 2 + size * 0.35:.1f}" '
            f'font-size="{size}" font-weight="{400 if label.is_quiet else 600}" '
            f'fill="{colour}" stroke="{PAPER}" stroke-width="3" '
            f'stroke-linejoin="round" paint-order="stroke" '
            f'text-anchor="middle">{safe(label.text)}</text>'
        )
    return parts


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _legend(drawing: Drawing, left: float, height: float, mark: str) -> list[str]:
    """Write the key of the colours; what does not fit is counted, not squeezed."""
    if not drawing.legend:
        return []
    step, top = 18, MARGIN + 12
    heading = (
        f'<text x="{left}" y="{top}" font-size="12" font-weight="600" '
        f'fill="{INK}">{safe(drawing.legend_title)}</text>'
    )
    room = int((height - top - 2 * MARGIN) // step)
    shown = (
        drawing.legend if len(drawing.legend) <= room else drawing.legend[: room - 1]
    )
    right = left + LEGEND_WIDTH - MARGIN
    lines = [heading]
    for place, swatch in enumerate(shown, start=1):
        y = top + place * step
        fill = _colour(swatch.colour) if swatch.colour else f"url(#{mark}-h)"
        lines.append(
            f'<rect x="{left}" y="{y - 9}" width="12" height="12" rx="2" '
            f'fill="{fill}" stroke="{RULE}" stroke-width="0.5"/>'
            f'<text x="{left + 20}" y="{y + 1}" font-size="12" fill="{INK}">'
            f"{escape(plain_text(swatch.label, 18))}</text>"
            f'<text x="{right}" y="{y + 1}" font-size="12" fill="{QUIET}" '
            f'text-anchor="end">{safe(swatch.count)}</text>'
        )
    if len(shown) < len(drawing.legend):
        rest = len(drawing.legend) - len(shown)
        lines.append(
            f'<text x="{left + 20}" y="{top + (len(shown) + 1) * step + 1}" '
            f'font-size="12" fill="{QUIET}">and {rest} more</text>'
        )
    return lines


def _colour(colour: str) -> str:
    """Let only real colours into the markup."""
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", colour):
        raise InputError(f"a colour must look like #RRGGBB, got {colour!r}")
    return colour
