"""Public ids (Z-04)."""

from __future__ import annotations

import base64
import re

import pytest
from django.db import models

from marketplace.core.ids import PublicIdField, public_id


@pytest.mark.rule("Z-04")
def test_ids_are_random_and_in_no_sequence() -> None:
    ids = [public_id("ord") for _ in range(20_000)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"ord_[a-z2-7]{26}", id_) for id_ in ids)
    rising = sum(a < b for a, b in zip(ids, ids[1:], strict=False))
    assert 9_000 < rising < 11_000, "a sequence would rise or fall nearly always"
    first = {id_[4] for id_ in ids}
    assert len(first) == 32, "every letter comes first at times: nothing of time or place stands in front"


@pytest.mark.rule("Z-04")
def test_all_128_bits_vary() -> None:
    seen = [int.from_bytes(base64.b32decode(public_id("x")[2:].upper() + "======")) for _ in range(300)]
    ones = zeros = 0
    for bits in seen:
        ones |= bits
        zeros |= ~bits
    assert ones == zeros & (2**128 - 1) == 2**128 - 1


def test_the_field_makes_its_own_ids_and_is_not_edited() -> None:
    field = PublicIdField(prefix="evd")
    assert field.unique and not field.editable and field.max_length == 40
    assert field.get_default() != field.get_default()
    assert field.get_default().startswith("evd_")


def test_migrations_keep_the_prefix_alone() -> None:
    field: models.Field[str, str] = PublicIdField(prefix="evd", help_text="x")
    _name, path, args, kwargs = field.deconstruct()
    assert path == "marketplace.core.ids.PublicIdField"
    assert (args, kwargs) == ([], {"prefix": "evd", "help_text": "x"})
    again = PublicIdField(*args, **kwargs)
    assert again.deconstruct()[1:] == field.deconstruct()[1:]
    assert again.clone().prefix == "evd"
