"""What people write to each other on an order or a dispute. Messages are not evidence (N-08) and are never edited."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.ids import PublicIdField

from . import screening


class Thread(models.Model):
    """One conversation; whatever it belongs to points at it."""

    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"thread {self.pk}"

    @property
    def case(self) -> Any:
        """The order or dispute that points at this thread; None where none does yet."""
        for relation in self._meta.related_objects:
            if relation.one_to_one and (case := getattr(self, str(relation.get_accessor_name()), None)):
                return case
        return None


class Message(models.Model):
    """One message, as it was sent; only the warnings under it change. `role` is the author's part in the case at that time."""

    public_id = PublicIdField(prefix="msg")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    text = models.TextField()
    sent_at = models.DateTimeField()
    warnings = models.JSONField(
        default=list,
        help_text="Categories its reader is warned of, gravest first: its flags but the dismissed ones",
    )

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.public_id


class Category(models.TextChoices):
    """What a message can be warned of (N-07)."""

    THREAT = screening.THREAT, _("Threat")
    INSULT = screening.INSULT, _("Insult")
    OUTSIDE_PAYMENT = screening.OUTSIDE_PAYMENT, _("Money outside the site")
    EARLY_CONFIRM = screening.EARLY_CONFIRM, _("Close the dispute or confirm early")
    CONTACT_DETAILS = screening.CONTACT_DETAILS, _("Contact outside the site")


class MessageFlag(models.Model):
    """The screening found something in a message: shown to its reader, and looked at by a moderator (N-07)."""

    class State(models.TextChoices):
        OPEN = "open", _("To be looked at")
        UPHELD = "upheld", _("It is so")
        DISMISSED = "dismissed", _("It is not so")

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="flags", verbose_name=_("message")
    )
    category = models.CharField(_("what for"), max_length=20, choices=Category)
    term = models.CharField(_("found by"), max_length=400)
    warned = models.BooleanField(_("the writer was warned and sent it anyway"), default=False)
    raised_at = models.DateTimeField(_("raised at"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    note = models.TextField(_("note"), blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("handled by"),
    )
    handled_at = models.DateTimeField(_("handled at"), null=True)

    class Meta:
        verbose_name = _("flag on a message")
        verbose_name_plural = _("flags on messages")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["message", "category"], name="one_flag_per_message_and_category"),
            models.CheckConstraint(
                condition=Q(state="open", handled_at=None, handled_by=None)
                | ~Q(state="open") & Q(handled_at__isnull=False, handled_by__isnull=False),
                name="handled_flag_says_by_whom",
            ),
        ]
        indexes = [models.Index(fields=["-id"], condition=Q(state="open"), name="message_flags_open")]

    def __str__(self) -> str:
        return f"{self.get_category_display()}: {self.message.public_id}"


class Term(models.Model):
    """Words that texts are looked through for; staff add to them, change them, and turn them off."""

    term = models.CharField(
        _("term"),
        max_length=400,
        help_text=_(
            "Words in their order. “a|b” is either word. “refund*” has any ending. “…” stands for up to four more words."
        ),
    )
    is_on = models.BooleanField(_("in use"), default=True)
    #: grows with each change, so that other processes see that there was one
    revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        changed = self.pk is not None
        if changed:
            self.revision = F("revision") + 1
        super().save(*args, **kwargs)
        if changed:
            self.refresh_from_db(fields=["revision"])

    def clean(self) -> None:
        """Refuse what could not be looked for, or would be found everywhere."""
        try:
            screening.check_term(self.term)
        except ValueError as error:
            raise ValidationError(
                {"term": _("Write words of two letters or more. “…” stands only between words.")}
            ) from error


class ScreeningTerm(Term):
    """Words that messages are screened for (N-07)."""

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        RUSSIAN = "ru", _("Russian")
        CHINESE = "zh", _("Chinese")
        PORTUGUESE = "pt", _("Portuguese")

    class Kind(models.TextChoices):
        THREAT = screening.THREAT, _("Threat")
        INSULT = screening.INSULT, _("Insult")
        OUTSIDE_PAYMENT = screening.OUTSIDE_PAYMENT, _("Money outside the site")
        EARLY_CONFIRM = screening.EARLY_CONFIRM, _("Close the dispute or confirm early")
        CONTACT_DETAILS = screening.CONTACT_DETAILS, _("Contact outside the site")
        ALLOWED_SITE = screening.ALLOWED_SITE, _("Site that may be named")

    language = models.CharField(_("language"), max_length=2, choices=Language)
    category = models.CharField(_("what for"), max_length=20, choices=Kind)

    class Meta:
        verbose_name = _("term for screening")
        verbose_name_plural = _("terms for screening")
        ordering = ("language", "category", "term")
        constraints = [
            models.UniqueConstraint(
                fields=["language", "category", "term"], name="one_row_per_screening_term"
            )
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.get_category_display()}: {self.term}"

    def clean(self) -> None:
        """A site is no term."""
        if self.category != self.Kind.ALLOWED_SITE:
            super().clean()
        elif "." not in self.term or not self.term.replace(".", "").replace("-", "").isalnum():
            raise ValidationError({"term": _("Write a site like this: example.com")})
