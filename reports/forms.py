"""What a person types about a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import LocalMoment
from marketplace.evidence.content import Limits
from marketplace.evidence.forms import MOST_FILES, FilesField
from marketplace.sanctions.models import Kind
from marketplace.sanctions.services import MOST_POINTS

from . import measures
from .kinds import LONGEST_ANSWER, PROOF_WANTED, Question, number_in
from .models import Report, State

LONGEST = 20_000
#: the moderator's date is not theirs
ENDLESS = (Kind.WARNING, Kind.STRIKE)


def files_field(limits: Limits) -> FilesField:
    field = FilesField(label=_("Add photos or files"), required=False, limits=limits)
    field.help_text = _("Photos up to %(most)s each.") % {"most": limits.max_text}
    field.widget.attrs |= {"data-max-bytes": limits.photo_max_bytes, "data-max-files": MOST_FILES}
    return field


def without_parts(form: forms.Form) -> None:
    """Large files are sent in parts by people with an account alone."""
    form.fields["files"].widget.attrs["data-upload"] = ""


class TargetForm(forms.Form):
    """What is reported."""

    type = forms.ChoiceField(
        label=_("Choose what it is"),
        choices=[("listing", _("A listing")), ("store", _("A shop")), ("order", _("An order of mine")), ("user", _("A person"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
    id = forms.CharField(
        label=_("Its number"), help_text=_("It stands on its page. A link is fine too."), max_length=300
    )

    def clean_id(self) -> str:
        """A link ends in the number."""
        return number_in(self.cleaned_data["id"])


class AnswerForm(forms.Form):
    """One question that wants words; `answers`: those that were given so far."""

    def __init__(self, *args: Any, question: Question, answers: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = forms.Textarea(attrs={"rows": 5}) if question.is_list else forms.TextInput()
        longest = LONGEST if question.is_list else LONGEST_ANSWER
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

    description = forms.CharField(
        label=_("What happened?"), help_text=_("Write in any language."), widget=forms.Textarea(attrs={"rows": 7}),
        max_length=LONGEST,
    )  # fmt: skip


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

    text = forms.CharField(
        label=_("What do you want to tell us?"), widget=forms.Textarea(attrs={"rows": 6}), max_length=LONGEST
    )

    def __init__(self, *args: Any, limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"] = files_field(limits)


class AppealForm(forms.Form):
    """What a person without an account thinks that we missed."""

    text = forms.CharField(
        label=_("What did we miss?"), help_text=_("Write in any language."), widget=forms.Textarea(attrs={"rows": 6}),
        max_length=LONGEST,
    )  # fmt: skip


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

    text = forms.CharField(
        label=_("What do you need from the reporter?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST,
    )


class DecideForm(forms.Form):
    """The decision. What is typed here is what both sides read."""

    outcome = forms.ChoiceField(
        label=_("Result"), choices=[(State.UPHELD.value, _("We act")), (State.DISMISSED.value, _("No action"))], widget=forms.RadioSelect
    )  # fmt: skip
    reason_code = forms.CharField(label=_("Which rule?"), max_length=40)
    facts = forms.CharField(
        label=_("What did you find, and why?"), widget=forms.Textarea(attrs={"rows": 5}), max_length=LONGEST
    )
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
        self.fields["measures"].choices = measures.choices_against_respondent(report)  # type: ignore[attr-defined]
        self.fields["reporter_measures"].choices = measures.choices_against_reporter()  # type: ignore[attr-defined]
        self.fields["facts"].max_length = report.policy.description_max  # type: ignore[attr-defined]
        if report.respondent_store_id is None:
            del self.fields["points"]
        if not report.wants_tracking:
            del self.fields["tracking_due_at"]

    def clean(self) -> dict[str, Any]:
        """What was ticked for another result is told, not dropped."""
        data = self.cleaned_data
        if data.get("measures") and data.get("outcome") == State.DISMISSED:
            self.add_error("measures", _("These only follow if we act."))
        if data.get("reporter_measures") and not data.get("false_data"):
            self.add_error("reporter_measures", _("These only follow if the reporter gave false data."))
        return data

    def verb_data(self) -> dict[str, Any]:
        """As the service takes it."""
        data = dict(self.cleaned_data)
        until, points = data.pop("measures_until"), data.pop("points", None)
        kinds = [*data.pop("measures"), *data.pop("reporter_measures")]
        data["sanctions"] = [
            {"kind": kind, "ends_at": None if kind in ENDLESS else until, "points": points if kind == Kind.STRIKE else None}
            for kind in kinds
        ]  # fmt: skip
        return data
