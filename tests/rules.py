"""`make rules`: a pytest plugin that lists, section by section, which rule is proved by which test.

A test names its rules with `@pytest.mark.rule("D-01", "D-02")`. What is collected counts, so every parameter set and
every test of a class is seen.
"""

from collections import defaultdict

import pytest

from tests.rulebook import RULES, SECTIONS, in_order


def pytest_collection_finish(session: pytest.Session) -> None:
    """Print the table once every test is known."""
    proofs: dict[str, list[str]] = defaultdict(list)
    for item in session.items:
        for marker in item.iter_markers("rule"):
            for rule in marker.args:
                if rule not in RULES:
                    raise pytest.UsageError(f"{item.nodeid}: there is no rule {rule!r}")
                test = item.nodeid.split("[")[0]
                if test not in proofs[rule]:
                    proofs[rule].append(test)
    for letter, title in SECTIONS.items():
        print(f"\n{title}")
        for rule in in_order({rule for rule in RULES if rule.startswith(letter)}):
            print(f"  {rule}  {RULES[rule]}")
            for test in proofs.get(rule, ["–"]):
                print(f"          {test}")
    without = [rule for rule in in_order(RULES) if rule not in proofs]
    print("\nRules without one")
    for rule in without:
        print(f"  {rule}  {RULES[rule]}")
    tests = {test for found in proofs.values() for test in found}
    print(
        f"\n{len(RULES) - len(without)} of {len(RULES)} rules are proved by {len(tests)} tests; {len(without)} are not yet."
    )
    session.items.clear()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Nothing was to be run, so that nothing ran is no failure."""
    if session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK
