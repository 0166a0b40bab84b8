CREATE TRIGGER entries_are_closed BEFORE INSERT ON entries
WHEN EXISTS (SELECT 1 FROM transactions WHERE id = NEW.transaction_id)
BEGIN SELECT RAISE(ABORT, 'a ledger transaction takes no more entries once it is written'); END;

CREATE TRIGGER transactions_sum_to_zero BEFORE INSERT ON transactions
WHEN (SELECT COALESCE(SUM(amount), 1) FROM entries WHERE transaction_id = NEW.id) <> 0
BEGIN SELECT RAISE(ABORT, 'the entries of a ledger transaction must sum to zero'); END;

CREATE TRIGGER transactions_stay BEFORE UPDATE ON transactions
BEGIN SELECT RAISE(ABORT, 'a ledger transaction never changes'); END;
CREATE TRIGGER transactions_remain BEFORE DELETE ON transactions
BEGIN SELECT RAISE(ABORT, 'a ledger transaction is never deleted'); END;
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'a ledger entry never changes'); END;
CREATE TRIGGER entries_remain BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'a ledger entry is never deleted'); END;

CREATE TRIGGER reservations_end_once BEFORE UPDATE ON reservations WHEN OLD.ended_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a reservation ends once'); END;
