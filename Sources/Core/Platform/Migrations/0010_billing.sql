-- Money in: what is for sale, what was bought, and what Stripe told. Amounts are in minor units (cents). A `realm` is one
-- Stripe as one key sees it, such as `api.stripe.com live`: ids of test mode mean nothing in live mode.

ALTER TABLE plans ADD COLUMN title {text} NOT NULL DEFAULT '';
ALTER TABLE plans ADD COLUMN price {integer} CHECK (price > 0);             -- a month; NULL: not for sale
ALTER TABLE plans ADD COLUMN currency {text} NOT NULL DEFAULT 'usd' CHECK (length(currency) = 3);
ALTER TABLE plans ADD COLUMN rollover {integer} NOT NULL DEFAULT 0 CHECK (rollover >= 0);   -- further periods that credits live
ALTER TABLE plans ADD COLUMN position {integer} NOT NULL DEFAULT 0;

UPDATE plans SET title = 'Free', position = 1 WHERE name = 'free';
UPDATE plans SET title = 'Basic', price = 1900, position = 2 WHERE name = 'basic';
UPDATE plans SET title = 'Pro', price = 5900, position = 3 WHERE name = 'pro';
UPDATE plans SET title = 'Enterprise', price = 24900, position = 4 WHERE name = 'enterprise';

CREATE TABLE packs (
    name {text} PRIMARY KEY,
    title {text} NOT NULL,
    credits {integer} NOT NULL CHECK (credits > 0),
    price {integer} NOT NULL CHECK (price > 0),
    currency {text} NOT NULL CHECK (length(currency) = 3),
    position {integer} NOT NULL,
    retired_at {integer}                                        -- no longer for sale
) {strict};

INSERT INTO packs (name, title, credits, price, currency, position) VALUES
    ('small', '100 credits', 10000, 500, 'usd', 1),
    ('medium', '500 credits', 50000, 2200, 'usd', 2),
    ('large', '2,000 credits', 200000, 8000, 'usd', 3),
    ('studio', '10,000 credits', 1000000, 35000, 'usd', 4);

-- Which of Stripe's prices stands for what of ours. Several may: a price there never changes, so a new amount is a new one.
CREATE TABLE stripe_prices (
    realm {text} NOT NULL,
    id {text} NOT NULL,
    item {text} NOT NULL,                                       -- such as plan:pro
    amount {integer} NOT NULL,
    currency {text} NOT NULL,
    created_at {integer} NOT NULL,
    PRIMARY KEY (realm, id)
) {keyed};
CREATE INDEX stripe_prices_by_item ON stripe_prices (realm, item, amount, currency);

CREATE TABLE stripe_customers (
    account_id {text} NOT NULL REFERENCES accounts (id),
    realm {text} NOT NULL,
    customer {text} NOT NULL,
    created_at {integer} NOT NULL,
    PRIMARY KEY (account_id, realm),
    UNIQUE (realm, customer)
) {keyed};

-- What somebody went to pay for. Its own id is in what Stripe is sent, so that it is found again whatever is lost.
CREATE TABLE checkouts (
    id {text} PRIMARY KEY,
    account_id {text} NOT NULL REFERENCES accounts (id),
    created_by {text} NOT NULL,
    realm {text} NOT NULL,
    item {text} NOT NULL,                                       -- such as pack:small
    credits {integer} NOT NULL CHECK (credits >= 0),            -- as the catalog had them then
    amount {integer} NOT NULL CHECK (amount > 0),
    currency {text} NOT NULL,
    state {text} NOT NULL CHECK (state IN ('open', 'unpaid', 'paid', 'failed', 'expired')),
    session_id {text} UNIQUE,                                   -- Stripe's; NULL while it has not answered
    url {text},
    idempotency_key {text},
    body_hash {text},
    created_at {integer} NOT NULL,
    ended_at {integer},
    CHECK ((state IN ('paid', 'failed', 'expired')) = (ended_at IS NOT NULL))
) {strict};
CREATE UNIQUE INDEX checkouts_by_key ON checkouts (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX checkouts_open ON checkouts (account_id, item) WHERE state = 'open';

-- Credits that were paid for: one row a fact, named by its key as in the ledger.
CREATE TABLE purchases (
    id {text} PRIMARY KEY,
    account_id {text} NOT NULL REFERENCES accounts (id),
    source {text} NOT NULL CHECK (source IN ('checkout', 'invoice')),
    key {text} NOT NULL UNIQUE,                                 -- checkout:cs_… or invoice:in_…
    item {text} NOT NULL,
    credits {integer} NOT NULL CHECK (credits > 0),
    lot_id {text} NOT NULL,
    amount {integer} NOT NULL CHECK (amount >= 0),              -- what was paid
    currency {text} NOT NULL,
    realm {text} NOT NULL,
    payment_intent {text},
    refunded {integer} NOT NULL DEFAULT 0 CHECK (refunded >= 0),            -- of the amount, as Stripe says
    disputed {integer} NOT NULL DEFAULT 0 CHECK (disputed >= 0),            -- by disputes that are open or lost
    clawed_back {integer} NOT NULL DEFAULT 0 CHECK (clawed_back >= 0 AND clawed_back <= credits),
    revision {integer} NOT NULL DEFAULT 0,                      -- grows with what is read of Stripe
    created_at {integer} NOT NULL
) {strict};
CREATE INDEX purchases_by_account ON purchases (account_id, id);
CREATE INDEX purchases_by_payment ON purchases (payment_intent) WHERE payment_intent IS NOT NULL;

CREATE TABLE disputes (
    id {text} PRIMARY KEY,                                      -- Stripe's
    account_id {text} NOT NULL REFERENCES accounts (id),
    purchase_id {text} NOT NULL REFERENCES purchases (id),
    amount {integer} NOT NULL,
    status {text} NOT NULL,                                     -- Stripe's word
    is_counted {integer} NOT NULL CHECK (is_counted IN (0, 1)), -- open or lost: the money is not with us
    created_at {integer} NOT NULL,
    updated_at {integer} NOT NULL
) {strict};
CREATE INDEX disputes_by_purchase ON disputes (purchase_id);
CREATE INDEX disputes_counted ON disputes (account_id) WHERE is_counted = 1;

-- Credits that were spent before they were taken back. `balances.owed` is the sum of what is open.
CREATE TABLE debts (
    id {text} PRIMARY KEY,
    account_id {text} NOT NULL REFERENCES accounts (id),
    purchase_id {text} NOT NULL REFERENCES purchases (id),
    key {text} NOT NULL UNIQUE,                                 -- of the claw-back that found too little
    amount {integer} NOT NULL CHECK (amount > 0),
    paid {integer} NOT NULL DEFAULT 0 CHECK (paid >= 0),
    forgiven {integer} NOT NULL DEFAULT 0 CHECK (forgiven >= 0),            -- its cause went away
    created_at {integer} NOT NULL,
    CHECK (paid + forgiven <= amount)
) {strict};
CREATE INDEX debts_open ON debts (account_id, id) WHERE paid + forgiven < amount;
CREATE INDEX debts_by_purchase ON debts (purchase_id);

CREATE TABLE subscriptions (
    account_id {text} PRIMARY KEY REFERENCES accounts (id),
    id {text} NOT NULL UNIQUE,                                  -- Stripe's
    realm {text} NOT NULL,
    item_id {text} NOT NULL,                                    -- Stripe's, to change its price
    plan {text} NOT NULL REFERENCES plans (name),               -- what is paid for in this period
    next_plan {text} REFERENCES plans (name),                   -- from the next period on, where it is another
    status {text} NOT NULL,                                     -- Stripe's word
    period_start {integer} NOT NULL,
    period_end {integer} NOT NULL,
    cancel_at {integer},                                        -- when it ends, where it is to end
    grace_until {integer},                                      -- how long it counts although it is not paid
    grace_ended_at {integer},
    revision {integer} NOT NULL,                                -- grows with what is read of Stripe
    created_at {integer} NOT NULL,
    updated_at {integer} NOT NULL
) {strict};
CREATE INDEX subscriptions_in_grace ON subscriptions (grace_until) WHERE grace_until IS NOT NULL AND grace_ended_at IS NULL;

-- Everything that Stripe told and signed, understood or not.
CREATE TABLE stripe_events (
    id {text} PRIMARY KEY,
    type {text} NOT NULL,
    api_version {text},
    created_at {integer} NOT NULL,                              -- as Stripe says
    body {text} NOT NULL,
    received_at {integer} NOT NULL,
    due_at {integer},                                           -- when it is applied, if it has not been
    tries {integer} NOT NULL DEFAULT 0,
    error {text},                                               -- of the last try
    outcome {text} CHECK (outcome IN ('applied', 'ignored', 'given_up')),
    ended_at {integer},
    CHECK ((outcome IS NULL) = (ended_at IS NULL)),
    CHECK ((outcome IS NULL) = (due_at IS NOT NULL))
) {strict};
CREATE INDEX stripe_events_due ON stripe_events (due_at) WHERE due_at IS NOT NULL;

ALTER TABLE accounts ADD COLUMN hold_reason {text} CHECK (hold_reason IN ('dispute', 'operator'));  -- NULL with held_at: the operator's
