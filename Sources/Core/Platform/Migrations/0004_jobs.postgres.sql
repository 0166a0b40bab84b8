-- Rows that every job changes: with room on their pages a new version stays on its page, and no index hears of it.
ALTER TABLE accounts SET (fillfactor = 60);
ALTER TABLE balances SET (fillfactor = 60);
ALTER TABLE lots SET (fillfactor = 60);
