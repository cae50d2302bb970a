from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION redress_refuse_tied(who bigint, the_buyer bigint, the_store bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF who = the_buyer
        OR EXISTS (SELECT 1 FROM accounts_storemember WHERE store_id = the_store AND user_id = who)
        OR EXISTS (
            SELECT 1 FROM disputes_conflictofinterest
            WHERE mediator_id = who AND (user_id = the_buyer OR store_id = the_store)
        )
    THEN
        RAISE EXCEPTION 'this mediator is tied to a side of the case' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

CREATE FUNCTION redress_case_without_ties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM redress_refuse_tied(NEW.mediator_id, NEW.buyer_id, NEW.store_id);
    RETURN NEW;
END $$;

CREATE FUNCTION redress_proposal_without_ties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM redress_refuse_tied(NEW.mediator_id, buyer_id, store_id) FROM disputes_dispute WHERE id = NEW.dispute_id;
    RETURN NEW;
END $$;

CREATE FUNCTION redress_decision_without_ties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.proposal_id IS NULL THEN
        PERFORM redress_refuse_tied(NEW.mediator_id, buyer_id, store_id) FROM disputes_dispute WHERE id = NEW.dispute_id;
    ELSIF NOT EXISTS (
        SELECT 1 FROM disputes_proposal
        WHERE id = NEW.proposal_id AND mediator_id = NEW.mediator_id AND dispute_id = NEW.dispute_id
    ) THEN
        RAISE EXCEPTION 'a decision from a proposal is of the mediator who made it' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION redress_approval_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM disputes_decision WHERE id = NEW.decision_id AND mediator_id = NEW.mediator_id) THEN
        RAISE EXCEPTION 'nobody approves their own decision' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    PERFORM redress_refuse_tied(NEW.mediator_id, c.buyer_id, c.store_id)
        FROM disputes_decision d JOIN disputes_dispute c ON c.id = d.dispute_id WHERE d.id = NEW.decision_id;
    RETURN NEW;
END $$;

CREATE TRIGGER mediator_without_ties_at_first BEFORE INSERT ON disputes_dispute FOR EACH ROW
    WHEN (NEW.mediator_id IS NOT NULL) EXECUTE FUNCTION redress_case_without_ties();
CREATE TRIGGER mediator_without_ties BEFORE UPDATE ON disputes_dispute FOR EACH ROW
    WHEN (
        NEW.mediator_id IS NOT NULL
        AND (NEW.mediator_id, NEW.buyer_id, NEW.store_id) IS DISTINCT FROM (OLD.mediator_id, OLD.buyer_id, OLD.store_id)
    ) EXECUTE FUNCTION redress_case_without_ties();
CREATE TRIGGER mediator_without_ties_at_first BEFORE INSERT ON disputes_proposal FOR EACH ROW
    EXECUTE FUNCTION redress_proposal_without_ties();
CREATE TRIGGER mediator_without_ties BEFORE UPDATE ON disputes_proposal FOR EACH ROW
    WHEN ((NEW.mediator_id, NEW.dispute_id) IS DISTINCT FROM (OLD.mediator_id, OLD.dispute_id))
    EXECUTE FUNCTION redress_proposal_without_ties();
CREATE TRIGGER mediator_without_ties BEFORE INSERT ON disputes_decision FOR EACH ROW
    EXECUTE FUNCTION redress_decision_without_ties();
CREATE TRIGGER approved_by_another BEFORE INSERT ON disputes_approval FOR EACH ROW
    EXECUTE FUNCTION redress_approval_by_another();
"""
BACK = """
DROP TRIGGER approved_by_another ON disputes_approval;
DROP TRIGGER mediator_without_ties ON disputes_decision;
DROP TRIGGER mediator_without_ties ON disputes_proposal;
DROP TRIGGER mediator_without_ties_at_first ON disputes_proposal;
DROP TRIGGER mediator_without_ties ON disputes_dispute;
DROP TRIGGER mediator_without_ties_at_first ON disputes_dispute;
DROP FUNCTION redress_approval_by_another();
DROP FUNCTION redress_decision_without_ties();
DROP FUNCTION redress_proposal_without_ties();
DROP FUNCTION redress_case_without_ties();
DROP FUNCTION redress_refuse_tied(bigint, bigint, bigint);
"""


class Migration(migrations.Migration):
    """M-02, M-08 and threats.md A4: no mediator of a case is tied to a side of it, and nobody approves their own decision,
    whoever writes. A tie that comes to light later stops the next decision, not what others do with the case."""

    dependencies = [
        ("disputes", "0002_decisions_and_timeline_are_append_only"),
        ("accounts", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
