from django.db import migrations

from marketplace.core.triggers import append_only, frozen_when

FUNCTIONS = """
CREATE FUNCTION redress_appeal_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.reviewer_id IN (NEW.appellant_id, NEW.buyer_id)
        OR EXISTS (SELECT 1 FROM accounts_storemember WHERE store_id = NEW.store_id AND user_id = NEW.reviewer_id)
        OR EXISTS (SELECT 1 FROM appeals_appealexclusion WHERE appeal_id = NEW.id AND user_id = NEW.reviewer_id)
    THEN
        RAISE EXCEPTION 'this reviewer had a part in what is appealed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER reviewed_by_another_at_first BEFORE INSERT ON appeals_appeal FOR EACH ROW
    WHEN (NEW.reviewer_id IS NOT NULL) EXECUTE FUNCTION redress_appeal_by_another();
CREATE TRIGGER reviewed_by_another BEFORE UPDATE ON appeals_appeal FOR EACH ROW
    WHEN (
        NEW.reviewer_id IS NOT NULL
        AND (NEW.reviewer_id, NEW.appellant_id, NEW.buyer_id, NEW.store_id, NEW.state)
            IS DISTINCT FROM (OLD.reviewer_id, OLD.appellant_id, OLD.buyer_id, OLD.store_id, OLD.state)
    ) EXECUTE FUNCTION redress_appeal_by_another();
CREATE TRIGGER as_it_was_sent BEFORE UPDATE ON appeals_appeal FOR EACH ROW
    WHEN (
        (NEW.kind, NEW.about, NEW.by_side, NEW.appellant_id, NEW.buyer_id, NEW.store_id, NEW.text, NEW.submitted_at)
            IS DISTINCT FROM
        (OLD.kind, OLD.about, OLD.by_side, OLD.appellant_id, OLD.buyer_id, OLD.store_id, OLD.text, OLD.submitted_at)
            OR (NEW.most IS DISTINCT FROM OLD.most AND NEW.state NOT IN ('upheld', 'overturned'))
    ) EXECUTE FUNCTION redress_refuse();
"""
BACK = """
DROP TRIGGER as_it_was_sent ON appeals_appeal;
DROP TRIGGER reviewed_by_another ON appeals_appeal;
DROP TRIGGER reviewed_by_another_at_first ON appeals_appeal;
DROP FUNCTION redress_appeal_by_another();
"""


class Migration(migrations.Migration):
    """A-02, A-03, threats.md A4 and S2: whoever had a part in what is appealed never reviews it, what was sent and what was
    answered never changes, whoever writes."""

    dependencies = [
        ("appeals", "0001_initial"),
        ("core", "0002_published_policies_are_frozen"),
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, BACK),
        frozen_when("appeals_appeal", "OLD.state IN ('upheld', 'overturned')"),
        append_only("appeals_appealexclusion"),
        append_only("appeals_appealevent"),
    ]
