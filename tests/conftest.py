"""What every test stands on."""

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _quick_and_separate(settings, tmp_path):
    """Hash passwords fast, keep each test's files in a folder of its own, and leave no reader's language to the next one."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "evidence": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "evidence"), "base_url": None},
        }
    }
    with translation.override(settings.LANGUAGE_CODE):
        yield
