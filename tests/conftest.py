"""What every test stands on."""

import pytest
from django.utils import translation
from hypothesis import settings as hypothesis_settings

# The suite goes the same ways each time, so that red is about the change at hand; `make walks` goes others, and further.
hypothesis_settings.register_profile("same", derandomize=True)
hypothesis_settings.load_profile("same")


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
