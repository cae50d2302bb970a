"""In production nothing starts half configured: what is missing is said at once, all of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDED = {
    "SECRET_KEY": "not-a-secret",
    "ALLOWED_HOSTS": "market.example",
    "SITE_URL": "https://market.example",
}


def start(**given: str) -> subprocess.CompletedProcess[str]:
    """The settings as a process of their own reads them, with these variables and no others of ours."""
    foreign = ("PYTEST_VERSION", "REDRESS_ENV", "DEBUG", *NEEDED)
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    code = "from marketplace import settings; print(settings.ENVIRONMENT, settings.SITE_URL)"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=kept | given, text=True, capture_output=True, check=False)  # fmt: skip


def test_it_starts_with_what_is_needed():
    assert start(**NEEDED).stdout == "production https://market.example\n"


@pytest.mark.parametrize("missing", NEEDED)
def test_without_one_of_them_it_says_which(missing):
    refused = start(**{name: value for name, value in NEEDED.items() if name != missing})
    assert refused.returncode == 1
    assert f"Set {missing}. To try Redress on this computer" in refused.stderr


def test_all_that_is_missing_is_said_at_once():
    assert "Set SECRET_KEY, ALLOWED_HOSTS, SITE_URL." in start().stderr


def test_a_laptop_needs_nothing():
    assert start(REDRESS_ENV="development").stdout == "development http://localhost:8000\n"
