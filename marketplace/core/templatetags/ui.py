"""The components of every page. In a template: `{% load ui %}`. All of them are on /styleguide/.

Words and time
    {% money order.total %}  {{ order.total|money }}     US$24.90, in the reader's language
    {% moment at %}          "Monday 9 November 2026, 18:00 (Moscow, UTC+3). In 2 days 4 hours"; past: "5 November, 12:50 (2 days ago)"
    {% moment at "at" %}     without the relative part, inside a sentence; "short": "9 Nov, 18:00 (9 days)"; "date"
    {% countdown at %}       "2 days 4 hours", kept true by the minute; past: "the time has ended"
    {% state_tag case %}     reads case.state_label and case.state_tone
    {% tag "Paid" "good" %}  tones: "" (neutral), "wait" (for you), "good", "bad", "staff"

Forms (`<form method="post" novalidate>`, `{% error_summary form %}` first on the page, above the h1)
    {% error_summary form %}        "There is a problem", each line a link to its field; nothing when there is none
    {% field form.amount %}         label, hint (help_text), error and control, tied together. Options:
                                    label=, hint=, optional=False (leaves "(optional)" out), prefix="US$",
                                    short=True (narrow), page=True (legend or label is the page's h1), and any
                                    attribute with _ for -: autocomplete="email".
                                    Radios and tick boxes become cards; `field.choice_hints = {value: hint}` adds hints.
                                    A text area with max_length counts letters. A file input takes the policy's numbers as
                                    widget attributes data-max-bytes, data-max-video, data-max-files.
    {% button_list "answer" choices chosen=value %}   inside a form; one tap posts name=value; (value, label[, hint])

Boxes (blocks)
    {% next_step "Your next step: answer" %} … {% endnext_step %}            calm=True when it is not the reader's turn
    {% notice "Title" "wait" %} … {% endnotice %}                            tones: "info", "wait", "good", "bad", "staff"
    {% panel "We sent your request" %} … {% endpanel %}                      confirmation; its title is the page's h1
    {% empty "No orders yet" %} … {% endempty %}

Lists
    {% timeline lines %}            display.TimelineLine(what, at, by, note, url), newest first
    {% tracker steps "Refund" %}    display.Step(label, state, when); state: "done", "now", "later"
    {% summary rows %}              dicts: label, value, and for Change: url, or name + act (a button name=act)
    {% tasks rows %}                dicts: label, url, hint, status, tone
    {% gallery files %}             dicts: url, name, kind ("Photo"…), thumb, note, private
    {% message m %}                 dict: by, at, text, mine, language, warning = {title, text, url}
    {% pager previous following %}  two addresses, either may be empty

Plain HTML: .btn .btn.alt in .row; .card; .item + img.pic; .filters; .chips > li > a.chip[aria-current]; .cols (two
columns); {% block width %}read{% endblock %} (one column); table.stack with data-label on each td (blocks on a phone).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, gettext

from marketplace.core import display
from marketplace.core.money import Money, format_money

register = template.Library()

ISOLATE, END_ISOLATE = "\u2068", "\u2069"  # Unicode's first-strong isolate and its end


# -- words and time ---------------------------------------------------------------------------------------------


@register.filter(name="money")
def money_filter(amount: Money | None) -> str:
    """A sum for people; nothing for None. Inside right-to-left text it is set apart, so that it is not torn in two."""
    if amount is None:
        return ""
    words = format_money(amount, get_language() or "en")
    return f"{ISOLATE}{words}{END_ISOLATE}" if get_language_bidi() else words


@register.simple_tag
def money(amount: Money | None) -> SafeString:
    """A sum that does not break over two lines."""
    return format_html('<bdi class="num">{}</bdi>', money_filter(amount))


@register.simple_tag
def moment(at: datetime | None, style: str = "full") -> SafeString:
    """A moment as <time>; nothing for None. Styles: see display.moment_text."""
    if at is None:
        return SafeString("")
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), display.moment_text(at, style))


@register.simple_tag
def countdown(at: datetime) -> SafeString:
    """What is left until `at`: the server says it, the browser keeps it true by the minute."""
    over, left = gettext("the time has ended"), at - timezone.now()
    return format_html(
        '<time class="deadline" datetime="{}" role="timer" data-countdown data-say="{}" data-over="{}">{}</time>',
        at.isoformat(),
        gettext("Time left: {left}"),
        over,
        display.time_left(left) if left.total_seconds() > 0 else over,
    )


@register.simple_tag
def tag(label: str, tone: str = "") -> SafeString:
    """A state: colour, word and shape."""
    return format_html('<span class="tag {}">{}</span>', tone, label)


@register.simple_tag
def state_tag(case: Any) -> SafeString:
    """The state of a case, in the reader's words."""
    return tag(case.state_label, getattr(case, "state_tone", ""))


# -- frame ------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def nav_link(context: template.Context, name: str, label: str, count: int = 0) -> SafeString:
    """A link of the header, marked when we are in its part of the site; nothing where that part is not installed."""
    try:
        url = reverse(name)
    except NoReverseMatch:
        return SafeString("")
    path = getattr(context.get("request"), "path", "")
    current = (
        ' aria-current="page"' if path == url else ' aria-current="true"' if path.startswith(url) else ""
    )
    words = gettext("%(label)s (%(count)s)") % {"label": label, "count": count} if count else label
    return format_html('<a href="{}"{}>{}</a>', url, SafeString(current), words)


@register.simple_tag(takes_context=True)
def time_zone_link(context: template.Context) -> SafeString:
    """In the footer of every page: which clock the times on it follow, and where to change that."""
    label, words = gettext("Times shown:"), display.zone_text(timezone.now())
    try:
        if getattr(context.get("user"), "is_authenticated", False):
            return format_html(
                '<p>{} <a href="{}#time-zone">{}</a></p>', label, reverse("accounts:home"), words
            )
    except NoReverseMatch:
        pass
    return format_html("<p>{} {}</p>", label, words)


# -- forms ------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: forms.BaseForm | None) -> dict[str, Any]:
    """Every error of the form, each a link to its field."""
    lines: list[tuple[str, str]] = []
    if form is not None and form.is_bound:
        lines += [("", str(words)) for words in form.non_field_errors()]
        for bound in form:
            lines += [(_target(bound), _named(bound, str(words))) for words in bound.errors]
    return {"lines": lines}


def _named(bound: BoundField, words: str) -> str:
    """Django's own words ("This field is required.") do not say which field; ours do."""
    stock = {str(each) for kind in type(bound.field).__mro__ for each in _stock(kind)}
    return (
        gettext("%(field)s: %(words)s") % {"field": bound.label, "words": words} if words in stock else words
    )


def _stock(kind: type) -> Iterable[Any]:
    return getattr(kind, "default_error_messages", {}).values()


def _target(bound: BoundField) -> str:
    """The id of the control that takes the focus: the first one of a group."""
    grouped = isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    return f"{bound.auto_id}_0" if grouped else bound.auto_id


@register.simple_tag
def field(
    bound: BoundField,
    label: str | None = None,
    hint: str | None = None,
    optional: bool = True,
    prefix: str = "",
    short: bool = False,
    page: bool = False,
    **attributes: Any,
) -> SafeString:
    """One question: label, hint, error and control, tied together with aria-describedby."""
    if bound.is_hidden:
        return bound.as_widget()
    if hint is not None:
        bound.help_text = hint  # also what Django's own aria-describedby goes by
    counts = _counted(bound)
    widget = bound.field.widget
    described = _described_by(bound, counts)
    context: dict[str, Any] = {
        "bound": bound,
        "label": bound.label if label is None else label,
        "hint": bound.help_text,
        "optional": optional and not bound.field.required,
        "prefix": prefix,
        "short": short,
        "page": page,
        "count": counts,
        "is_file": isinstance(widget, forms.FileInput),
    }
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        context |= {"described": described, "options": _options(bound)}
        return render_to_string("components/field_group.html", context)
    attrs = _attributes(bound, described, counts) | {k.replace("_", "-"): v for k, v in attributes.items()}
    context["control"] = bound.as_widget(_plain_number(bound), attrs=attrs)
    tick = isinstance(widget, forms.CheckboxInput)
    return render_to_string(f"components/field{'_tick' if tick else ''}.html", context)


def _counted(bound: BoundField) -> int:
    """How many letters a text area takes; 0 where we do not count."""
    widget = bound.field.widget
    return int(getattr(bound.field, "max_length", 0) or 0) if isinstance(widget, forms.Textarea) else 0


def _described_by(bound: BoundField, counts: int) -> str:
    parts = {"hint": bool(bound.help_text), "error": bool(bound.errors), "count": bool(counts)}
    return " ".join(f"{bound.auto_id}_{name}" for name, there in parts.items() if there)


def _attributes(bound: BoundField, described: str, counts: int) -> dict[str, Any]:
    """False leaves an attribute out. A placeholder is no label: it goes as soon as one types."""
    attrs: dict[str, Any] = {"placeholder": False, "aria-describedby": described or False}
    if isinstance(bound.field.widget, forms.Textarea) and bound.field.widget.attrs.get("rows") == "10":
        attrs["rows"] = 5  # Django's own 10 fill a phone
    if counts:  # nobody's text is cut off while pasting: they see how much is too much
        attrs |= {"maxlength": False, "data-count": counts}
    if isinstance(bound.field.widget, forms.FileInput):
        attrs |= {
            "data-large": gettext("The file {name} must be smaller than {mb} MB."),
            "data-empty": gettext("The file {name} is empty."),
            "data-many": gettext("You can add {n} files at most."),
            "data-busy": gettext("We look at your files."),
            "data-ready": gettext("{name} is ready ({mb} MB)."),
        }
    return attrs


def _plain_number(bound: BoundField) -> forms.Widget | None:
    """A number is typed as text with a number keyboard: a number control drops what it cannot read and scrolls."""
    widget = bound.field.widget
    if not isinstance(widget, forms.NumberInput):
        return None
    kept = {name: value for name, value in widget.attrs.items() if name not in {"min", "max", "step"}}
    whole = not isinstance(bound.field, forms.DecimalField | forms.FloatField)
    return forms.TextInput({"inputmode": "numeric" if whole else "decimal"} | kept)


def _options(bound: BoundField) -> list[dict[str, Any]]:
    hints = getattr(bound.field, "choice_hints", {})
    return [
        {
            "control": each.tag(),
            "id": each.id_for_label,
            "label": each.choice_label,
            "hint": hints.get(each.data["value"]),
        }
        for each in bound.subwidgets
    ]


@register.inclusion_tag("components/button_list.html")
def button_list(name: str, choices: Iterable[Sequence[str]], chosen: str = "") -> dict[str, Any]:
    """A question that one tap answers."""
    return {"name": name, "chosen": chosen, "choices": [(*choice, "")[:3] for choice in choices]}


# -- boxes ------------------------------------------------------------------------------------------------------


@register.simple_block_tag
def next_step(content: SafeString, title: str, calm: bool = False, anchor: str = "next") -> SafeString:
    """What the reader does now, by when, and what happens if they do nothing."""
    return format_html(
        '<section class="card next{}" aria-labelledby="{}"><h2 id="{}">{}</h2>{}</section>',
        *(" calm" if calm else "", anchor, anchor, title, content),
    )


@register.simple_block_tag
def notice(content: SafeString, title: str = "", tone: str = "info") -> SafeString:
    """Something to know on this page."""
    return format_html(
        '<div class="notice {}">{}{}</div>', tone, title and format_html("<h2>{}</h2>", title), content
    )


@register.simple_block_tag
def panel(content: SafeString, title: str) -> SafeString:
    """It is done: the top of a confirmation page."""
    return format_html('<div class="panel"><h1>{}</h1>{}</div>', title, content)


@register.simple_block_tag
def empty(content: SafeString, title: str) -> SafeString:
    """A list with nothing in it, and what to do instead."""
    return format_html('<div class="empty"><h2>{}</h2>{}</div>', title, content)


# -- lists ------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/timeline.html")
def timeline(lines: Iterable[display.TimelineLine]) -> dict[str, Any]:
    """What happened, newest first."""
    return {"lines": lines}


@register.inclusion_tag("components/tracker.html")
def tracker(steps: Iterable[display.Step], label: str) -> dict[str, Any]:
    """Where a refund or a return stands. `label` names the list for those who do not see it."""
    return {"steps": steps, "label": label}


@register.inclusion_tag("components/summary.html")
def summary(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Answers given, each with Change."""
    return {"rows": rows}


@register.inclusion_tag("components/tasks.html")
def tasks(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Things to do, each with its state."""
    return {"rows": rows}


@register.inclusion_tag("components/gallery.html")
def gallery(files: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Evidence as a grid."""
    return {"files": files}


@register.inclusion_tag("components/message.html")
def message(m: dict[str, Any]) -> dict[str, Any]:
    """One message of a thread, with a risk warning where there is one."""
    return {"m": m}


@register.inclusion_tag("components/pager.html")
def pager(previous: str | None = "", following: str | None = "") -> dict[str, Any]:
    """Earlier and later pages."""
    return {"previous": previous, "following": following}
