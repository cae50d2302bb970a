"""`make rules`: a pytest plugin that lists which rule is proved by which test.

A test names its rules with `@pytest.mark.rule("D-01", "D-02")`.
"""

import re
from collections import defaultdict

import pytest

RULE = re.compile(r"^[A-Z]-\d{2}$")


def _order(rule: str) -> tuple[str, int]:
    letter, number = rule.split("-")
    return letter, int(number)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Print the table once every test is known."""
    proofs: dict[str, set[str]] = defaultdict(set)
    for item in session.items:
        for marker in item.iter_markers("rule"):
            for rule in marker.args:
                if not RULE.match(rule):
                    raise pytest.UsageError(f"{item.nodeid}: {rule!r} is not the number of a rule")
                proofs[rule].add(item.nodeid.split("[")[0])
    for rule in sorted(proofs, key=_order):
        first, *others = sorted(proofs[rule])
        print(f"{rule}  {first}" + (f"  and {len(others)} more" if others else ""))
    print(f"\n{len(proofs)} rules proved by {len(set().union(*proofs.values()))} tests.")
    session.items.clear()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Nothing was to be run, so that nothing ran is no failure."""
    if session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK
