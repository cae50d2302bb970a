"""People, their stores, and what may be taken from them.

A person may be buyer here and seller there; the role comes from the case, never from the account. People who came with
orders of a host marketplace are joined by (integrator, reference).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from marketplace.core.ids import PublicIdField


class User(AbstractUser):  # type: ignore[django-manager-missing]  # knox's relation from ApiToken
    """Somebody who signs in, or who came with an order and may sign in one day."""

    public_id = PublicIdField(prefix="usr")
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, help_text=_("For example Europe/Moscow")
    )
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    integrator = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="people_sent"
    )
    reference = models.CharField(max_length=120, blank=True, editable=False)

    objects: ClassVar[UserManager[User]] = UserManager()  # type: ignore[assignment]  # the stubs' Self

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["integrator", "reference"],
                condition=~Q(reference=""),
                name="one_user_per_integrator_reference",
            )
        ]

    @property
    def shown_name(self) -> str:
        """The name the other side and staff see; never the e-mail address."""
        return self.get_full_name() or self.username


class Store(models.Model):
    """A shop that sells. Its members act for it."""

    public_id = PublicIdField(prefix="sto")
    name = models.CharField(_("name"), max_length=200)
    members = models.ManyToManyField(User, through="StoreMember", related_name="stores")
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    local_return_countries = models.JSONField(
        _("countries with a local return address"), default=list, blank=True
    )
    commission_bp = models.PositiveSmallIntegerField(_("commission (hundredths of a percent)"), default=0)
    integrator = models.ForeignKey(
        User, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="stores_sent"
    )
    reference = models.CharField(max_length=120, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["integrator", "reference"],
                condition=~Q(reference=""),
                name="one_store_per_integrator_reference",
            ),
            models.CheckConstraint(
                condition=Q(commission_bp__lte=10000), name="commission_at_most_everything"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StoreAddress(models.Model):
    """Where buyers send goods back to: one for each country of buyers, and one for all others (T-01).

    It holds for buyers in `country`, where it also stands; the store's default for everybody else as well.
    """

    public_id = PublicIdField(prefix="adr")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="addresses")
    country = models.CharField(_("country"), max_length=2)
    city = models.CharField(_("city"), max_length=120, blank=True)
    lines = models.TextField(_("address"), help_text=_("As it stands on a parcel: name, street, town."))
    is_default = models.BooleanField(_("for buyers in all other countries"), default=False)

    class Meta:
        ordering = ("-is_default", "country")
        constraints = [
            models.UniqueConstraint(fields=["store", "country"], name="one_address_per_store_and_country"),
            models.UniqueConstraint(
                fields=["store"], condition=Q(is_default=True), name="one_default_address_per_store"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store}: {self.country}"

    @property
    def is_local(self) -> bool:
        """Does the store promise buyers in this country that they return goods inside it?"""
        return self.country in self.store.local_return_countries


class StoreMember(models.Model):
    """Who may act for a store."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    is_owner = models.BooleanField(_("owner"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "user"], name="one_membership_per_store_and_user")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.store}"


class MeasureQuerySet(models.QuerySet[Any]):
    """Of rows that hold for a while."""

    def in_force(self, at: datetime) -> MeasureQuerySet:
        return self.filter(starts_at__lte=at, lifted_at=None).filter(Q(ends_at=None) | Q(ends_at__gt=at))

    def lift(self, cause: str, at: datetime) -> int:
        """End exactly what this cause brought; what other causes brought stays (C-11)."""
        return self.filter(cause=cause, lifted_at=None).update(lifted_at=at)


class Measure(models.Model):
    """A right that is taken for a while, for a cause. Each cause has a row of its own: one ends, the others hold on (C-11)."""

    reason = models.TextField(_("why, as the person reads it"))
    cause = models.CharField(max_length=60, help_text=_("The sanction that it comes from"))
    imposed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        abstract = True


class Restriction(Measure):
    """Something a person may not do for a while. It never takes away the right to answer or appeal (C-12)."""

    class Kind(models.TextChoices):
        NO_DISPUTES = "no_disputes", _("may not open disputes")
        NO_REPORTS = "no_reports", _("may not send reports")
        NO_ORDERS = "no_orders", _("may not buy")
        BLOCK = "block", _("may not buy, report, open disputes, write first or rate")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="restrictions")
    kind = models.CharField(max_length=20, choices=Kind)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "cause"], name="one_restriction_per_cause")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()}"


class StoreMeasure(Measure):
    """What holds for a whole store. Its people may still send, answer, give evidence and appeal (C-12)."""

    class Kind(models.TextChoices):
        ORDERS_HELD = "orders_held", _("paid orders are put on hold")
        SUSPENDED = "suspended", _("may not sell")

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="measures")
    kind = models.CharField(max_length=20, choices=Kind)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "kind", "cause"], name="one_store_measure_per_cause")
        ]
        indexes = [
            models.Index(
                fields=["kind", "store"], condition=Q(lifted_at=None), name="store_measure_not_lifted"
            )
        ]

    def __str__(self) -> str:
        return f"{self.store}: {self.get_kind_display()}"


class ApiToken(AbstractAuthToken):
    """A token for the API: kept hashed, expires, and may do only what its scopes say."""

    class Scope(models.TextChoices):
        READ = "read", _("read")
        WRITE = "write", _("act")
        IMPORT = "orders:import", _("send orders")

    name = models.CharField(_("name"), max_length=80, blank=True)
    scopes = models.JSONField(_("scopes"), default=list)

    def __str__(self) -> str:
        return f"{self.name or self.token_key} of {self.user}"
