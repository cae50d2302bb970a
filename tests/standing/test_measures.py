"""The two measures of B-02 (b), against values from elsewhere."""

import pytest

from disputes.standing.measures import nearest_rank, wilson

pytestmark = pytest.mark.rule("B-02")


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # from the quadratic equation with 40 digits
        (0, 10, 0, 0.277540169),
        (10, 10, 0.722459831, 1),
        (1, 5, 0.036223161, 0.624471736),
        (5, 10, 0.236589594, 0.763410406),
        (15, 148, 0.062385845, 0.160488519),
        (3, 12, 0.088940040, 0.532310339),
    ],
)
def test_wilson_has_its_golden_values(part, whole, low, high):
    found = wilson(part, whole)
    assert found[0] == pytest.approx(low, abs=1e-9)
    assert found[1] == pytest.approx(high, abs=1e-9)


def test_of_nothing_nothing_is_known():
    assert wilson(0, 0) == (0.0, 1.0)


def test_more_disputes_than_orders_are_every_order():
    assert wilson(7, 5) == wilson(5, 5)


def test_the_range_holds_the_rate_and_narrows():
    for whole in (1, 5, 50, 500):
        for part in range(whole + 1):
            low, high = wilson(part, whole)
            assert -1e-12 <= low <= part / whole + 1e-12
            assert part / whole - 1e-12 <= high <= 1
    assert wilson(20, 100)[0] > wilson(2, 10)[0]


@pytest.mark.parametrize(
    ("values", "percent", "found"),
    [
        ([15, 20, 35, 40, 50], 5, 15),
        ([15, 20, 35, 40, 50], 30, 20),
        ([15, 20, 35, 40, 50], 40, 20),
        ([15, 20, 35, 40, 50], 50, 35),
        ([15, 20, 35, 40, 50], 100, 50),
        ([3, 1, 2], 50, 2),
        (list(range(1, 21)), 95, 19),
        (list(range(1, 22)), 95, 20),
        ([7], 95, 7),
    ],
)
def test_nearest_rank_is_always_one_of_the_values(values, percent, found):
    assert nearest_rank(values, percent) == found


def test_there_is_no_rank_among_none():
    assert nearest_rank([], 95) is None
