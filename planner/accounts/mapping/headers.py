"""Names of columns brought to plain words, and told from cells of data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from planner.accounts.mapping.columns import KNOWN_COLUMNS
from planner.core.money import MINOR_DIGITS

# Money is told by its sign in brackets: "Faturamento (R$)", "Revenue [US$]".
_SIGNS = re.compile(r"[(\[]\s*[A-Z]{0,3}[$€£¥₹]\s*[)\]]", re.IGNORECASE)
_PARTICLE = re.compile(
    "a|al|all|d|da|das|de|degli|dei|del|della|dell|der|des|di|die|do|dos|du|el|en|et"
    "|i|il|l|la|las|le|les|lo|los|o|of|s|the|und|van|y"
)


def header_words(column: str) -> list[str]:
    """Split a header into plain lower-case words; ``PostalCode`` has two."""
    bare = _SIGNS.sub(" ", column)
    plain = unicodedata.normalize("NFKD", bare.replace("ß", "ss"))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", plain)
    words = re.sub(r"[^\w]+|_", " ", parted.casefold()).split()
    if len(words) > 1 and words[-1].upper() in MINOR_DIGITS:
        words.pop()
    return words


@lru_cache(maxsize=10_000)
def header_key(column: str) -> str:
    """Join the words of a header: ``BILLINGCITY`` and ``Billing City`` are one."""
    return "".join(header_words(column))


@lru_cache(maxsize=10_000)
def core_key(column: str) -> str:
    """Join the words that carry sense: ``Nom de l'entreprise`` is ``nomentreprise``."""
    words = header_words(column)
    return "".join(word for word in words if not _PARTICLE.fullmatch(word))


@lru_cache(maxsize=1)
def known_keys() -> frozenset[str]:
    """List the keys of all names we know of any kind of file."""
    return frozenset(
        header_key(name)
        for columns in KNOWN_COLUMNS.values()
        for names in columns.values()
        for name in names
    )


def n_known_names(cells: Sequence[str]) -> int:
    """Count the cells of a row that are names of columns we know."""
    keys = {header_key(cell) for cell in cells if cell.strip()}
    return len(keys & known_keys())
