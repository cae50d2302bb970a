from django.db import migrations

from marketplace.core.triggers import append_only

#: what a sanction says of itself, from the day it was imposed
TOLD = (
    "public_id", "listing_id", "store_id", "user_id", "kind", "cause", "rule", "statement", "points", "imposed_by_id",
    "starts_at", "ends_at",
)  # fmt: skip


class Migration(migrations.Migration):
    """C-07, Z-02: what was said when it was imposed stays said, and the timeline cannot be edited or deleted."""

    dependencies = [("sanctions", "0001_initial"), ("core", "0002_published_policies_are_frozen")]

    operations = [
        append_only("sanctions_sanctionevent"),
        migrations.RunSQL(
            "CREATE TRIGGER told BEFORE UPDATE ON sanctions_sanction FOR EACH ROW WHEN ("
            + " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in TOLD)
            + ") EXECUTE FUNCTION redress_refuse()",
            "DROP TRIGGER told ON sanctions_sanction",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER kept BEFORE DELETE ON sanctions_sanction FOR EACH ROW EXECUTE FUNCTION redress_refuse()",
            "DROP TRIGGER kept ON sanctions_sanction",
        ),
    ]
