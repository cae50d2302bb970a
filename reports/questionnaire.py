"""The pages of one report, in their order: each asks one thing (C-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from .kinds import QUESTIONS, YES_NO, Category, Choices, Question

TARGET, DESCRIPTION, FILES, CONTACT, CHECK = "target", "description", "files", "contact", "check"


@dataclass(frozen=True)
class Page:
    """One page: `question` is an answer of the category; without one it is one of the pages above, or a yes/no of ours."""

    slug: str
    label: Any
    question: Question | None = None
    choices: Choices | None = None


OWN: dict[str, tuple[Page, ...]] = {
    Category.INTELLECTUAL_PROPERTY: (
        Page("show_name", _("May we show your name to the seller?"), choices=YES_NO),
    ),
    Category.PROHIBITED_PRODUCTS: (Page("urgent", _("Is anybody in danger now?"), choices=YES_NO),),
}


def pages_of(category: str, *, has_account: bool, by_seller: bool = False) -> list[Page]:
    """All pages of a category, the check page last. `by_seller`: without what only a buyer can answer (C-02)."""
    first = [] if category == Category.TRADE_RULES else [Page(TARGET, _("What do you report?"))]
    questions = [q for q in QUESTIONS[category] if not (by_seller and q.of_buyer)]
    asked = [_page_of(q) for q in questions if not q.tick]
    confirmed = [_page_of(q) for q in questions if q.tick]
    files = [Page(FILES, files_label(category))] if has_account else []
    return [
        *first,
        *asked,
        *OWN.get(category, ()),
        Page(DESCRIPTION, _("What happened?")),
        *files,
        *confirmed,
        Page(CONTACT, _("How can we reach you?")),
        Page(CHECK, _("Check your report")),
    ]


def _page_of(question: Question) -> Page:
    choices = None if question.is_list or question.tick else question.choices
    return Page(question.name.replace("_", "-"), question.label, question, choices)


def files_label(category: str) -> Any:
    """What the page of files is called: copies want a proof."""
    return _("Your proof") if category == Category.INTELLECTUAL_PROPERTY else _("Photos and files")


def answer_of(page: Page, data: dict[str, Any]) -> Any:
    """What the draft holds for this page."""
    if page.question:
        return data.get("answers", {}).get(page.question.name)
    if page.choices:
        chosen = data.get(page.slug)
        return None if chosen is None else "yes" if chosen else "no"
    return data.get(page.slug)
