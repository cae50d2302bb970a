from django.db import migrations

from marketplace.core.triggers import append_only


class Migration(migrations.Migration):
    """Z-02 and M-07: timeline, claims, decisions and approvals are only ever added to."""

    dependencies = [("disputes", "0001_initial"), ("core", "0002_published_policies_are_frozen")]

    operations = [
        append_only("disputes_disputeevent"),
        append_only("disputes_claim"),
        append_only("disputes_decision"),
        append_only("disputes_approval"),
    ]
