"""Matplotlib's SVG as one small element that names itself to screen readers."""

# ruff: noqa: S314 - what is parsed here was written here, by matplotlib
from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from planner.core.text import plain_text

_SVG = "http://www.w3.org/2000/svg"
_LINK = "http://www.w3.org/1999/xlink"
_DECIMALS = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_NUMBERS = ("d", "x", "y", "transform", "x1", "y1", "x2", "y2")


def tidied(content: bytes, title: str, description: str) -> str:
    """
    Make an SVG fit to stand in a page.

    Parameters
    ----------
    content
        A whole SVG file.
    title, description
        What it shows, for those who hear it.

    Returns
    -------
    One ``<svg>`` element: no prolog, no metadata, coordinates to a tenth of a pixel,
    no ids but those that something refers to.

    Notes
    -----
    Matplotlib writes six decimals; the sixth of a pixel is half of the bytes.
    """
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _LINK)
    root = ElementTree.fromstring(content)
    for metadata in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(metadata)
    used = set(_references(root))
    for element in root.iter():
        if element.get("id") not in used:
            element.attrib.pop("id", None)
        for name in _NUMBERS:
            if name in element.attrib:
                element.set(name, _DECIMALS.sub(_rounded, element.attrib[name]))
    for side in ("width", "height"):
        root.set(side, root.attrib[side].removesuffix("pt"))
    root.set("role", "img")
    root.set("aria-label", f"{plain_text(title)}: {plain_text(description)}")
    for name, text in (("desc", description), ("title", title)):
        child = ElementTree.Element(f"{{{_SVG}}}{name}")
        child.text = plain_text(text)
        root.insert(0, child)
    return ElementTree.tostring(root, encoding="unicode")


def _references(root: ElementTree.Element) -> Iterator[str]:
    for element in root.iter():
        for name, value in element.attrib.items():
            yield from _REFERENCE.findall(value)
            if name.endswith("href") and value.startswith("#"):
                yield value[1:]


def _rounded(match: re.Match[str]) -> str:
    return f"{float(match[0]):.1f}".removesuffix(".0")
