from django.db import migrations

from marketplace.core.triggers import append_only

BALANCE = migrations.RunSQL(
    """
    -- Once a statement, however many entries it adds; the accounts in the order of their numbers, so that no two wait for each other.
    CREATE FUNCTION redress_ledger_balance() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM payments_ledgeraccount
            WHERE id IN (SELECT account_id FROM added) AND kind NOT IN ('clearing', 'commission') ORDER BY id FOR NO KEY UPDATE;
        UPDATE payments_ledgeraccount account SET balance = balance + moved.amount
            FROM (SELECT account_id, sum(amount) AS amount FROM added GROUP BY account_id) moved
            WHERE account.id = moved.account_id AND kind NOT IN ('clearing', 'commission');
        RETURN NULL;
    END $$;
    CREATE TRIGGER keep_balance AFTER INSERT ON payments_ledgerentry
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION redress_ledger_balance();
    """,
    """
    DROP TRIGGER keep_balance ON payments_ledgerentry;
    DROP FUNCTION redress_ledger_balance();
    """,
)

SUM_TO_ZERO = migrations.RunSQL(
    """
    -- The argument names the column that holds the transaction's number.
    CREATE FUNCTION redress_ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        checked bigint;
        adds_up boolean;
    BEGIN
        IF TG_ARGV[0] = 'id' THEN checked := NEW.id; ELSE checked := NEW.transaction_id; END IF;
        SELECT coalesce(sum(entries) >= 2 AND bool_and(total = 0), false) INTO adds_up FROM (
            SELECT count(*) AS entries, sum(e.amount) AS total
                FROM payments_ledgerentry e JOIN payments_ledgeraccount a ON a.id = e.account_id
                WHERE e.transaction_id = checked GROUP BY a.currency
        ) of_each_currency;
        IF NOT adds_up THEN
            RAISE EXCEPTION 'ledger transaction % does not add up to zero', checked
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER sums_to_zero AFTER INSERT ON payments_ledgertransaction
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION redress_ledger_sums_to_zero('id');
    CREATE CONSTRAINT TRIGGER sums_to_zero AFTER INSERT ON payments_ledgerentry
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION redress_ledger_sums_to_zero('transaction_id');
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
