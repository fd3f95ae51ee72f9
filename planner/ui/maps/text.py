"""Names from data in Streamlit's Markdown, where no sign of theirs has a meaning."""

from __future__ import annotations

import re

from planner.core.text import plain_text


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
