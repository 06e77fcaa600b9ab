"""Passwords: kept as Argon2 hashes, checked in the same time whether or not there is an account."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from .settings import PasswordCost

SHORTEST, LONGEST = 10, 200


@cache
def hasher(cost: PasswordCost) -> PasswordHasher:
    """Return what makes and checks hashes at *cost*."""
    return PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory, parallelism=cost.lanes)


@cache
def _nobody(cost: PasswordCost) -> str:
    return hasher(cost).hash("the password of nobody")


def hash_password(password: str, cost: PasswordCost) -> str:
    """Return the hash to keep."""
    return hasher(cost).hash(password)


def is_right(password: str, kept: str | None, cost: PasswordCost) -> bool:
    """Return whether *password* is the one behind *kept*; without one the same work is done in vain."""
    try:
        right = hasher(cost).verify(kept or _nobody(cost), password)
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


def is_cheaper(kept: str, cost: PasswordCost) -> bool:
    """Return whether the hash was made at another cost and should be made again."""
    return hasher(cost).check_needs_rehash(kept)
