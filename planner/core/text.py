"""Text of any origin as one printable line, and as text that markup cannot run."""

from __future__ import annotations

import html
import unicodedata

# Template engines and script literals read these; as entities they are only text.
_ENTITIES = str.maketrans(
    {"`": "&#96;", "$": "&#36;", "\\": "&#92;", "{": "&#123;", "}": "&#125;"}
)

# Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def folded(text: str) -> str:
    """
    Reduce a name to what two spellings of it share.

    Parameters
    ----------
    text
        A name in any script.

    Returns
    -------
    Letters and digits alone: lower case, without accents, blanks and signs.
    """
    parts = unicodedata.normalize("NFKD", text.casefold()).translate(_PLAIN_LETTERS)
    return "".join(sign for sign in parts if sign.isalnum())


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
