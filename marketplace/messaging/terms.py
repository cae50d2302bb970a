"""The terms in a table: filled from data/*.toml, and made ready once a process until staff change one."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Max, Sum

from .models import ScreeningTerm, Term
from .screening import Screen

DATA = Path(__file__).parent / "data"
#: what tells one state of a table from another: how many rows, the newest, and all changes to them
Stamp = tuple[int, int, int]


class Ready:
    """What `make` makes of the rows of one table; made anew once staff have changed one."""

    def __init__(self, model: type[Term], make: Callable[[], Screen]) -> None:
        self.model, self.make = model, make
        self._ready: tuple[Stamp, Screen] | None = None

    def now(self) -> Screen:
        """The terms in use, ready to look at texts: one small query where nothing has changed."""
        stamp = self._stamp()
        if self._ready is None or self._ready[0] != stamp:
            self._ready = (stamp, self.make())
        return self._ready[1]

    def _stamp(self) -> Stamp:
        rows = self.model._default_manager.all()
        found = rows.aggregate(n=Count("pk"), newest=Max("pk"), changes=Sum("revision"))
        return found["n"], found["newest"] or 0, found["changes"] or 0


def shipped() -> Iterator[tuple[str, str, str]]:
    """(language, category, term) of every term that comes with the product."""
    for file in sorted(DATA.glob("*.toml")):
        for category, terms in tomllib.loads(file.read_text(encoding="utf-8")).items():
            for term in terms:
                yield file.stem, category, term


def ensure_terms(**_kwargs: object) -> None:
    """Add what is missing. What staff changed or turned off stays as they left it. Safe to call again."""
    rows = [ScreeningTerm(language=lang, category=what, term=term) for lang, what, term in shipped()]
    ScreeningTerm.objects.bulk_create(rows, ignore_conflicts=True)


def _of_messages() -> Screen:
    rows = ScreeningTerm.objects.filter(is_on=True).values_list("category", "term")
    own = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"]
    return Screen.of(rows, own_sites=own)


_messages = Ready(ScreeningTerm, _of_messages)


def screen_now() -> Screen:
    """The terms that messages are screened for."""
    return _messages.now()
