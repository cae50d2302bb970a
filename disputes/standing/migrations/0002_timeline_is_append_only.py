from django.db import migrations

from marketplace.core.triggers import append_only


class Migration(migrations.Migration):
    """Z-02: the timeline cannot be edited or deleted."""

    dependencies = [("standing", "0001_initial"), ("core", "0002_published_policies_are_frozen")]

    operations = [append_only("standing_flagevent")]
