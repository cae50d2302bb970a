"""What every verb of a report checks: texts and files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.errors import FieldError, Invalid
from marketplace.core.writing import plain
from marketplace.evidence.models import Evidence

from ..models import Report, ReportFile, Statement

MOST_FILES = 20


def said(text: str, field: str, longest: int, wanted: str = "") -> str:
    """The text without its margins, each new line as one letter, as pages count it. Raises Invalid where there is none (in the words `wanted`), or too much."""
    text = plain(text)
    if not text:
        raise Invalid.field(field, "required", wanted or _("Write a sentence or two."))
    if len(text) > longest:
        raise Invalid.field(field, "too_long", _("Use up to %(n)s characters.") % {"n": longest})
    return text


def own_files(public_ids: Sequence[str], by: Actor, errors: list[FieldError] | None = None) -> list[Evidence]:
    """The actor's own files, by public id. One that is not theirs is an error of the field `evidence`."""
    found = Evidence.objects.filter(public_id__in=public_ids, owner_id=by.user_id, removed_at=None)
    by_id = {file.public_id: file for file in found}
    if set(public_ids) - by_id.keys() or len(by_id) > MOST_FILES:
        words = _("One of these files is not yours, or there are too many. Add it again.")
        error = FieldError("evidence", "unknown", words)
        if errors is None:
            raise Invalid(errors=[error])
        errors.append(error)
    return list(by_id.values())


def attach(report: Report, files: Sequence[Evidence], role: str, at: datetime) -> None:
    """Put files to the report. Raises Invalid where it would have too many."""
    there = set(report.files.values_list("evidence_id", flat=True))
    new = [file for file in files if file.pk not in there]
    if len(there) + len(new) > MOST_FILES * 2:
        raise Invalid.field(
            "evidence", "too_many", _("A report takes up to %(n)s files.") % {"n": MOST_FILES * 2}
        )
    ReportFile.objects.bulk_create(
        ReportFile(report=report, evidence=file, role=role, added_at=at) for file in new
    )


def state(report: Report, kind: str, text: str, evidence: Sequence[str], by: Actor) -> None:
    """One statement with its files, on the report and in its event."""
    said_now = said(text, "text", report.policy.description_max)
    files = own_files(evidence, by)
    role = report.role_of(by)
    Statement.objects.create(
        report=report, kind=kind, author_id=by.person_id, role=role, text=said_now, at=report.at
    )
    attach(report, files, role, report.at)
    report.say(files=len(files))
