-- SQLite cannot change a CHECK, so the table is made again, with the same lines. It is dropped and filled again rather than
-- renamed: a name in `REFERENCES` would follow, and the deferred key of the entries holds again when the lines are back.

CREATE TABLE old_transactions AS SELECT * FROM transactions ORDER BY rowid;
DROP TABLE transactions;
CREATE TABLE transactions (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN
        ('purchase', 'grant', 'bonus', 'reserve', 'capture', 'release', 'refund', 'claw_back', 'adjustment', 'expire')),
    key TEXT NOT NULL UNIQUE,                                   -- of the fact it books: each is booked once
    account_id TEXT NOT NULL REFERENCES accounts (id),
    job_id TEXT,
    actor TEXT,                                                 -- who caused it, where a person did
    amount INTEGER NOT NULL,                                    -- what moved, as the account sees it
    available_after INTEGER NOT NULL CHECK (available_after >= 0),
    reserved_after INTEGER NOT NULL CHECK (reserved_after >= 0),
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO transactions (id, kind, key, account_id, job_id, actor, amount, available_after, reserved_after, created_at)
SELECT id, kind, key, account_id, job_id, actor, amount, available_after, reserved_after, created_at
FROM old_transactions ORDER BY rowid;
DROP TABLE old_transactions;
CREATE INDEX transactions_by_account ON transactions (account_id, id);
CREATE INDEX transactions_by_job ON transactions (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX transactions_beside_jobs ON transactions (account_id, kind, id)
    WHERE kind NOT IN ('reserve', 'capture', 'release');

CREATE TRIGGER transactions_sum_to_zero BEFORE INSERT ON transactions
WHEN (SELECT COALESCE(SUM(amount), 1) FROM entries WHERE transaction_id = NEW.id) <> 0
BEGIN SELECT RAISE(ABORT, 'the entries of a ledger transaction must sum to zero'); END;
CREATE TRIGGER transactions_stay BEFORE UPDATE ON transactions
BEGIN SELECT RAISE(ABORT, 'a ledger transaction never changes'); END;
CREATE TRIGGER transactions_remain BEFORE DELETE ON transactions
BEGIN SELECT RAISE(ABORT, 'a ledger transaction is never deleted'); END;
