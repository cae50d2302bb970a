from datetime import UTC, datetime

import pytest
import time_machine

START = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.fixture
def clock():
    """The clock stands at 1 March 2026, 10:00 UTC until the test moves it."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _files_here(settings, tmp_path):
    local = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path), "base_url": None},
    }
    settings.STORAGES = settings.STORAGES | {"evidence": local}
