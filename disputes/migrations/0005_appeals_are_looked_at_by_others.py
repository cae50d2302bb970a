from django.db import migrations

FUNCTION = """
CREATE FUNCTION redress_appeal_without_ties() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_dispute bigint;
BEGIN
    PERFORM redress_refuse_tied(NEW.reviewer_id, NEW.buyer_id, NEW.store_id);
    SELECT id INTO the_dispute FROM disputes_dispute WHERE public_id = NEW.about;
    IF the_dispute IS NULL THEN
        SELECT dispute_id INTO the_dispute FROM disputes_decision WHERE public_id = NEW.about;
    END IF;
    IF EXISTS (SELECT 1 FROM disputes_decision WHERE dispute_id = the_dispute AND mediator_id = NEW.reviewer_id)
        OR EXISTS (SELECT 1 FROM disputes_proposal WHERE dispute_id = the_dispute AND mediator_id = NEW.reviewer_id)
        OR EXISTS (
            SELECT 1 FROM disputes_approval a JOIN disputes_decision d ON d.id = a.decision_id
            WHERE d.dispute_id = the_dispute AND a.mediator_id = NEW.reviewer_id
        )
    THEN
        RAISE EXCEPTION 'this reviewer had a part in what is appealed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER reviewer_without_ties_at_first BEFORE INSERT ON appeals_appeal FOR EACH ROW
    WHEN (NEW.reviewer_id IS NOT NULL AND NEW.kind IN ('decision', 'second_look'))
    EXECUTE FUNCTION redress_appeal_without_ties();
CREATE TRIGGER reviewer_without_ties BEFORE UPDATE ON appeals_appeal FOR EACH ROW
    WHEN (
        NEW.reviewer_id IS NOT NULL AND NEW.kind IN ('decision', 'second_look')
        AND (NEW.reviewer_id, NEW.state) IS DISTINCT FROM (OLD.reviewer_id, OLD.state)
    ) EXECUTE FUNCTION redress_appeal_without_ties();
"""
BACK = """
DROP TRIGGER reviewer_without_ties ON appeals_appeal;
DROP TRIGGER reviewer_without_ties_at_first ON appeals_appeal;
DROP FUNCTION redress_appeal_without_ties();
"""


class Migration(migrations.Migration):
    """A-02 and threats.md A4: whoever decided, approved or proposed in the dispute, or is tied to a side of it, never
    looks at an appeal about it, whoever writes; also where the list of the kept-out was written before the tie was known."""

    dependencies = [
        ("disputes", "0004_ties_have_public_ids"),
        ("appeals", "0002_reviewers_had_no_part_in_it"),
    ]

    operations = [migrations.RunSQL(FUNCTION, BACK)]
