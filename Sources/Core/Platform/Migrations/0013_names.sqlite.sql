-- SQLite cannot change a CHECK, so these two tables are made again. Nothing refers to them.

CREATE TABLE new_attempts (
    id TEXT PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    number INTEGER NOT NULL CHECK (number > 0),
    provider TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('submitting', 'submitted', 'no_response', 'responded', 'succeeded', 'failed', 'lost', 'cancelled', 'returned')),
    due_at INTEGER,
    lease TEXT,                                                 -- held by the worker that acts on it now
    request_id TEXT,                                            -- the provider's own id
    poll_count INTEGER NOT NULL DEFAULT 0,
    store_tries INTEGER NOT NULL DEFAULT 0,                     -- failed tries to fetch its outputs
    progress INTEGER CHECK (progress >= 0 AND progress <= 100),
    queue_position INTEGER,
    logs TEXT,                                                  -- JSON, the provider's last lines
    response TEXT,                                              -- JSON, the provider's final response
    failure_code TEXT,
    failure_message TEXT,
    cost INTEGER NOT NULL DEFAULT 0 CHECK (cost >= 0),          -- micro-dollars
    cost_reported INTEGER NOT NULL DEFAULT 0 CHECK (cost_reported IN (0, 1)),
    created_at INTEGER NOT NULL,
    submitted_at INTEGER,
    cancel_sent_at INTEGER,
    responded_at INTEGER,
    ended_at INTEGER,
    UNIQUE (job_id, number),
    CHECK ((state IN ('succeeded', 'failed', 'lost', 'cancelled', 'returned')) = (ended_at IS NOT NULL)),
    CHECK ((ended_at IS NULL) = (due_at IS NOT NULL))
) STRICT;
INSERT INTO new_attempts (id, job_id, number, provider, endpoint, state, due_at, lease, request_id, poll_count, store_tries,
    progress, queue_position, logs, response, failure_code, failure_message, cost, cost_reported, created_at, submitted_at,
    cancel_sent_at, responded_at, ended_at)
SELECT id, job_id, number, provider, endpoint,
    CASE state WHEN 'answered' THEN 'responded' WHEN 'unanswered' THEN 'no_response' WHEN 'handed_back' THEN 'returned'
        ELSE state END,
    due_at, lease, request_id, poll_count, store_tries, progress, queue_position, logs, answer, failure_code,
    failure_message, cost, cost_reported, created_at, submitted_at, cancel_sent_at, answered_at, ended_at
FROM attempts ORDER BY rowid;
DROP TABLE attempts;
ALTER TABLE new_attempts RENAME TO attempts;
CREATE UNIQUE INDEX attempts_by_request ON attempts (provider, request_id) WHERE request_id IS NOT NULL;
CREATE INDEX attempts_due ON attempts (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX attempts_running ON attempts (provider) WHERE ended_at IS NULL;
CREATE INDEX attempts_finished ON attempts (endpoint, ended_at) WHERE state = 'succeeded';

CREATE TABLE new_stripe_events (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    api_version TEXT,
    created_at INTEGER NOT NULL,                                -- as Stripe says
    body TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    due_at INTEGER,                                             -- when it is applied, if it has not been
    tries INTEGER NOT NULL DEFAULT 0,
    error TEXT,                                                 -- of the last try
    outcome TEXT CHECK (outcome IN ('applied', 'ignored', 'abandoned')),
    ended_at INTEGER,
    CHECK ((outcome IS NULL) = (ended_at IS NULL)),
    CHECK ((outcome IS NULL) = (due_at IS NOT NULL))
) STRICT;
INSERT INTO new_stripe_events (id, type, api_version, created_at, body, received_at, due_at, tries, error, outcome, ended_at)
SELECT id, type, api_version, created_at, body, received_at, due_at, tries, error,
    CASE outcome WHEN 'given_up' THEN 'abandoned' ELSE outcome END, ended_at
FROM stripe_events ORDER BY rowid;
DROP TABLE stripe_events;
ALTER TABLE new_stripe_events RENAME TO stripe_events;
CREATE INDEX stripe_events_due ON stripe_events (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX stripe_events_by_time ON stripe_events (created_at);
CREATE INDEX stripe_events_by_receipt ON stripe_events (received_at);
