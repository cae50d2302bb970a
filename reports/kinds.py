"""The four categories of reports (C-01): what each asks, and which answers fit. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.errors import FieldError

LONGEST_ANSWER = 300
MOST_LISTINGS = 50
TRACKING = "send_goods_with_tracking"
PHISHING = "phishing"


class Category(models.TextChoices):
    INTELLECTUAL_PROPERTY = "intellectual_property", gettext_lazy("Copies or brand misuse")
    PROHIBITED_PRODUCTS = "prohibited_products", gettext_lazy("Forbidden goods")
    TRADE_RULES = "trade_rules", gettext_lazy("Broken trade rules")
    SEARCH_MANIPULATION = "search_manipulation", gettext_lazy("Cheating in search")


#: categories that people without an account may report
WITHOUT_ACCOUNT = frozenset({Category.INTELLECTUAL_PROPERTY, Category.PROHIBITED_PRODUCTS})

Choices = Sequence[tuple[str, Any]]
RIGHTS: Choices = (
    ("trade_mark", gettext_lazy("A trade mark")),
    ("copyright", gettext_lazy("Copyright")),
    ("patent", gettext_lazy("A patent")),
    ("design", gettext_lazy("A design")),
)
AUTHORITIES: Choices = (
    ("owner", gettext_lazy("I own the right")),
    ("agent", gettext_lazy("I act for the owner")),
    ("other", gettext_lazy("I am someone else")),
)
GOODS: Choices = (
    ("weapons", gettext_lazy("Weapons")),
    ("drugs", gettext_lazy("Drugs or medicine")),
    ("animals", gettext_lazy("Animals or parts of them")),
    ("unsafe", gettext_lazy("A product that is not safe")),
    ("stolen", gettext_lazy("Stolen goods or false papers")),
    ("other", gettext_lazy("Something else that is forbidden")),
)
YES_NO: Choices = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))
COMPLETED: Choices = (*YES_NO, ("not_sure", gettext_lazy("I am not sure")))
RECEIVED: Choices = (*YES_NO, ("part", gettext_lazy("Only a part")))
CLAIMS: Choices = (
    (TRACKING, gettext_lazy("Send the goods and give a valid tracking number")),
    ("stop", gettext_lazy("Stop this")),
    ("other", gettext_lazy("Something else")),
)
VIOLATIONS: Choices = (
    ("duplicate_listings", gettext_lazy("The same item many times")),
    ("price_far_from_real", gettext_lazy("The price is not real")),
    ("wrong_category", gettext_lazy("It is in the wrong category")),
    ("false_words", gettext_lazy("False words in the title")),
    ("fake_reviews", gettext_lazy("Fake reviews")),
    ("spam", gettext_lazy("Spam")),
    (PHISHING, gettext_lazy("It wants my password or card number")),
    ("other", gettext_lazy("Something else")),
)


@dataclass(frozen=True)
class Question:
    """One answer of a category. `choices` None: words; `strict`: only one of the choices fits.

    `tick`: a sentence that one confirms; the only answer is yes. `unless`: with this answer to another question, it may stay empty.
    `of_buyer`: asked of whoever bought; a seller who reports a buyer has no answer to it (C-02).
    """

    name: str
    label: Any
    choices: Choices | None = None
    strict: bool = False
    required: bool = True
    is_list: bool = False
    tick: bool = False
    unless: tuple[str, str] | None = None
    of_buyer: bool = False
    hint: Any = ""

    def is_wanted(self, answers: Mapping[str, Any], *, by_seller: bool = False) -> bool:
        """Has it to be answered, beside these answers?"""
        if self.of_buyer and by_seller:
            return False
        return self.required and (self.unless is None or answers.get(self.unless[0]) != self.unless[1])


QUESTIONS: Mapping[str, tuple[Question, ...]] = {
    Category.INTELLECTUAL_PROPERTY: (
        Question("authority", gettext_lazy("Who are you?"), AUTHORITIES),
        Question("right", gettext_lazy("Which right is it?"), RIGHTS),
        Question("holder", gettext_lazy("Who owns the right?")),
        Question("registration_number", gettext_lazy("What is its number?"), unless=("right", "copyright"),
                 hint=gettext_lazy("With the country. Copyright has none: leave it empty. If yours has none yet, say so.")),
        Question("listings", gettext_lazy("Which listings copy it?"), is_list=True,
                 hint=gettext_lazy("One number or link a line.")),
        Question("true_statement", gettext_lazy("Is it all true?"), (("yes", gettext_lazy("Confirmed")),), strict=True, tick=True,
                 hint=gettext_lazy("All that I say here is true. I believe in good faith that the use is not allowed.")),
    ),
    Category.PROHIBITED_PRODUCTS: (
        Question("rule", gettext_lazy("What is it?"), GOODS),
        Question("country", gettext_lazy("In which country is it forbidden?"), hint=gettext_lazy("Two letters, like DE or BR.")),
    ),
    Category.TRADE_RULES: (
        Question("order_number", gettext_lazy("Which order is it?")),
        Question("order_completed", gettext_lazy("Is your order completed?"), COMPLETED, strict=True, of_buyer=True),
        Question("induced_confirmation", gettext_lazy("Did the seller ask you to confirm receipt before the goods came?"), YES_NO, strict=True, of_buyer=True),
        Question("goods_received", gettext_lazy("Do you have the goods?"), RECEIVED, strict=True, of_buyer=True),
        Question("claim", gettext_lazy("What do you want?"), CLAIMS, strict=True, required=False, of_buyer=True),
    ),
    Category.SEARCH_MANIPULATION: (
        Question("violation", gettext_lazy("What is wrong?"), VIOLATIONS, strict=True),
        Question("listings", gettext_lazy("Which listings are it?"), is_list=True, required=False,
                 hint=gettext_lazy("One number or link a line.")),
    ),
}  # fmt: skip


#: who says that the right is theirs, or that they act for its owner, shows it
PROVES = frozenset({"owner", "agent"})
PROOF_WANTED = gettext_lazy("Add a file that shows that the right is yours, or that you act for its owner.")


def needs_proof(category: str, answers: Mapping[str, Any]) -> bool:
    """Does a report with these answers come with a file that shows the right, or the authority to act (C-01)?"""
    return category == Category.INTELLECTUAL_PROPERTY and answers.get("authority") in PROVES


def checked(
    category: str,
    answers: Mapping[str, Any],
    errors: list[FieldError],
    *,
    on_pages: bool = False,
    by_seller: bool = False,
) -> dict[str, Any]:
    """The answers as they are kept; what does not fit is added to `errors` under `answers.<name>`.

    `on_pages`: asked by our own pages, where a tick is asked for. By the API, sending is the statement. `by_seller`: about an
    order that the reporter sold.
    """
    questions = {question.name: question for question in QUESTIONS[category]}
    unknown = sorted(answers.keys() - questions.keys())
    errors += [
        FieldError(f"answers.{name}", "unknown", _("This category has no such question.")) for name in unknown
    ]
    kept = {}
    for name, question in questions.items():
        is_wanted = question.is_wanted(answers, by_seller=by_seller) and (on_pages or not question.tick)
        value = _value(question, answers.get(name), is_wanted, errors)
        if value not in (None, "", []):
            kept[name] = value
    return kept


def _value(question: Question, value: Any, is_wanted: bool, errors: list[FieldError]) -> Any:
    field = f"answers.{question.name}"
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if question.is_list and isinstance(value, list):
        value = [each for each in value if not isinstance(each, str) or each.strip()]
    if question.tick and value == "no":
        value, is_wanted = None, True  # who says that it is not true reports nothing
    if value in (None, "", []) or (isinstance(value, str) and not value.strip()):
        if is_wanted:
            words = _("Confirm that it is true.") if question.tick else _("Please answer this question.")
            errors.append(FieldError(field, "required", words))
        return None
    if question.is_list:
        return _listings(field, value, errors)
    if not isinstance(value, str) or len(value) > LONGEST_ANSWER:
        words = _("Write up to %(n)s letters.") % {"n": LONGEST_ANSWER}
        errors.append(FieldError(field, "invalid", words))
        return None
    value = value.strip()
    if question.strict and question.choices and value not in dict(question.choices):
        errors.append(FieldError(field, "unknown", _("Choose one of the answers.")))
        return None
    return value


def number_in(text: str) -> str:
    """The number at the end of a link, or the number itself."""
    return text.strip().partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]


def _listings(field: str, value: Any, errors: list[FieldError]) -> list[str] | None:
    lines = value.split() if isinstance(value, str) else value
    fits = isinstance(lines, list) and all(
        isinstance(each, str) and len(each) <= LONGEST_ANSWER for each in lines
    )
    if not fits or len(lines) > MOST_LISTINGS:
        words = _("Name 1 to %(n)s listings, by number or link.") % {"n": MOST_LISTINGS}
        errors.append(FieldError(field, "invalid", words))
        return None
    return [each.strip() for each in lines if each.strip()]


def in_words(category: str, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(question, answer) as people read them."""
    rows = []
    for question in QUESTIONS[category]:
        if question.name in answers:
            value = answers[question.name]
            words = (
                ", ".join(value)
                if isinstance(value, list)
                else dict(question.choices or ()).get(value, value)
            )
            rows.append((str(question.label), str(words)))
    return rows
