from django.db import migrations

from marketplace.core.triggers import append_only

BALANCE = migrations.RunSQL(
    """
    CREATE FUNCTION redress_ledger_balance() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE payments_ledgeraccount SET balance = balance + NEW.amount
            WHERE id = NEW.account_id AND kind NOT IN ('clearing', 'commission');
        RETURN NULL;
    END $$;
    CREATE TRIGGER keep_balance AFTER INSERT ON payments_ledgerentry
        FOR EACH ROW EXECUTE FUNCTION redress_ledger_balance();
    """,
    """
    DROP TRIGGER keep_balance ON payments_ledgerentry;
    DROP FUNCTION redress_ledger_balance();
    """,
)

SUM_TO_ZERO = migrations.RunSQL(
    """
    CREATE FUNCTION redress_ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        checked bigint := CASE TG_TABLE_NAME WHEN 'payments_ledgerentry' THEN (to_jsonb(NEW)->>'transaction_id')::bigint ELSE NEW.id END;
        wrong text;
        entries integer;
    BEGIN
        SELECT count(*) INTO entries FROM payments_ledgerentry WHERE transaction_id = checked;
        SELECT a.currency INTO wrong FROM payments_ledgerentry e JOIN payments_ledgeraccount a ON a.id = e.account_id
            WHERE e.transaction_id = checked GROUP BY a.currency HAVING sum(e.amount) <> 0 LIMIT 1;
        IF wrong IS NOT NULL OR entries < 2 THEN
            RAISE EXCEPTION 'ledger transaction % does not add up to zero', checked
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER sums_to_zero AFTER INSERT ON payments_ledgertransaction
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION redress_ledger_sums_to_zero();
    CREATE CONSTRAINT TRIGGER sums_to_zero AFTER INSERT ON payments_ledgerentry
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION redress_ledger_sums_to_zero();
    """,
    """
    DROP TRIGGER sums_to_zero ON payments_ledgerentry;
    DROP TRIGGER sums_to_zero ON payments_ledgertransaction;
    DROP FUNCTION redress_ledger_sums_to_zero();
    """,
)


class Migration(migrations.Migration):
    """M1: entries of a transaction add up to zero, are at least two, and are never changed or deleted."""

    dependencies = [("payments", "0001_initial"), ("core", "0002_published_policies_are_frozen")]

    operations = [
        BALANCE,
        SUM_TO_ZERO,
        append_only("payments_ledgertransaction"),
        append_only("payments_ledgerentry"),
    ]
