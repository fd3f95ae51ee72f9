"""Text cells to numbers and money: read exactly or held, never guessed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.accounts.reading.values.currencies import part_currencies

MISSING = ("", "-", "--", "–", "—", "n/a", "na", "#n/a", "nan", "null", "none", "nil")
_BLANKS = "\u00a0\u202f\u2009'’ "
_MINUS = "\u2212\u2012\u2013\u2014\ufe63\uff0d"  # signs printed for a minus
_DIGITS_LIMIT = 15  # longer amounts do not fit a 64-bit number of cents

_PLAIN = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
_SPACED = r"[+-]?\d{1,3}(?:[\u00a0\u202f\u2009'’ ]\d{3})+(?:[.,]\d+)?"
# Number styles; which evidence each gives on the decimal sign of its column.
_POINT_DECIMAL = r"[+-]?(?:\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,})"
_COMMA_DECIMAL = r"[+-]?(?:\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,})"
_ONE_COMMA = r"[+-]?\d*,\d+"
_COMMA_GROUP = r"[+-]?\d{1,3},\d{3}"
_POINT_GROUP = r"[+-]?\d{1,3}\.\d{3}"
_POINT_FRACTION = r"[+-]?\d*\.\d+"
_POINT_THOUSANDS = r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+"
_UP_TO_999 = r"[+-]?(?:0|[1-9]\d{0,2})"
_LONG_FRACTION = r"[+-]?\d*\.\d{4,}"  # of a program, never of a person


@dataclass(frozen=True, slots=True)
class Numbers:
    """
    A column of numbers, still as exact decimal text.

    Parameters
    ----------
    text : shape (n_rows,)
        Digits with a point, empty where there is nothing to read.
    is_bad : shape (n_rows,)
        Cells that are no number.
    is_held : shape (n_rows,)
        Cells with two readings, or of another style than the rest.
    uses_comma
        Whether the decimal sign of the column is a comma.
    uses_groups
        Whether signs between thousands were taken out.
    currencies : shape (n_rows,)
        What a sign or code in the cell may stand for, as of `part_currencies`; None:
        there is none in the column.
    uses_accounting
        Whether a number is below zero by parentheses, a sign behind it, or ``CR``.
    """

    text: pd.Series
    is_bad: pd.Series
    is_held: pd.Series
    uses_comma: bool = False
    uses_groups: bool = False
    currencies: pd.Series | None = None
    uses_accounting: bool = False

    @property
    def floats(self) -> pd.Series:
        """The numbers as floats, NaN where there is none."""
        return pd.to_numeric(self.text.where(self.text != ""), errors="coerce").astype(
            "float64"
        )


def read_numbers(
    cells: pd.Series,
    *,
    allow_groups: bool = True,
    decimal: str | None = None,
    digits: int | None = None,
) -> Numbers:
    """
    Read a column of numbers by the style that the whole column shows.

    Parameters
    ----------
    cells : shape (n_rows,)
        Text as in the file.
    allow_groups
        Whether thousands may be divided; coordinates have none.
    decimal
        The user's choice of decimal sign; None: found out.
    digits
        Decimals that a number of the column may have: those of the currency, none of a
        count; None: any.

    Notes
    -----
    ``1,234.5`` and ``0.50`` speak for a decimal point, ``1.234,5`` and ``0,50`` for a
    comma. Where a column shows both, cells of the rarer style and cells with two
    readings (``1,234``) are held. Alone, ``1,234`` is one thousand, and so is ``1.234``
    in money and counts where every cell fits thousands; beside other cells it is held:
    no amount is off by a thousand unasked.
    """
    text = plain_signs(cells)
    plain = text.str.fullmatch(_PLAIN) | (text == "")
    is_point_group = text.str.fullmatch(_POINT_GROUP)
    needs_look = allow_groups and bool(is_point_group.any())
    if bool(plain.all()) and decimal != "," and not needs_look:
        none = pd.Series(data=False, index=cells.index)
        return Numbers(text, none, none)
    text, currencies = part_currencies(text)
    text = signs_in_front(text)
    spaced = text.str.fullmatch(_SPACED)
    text = text.where(~spaced, text.str.replace(f"[{_BLANKS}]", "", regex=True))
    style = _styles(text, allow_groups=allow_groups)
    sign = decimal or style.sign
    is_held = style.held_under(sign, is_chosen=decimal is not None)
    if allow_groups and decimal is None and sign == ".":
        sign, is_group = _point_groups(text, digits)
        is_held = is_held | is_group
    other = "." if sign == "," else ","
    joined = text.str.replace(other, "", regex=False).str.replace(",", ".", regex=False)
    is_bad = (text != "") & ~joined.str.fullmatch(_PLAIN) & ~is_held
    if not allow_groups:
        is_bad = is_bad | (text.str.count(r"[.,]") > 1)
    used = joined.where(~is_bad & ~is_held, "")
    has_groups = text.str.contains(other, regex=False) & (used != "")
    return Numbers(
        used,
        is_bad,
        is_held & ~is_bad,
        uses_comma=sign == "," and bool(text.str.contains(",", regex=False).any()),
        uses_groups=bool((has_groups | (spaced & (used != ""))).any()),
        currencies=currencies,
        uses_accounting=bool(_turned_negative(cells, used).any()),
    )


def plain_signs(cells: pd.Series) -> pd.Series:
    """
    Bring the signs of numbers to plain ones: a minus in front, nothing around.

    Parameters
    ----------
    cells : shape (n_rows,)
        Text as in the file; a word for nothing becomes empty text.

    Notes
    -----
    Accountants write ``(350.00)``, SAP ``350.00-``, banks ``350.00 CR``; a credit is
    below zero. ``1.200,-`` is a price without cents.
    """
    text = cells.str.strip(" \u00a0\t")
    text = text.where(~text.str.lower().isin(MISSING), "")
    is_plain = text.str.fullmatch(r"[+-]?[\d.,]*\d")
    if bool((is_plain | (text == "")).all()):
        return text
    odd = text[~is_plain]
    odd = odd.str.replace(f"[{_MINUS}]", "-", regex=True)
    odd = odd.str.replace(r"(\d)[.,]-{1,2}(?=\D*$)", r"\1", regex=True)
    odd = odd.str.replace(r"^(.*\d.*?)\s*(?:CR|Cr|cr)\.?$", r"-\1", regex=True)
    odd = odd.str.replace(r"^(.*\d.*?)\s*(?:DR|Dr|dr)\.?$", r"\1", regex=True)
    odd = odd.str.replace(
        r"^([^\d()]*)\(([^()]*\d[^()]*)\)([^\d()]*)$", r"-\1\2\3", regex=True
    )
    return text.where(is_plain, odd.reindex(text.index))


def _turned_negative(cells: pd.Series, used: pd.Series) -> pd.Series:
    """Tell which numbers are below zero though no minus stands before their digits."""
    return used.str.startswith("-") & ~cells.str.contains(
        rf"^[^\d(]*[-{_MINUS}][^\d]*\d", regex=True
    )


def signs_in_front(text: pd.Series) -> pd.Series:
    """Bring a minus behind the digits to their front."""
    is_behind = text.str.fullmatch(r"\d[\d.,'’\s]*[+-]")
    if bool(is_behind.any()):
        moved = text.str.slice(-1) + text.str.slice(0, -1).str.strip()
        text = text.where(~is_behind, moved)
    return text.str.replace(r"^([+-])\s+(?=\d)", r"\1", regex=True)


def _point_groups(text: pd.Series, digits: int | None) -> tuple[str, pd.Series]:
    """
    Say whether points part thousands or decimals where no comma decides.

    Returns
    -------
    sign
        The decimal sign.
    is_held : shape (n_rows,)
        Cells that may be either.
    """
    is_group = text.str.fullmatch(_POINT_THOUSANDS)
    never = pd.Series(data=False, index=text.index)
    if not bool(is_group.any()):
        return ".", never
    fits = is_group | text.str.fullmatch(_UP_TO_999) | (text == "")
    if bool(text.str.fullmatch(_LONG_FRACTION).any()):
        return ".", never
    if digits is None:  # a measurement may have three decimals
        return ".", is_group if bool(fits.all()) else never
    if digits > 2:
        return ".", never
    return (",", never) if bool(fits.all()) else (".", is_group)


@dataclass(frozen=True, slots=True)
class _Styles:
    point: pd.Series
    comma: pd.Series
    either: pd.Series

    @property
    def sign(self) -> str:
        return "," if int(self.comma.sum()) > int(self.point.sum()) else "."

    def held_under(self, sign: str, *, is_chosen: bool) -> pd.Series:
        against = self.point if sign == "," else self.comma
        if is_chosen:
            return against
        is_mixed = bool(self.point.any()) and bool(self.comma.any())
        return against | (self.either & is_mixed)


def _styles(text: pd.Series, *, allow_groups: bool) -> _Styles:
    comma_fraction = text.str.fullmatch(_ONE_COMMA)
    point_fraction = text.str.fullmatch(_POINT_FRACTION)
    if not allow_groups:
        never = pd.Series(data=False, index=text.index)
        return _Styles(point_fraction, comma_fraction, never)
    comma_group = text.str.fullmatch(_COMMA_GROUP)
    point_group = text.str.fullmatch(_POINT_GROUP)
    return _Styles(
        text.str.fullmatch(_POINT_DECIMAL) | (point_fraction & ~point_group),
        text.str.fullmatch(_COMMA_DECIMAL) | (comma_fraction & ~comma_group),
        comma_group | point_group,
    )


def to_minor(text: pd.Series, digits: int) -> tuple[pd.Series, pd.Series, pd.Series]:
    """
    Turn exact decimal text into whole minor units.

    Parameters
    ----------
    text : shape (n_rows,)
        As `Numbers.text`.
    digits
        Decimals of the currency.

    Returns
    -------
    minor : shape (n_rows,)
        Int64, rounded half up by magnitude, null where there is no number.
    is_rounded : shape (n_rows,)
        Cells with more decimals than the currency has.
    is_too_long : shape (n_rows,)
        Cells that do not fit; null in `minor`.
    """
    never = pd.Series(data=False, index=text.index)
    is_short = text.str.fullmatch(rf"[+-]?\d{{0,12}}(?:\.\d{{0,{digits}}})?")
    # Up to 15 digits a float is exact enough for the product to round to the integer.
    floats = pd.to_numeric(text.where(is_short & (text != "")), errors="coerce")
    minor = (floats * 10**digits).round().astype("Int64")
    if bool(is_short.all()):
        return minor, never, never
    others = text[~is_short]
    exact, is_rounded, is_long = _to_minor_by_digits(others, digits)
    return (
        minor.where(is_short, exact.reindex(text.index)),
        is_rounded.reindex(text.index, fill_value=False),
        is_long.reindex(text.index, fill_value=False),
    )


def _to_minor_by_digits(
    text: pd.Series, digits: int
) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Do what `to_minor` does for long numbers and for more decimals than allowed."""
    parts = text.str.extract(r"^([+-]?)(\d*)\.?(\d*)$").fillna("")
    whole = parts[1].str.lstrip("0")
    is_too_long = whole.str.len() + digits > _DIGITS_LIMIT
    fraction = parts[2].str.pad(digits + 1, side="right", fillchar="0")
    digits_of_minor = whole.where(~is_too_long, "") + fraction.str.slice(0, digits)
    amount = pd.to_numeric(digits_of_minor.where(digits_of_minor != "", "0")).astype(
        "int64"
    )
    amount = amount + (fraction.str.slice(digits, digits + 1) >= "5").astype("int64")
    signed = amount.where(parts[0] != "-", -amount).astype("Int64")
    is_rounded = parts[2].str.slice(digits).str.strip("0") != ""
    is_null = (text == "") | is_too_long
    return signed.mask(is_null), is_rounded & ~is_null, is_too_long & (text != "")
