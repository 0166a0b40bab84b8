-- What paid invoices of plans are for, month by month. What is granted of a month follows what all invoices together have
-- paid for it, less what was granted; so what Stripe gives back and charges again brings nothing.
CREATE TABLE plan_invoices (
    key {text} PRIMARY KEY,                                     -- invoice:in_…, as its purchase has it once it brings credits
    account_id {text} NOT NULL REFERENCES accounts (id),
    environment {text} NOT NULL,
    item {text} NOT NULL,
    amount {integer} NOT NULL CHECK (amount >= 0),              -- what was paid
    currency {text} NOT NULL,
    payment_intent {text},
    created_at {integer} NOT NULL
) {strict};
CREATE INDEX plan_invoices_by_account ON plan_invoices (account_id);

CREATE TABLE plan_months (
    invoice_key {text} NOT NULL REFERENCES plan_invoices (key),
    position {integer} NOT NULL,
    account_id {text} NOT NULL REFERENCES accounts (id),
    environment {text} NOT NULL,
    starts_at {integer} NOT NULL,
    ends_at {integer} NOT NULL,
    expires_at {integer} NOT NULL,
    counts_at {integer},                                        -- NULL: since it was paid for, as the first month
    credits {integer} NOT NULL,                                 -- below zero: more is given back than charged for
    granted {integer} NOT NULL DEFAULT 0 CHECK (granted >= 0),
    withheld {integer} NOT NULL DEFAULT 0 CHECK (withheld >= 0),            -- refunded or disputed before it came
    is_trial {integer} NOT NULL CHECK (is_trial IN (0, 1)),
    is_open {integer} NOT NULL CHECK (is_open IN (0, 1)),       -- still to be granted
    PRIMARY KEY (invoice_key, position),
    CHECK (starts_at < ends_at),
    CHECK (granted + withheld <= CASE WHEN credits > 0 THEN credits ELSE 0 END)
) {keyed};
CREATE INDEX plan_months_by_account ON plan_months (account_id);
CREATE INDEX plan_months_by_end ON plan_months (ends_at);
CREATE INDEX plan_months_due ON plan_months (counts_at, invoice_key, position) WHERE is_open = 1;
