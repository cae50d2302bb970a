"""What the database itself holds, whoever writes: rows that are only ever added, as migration operations."""

from __future__ import annotations

from django.db.migrations.operations import RunSQL

FUNCTION = RunSQL(
    """
    CREATE FUNCTION redress_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    "DROP FUNCTION redress_refuse()",
)


def append_only(table: str) -> RunSQL:
    """No row of the table is ever updated or deleted."""
    return RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION redress_refuse()",
        f"DROP TRIGGER append_only ON {table}",
    )


def frozen_when(table: str, condition: str) -> RunSQL:
    """A row of the table that meets the condition (on OLD) is never updated or deleted again."""
    return RunSQL(
        f"CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW WHEN ({condition}) "
        "EXECUTE FUNCTION redress_refuse()",
        f"DROP TRIGGER frozen ON {table}",
    )
