"""Journeys begin on the same day as the rooms' own tests."""

from tests.disputes.conftest import clock  # noqa: F401  (the fixture)
