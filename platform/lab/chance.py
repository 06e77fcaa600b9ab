"""Where made-up lives take their chances from: given from outside, so that the core itself has none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Chance(Protocol):
    """What ``random.Random`` offers, as far as lives need it; made with a seed it always gives the same."""

    def random(self) -> float:
        """Return a number from 0 up to, not including, 1."""

    def randrange(self, start: int, /) -> int:
        """Return a whole number from 0 up to, not including, *start*."""

    def randint(self, a: int, b: int) -> int:
        """Return a whole number from *a* to *b*."""

    def uniform(self, a: float, b: float) -> float:
        """Return a number from *a* to *b*."""

    def gauss(self, mu: float, sigma: float) -> float:
        """Return a number about *mu*."""

    def lognormvariate(self, mu: float, sigma: float) -> float:
        """Return a number above 0, seldom a large one."""

    def choice(self, seq: Sequence[T]) -> T:
        """Return one of *seq*."""

    def choices(self, population: Sequence[T], weights: Sequence[float]) -> list[T]:
        """Return a list with one of *population*."""

    def sample(self, population: Sequence[T], k: int) -> list[T]:
        """Return *k* different ones."""
