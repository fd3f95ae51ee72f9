"""
Money in whole minor units: rounding, splitting, reading and writing.

Every amount is an integer of the smallest unit of its currency (cents). The
rounding rule is half up by magnitude, so that a reversal mirrors its original.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from babel.core import get_global

from planner.core.errors import InputError

LARGEST_MINOR = 10**17  # sums of ninety such amounts still fit 64 bits
_OFFERED_FIRST = ("USD", "EUR", "GBP", "CHF", "CAD", "AUD", "JPY", "CNY", "INR")
_NEWEST_ENDED = 2020  # what ended earlier is in no list of deals that is paid today
# CLDR tells the decimals people still write, ISO 4217 those that books are kept in.
_ISO_DIGITS = {"AFN": 2, "ALL": 2, "IQD": 3, "IRR": 2, "KPW": 2, "LAK": 2, "LBP": 2}
_ISO_DIGITS |= {"MGA": 2, "MMK": 2, "RSD": 2, "SOS": 2, "SVC": 2, "SYP": 2, "YER": 2}
# In a header these are words: "Revenue all", "top 10", "try".
_WORDS = frozenset(
    ("ALL", "BAM", "COP", "CUP", "GEL", "LAK", "MAD", "MOP", "PEN", "SOS", "TOP", "TRY")
)


def _currencies() -> dict[str, int]:
    """List the currencies of ISO 4217 with their decimals, as CLDR knows them."""
    codes = set(_ISO_DIGITS)
    for rows in get_global("territory_currencies").values():
        for code, _, end, is_tender in rows:
            is_metal_or_unit = not is_tender and code.startswith("X")
            if not is_metal_or_unit and (end is None or end[0] >= _NEWEST_ENDED):
                codes.add(code)
    codes.discard("CNH")  # the yuan's price abroad, no currency of ISO
    fractions = get_global("currency_fractions")
    ordered = [*_OFFERED_FIRST, *sorted(codes.difference(_OFFERED_FIRST))]
    return {
        code: _ISO_DIGITS.get(code, fractions.get(code, fractions["DEFAULT"])[0])
        for code in ordered
    }


MINOR_DIGITS = _currencies()  # in the order in which they are offered
HEADER_CODES = frozenset(MINOR_DIGITS) - _WORDS  # what can only be a currency there


def minor_digits(currency: str) -> int:
    """
    Tell how many decimals a currency has.

    Raises
    ------
    InputError
        If the currency is not known.
    """
    try:
        return MINOR_DIGITS[currency]
    except KeyError:
        code = str(currency).strip().upper()
        repair = f"; write {code}" if code in MINOR_DIGITS else ""
        raise InputError(
            "currency must be one of the three-letter codes of ISO 4217, such as "
            f"USD or EUR, got {currency!r}{repair}"
        ) from None


def round_ratio(numerator: int, denominator: int) -> int:
    """
    Divide and round half up by magnitude, in whole numbers.

    Parameters
    ----------
    numerator
        Any integer.
    denominator
        Any integer but zero.

    Returns
    -------
    The nearest integer; a tie goes away from zero.
    """
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    quotient, rest = divmod(abs(numerator), abs(denominator))
    return sign * (quotient + (2 * rest >= abs(denominator)))


def allocate_minor(total_minor: int, weights: Sequence[int | float]) -> list[int]:
    """
    Split an amount by weights so that the parts sum to the whole.

    Parameters
    ----------
    total_minor
        The amount to split; may be negative.
    weights : shape (n_parts,)
        Not negative, at least one above zero.

    Returns
    -------
    shape (n_parts,)
        Whole minor units in the order of the weights, summing to `total_minor`.

    Raises
    ------
    InputError
        If there is no weight, a negative one, or all are zero.

    Notes
    -----
    Cumulative rounding: part k is R(total · W_k) - R(total · W_(k-1)), where W_k is
    the share of the first k weights. No part is off by more than one minor unit.
    """
    exact = [Decimal(str(weight)) for weight in weights]
    whole = sum(exact, Decimal(0))
    if not exact or min(exact) < 0 or whole <= 0:
        raise InputError(f"weights must be ≥ 0 with a sum > 0, got {list(weights)}")
    scale = Decimal(10) ** max(0, *(-int(w.as_tuple().exponent) for w in exact))
    integers = [int(weight * scale) for weight in exact]
    total_weight = sum(integers)
    parts, reached, before = [], 0, 0
    for weight in integers:
        reached += weight
        upto = round_ratio(total_minor * reached, total_weight)
        parts.append(upto - before)
        before = upto
    return parts


def parse_minor(text: str, currency: str) -> int:
    """
    Read a decimal amount exactly.

    Parameters
    ----------
    text
        A decimal number with a point, no grouping: ``1234.50``.
    currency
        Three-letter code; decides how many decimals are allowed.

    Raises
    ------
    InputError
        If the text is no number, has more decimals than the currency, or is too large
        to be summed.
    """
    digits = minor_digits(currency)
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        raise InputError(f"amount must be a decimal number, got {text!r}") from None
    if not amount.is_finite():
        raise InputError(f"amount must be finite, got {text!r}")
    minor = amount.scaleb(digits)
    if minor != minor.to_integral_value():
        raise InputError(
            f"amount must have at most {digits} decimals in {currency}, got {text!r}"
        )
    if abs(minor) > LARGEST_MINOR:
        most = Decimal(LARGEST_MINOR).scaleb(-digits)
        raise InputError(f"amount must lie within ±{most:,.0f}, got {text!r}")
    return int(minor)


def format_minor(amount_minor: int, currency: str) -> str:
    """
    Write an amount as a plain decimal for files: ``-1234.50``.

    Parameters
    ----------
    amount_minor
        Whole minor units.
    currency
        Three-letter code.
    """
    digits = minor_digits(currency)
    return f"{Decimal(int(amount_minor)).scaleb(-digits):.{digits}f}"
