"""Rates with their intervals, in lines."""

from dataclasses import dataclass
from math import sqrt


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Give the 95 % interval of a rate in percent (Wilson 1927)."""
    if n == 0:
        return 0.0, 100.0
    z, p = 1.96, hits / n
    middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    whole = 1 + z * z / n
    return 100 * max(0.0, (middle - half) / whole), 100 * min(1.0, (middle + half) / whole)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many."""

    hits: int
    n: int

    @property
    def percent(self) -> float:
        """The rate itself."""
        return 100 * self.hits / max(self.n, 1)

    def __str__(self) -> str:
        low, high = wilson(self.hits, self.n)
        return f"{self.hits:4d} / {self.n:<5d} {self.percent:5.1f} %  [{low:4.1f}, {high:5.1f}]"

    def as_dict(self) -> dict[str, float]:
        """For JSON."""
        low, high = wilson(self.hits, self.n)
        return {"hits": self.hits, "n": self.n, "percent": self.percent, "low": low, "high": high}


def told(rate: Rate, limit: float) -> str:
    """Say whether a rate keeps its target."""
    return f"{rate}  {'ok' if rate.percent <= limit else 'MISSED'}"
