"""Pages that belong to no room: the style guide, and what to say when a form could not be trusted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import TemplateView

from marketplace.core.display import Step, TimelineLine
from marketplace.core.money import Money

#: Never shown again on a page, whatever form they came with.
SECRETS = ("password", "secret", "token", "code", "otp", "card")


def typed_in(request: HttpRequest) -> dict[str, str]:
    """What the person typed, to give it back where a form could not be taken. Secrets and short answers stay out."""
    return {
        name.replace("_", " ").capitalize(): value
        for name, value in request.POST.items()
        if isinstance(value, str)
        and " " in value.strip()
        and not any(word in name.lower() for word in SECRETS)
    }


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open for too long, or the person signed in elsewhere: 403, and their text is not lost."""
    return render(
        request, "errors/csrf.html", {"back_url": request.path, "typed": typed_in(request)}, status=403
    )


class Sample(forms.Form):
    """Every kind of question, with its error."""

    title = forms.CharField(label="Name of the item", help_text="As it stands in your order.", max_length=80)
    amount = forms.DecimalField(label="How much money do you ask for?", help_text="Up to US$24.90.")
    note = forms.CharField(label="Anything else?", widget=forms.Textarea, max_length=1000, required=False)
    reason = forms.ChoiceField(
        label="What is wrong with the item?",
        choices=[("broken", "It arrived broken"), ("other", "It is another item"), ("none", "None of these")],
        widget=forms.RadioSelect,
    )
    things = forms.MultipleChoiceField(
        label="Which items?",
        choices=[("1", "Wireless mouse"), ("2", "USB cable")],
        widget=forms.CheckboxSelectMultiple,
    )
    carrier = forms.ChoiceField(
        label="Carrier", choices=[("", "Choose one"), ("a", "Post"), ("b", "Courier")]
    )
    photos = forms.FileField(
        label="Add a photo or video",
        help_text="JPG or PNG. We make large photos smaller for you.",
        widget=forms.FileInput(
            attrs={"accept": "image/*,video/mp4", "data-max-bytes": 2097152, "data-max-files": 20}
        ),
        required=False,
    )
    agree = forms.BooleanField(label="What I say here is true")


def _hints(form: Sample) -> Sample:
    form.fields["reason"].choice_hints = {"broken": "A photo helps most here."}  # type: ignore[attr-defined]
    return form


class StyleGuide(TemplateView):
    """Every component on one page, for those who write pages and for the test of accessibility."""

    template_name = "styleguide.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        return super().get_context_data(**kwargs) | {
            "sample": _hints(Sample(prefix="a")),
            "wrong": _hints(
                Sample({"b-title": "", "b-amount": "ten", "b-note": "It is broken."}, prefix="b")
            ),
            "price": Money(2490, "USD"),
            "soon": now + timedelta(days=2, hours=4, minutes=5),
            "later": now + timedelta(days=9, minutes=5),
            "before": now - timedelta(days=2, minutes=5),
            "choices": [
                ("broken", "It arrived broken"),
                ("different", "It is different", "Colour, size, material or another item"),
                ("none", "None of these"),
            ],
            "lines": _lines(now),
            "steps": _steps(),
            "rows": _rows(),
            "todo": _todo(),
            "files": _files(),
            "messages_sample": _messages(now),
        }


def _lines(now: Any) -> list[TimelineLine]:
    return [
        TimelineLine("Seller made an offer", now - timedelta(hours=3), by="GadgetHome"),
        TimelineLine(
            "You added 2 photos", now - timedelta(days=2), by="you", note="Crack, label", url="#timeline"
        ),
        TimelineLine("You opened this dispute", now - timedelta(days=2, hours=1), by="you"),
    ]


def _steps() -> list[Step]:
    return [
        Step("Agreed", "done", "5 November"),
        Step("Sent to your bank", "done", "6 November"),
        Step("Bank working", "now", "by 20 November"),
        Step("In your account"),
    ]


def _rows() -> list[dict[str, Any]]:
    return [
        {"label": "What is wrong", "value": "It arrived broken", "url": "#summary"},
        {"label": "You ask for", "value": "US$24.90, all you paid", "name": "change", "act": "ask"},
        {"label": "Order", "value": "ord_8127, Wireless mouse"},
    ]


def _todo() -> list[dict[str, Any]]:
    return [
        {
            "label": "Video: plugged in",
            "url": "#tasks",
            "hint": "Next to a working device",
            "status": "Asked from you",
            "tone": "wait",
        },
        {"label": "Photo of the parcel label", "url": "#tasks", "status": "Received", "tone": "good"},
    ]


def _files() -> list[dict[str, Any]]:
    return [
        {"url": "#files", "name": "crack.jpg", "kind": "Photo", "note": "Ready"},
        {"url": "#files", "name": "card-statement.pdf", "kind": "PDF", "private": True},
        {"url": "#files", "name": "opening.mp4", "kind": "Video", "note": "Being checked"},
    ]


def _messages(now: Any) -> list[dict[str, Any]]:
    warning = {
        "title": "Take care: do not close this dispute",
        "text": "This message asks you to take money outside this site. We cannot protect that money.",
        "url": "#messages",
    }
    text = "Please close dispute and I send you 20 dollars by PayPal."
    return [
        {
            "by": "GadgetHome",
            "at": now - timedelta(hours=3),
            "text": text,
            "language": "en",
            "warning": warning,
        },
        {
            "by": "You",
            "at": now - timedelta(hours=1),
            "text": "No, thank you.",
            "mine": True,
            "language": "en",
        },
    ]
