-- Jobs, their attempts and their events. A column without a foreign key that one would expect names a row that is never
-- deleted, or that the same transaction has locked or made (docs/decisions/0024); `darkroom audit` looks for those.

CREATE TABLE jobs (
    id {text} PRIMARY KEY,
    account_id {text} NOT NULL REFERENCES accounts (id),
    created_by {text},
    key_id {text},
    kind {text} NOT NULL,
    kind_version {integer} NOT NULL,
    endpoint {text} NOT NULL,
    provider {text} NOT NULL,
    state {text} NOT NULL CHECK (state IN ('pending', 'queued', 'processing', 'completed', 'failed', 'cancelled')),
    parameters {text} NOT NULL,                                 -- JSON, as validated
    outputs_asked {integer} NOT NULL CHECK (outputs_asked > 0),
    outputs_delivered {integer} CHECK (outputs_delivered >= 0 AND outputs_delivered <= outputs_asked),
    price {integer} NOT NULL CHECK (price >= 0),                -- hundredths of a credit
    price_version {integer} NOT NULL,
    price_breakdown {text} NOT NULL,                            -- JSON
    retry_of {text} REFERENCES jobs (id),
    event_seq {integer} NOT NULL,                               -- of its last event
    attempt_count {integer} NOT NULL DEFAULT 0,
    order_at {integer} NOT NULL,                                -- its place in the queue
    run_at {integer} NOT NULL,                                  -- not before
    slot_at {integer},                                          -- when it was counted among its account's concurrent jobs
    time_limit {integer} NOT NULL CHECK (time_limit > 0),       -- milliseconds from the first hand-over
    deadline_at {integer},
    hold_reason {text},
    cancel_requested_at {integer},
    failure_code {text},
    failure_message {text},
    created_at {integer} NOT NULL,
    started_at {integer},
    ended_at {integer},
    CHECK ((state IN ('completed', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
    CHECK ((state = 'failed') = (failure_code IS NOT NULL)),
    CHECK ((state = 'pending') = (hold_reason IS NOT NULL)),
    CHECK ((state = 'processing') <= (slot_at IS NOT NULL AND deadline_at IS NOT NULL)),
    CHECK ((ended_at IS NOT NULL) <= (slot_at IS NULL))
) {strict};
CREATE INDEX jobs_by_account ON jobs (account_id, id);
CREATE INDEX jobs_to_claim ON jobs (provider, order_at, id) WHERE state = 'queued' AND slot_at IS NOT NULL;
CREATE INDEX jobs_waiting ON jobs (account_id, order_at, id) WHERE state = 'queued' AND slot_at IS NULL;
CREATE INDEX jobs_held ON jobs (account_id) WHERE state = 'pending';
CREATE INDEX jobs_in_order ON jobs (order_at, id) WHERE state = 'queued';
CREATE INDEX jobs_with_slot ON jobs (account_id) WHERE slot_at IS NOT NULL;
CREATE INDEX jobs_past_deadline ON jobs (deadline_at) WHERE state = 'queued' AND deadline_at IS NOT NULL;

-- One hand-over to a provider. Committed before anything is sent, so that an attempt is sent at most once.
-- `due_at` is when somebody must act on it next. Whoever acts takes a lease, which moves `due_at` to the lease's end:
-- the work of a dead worker is due again by itself.
CREATE TABLE attempts (
    id {text} PRIMARY KEY,
    job_id {text} NOT NULL REFERENCES jobs (id),
    number {integer} NOT NULL CHECK (number > 0),
    provider {text} NOT NULL,
    endpoint {text} NOT NULL,
    state {text} NOT NULL CHECK (state IN
        ('submitting', 'submitted', 'unanswered', 'answered', 'succeeded', 'failed', 'lost', 'cancelled', 'handed_back')),
    due_at {integer},
    lease {text},                                               -- who acts on it now
    request_id {text},                                          -- the provider's own id
    poll_count {integer} NOT NULL DEFAULT 0,
    store_tries {integer} NOT NULL DEFAULT 0,                   -- failed tries to fetch its outputs
    progress {integer} CHECK (progress >= 0 AND progress <= 100),
    queue_position {integer},
    logs {text},                                                -- JSON, the provider's last lines
    answer {text},                                              -- JSON, the provider's own words
    failure_code {text},
    failure_message {text},
    cost {integer} NOT NULL DEFAULT 0 CHECK (cost >= 0),        -- micro-dollars
    cost_reported {integer} NOT NULL DEFAULT 0 CHECK (cost_reported IN (0, 1)),
    created_at {integer} NOT NULL,
    submitted_at {integer},
    cancel_sent_at {integer},
    answered_at {integer},
    ended_at {integer},
    UNIQUE (job_id, number),
    CHECK ((state IN ('succeeded', 'failed', 'lost', 'cancelled', 'handed_back')) = (ended_at IS NOT NULL)),
    CHECK ((ended_at IS NULL) = (due_at IS NOT NULL))
) {strict};
CREATE UNIQUE INDEX attempts_by_request ON attempts (provider, request_id) WHERE request_id IS NOT NULL;
CREATE INDEX attempts_due ON attempts (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX attempts_running ON attempts (provider) WHERE ended_at IS NULL;
CREATE INDEX attempts_finished ON attempts (endpoint, ended_at) WHERE state = 'succeeded';

CREATE TABLE job_events (
    job_id {text} NOT NULL,
    seq {integer} NOT NULL CHECK (seq > 0),
    account_id {text} NOT NULL,
    account_seq {integer} NOT NULL CHECK (account_seq > 0),
    type {text} NOT NULL,
    state {text} NOT NULL,                                      -- the job's, after it
    data {text} NOT NULL,                                       -- JSON
    created_at {integer} NOT NULL,
    PRIMARY KEY (job_id, seq)
) {keyed};
CREATE UNIQUE INDEX job_events_by_account ON job_events (account_id, account_seq);

CREATE TABLE idempotency_keys (
    account_id {text} NOT NULL,
    route {text} NOT NULL,
    key {text} NOT NULL,
    body_hash {text} NOT NULL,
    status {integer} NOT NULL,
    answer {text} NOT NULL,
    created_at {integer} NOT NULL,
    PRIMARY KEY (account_id, route, key)
) {keyed};
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Whoever holds a provider's row claims jobs for it, and nobody else: so its limit holds over all nodes.
CREATE TABLE provider_turns (
    provider {text} PRIMARY KEY
) {keyed};

-- What is known of our account at a provider: its webhooks must name it.
CREATE TABLE provider_accounts (
    provider {text} PRIMARY KEY,
    user_id {text} NOT NULL,
    learned_at {integer} NOT NULL
) {keyed};
