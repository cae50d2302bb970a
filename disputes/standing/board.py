"""The board under `/admin/abuse/`: buyers who dispute often, and sellers, highest lower bound first (B-01, B-05)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marketplace.core.access import Actor

from . import presenters, services
from .desk import actor, page
from .keeping import windows_of
from .models import OPEN, BuyerFigures, Flag, Peers, State, StoreFigures

PAGE = 50


@dataclass(frozen=True)
class Row:
    """One buyer on the board."""

    figures: BuyerFigures
    range: str
    asked: list[Any]
    flags: list[Flag]
    above: bool

    @property
    def last(self) -> Flag | None:
        return self.flags[0] if self.flags else None

    @property
    def label(self) -> str:
        return str(self.last.get_state_display()) if self.last else ""

    @property
    def tone(self) -> str:
        return presenters.TONES[State(self.last.state)] if self.last else ""


@dataclass(frozen=True)
class Board:
    """Some rows of it, highest lower bound first, and the address of the next ones."""

    rows: list[Any]
    peers: Peers | None
    following: str


def board(by: Actor, show: str, days: int, after: str = "") -> Board:
    """Buyers by the lower end of their rate, by index, without the reader (threats.md A4); at most three queries."""
    rows = BuyerFigures.objects.filter(days=days, disputes__gt=0)
    if show != "all":
        flags = Flag.objects.filter(user=OuterRef("user"), state__in=OPEN)
        if show == "contested":
            flags = flags.exclude(statement="")
        rows = BuyerFigures.objects.filter(Exists(flags), days=days)
    rows = rows.exclude(user=by.user_id).select_related("user")
    found, following = _keyset(rows, after, show=show, days=days)
    peers = Peers.objects.filter(days=days).first()
    by_user: dict[int, list[Flag]] = {}
    for flag in Flag.objects.filter(user__in=[each.user_id for each in found]).order_by("-pk"):
        by_user.setdefault(flag.user_id, []).append(flag)
    line = peers.p95 if peers else None
    return Board(
        [
            Row(
                each,
                presenters.range_words(each),
                presenters.asked(each),
                by_user.get(each.user_id, []),
                line is not None and each.low > line,
            )
            for each in found
        ],
        peers,
        following,
    )


def sellers_board(by: Actor, days: int, after: str = "") -> Board:
    """The same for stores (B-05): one query."""
    rows = StoreFigures.objects.filter(days=days, orders__gt=0).exclude(store__in=by.store_ids)
    rows = rows.select_related("store")
    found, following = _keyset(rows, after, days=days)
    return Board([(each, presenters.range_words(each)) for each in found], None, following)


def _keyset(rows: QuerySet[Any], after: str, **kept: Any) -> tuple[list[Any], str]:
    """One page by (low, id), and the address of the next one; what is not one of our addresses starts at the top."""
    try:
        low, pk = after.split("_")
        rows = rows.filter(low__lte=_fraction(low)).exclude(low=_fraction(low), id__lte=int(pk))
    except ValueError:
        pass
    found = list(rows.order_by("-low", "id")[: PAGE + 1])
    if len(found) <= PAGE:
        return found, ""
    last = found[PAGE - 1]
    return found[:PAGE], "?" + urlencode({**kept, "after": f"{last.low.hex()}_{last.pk}"})


def _fraction(text: str) -> Any:
    """Exactly the number that stands in the row. Raises ValueError."""
    return float.fromhex(text)


def _days(request: HttpRequest) -> tuple[int, list[int]]:
    policy = services.policy_at(timezone.now())
    windows, text = windows_of(policy), request.GET.get("days", "")
    return (int(text) if text in map(str, windows) else policy.flag_rate_days), windows


@require_safe
def buyers(request: HttpRequest, show: str = "") -> HttpResponse:
    """Who has an open flag; or everybody who disputed, highest lower bound first."""
    by = actor(request)
    days, windows = _days(request)
    tabs = {"flagged": _("To be looked at"), "contested": _("They gave their side"), "all": _("All buyers")}
    chosen = show or request.GET.get("show", "")
    chosen = chosen if chosen in tabs else "flagged"
    found = board(by, chosen, days, request.GET.get("after", ""))
    return page(
        request,
        "board.html",
        _("Buyers who dispute often"),
        board=found,
        peers=(presenters.percent(found.peers.median), presenters.percent(found.peers.p95))
        if found.peers
        else None,
        tabs=tabs.items(),
        chosen=chosen,
        days=days,
        windows=windows,
        is_first="after" not in request.GET,
    )


@require_safe
def contested(request: HttpRequest) -> HttpResponse:
    """Open flags to which the person has said something."""
    return buyers(request, show="contested")


@require_safe
def sellers(request: HttpRequest) -> HttpResponse:
    """The same board for sellers."""
    by = actor(request)
    days, windows = _days(request)
    found = sellers_board(by, days, request.GET.get("after", ""))
    return page(
        request,
        "sellers.html",
        _("Sellers"),
        board=found,
        days=days,
        windows=windows,
        is_first="after" not in request.GET,
    )
