"""The terms in the table: filled from data/*.toml, and made ready once a process until staff change one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Max, Sum

from .models import ScreeningTerm
from .screening import Screen

DATA = Path(__file__).parent / "data"
#: what tells one state of the table from another: how many rows, the newest, and all changes to them
Stamp = tuple[int, int, int]
_ready: tuple[Stamp, Screen] | None = None


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


def screen_now() -> Screen:
    """The terms in use, ready to look at texts: one small query where nothing has changed."""
    global _ready
    stamp = _stamp()
    if _ready is None or _ready[0] != stamp:
        rows = ScreeningTerm.objects.filter(is_on=True).values_list("category", "term")
        own = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"]
        _ready = (stamp, Screen.of(rows, own_sites=own))
    return _ready[1]


def _stamp() -> Stamp:
    found = ScreeningTerm.objects.aggregate(n=Count("pk"), newest=Max("pk"), changes=Sum("revision"))
    return found["n"], found["newest"] or 0, found["changes"] or 0
