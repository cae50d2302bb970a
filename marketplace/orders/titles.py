"""The words of a title, evened out: what alike listings have in common, kept where an index finds it (C-09)."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from marketplace.messaging.plain import HAN, plain

#: of a longer title the rest of the words, in the order of the alphabet, is not looked at
MOST = 60
_RUNS = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")


def words_of(title: str) -> list[str]:
    """Each word once: small letters, no accents. Chinese has no spaces, so there it is each pair of characters."""
    found: set[str] = set()
    for run in _RUNS.findall(plain(title)):
        if re.match(rf"[{HAN}]", run):
            found |= {run[at : at + 2] for at in range(max(1, len(run) - 1))}
        else:
            found.add(run)
    return sorted(found)[:MOST]


class WordsField(ArrayField):
    """The words of the column `of`, written whenever the row is, in bulk too: they cannot fall behind the title."""

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        kwargs |= self._fixed()
        super().__init__(*args, **kwargs)

    @staticmethod
    def _fixed() -> dict[str, Any]:
        return {"base_field": models.TextField(), "editable": False, "default": list}

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Migrations keep the name of the column; the rest is this class's business."""
        name, path, args, kwargs = super().deconstruct()
        for key in self._fixed():
            kwargs.pop(key, None)
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> list[str]:
        words = words_of(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, words)
        return words
