from django.db import migrations

from marketplace.core.triggers import append_only

FUNCTIONS = """
CREATE FUNCTION redress_refuse_own_report(who bigint, the_report bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM reports_report r WHERE r.id = the_report AND (
            r.reporter_id = who OR r.respondent_user_id = who OR EXISTS (
                SELECT 1 FROM accounts_storemember m WHERE m.store_id = r.respondent_store_id AND m.user_id = who
            )
        )
    )
    THEN
        RAISE EXCEPTION 'nobody handles a report by or about themselves' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

CREATE FUNCTION redress_report_of_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM redress_refuse_own_report(NEW.moderator_id, NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION redress_report_decided_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM redress_refuse_own_report(NEW.moderator_id, NEW.report_id);
    RETURN NULL;
END $$;

CREATE TRIGGER of_another_at_first AFTER INSERT ON reports_report FOR EACH ROW
    WHEN (NEW.moderator_id IS NOT NULL) EXECUTE FUNCTION redress_report_of_another();
CREATE TRIGGER of_another AFTER UPDATE ON reports_report FOR EACH ROW
    WHEN (
        NEW.moderator_id IS NOT NULL
        AND (NEW.moderator_id, NEW.reporter_id, NEW.respondent_user_id, NEW.respondent_store_id)
            IS DISTINCT FROM (OLD.moderator_id, OLD.reporter_id, OLD.respondent_user_id, OLD.respondent_store_id)
    ) EXECUTE FUNCTION redress_report_of_another();
CREATE TRIGGER by_another AFTER INSERT ON reports_decision FOR EACH ROW
    EXECUTE FUNCTION redress_report_decided_by_another();
"""
BACK = """
DROP TRIGGER by_another ON reports_decision;
DROP TRIGGER of_another ON reports_report;
DROP TRIGGER of_another_at_first ON reports_report;
DROP FUNCTION redress_report_decided_by_another();
DROP FUNCTION redress_report_of_another();
DROP FUNCTION redress_refuse_own_report(bigint, bigint);
"""


class Migration(migrations.Migration):
    """threats.md A4: nobody handles a report by or about themselves, whoever writes. Z-02: timeline, decisions and statements
    are only ever added."""

    dependencies = [
        ("reports", "0001_initial"),
        ("accounts", "0001_initial"),
        ("core", "0002_published_policies_are_frozen"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, BACK),
        append_only("reports_reportevent"),
        append_only("reports_decision"),
        append_only("reports_statement"),
    ]
