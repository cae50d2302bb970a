import marketplace.core.ids
from django.db import migrations

#: rows that are there get ids too, each its own
ADD = """
ALTER TABLE disputes_conflictofinterest ADD COLUMN public_id character varying(40);
UPDATE disputes_conflictofinterest SET public_id = 'tie_' || substr(translate(md5(gen_random_uuid()::text), '0189', 'wxyz'), 1, 26);
ALTER TABLE disputes_conflictofinterest ALTER COLUMN public_id SET NOT NULL, ADD UNIQUE (public_id);
"""


class Migration(migrations.Migration):
    dependencies = [("disputes", "0003_mediators_have_no_ties")]
    operations = [
        migrations.RunSQL(
            ADD,
            "ALTER TABLE disputes_conflictofinterest DROP COLUMN public_id",
            state_operations=[
                migrations.AddField("conflictofinterest", "public_id", marketplace.core.ids.PublicIdField(prefix="tie"))
            ],
        )
    ]
