from django.db import migrations

from marketplace.core.triggers import append_only, frozen_when

FUNCTION = """
CREATE FUNCTION redress_feedback_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.handled_by_id = ANY (NEW.kept_out)
        OR EXISTS (
            SELECT 1 FROM disputes_dispute d LEFT JOIN accounts_storemember m ON m.store_id = d.store_id
            WHERE d.id = NEW.dispute_id AND NEW.handled_by_id IN (d.buyer_id, m.user_id)
        )
        OR EXISTS (
            SELECT 1 FROM disputes_decision d LEFT JOIN disputes_approval a ON a.decision_id = d.id
            WHERE d.dispute_id = NEW.dispute_id AND NEW.handled_by_id IN (d.mediator_id, a.mediator_id)
        )
    THEN
        RAISE EXCEPTION 'this person had a part in the dispute' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER handled_by_another BEFORE INSERT OR UPDATE ON feedback_feedback FOR EACH ROW
    WHEN (NEW.handled_by_id IS NOT NULL) EXECUTE FUNCTION redress_feedback_by_another();
CREATE TRIGGER as_it_was_said BEFORE UPDATE ON feedback_feedback FOR EACH ROW
    WHEN (
        (NEW.dispute_id, NEW.side, NEW.author_id, NEW.rating, NEW.heard, NEW.respected, NEW.understood, NEW.text, NEW.given_at)
            IS DISTINCT FROM
        (OLD.dispute_id, OLD.side, OLD.author_id, OLD.rating, OLD.heard, OLD.respected, OLD.understood, OLD.text, OLD.given_at)
    ) EXECUTE FUNCTION redress_refuse();
"""
BACK = """
DROP TRIGGER as_it_was_said ON feedback_feedback;
DROP TRIGGER handled_by_another ON feedback_feedback;
DROP FUNCTION redress_feedback_by_another();
"""


class Migration(migrations.Migration):
    """A-06, threats.md A4: what was said never changes, and nobody who had a part in the dispute handles it, whoever writes."""

    dependencies = [
        ("feedback", "0001_initial"),
        ("core", "0002_published_policies_are_frozen"),
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, BACK),
        frozen_when("feedback_feedback", "OLD.state IN ('second_look', 'set_aside')"),
        append_only("feedback_feedbackevent"),
    ]
