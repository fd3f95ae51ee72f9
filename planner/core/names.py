"""The one rule for names that people give: of companies, scenarios, lists, layers."""

from __future__ import annotations

import hashlib
import unicodedata
from urllib.parse import quote

from planner.core.errors import InputError

LONGEST = 200  # characters
_LONGEST_FILE = 150  # characters of a file's name, before its suffix
# Marks that turn the direction of what follows: a name could pass for another.
_TURNING = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
# What CRMs call the file of accounts, in the languages of their headers.
_OF_LISTS = frozenset({"account", "accounts", "customers", "clients", "export", "list"})
_OF_LISTS |= {
    "kunden",
    "comptes",
    "clientes",
    "cuentas",
    "clienti",
    "contas",
    "klanten",
}
_REFUSED = {  # by Unicode's category
    "Cc": "a control character",
    "Cs": "half of a character",
    "Zl": "a line break",
    "Zp": "a line break",
}


def checked_name(name: str, thing: str) -> str:
    """
    Check a name that was typed.

    Parameters
    ----------
    name
        What was typed.
    thing
        What bears it, such as ``a company``; for the message.

    Returns
    -------
    The name without blanks around it.

    Raises
    ------
    InputError
        If nothing is left, it is longer than 200 characters, or it holds a character
        that cannot be seen and changes how the rest is read.
    """
    wanted = name.strip()
    if not wanted:
        raise InputError(f"{thing} must have a name, got an empty one")
    if len(wanted) > LONGEST:
        raise InputError(
            f"the name of {thing} must have at most {LONGEST} characters, got "
            f"{len(wanted):,}; shorten it"
        )
    for character in wanted:
        what = _REFUSED.get(unicodedata.category(character))
        if character in _TURNING:
            what = "a mark that turns the direction of writing"
        if what is not None:
            raise InputError(
                f"the name of {thing} must hold no characters that cannot be seen, got "
                f"{what}, U+{ord(character):04X}; remove it"
            )
    return wanted


def name_from(text: str) -> str:
    """Make a valid name of a text that nobody typed as one, such as a file's."""
    letters = [
        "_"
        if character in _TURNING or unicodedata.category(character) in _REFUSED
        else character
        for character in text
    ]
    return "".join(letters).strip()[:LONGEST].strip() or "Unnamed"


def file_name_of(thing_id: str) -> str:
    """Call a file after an id from a list: one that cannot lead out of its folder."""
    name = quote(thing_id, safe=" ", errors="replace").replace("..", "%2E%2E")
    if len(name) <= _LONGEST_FILE:
        return name
    digest = hashlib.sha256(thing_id.encode(errors="replace")).hexdigest()[:16]
    return f"{name[: _LONGEST_FILE - len(digest)]}{digest}"


def company_name_from(text: str) -> str:
    """Make the name of a company of a file's; "Account" names a list, no company."""
    name = name_from(text)
    return "My company" if name.casefold() in _OF_LISTS else name
