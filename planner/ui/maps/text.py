"""The one way a name from data reaches markup."""

from __future__ import annotations

import html
import re

from planner.geography.drawing import plain_text

# Template engines and script literals read these; as entities they are only text.
_ENTITIES = str.maketrans(
    {"`": "&#96;", "$": "&#36;", "\\": "&#92;", "{": "&#123;", "}": "&#125;"}
)


def map_text(value: object, longest: int = 120) -> str:
    """
    Make any value safe to stand in HTML, as content or as a quoted attribute.

    Parameters
    ----------
    value
        A name, a number, anything; None gives "".
    longest
        Characters kept; more is cut with an ellipsis.

    Returns
    -------
    Escaped text on one line: no markup, no quotes, no template signs, no control
    or direction-changing characters.
    """
    text = plain_text(value, longest)
    return html.escape(text, quote=True).translate(_ENTITIES)


def markdown_text(value: object, longest: int = 120) -> str:
    """
    Make any value safe to stand in Streamlit's Markdown: labels, captions, writes.

    Parameters
    ----------
    value
        A name, a number, anything; None gives "".
    longest
        Characters kept; more is cut with an ellipsis.

    Returns
    -------
    Text in which no sign has a meaning: no links, formulas (`$`), icons (`:`).

    Notes
    -----
    Addresses written out become links after escapes are read (GitHub's Markdown), so
    a sign without width (U+2060) parts them: it is not seen and breaks no line.
    """
    text = _ADDRESS.sub(rf"\g<0>{_JOINER}", plain_text(value, longest))
    return "".join(f"\\{sign}" if sign in _MARKDOWN else sign for sign in text)


_JOINER = "\u2060"
_ADDRESS = re.compile(r"https?:|www|@", re.IGNORECASE)
_MARKDOWN = frozenset("\\`*_{}[]()<>#+-.!|~$:&^")
