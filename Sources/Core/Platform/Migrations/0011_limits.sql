-- Limits that know money. How much an account, a member or a key may spend in a day or a month, and how much it has: counted
-- with each reservation and each release, for those alone who have a limit.

ALTER TABLE balances ADD COLUMN has_limits {integer} NOT NULL DEFAULT 0 CHECK (has_limits IN (0, 1));

CREATE TABLE spend_limits (
    account_id {text} NOT NULL REFERENCES accounts (id),
    scope {text} NOT NULL CHECK (scope IN ('account', 'member', 'key')),
    subject {text} NOT NULL,                                    -- the id of the account, of the user or of the key
    period {text} NOT NULL CHECK (period IN ('day', 'month')),  -- in UTC
    amount {integer} NOT NULL CHECK (amount >= 0),
    set_by {text} NOT NULL,
    set_at {integer} NOT NULL,
    PRIMARY KEY (account_id, scope, subject, period)
) {keyed};

-- What was reserved in a period, less what of that was released.
CREATE TABLE spend_counters (
    account_id {text} NOT NULL,
    scope {text} NOT NULL,
    subject {text} NOT NULL,
    period {text} NOT NULL,
    starts_at {integer} NOT NULL,
    ends_at {integer} NOT NULL,
    spent {integer} NOT NULL CHECK (spent >= 0),
    PRIMARY KEY (account_id, scope, subject, period, starts_at)
) {keyed};
CREATE INDEX spend_counters_by_age ON spend_counters (starts_at);

-- What providers are expected to cost, by day: whoever claims holds its row, so that it is exact over all nodes.
CREATE TABLE provider_costs (
    day {integer} PRIMARY KEY,                                  -- when it begins, in UTC
    expected {integer} NOT NULL CHECK (expected >= 0),          -- micro-dollars
    reached_at {integer},                                       -- when the first job had to wait for the next day
    reached_limit {integer},                                    -- and what the limit was then: a higher one lets go on
    CHECK ((reached_at IS NULL) = (reached_limit IS NULL))
) {keyed};
