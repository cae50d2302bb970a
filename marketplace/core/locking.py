"""Rows that are locked before anything is done to them, with what they are about: parents first, always in one order.

The one place in the product where cases are locked. In a batch the rows are locked already (batches.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from . import batches
from .errors import NotFound


class Lockable(models.Model):
    """What a step takes hold of. Once it is held, `now` is the moment of the step, and `at` the one that it counts as of."""

    class Meta:
        abstract = True

    #: foreign keys whose rows are locked before the case itself, always in this order
    LOCK_FIRST: ClassVar[tuple[str, ...]] = ()
    #: relations read along when the case is locked
    LOCK_WITH: ClassVar[tuple[str, ...]] = ()
    #: relations read along when many are locked at once, so that none of them asks for its own
    BATCH_WITH: ClassVar[tuple[str, ...]] = ()

    now: datetime
    at: datetime

    @classmethod
    def lock(cls, pk: int) -> Self:
        """The row and its parents, locked, parents first. Raises NotFound."""
        case = batches.held(cls, pk) or cls.lock_many([pk]).get(pk)
        if case is None:
            raise NotFound(_("This does not exist."))
        now = timezone.now()
        for row in (case, *case.parents):
            batches.once(batches.save, row)
            row.now = row.at = now
        found: Self = case
        return found

    @classmethod
    def lock_many(cls, pks: Collection[int], *, skip_locked: bool = False) -> dict[int, Self]:
        """The rows and their parents, locked, parents first, by primary key. The one place where cases are locked.

        `skip_locked`: leave out those that somebody else has locked, rather than wait for them.
        """
        manager: Any = cls._default_manager
        parents: dict[str, dict[int, Any]] = {}
        names = [f"{name}_id" for name in cls.LOCK_FIRST]
        rows = manager.filter(pk__in=pks).order_by().values_list(*names) if names else ()
        for name, parent_pks in zip(cls.LOCK_FIRST, zip(*rows, strict=True), strict=False):
            parent_model: Any = cls._meta.get_field(name).related_model
            parents[name] = parent_model.lock_many(set(parent_pks), skip_locked=skip_locked)
        mine = manager.select_for_update(of=("self",), skip_locked=skip_locked)
        cases = mine.select_related(*cls.LOCK_WITH).filter(pk__in=pks).order_by("pk")
        return {case.pk: case for case in cases if case.take_up(parents)}

    def take_up(self, parents: Mapping[str, Mapping[int, Any]]) -> bool:
        """Put the locked parents in their places; False where one of them is not among them."""
        for name, of_name in parents.items():
            parent = of_name.get(getattr(self, f"{name}_id"))
            if parent is None:
                return False
            setattr(self, name, parent)
        return True

    @property
    def parents(self) -> tuple[Lockable, ...]:
        """The locked rows that this one is about."""
        return tuple(getattr(self, name) for name in self.LOCK_FIRST)

    @classmethod
    def batch_with(cls) -> tuple[str, ...]:
        """What its verbs read, its parents' included, from this row on."""
        parents: list[tuple[str, Any]] = [
            (name, cls._meta.get_field(name).related_model) for name in cls.LOCK_FIRST
        ]
        return (
            *cls.BATCH_WITH,
            *(f"{name}__{path}" for name, model in parents for path in model.batch_with()),
        )
