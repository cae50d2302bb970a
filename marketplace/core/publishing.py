"""How a policy comes to be: a draft is copied from what is in force, checked, and published for good (P-01, P-02)."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils import timezone

from .access import Actor
from .errors import WrongState
from .policy import ProtectionPolicy


def draft_from(policy: ProtectionPolicy) -> ProtectionPolicy:
    """A new draft with the same parameters, or the draft that there is already."""
    drafts = ProtectionPolicy.objects.filter(name=policy.name, status=ProtectionPolicy.Status.DRAFT)
    if (draft := drafts.first()) is not None:
        return draft
    newest = (
        ProtectionPolicy.objects.filter(name=policy.name).aggregate(models.Max("version"))["version__max"]
        or 0
    )
    values = {p.attname: getattr(policy, p.attname) for p in ProtectionPolicy.parameters()}
    return ProtectionPolicy.objects.create(name=policy.name, version=newest + 1, **values)


def publish(pk: int, *, by: Actor) -> ProtectionPolicy:
    """Make the draft the version in force for every order paid from now on (P-01). Raises WrongState if published."""
    with transaction.atomic():
        draft = ProtectionPolicy.objects.select_for_update().get(pk=pk)
        if draft.status == ProtectionPolicy.Status.PUBLISHED:
            raise WrongState("This version is published already.")
        draft.full_clean()
        draft.status = ProtectionPolicy.Status.PUBLISHED
        draft.published_at = timezone.now()
        draft.published_by_id = by.user_id
        draft.save()
    return draft


CLASSIC: dict[str, Any] = {
    "negotiation_days": 15,
    "manual_escalation": True,
    "redispute_times": 0,
    "mediation_target_days": 14,
    "refund_days_min": 5,
    "refund_days_max": 15,
    "refund_in_working_days": False,
}


def ensure_presets() -> None:
    """Both presets, published as version 1 where they are missing. Safe to call again."""
    for name, values in (("default", {}), ("classic", CLASSIC)):
        if not ProtectionPolicy.objects.filter(name=name, status=ProtectionPolicy.Status.PUBLISHED).exists():
            ProtectionPolicy.objects.create(
                name=name, status=ProtectionPolicy.Status.PUBLISHED, published_at=timezone.now(), **values
            )
