"""The clock of the dispute tests stands here too."""

from tests.disputes.conftest import clock

__all__ = ["clock"]
