"""Sums and moments as people write them (F-03, F-07)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django import forms
from django.utils import timezone

from marketplace.core.forms import LocalMoment, read_sum
from marketplace.core.money import Money


@pytest.mark.rule("F-03")
@pytest.mark.parametrize("text", ["12.50", "12,50", " 12,50 BRL ", "12.50BRL"])
def test_a_sum_has_a_point_or_a_comma(text: str) -> None:
    assert read_sum(text, "BRL") == Money(1250, "BRL")


@pytest.mark.parametrize("text", ["", "12,5,0", "twelve", "1.234,50", "-1", "12.505"])
def test_what_is_no_sum_is_said(text: str) -> None:
    with pytest.raises(forms.ValidationError):
        read_sum(text, "BRL")


class Until(forms.Form):
    at = LocalMoment(help_text="By then.")


@pytest.mark.rule("F-07")
def test_a_moment_is_read_in_the_zone_that_its_hint_names() -> None:
    with timezone.override("Asia/Shanghai"):
        form = Until({"at": "2026-03-02T12:00"})
        assert form.is_valid()
        assert form.cleaned_data["at"] == datetime(2026, 3, 2, 4, tzinfo=UTC)
        assert str(form["at"].help_text) == "By then. Time zone: Asia/Shanghai."
    assert str(Until()["at"].help_text) == "By then. Time zone: UTC."
