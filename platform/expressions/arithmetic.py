"""Decimal arithmetic on JSON numbers: exact as people expect, rounded half up, never infinite."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from .reading import LIMIT, number_in

_NEAR = 1e5
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


def exact(value: int | float) -> Decimal:
    """Return a JSON number as the decimal that a person sees."""
    return Decimal(value) if value.__class__ is int else Decimal(repr(value))


def rounded(value: Decimal, places: int = 9) -> int | float | None:
    """Return *value* half up at 9 decimals and 15 digits, or None when out of bounds."""
    whole = max(0, value.adjusted() + 1) if value else 0
    if whole > 15:
        return None
    places = min(places, 15 - whole)
    result = value.quantize(Decimal(1).scaleb(-places), context=EXACT)
    if not -LIMIT < result < LIMIT:
        return None
    return int(result) if result == result.to_integral_value() else float(result)


def _quick(value: float) -> int | float | None:
    """Return *value* at 9 decimals, or None when binary floats cannot be sure of the last one.

    value: the float result of one operation on operands within _NEAR, or of a product or quotient
    within _NEAR: then it is off by less than 0.06 of a billionth, so only what lies within 0.1 of
    the middle between two billionths is in doubt.
    """
    scaled = value * 1e9
    whole = round(scaled)
    if not -0.4 < scaled - whole < 0.4:
        return None
    found = whole / 1e9
    return int(found) if found.is_integer() else found


def add(left: int | float | None, right: int | float | None) -> int | float | None:
    """Return the sum, exact in decimals."""
    if left is None or right is None:
        return None
    if left.__class__ is int and right.__class__ is int:
        return number_in(left + right)
    if -_NEAR < left < _NEAR and -_NEAR < right < _NEAR:
        found = _quick(left + right)
        if found is not None:
            return found
    return rounded(EXACT.add(exact(left), exact(right)))


def subtract(left: int | float | None, right: int | float | None) -> int | float | None:
    """Return the difference, exact in decimals."""
    return None if right is None else add(left, -right)


def multiply(left: int | float | None, right: int | float | None) -> int | float | None:
    """Return the product."""
    if left is None or right is None:
        return None
    if left.__class__ is int and right.__class__ is int:
        return number_in(left * right)
    product = left * right
    if -_NEAR < product < _NEAR:
        found = _quick(product)
        if found is not None:
            return found
    return rounded(EXACT.multiply(exact(left), exact(right)))


def divide(left: int | float | None, right: int | float | None) -> int | float | None:
    """Return the quotient; None for a division by zero."""
    if left is None or not right:
        return None
    quotient = left / right
    if -_NEAR < quotient < _NEAR:
        found = _quick(quotient)
        if found is not None:
            return found
    return rounded(EXACT.divide(exact(left), exact(right)))


def negate(value: int | float | None) -> int | float | None:
    """Return the value with the other sign."""
    return None if value is None else (-value or 0)


def absolute(value: int | float | None) -> int | float | None:
    """Return the value without its sign."""
    return None if value is None else abs(value)


def round_to(value: int | float | None, places: int = 0) -> int | float | None:
    """Return *value* rounded half up (away from zero)."""
    return None if value is None else rounded(exact(value), places)


def least(*values: Any) -> Any:
    """Return the least value, or None when one is missing."""
    return None if None in values else min(values)


def greatest(*values: Any) -> Any:
    """Return the greatest value, or None when one is missing."""
    return None if None in values else max(values)
