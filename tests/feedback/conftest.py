"""The clock of the disputes' tests, here too."""

from tests.disputes.conftest import clock

__all__ = ["clock"]
