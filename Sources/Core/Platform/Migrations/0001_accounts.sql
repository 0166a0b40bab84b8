-- What all nodes must agree on, made by whoever came first: which folder of files belongs to this database, and on
-- PostgreSQL the secrets.
CREATE TABLE installation (
    name {text} PRIMARY KEY,
    value {text} NOT NULL,
    made_at {integer} NOT NULL
) {keyed};

-- Who there is: people, the accounts that own everything, and the ways to prove who one is.

CREATE TABLE plans (
    name {text} PRIMARY KEY,
    monthly_credits {integer} NOT NULL CHECK (monthly_credits >= 0),
    concurrent_jobs {integer} NOT NULL CHECK (concurrent_jobs > 0),
    jobs_per_hour {integer} CHECK (jobs_per_hour > 0),          -- NULL: no limit
    weight {integer} NOT NULL CHECK (weight > 0),               -- share of the queue
    head_start {integer} NOT NULL CHECK (head_start >= 0)       -- milliseconds ahead in the queue
) {strict};

INSERT INTO plans (name, monthly_credits, concurrent_jobs, jobs_per_hour, weight, head_start) VALUES
    ('free', 0, 1, 10, 1, 0),
    ('basic', 50000, 1, 60, 2, 5000),
    ('pro', 200000, 3, 300, 4, 15000),
    ('enterprise', 1000000, 10, NULL, 8, 30000);

CREATE TABLE users (
    id {text} PRIMARY KEY,
    email {text} NOT NULL,
    email_key {text} NOT NULL UNIQUE,                           -- the address as compared: lower case
    password_hash {text},                                       -- NULL: signs in another way
    role {text} NOT NULL CHECK (role IN ('user', 'admin')),
    metadata {text} NOT NULL,                                   -- JSON of the client's own
    email_confirmed_at {integer},
    last_sign_in_at {integer},
    disabled_at {integer},
    created_at {integer} NOT NULL,
    updated_at {integer} NOT NULL
) {strict};
CREATE INDEX users_administrators ON users (id) WHERE role = 'admin';

CREATE TABLE profiles (
    user_id {text} PRIMARY KEY REFERENCES users (id),
    name {text},
    avatar_asset_id {text},
    created_at {integer} NOT NULL,
    updated_at {integer} NOT NULL
) {strict};

-- A personal account's id is its user's id.
CREATE TABLE accounts (
    id {text} PRIMARY KEY,
    name {text} NOT NULL,
    personal_user_id {text} UNIQUE REFERENCES users (id),
    plan {text} NOT NULL REFERENCES plans (name),
    event_seq {integer} NOT NULL DEFAULT 0,                     -- of the account's last job event
    last_order_at {integer} NOT NULL DEFAULT 0,                 -- where its last job stands in the queue
    slots_used {integer} NOT NULL DEFAULT 0 CHECK (slots_used >= 0),
    held_at {integer},                                          -- new jobs wait as pending
    disabled_at {integer},
    created_at {integer} NOT NULL,
    CHECK (personal_user_id IS NULL OR personal_user_id = id)
) {strict};

CREATE TABLE members (
    account_id {text} NOT NULL REFERENCES accounts (id),
    user_id {text} NOT NULL REFERENCES users (id),
    role {text} NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    created_at {integer} NOT NULL,
    PRIMARY KEY (account_id, user_id)
) {keyed};
CREATE INDEX members_by_user ON members (user_id);

-- A session is a family of refresh tokens. Its tokens are numbered; only the last number may be exchanged.
CREATE TABLE sessions (
    id {text} PRIMARY KEY,
    user_id {text} NOT NULL REFERENCES users (id),
    generation {integer} NOT NULL CHECK (generation > 0),
    user_agent {text},
    created_at {integer} NOT NULL,
    refreshed_at {integer} NOT NULL,
    ended_at {integer},
    end_reason {text} CHECK (end_reason IN ('signed_out', 'reused', 'password_changed', 'replaced', 'disabled')),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
) {strict};
CREATE INDEX sessions_by_user ON sessions (user_id, refreshed_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_refresh ON sessions (refreshed_at);

CREATE TABLE api_keys (
    id {text} PRIMARY KEY,
    account_id {text} NOT NULL REFERENCES accounts (id),
    created_by {text} REFERENCES users (id),
    name {text} NOT NULL,
    hash {text} NOT NULL UNIQUE,                                -- SHA-256 of the key, in hex
    prefix {text} NOT NULL,                                     -- enough of it to recognise
    created_at {integer} NOT NULL,
    last_used_at {integer},
    revoked_at {integer}
) {strict};
CREATE INDEX api_keys_by_account ON api_keys (account_id, id) WHERE revoked_at IS NULL;

-- Failed sign-ins and other things that are counted over a window of time.
CREATE TABLE throttles (
    subject {text} PRIMARY KEY,                                 -- such as email:… or address:…
    count {integer} NOT NULL CHECK (count >= 0),
    window_ends_at {integer} NOT NULL
) {keyed};
CREATE INDEX throttles_by_end ON throttles (window_ends_at);
