"""Evidence files, and who opened a sealed original. What they are evidence of is known above: an order's or a
dispute's own rows point here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.access import Actor
from marketplace.core.ids import PublicIdField

from .storage import clean_key, evidence_storage, original_key


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def of(self, actor: Actor) -> EvidenceQuerySet:
        """What this person sent, and what was not removed since."""
        return self.filter(owner_id=actor.user_id, removed_at=None)


class Evidence(models.Model):
    """One file somebody sent. The original stays sealed; everybody sees the clean copy (E-02)."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photo")
        VIDEO = "video", _("Video")
        RECEIPT = "receipt", _("Receipt")
        SCREENSHOT = "screenshot", _("Screenshot")
        DOCUMENT = "document", _("Document")

    class Status(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        READY = "ready", _("Ready")
        REFUSED = "refused", _("Refused")

    public_id = PublicIdField(prefix="evd")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("sent by")
    )
    name = models.CharField(_("name"), max_length=255)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PHOTO)
    private = models.BooleanField(_("only the mediator sees this"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.READY)

    content_type = models.CharField(_("type of the original, by its bytes"), max_length=40)
    size = models.BigIntegerField(_("size of the original (bytes)"))
    sha256 = models.CharField(_("SHA-256 of the original"), max_length=64)
    original_file = models.FileField(storage=evidence_storage, upload_to=original_key, max_length=100)

    #: False: nothing here could make a clean copy of this video, and the original is served, as bytes to save
    is_clean = models.BooleanField(_("without hidden data"), default=True)
    clean_type = models.CharField(_("type of the clean copy"), max_length=40)
    clean_size = models.BigIntegerField(_("size of the clean copy (bytes)"))
    clean_sha256 = models.CharField(_("SHA-256 of the clean copy"), max_length=64)
    clean_file = models.FileField(storage=evidence_storage, upload_to=clean_key, max_length=100)
    width = models.PositiveIntegerField(_("width (pixels)"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height (pixels)"), null=True, blank=True)

    created_at = models.DateTimeField(_("sent at"))
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    #: when to ask again whether a case still needs it; null: its bytes are gone (E-05)
    look_at = models.DateTimeField(_("looked at again"), null=True, blank=True, db_index=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence file")
        verbose_name_plural = _("evidence files")
        ordering = ("id",)
        constraints = [
            # `private` is part of it: a file shown to the other side must not answer for one that is to be hidden.
            models.UniqueConstraint(
                fields=["owner", "sha256", "private"],
                condition=Q(removed_at=None),
                name="evidence_sent_once_by_owner",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="evidence_not_empty"),
        ]

    def __str__(self) -> str:
        return self.public_id


class Upload(models.Model):
    """A file on its way to us: announced, and partly here. Its bytes lie in the staging folder, or with S3 as parts.

    What is half here a day after it was announced is dropped (E-04).
    """

    class Protocol(models.TextChoices):
        TUS = "tus", "tus"
        S3 = "s3", "S3"

    public_id = PublicIdField(prefix="upl")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    protocol = models.CharField(max_length=4, choices=Protocol)
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=12, choices=Evidence.Kind)
    private = models.BooleanField(default=False)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True, help_text="As announced; empty: not announced")
    fingerprint = models.CharField(max_length=64, blank=True, help_text="By which a page finds it again")
    key = models.CharField(max_length=100, help_text="Where its bytes lie")
    multipart_id = models.CharField(max_length=1024, blank=True, help_text="S3's name of the upload")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    evidence = models.ForeignKey(Evidence, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ("id",)
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="upload_not_empty")]

    def __str__(self) -> str:
        return self.public_id


class OriginalOpened(models.Model):
    """Somebody of the staff opened a sealed original: who, when, which. Only ever added to (E-02)."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="openings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("opened original")
        verbose_name_plural = _("opened originals")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.evidence_id} · {self.by_id} · {self.at:%Y-%m-%d %H:%M}"
