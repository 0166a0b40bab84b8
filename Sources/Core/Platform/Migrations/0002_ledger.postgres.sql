-- A look for each statement and not for each row. By sub-selects, since those use the index whatever size the tables had
-- when the plan was made.
CREATE FUNCTION entries_are_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM added WHERE (SELECT id FROM transactions WHERE id = added.transaction_id) IS NOT NULL) THEN
        RAISE EXCEPTION 'a ledger transaction takes no more entries once it is written';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER entries_are_closed AFTER INSERT ON entries
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION entries_are_closed();

CREATE FUNCTION transactions_sum_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM added WHERE (SELECT COALESCE(SUM(amount), 1) FROM entries WHERE transaction_id = added.id) <> 0
    ) THEN
        RAISE EXCEPTION 'the entries of a ledger transaction must sum to zero';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER transactions_sum_to_zero AFTER INSERT ON transactions
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION transactions_sum_to_zero();

CREATE FUNCTION ledger_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a ledger line never changes and is never deleted';
END $$;
CREATE TRIGGER transactions_stay BEFORE UPDATE OR DELETE ON transactions FOR EACH ROW EXECUTE FUNCTION ledger_stays();
CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE ON entries FOR EACH ROW EXECUTE FUNCTION ledger_stays();

CREATE FUNCTION reservations_end_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a reservation ends once';
END $$;
CREATE TRIGGER reservations_end_once BEFORE UPDATE ON reservations
    FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION reservations_end_once();
