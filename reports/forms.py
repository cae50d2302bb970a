"""What a person types about a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import LocalMoment, Words
from marketplace.evidence.content import Limits
from marketplace.evidence.forms import MOST_FILES, FilesField
from marketplace.orders.models import Listing
from marketplace.sanctions.models import Kind
from marketplace.sanctions.services import MOST_POINTS

from . import measures
from .kinds import LONGEST_ANSWER, MOST_LISTINGS, PROOF_WANTED, Question, number_in
from .models import Report, State, TargetKind

#: the moderator's date is not theirs
ENDLESS = (Kind.WARNING, Kind.STRIKE)


def words_field(label: Any, longest: int, rows: int, **how: Any) -> Words:
    """A text of so many letters at most, as many as the policy takes: the page counts them, a new line as one."""
    return Words(label=label, max_length=longest, widget=forms.Textarea(attrs={"rows": rows}), **how)


def files_field(limits: Limits) -> FilesField:
    field = FilesField(label=_("Add photos or files"), required=False, limits=limits)
    field.help_text = _("Photos up to %(most)s each.") % {"most": limits.max_text}
    field.widget.attrs |= {"data-max-bytes": limits.photo_max_bytes, "data-max-files": MOST_FILES}
    return field


def without_parts(form: forms.Form) -> None:
    """Large files are sent in parts by people with an account alone."""
    form.fields["files"].widget.attrs["data-upload"] = ""


TARGETS = (
    (TargetKind.LISTING, _("A listing")),
    (TargetKind.STORE, _("A shop")),
    (TargetKind.ORDER, _("An order of mine")),
    (TargetKind.USER, _("A person")),
)


class TargetForm(forms.Form):
    """What is reported. Whoever has no account has no order."""

    type = forms.ChoiceField(
        label=_("Choose what it is"),
        choices=TARGETS,
        widget=forms.RadioSelect,
    )  # fmt: skip
    id = forms.CharField(
        label=_("Its number"), help_text=_("It stands on its page. A link is fine too."), max_length=300
    )

    def __init__(self, *args: Any, has_account: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["type"]
        assert isinstance(field, forms.ChoiceField)
        if not has_account:
            field.choices = [each for each in TARGETS if each[0] != TargetKind.ORDER]

    def clean_id(self) -> str:
        """A link ends in the number."""
        return number_in(self.cleaned_data["id"])


class AnswerForm(forms.Form):
    """One question that wants words; `answers`: those that were given so far."""

    def __init__(self, *args: Any, question: Question, answers: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = forms.Textarea(attrs={"rows": 5}) if question.is_list else forms.TextInput()
        longest = MOST_LISTINGS * LONGEST_ANSWER if question.is_list else LONGEST_ANSWER
        self.fields["answer"] = forms.CharField(
            label=question.label,
            help_text=question.hint,
            widget=widget,
            max_length=longest,
            required=question.is_wanted(answers),
        )


class TickForm(forms.Form):
    """One sentence that is confirmed."""

    answer = forms.BooleanField(
        error_messages={"required": _("Confirm that it is true, or do not send the report.")}
    )

    def __init__(self, *args: Any, question: Question, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].label = question.hint


class DescriptionForm(forms.Form):
    """What happened."""

    def __init__(self, *args: Any, longest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = _("Write in any language.")
        self.fields["description"] = words_field(_("What happened?"), longest, 7, help_text=hint)


class FilesForm(forms.Form):
    """Photos and files. `proof`: a file that shows the right has to be among them."""

    def __init__(self, *args: Any, limits: Limits, proof: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"] = field = files_field(limits)
        if proof:
            field.required, field.label = True, _("A photo of the certificate, contract or original")
            field.error_messages["required"] = PROOF_WANTED


class GuestFilesForm(FilesForm):
    """The same for a person without an account: the files come with the form, as there is nobody to send parts for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_parts(self)


class ContactForm(forms.Form):
    """Where we reach the reporter about this report."""

    name = forms.CharField(label=_("Your name"), max_length=200)
    email = forms.EmailField(label=_("Your mail address"), max_length=254)
    phone = forms.CharField(label=_("Your phone number"), max_length=60, required=False)


class SayForm(forms.Form):
    """Words, and files."""

    def __init__(self, *args: Any, longest: int, limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.fields.copy()
        words = words_field(_("What do you want to tell us?"), longest, 6)
        self.fields = {"text": words, **own, "files": files_field(limits)}


class AppealForm(SayForm):
    """What a person without an account thinks that we missed, and further evidence."""

    def __init__(self, *args: Any, longest: int, **kwargs: Any) -> None:
        super().__init__(*args, longest=longest, **kwargs)
        hint = _("Write in any language.")
        self.fields["text"] = words_field(_("What did we miss?"), longest, 6, help_text=hint)


class RespondForm(SayForm):
    """The respondent's side."""

    counter_notice = forms.BooleanField(
        label=_("This is a counter-notice: I have the right to use it, and I stand by that."), required=False
    )

    def __init__(self, *args: Any, is_copies: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_copies:
            del self.fields["counter_notice"]


class AskForm(forms.Form):
    """A moderator asks the reporter."""

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        longest = report.policy.description_max
        self.fields["text"] = words_field(_("What do you need from the reporter?"), longest, 3)


class DecideForm(forms.Form):
    """The decision. What is typed here is what both sides read."""

    outcome = forms.ChoiceField(
        label=_("Result"), choices=[(State.UPHELD.value, _("We act")), (State.DISMISSED.value, _("No action"))], widget=forms.RadioSelect
    )  # fmt: skip
    reason_code = forms.CharField(label=_("Which rule?"), max_length=40)
    facts = words_field(
        _("What did you find, and why?"), 0, 5
    )  # its place; how long it may be, the policy says
    unheard_reason = forms.CharField(
        label=_("A law forbids asking the other side first: which?"), required=False, max_length=500
    )
    tracking_due_at = LocalMoment(
        label=_("Valid tracking by"),
        required=False,
        help_text=_("Empty: the usual time. Only for that claim."),
    )
    false_data = forms.BooleanField(label=_("The reporter gave false data"), required=False)
    measures = forms.MultipleChoiceField(
        label=_("If we act: what follows"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("The statement above goes to whom it burdens."),
    )  # fmt: skip
    listings = forms.MultipleChoiceField(
        label=_("Which listings"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("What is done to a listing is done to each that is ticked."),
    )  # fmt: skip
    points = forms.IntegerField(
        label=_("Points of a strike"), required=False, min_value=1, max_value=MOST_POINTS
    )
    reporter_measures = forms.MultipleChoiceField(
        label=_("If the reporter gave false data: what follows"), required=False, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    measures_until = LocalMoment(
        label=_("Until when"), required=False,
        help_text=_("Empty: until it is taken back. A warning has no end, and a strike counts as long as the policy says."),
    )  # fmt: skip

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("measures", measures.choices_against_respondent(report))
        self._offer("reporter_measures", measures.choices_against_reporter())
        self.fields["facts"] = words_field(self.fields["facts"].label, report.policy.description_max, 5)
        self._offer_listings(report.reported_listings)
        if report.respondent_store_id is None:
            del self.fields["points"]
        if not report.wants_tracking:
            del self.fields["tracking_due_at"]

    def _offer(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices

    def _offer_listings(self, reported: Sequence[Listing]) -> None:
        """Where several were reported, the moderator says which; at first all."""
        self.titles = {each.public_id: each.title for each in reported}
        if len(reported) < 2:
            del self.fields["listings"]
            return
        self._offer("listings", list(self.titles.items()))
        self.fields["listings"].initial = list(self.titles)

    def clean(self) -> dict[str, Any]:
        """What was ticked for another result is told, not dropped."""
        data = self.cleaned_data
        if "listings" in self.fields and not data.get("listings") and _done_to_listings(data):
            self.add_error("listings", _("Tick the listings that this is done to."))
        if data.get("measures") and data.get("outcome") == State.DISMISSED:
            self.add_error("measures", _("These only follow if we act."))
        if data.get("reporter_measures") and not data.get("false_data"):
            self.add_error("reporter_measures", _("These only follow if the reporter gave false data."))
        return data

    def verb_data(self) -> dict[str, Any]:
        """As the service takes it."""
        data = dict(self.cleaned_data)
        until, points = data.pop("measures_until"), data.pop("points", None)
        kinds, listings = [*data.pop("measures"), *data.pop("reporter_measures")], data.pop("listings", [])
        data["sanctions"] = [
            {"kind": kind, "ends_at": None if kind in ENDLESS else until, "points": points if kind == Kind.STRIKE else None, "listing": listing}
            for kind in kinds
            for listing in (listings if kind in measures.OF_LISTINGS and listings else [None])
        ]  # fmt: skip
        return data


def _done_to_listings(data: Mapping[str, Any]) -> bool:
    return any(kind in measures.OF_LISTINGS for kind in data.get("measures", []))
