-- Prices are drafted, previewed and published; what administrators change is written down; lots expire by themselves.

CREATE TABLE audit_log (
    id {text} PRIMARY KEY,
    administrator {text},                                       -- a user; NULL: somebody at the command line
    action {text} NOT NULL,                                     -- such as prices.publish
    subject {text} NOT NULL,                                    -- the id of what was changed
    details {text} NOT NULL,                                    -- JSON: the reason, and what it came to
    created_at {integer} NOT NULL
) {strict};
CREATE INDEX audit_log_by_subject ON audit_log (subject, id);

ALTER TABLE prices ADD COLUMN note {text};                      -- why it is as it is
ALTER TABLE prices ADD COLUMN based_on {integer};               -- the version that it took the place of
ALTER TABLE prices ADD COLUMN published_by {text};

CREATE TABLE price_drafts (
    id {text} PRIMARY KEY,
    based_on {integer} NOT NULL,                                -- the version that it is to take the place of
    document {text} NOT NULL,                                   -- JSON, as in prices
    note {text} NOT NULL,
    revision {integer} NOT NULL CHECK (revision > 0),           -- grows with every edit
    created_by {text} NOT NULL,
    created_at {integer} NOT NULL,
    updated_by {text} NOT NULL,
    updated_at {integer} NOT NULL
) {strict};

-- When its end was booked; nothing can come back into it then.
ALTER TABLE lots ADD COLUMN expired_at {integer} CHECK (expired_at IS NULL OR remaining = 0);

-- Lines that jobs do not write are few among those that they do.
CREATE INDEX transactions_beside_jobs ON transactions (account_id, kind, id) WHERE kind NOT IN ('reserve', 'capture', 'release');
