from django.db import migrations

from marketplace.core.triggers import FUNCTION, frozen_when


class Migration(migrations.Migration):
    """P-01: a published version never changes, whoever writes."""

    dependencies = [("core", "0001_initial")]

    operations = [FUNCTION, frozen_when("core_protectionpolicy", "OLD.status = 'published'")]
