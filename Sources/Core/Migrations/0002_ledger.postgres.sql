CREATE FUNCTION entries_are_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM transactions WHERE id = NEW.transaction_id) THEN
        RAISE EXCEPTION 'a ledger transaction takes no more entries once it is written';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER entries_are_closed BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION entries_are_closed();

CREATE FUNCTION transactions_sum_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT COALESCE(SUM(amount), 1) FROM entries WHERE transaction_id = NEW.id) <> 0 THEN
        RAISE EXCEPTION 'the entries of a ledger transaction must sum to zero';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transactions_sum_to_zero BEFORE INSERT ON transactions
    FOR EACH ROW EXECUTE FUNCTION transactions_sum_to_zero();

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
