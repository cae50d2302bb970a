"""The two measures of B-02 (b), as plain functions: how sure a rate is, and where the marketplace's own line runs.

keeping.py writes the same in SQL; a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

#: two-sided 95 % (api.md section 6)
Z = 1.96
#: whose rate is above the rates of so many of a hundred buyers disputes too often
PERCENTILE = 95
#: under so many decided cases figures are small numbers, and no action is suggested (B-06)
FEW = 5


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The range in which the true rate lies: the Wilson interval of part / whole. Of nothing nothing is known: 0 to 1."""
    if whole <= 0:
        return 0.0, 1.0
    rate, square = min(part, whole) / whole, Z * Z
    middle = rate + square / (2 * whole)
    reach = Z * sqrt(rate * (1 - rate) / whole + square / (4 * whole * whole))
    scale = 1 + square / whole
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def nearest_rank(values: Sequence[float], percent: int) -> float | None:
    """The smallest of the values that at least `percent` of a hundred of them do not exceed; None of none."""
    if not values:
        return None
    rank = -(-percent * len(values) // 100)
    return sorted(values)[max(rank, 1) - 1]
