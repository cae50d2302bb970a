"""What every kind of case has in common in the admin: facts, money and timeline to read, and buttons for its verbs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .admin import Records
from .cases import Case
from .display import TimelineLine
from .edges import actor_of
from .money import Money, format_money


@dataclass(frozen=True)
class Button:
    """One verb on a record's page: a form to `url`, or (`is_link`) a page of its own. `words`: the text it wants."""

    verb: str
    label: str
    url: str
    is_link: bool = False
    words: str = ""
    hint: str = ""


class PublicIdList(ChangeList):
    """Rows are linked by their public id: no address shows how many cases there are (Z-04)."""

    def url_for_result(self, result: Any) -> str:
        opts = self.opts
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[result.public_id])


class CaseRecords(Records):
    """A case in the admin. Its fields are read-only; it moves by the same verbs as everywhere (Z-01)."""

    change_form_template = "admin/case/change.html"
    actions = None
    #: relations that the page of one case reads along
    one_related: ClassVar[tuple[str, ...]] = ()
    #: how events are told: verb → words
    happened: ClassVar[Mapping[str, Any]] = {}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PublicIdList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return (
            self.get_queryset(request).select_related(*self.one_related).filter(public_id=object_id).first()
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        case = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if case is not None and self.has_view_permission(request, case):
            verbs = case.verbs_for(actor_of(request, via="admin"), now=timezone.now())
            context |= {
                "case": case,
                "buttons": self.buttons(case, verbs),
                "things": self.things(case),
                "sums": self.sums(case),
                "timeline": self.timeline(case),
            }
        return super().change_view(request, object_id, form_url, context)

    def buttons(self, case: Case, verbs: list[str]) -> list[Button]:
        """What staff may do here, of what this reader may do at all."""
        return []

    def things(self, case: Case) -> list[tuple[str, Money]]:
        """What the case is about, each with what was paid for it, delivery included."""
        return []

    def sums(self, case: Case) -> list[tuple[str, Money]]:
        """The case's money, named."""
        return []

    def timeline(self, case: Case) -> list[TimelineLine]:
        """Newest first; staff see who by name."""
        events = case.events.select_related("actor").order_by("-pk")
        return [
            TimelineLine(
                str(self.happened.get(event.verb, event.verb)),
                event.at,
                by=f"{event.actor.shown_name if event.actor else 'Redress'} ({event.role})",
                note=str(event.data.get("note") or event.data.get("tracking_number") or ""),
            )
            for event in events
        ]


def case_link(case: Any) -> SafeString:
    """A link to a case's record: Django's own links would use the primary key."""
    opts = case._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[case.public_id])
    return format_html('<a href="{}">{}</a>', url, case)


def in_words(money: Money) -> str:
    """A sum in a column."""
    return format_money(money)
