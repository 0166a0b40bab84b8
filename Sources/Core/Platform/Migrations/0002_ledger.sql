-- Credits: a double-entry, append-only ledger in hundredths of a credit.
-- A transaction's entries sum to zero. Balances and what is left of a lot are sums of entries, kept for speed and for the
-- constraints on them; `darkroom audit` recomputes both. A column without a foreign key that one would expect names a row
-- which the same transaction has locked or made (docs/decisions/0024); `darkroom audit` looks for those too.

CREATE TABLE balances (
    account_id {text} PRIMARY KEY REFERENCES accounts (id),
    available {integer} NOT NULL CHECK (available >= 0),
    reserved {integer} NOT NULL CHECK (reserved >= 0),
    owed {integer} NOT NULL DEFAULT 0 CHECK (owed >= 0),
    updated_at {integer} NOT NULL
) {keyed};

CREATE TABLE transactions (
    id {text} PRIMARY KEY,
    kind {text} NOT NULL CHECK (kind IN
        ('purchase', 'grant', 'bonus', 'reserve', 'capture', 'release', 'refund', 'adjustment', 'expire')),
    key {text} NOT NULL UNIQUE,                                 -- of the fact it books: each is booked once
    account_id {text} NOT NULL REFERENCES accounts (id),
    job_id {text},
    actor {text},                                               -- who caused it, where a person did
    amount {integer} NOT NULL,                                  -- what moved, as the account sees it
    available_after {integer} NOT NULL CHECK (available_after >= 0),
    reserved_after {integer} NOT NULL CHECK (reserved_after >= 0),
    created_at {integer} NOT NULL
) {strict};
CREATE INDEX transactions_by_account ON transactions (account_id, id);
CREATE INDEX transactions_by_job ON transactions (job_id) WHERE job_id IS NOT NULL;

CREATE TABLE lots (
    id {text} PRIMARY KEY,
    account_id {text} NOT NULL REFERENCES accounts (id),
    source {text} NOT NULL CHECK (source IN ('purchase', 'grant', 'bonus', 'refund', 'adjustment')),
    granted {integer} NOT NULL CHECK (granted > 0),
    remaining {integer} NOT NULL CHECK (remaining >= 0 AND remaining <= granted),
    -- What the indexes ask, and not `remaining`: PostgreSQL leaves indexes alone while their columns keep their values.
    is_open {integer} NOT NULL GENERATED ALWAYS AS (CASE WHEN remaining > 0 THEN 1 ELSE 0 END) STORED,
    expires_at {integer},                                       -- NULL: never
    created_at {integer} NOT NULL
) {strict};
CREATE INDEX lots_to_spend ON lots (account_id, expires_at, id) WHERE is_open = 1;
CREATE INDEX lots_to_expire ON lots (expires_at) WHERE is_open = 1 AND expires_at IS NOT NULL;

-- Entries come before their transaction, whose insertion closes them: then they must sum to zero, and no more may come.
CREATE TABLE entries (
    transaction_id {text} NOT NULL REFERENCES transactions (id) DEFERRABLE INITIALLY DEFERRED,
    position {integer} NOT NULL CHECK (position >= 0),
    book {text} NOT NULL CHECK (book IN
        ('available', 'reserved', 'purchases', 'grants', 'bonuses', 'revenue', 'adjustments', 'expired')),
    account_id {text},                                          -- a customer's books; NULL: the house's own
    lot_id {text} REFERENCES lots (id),
    amount {integer} NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (transaction_id, position),
    CHECK ((book IN ('available', 'reserved')) = (account_id IS NOT NULL)),
    CHECK ((account_id IS NULL) = (lot_id IS NULL))
) {keyed};

-- Which lots gave how much, and in which order it is captured, the entries of its `reserve:` transaction say.
CREATE TABLE reservations (
    job_id {text} PRIMARY KEY,
    account_id {text} NOT NULL,
    amount {integer} NOT NULL CHECK (amount >= 0),
    captured {integer} NOT NULL DEFAULT 0 CHECK (captured >= 0),
    released {integer} NOT NULL DEFAULT 0 CHECK (released >= 0),
    created_at {integer} NOT NULL,
    ended_at {integer},
    CHECK (CASE WHEN ended_at IS NULL THEN captured = 0 AND released = 0 ELSE captured + released = amount END)
) {keyed};

