-- All that was ever given to an account or bought by it, kept with its balance: as a sum it grew with its history.
ALTER TABLE balances ADD COLUMN allocated {integer} NOT NULL DEFAULT 0 CHECK (allocated >= 0);
UPDATE balances SET allocated = COALESCE((
    SELECT SUM(amount) FROM transactions t WHERE t.account_id = balances.account_id AND kind IN ('purchase', 'grant', 'bonus')), 0);

-- Places in the queue are counted along jobs_to_claim and jobs_waiting.
DROP INDEX jobs_in_order;
