-- Stored files. The database keeps keys, never addresses.

CREATE TABLE assets (
    id {text} PRIMARY KEY,
    account_id {text} NOT NULL REFERENCES accounts (id),
    created_by {text} REFERENCES users (id),
    job_id {text} REFERENCES jobs (id),                         -- the job that made it; NULL: an upload
    output_index {integer} CHECK (output_index >= 0),
    key {text} NOT NULL UNIQUE,                                 -- uploads/{account}/{file} or outputs/{account}/{job}/{file}
    name {text} NOT NULL,
    content_type {text} NOT NULL,
    size {integer} NOT NULL CHECK (size > 0),
    sha256 {text} NOT NULL,
    width {integer} CHECK (width > 0),
    height {integer} CHECK (height > 0),
    tags {text} NOT NULL,                                       -- JSON, a list of strings
    favourite_at {integer},
    created_at {integer} NOT NULL,
    expires_at {integer},
    deleted_at {integer},
    CHECK ((job_id IS NULL) = (output_index IS NULL))
) {strict};
CREATE UNIQUE INDEX assets_by_job ON assets (job_id, output_index) WHERE job_id IS NOT NULL;
CREATE INDEX assets_by_account ON assets (account_id, id) WHERE deleted_at IS NULL;
CREATE INDEX assets_uploaded ON assets (account_id, created_at) WHERE job_id IS NULL;
CREATE INDEX assets_to_expire ON assets (expires_at) WHERE deleted_at IS NULL AND expires_at IS NOT NULL;

-- What an account's files come to: changed with every row of assets that comes or goes, so that a quota costs no sum.
CREATE TABLE storage_usage (
    account_id {text} PRIMARY KEY REFERENCES accounts (id),
    files {integer} NOT NULL CHECK (files >= 0),
    bytes {integer} NOT NULL CHECK (bytes >= 0)
) {keyed};

CREATE TABLE job_inputs (
    job_id {text} NOT NULL REFERENCES jobs (id),
    name {text} NOT NULL,                                       -- the parameter it fills
    asset_id {text} NOT NULL REFERENCES assets (id),
    PRIMARY KEY (job_id, name)
) {keyed};
CREATE INDEX job_inputs_by_asset ON job_inputs (asset_id);

-- Files whose bytes must go when their time comes. A file is written down here before it is stored and crossed out in the
-- transaction that gives it a row, so that a crash in between leaves no file behind; deleting the row writes it down again.
CREATE TABLE file_deletions (
    key {text} PRIMARY KEY,
    due_at {integer} NOT NULL,
    tries {integer} NOT NULL DEFAULT 0                          -- above 0: being removed, so no new file may take the key
) {keyed};
CREATE INDEX file_deletions_due ON file_deletions (due_at, key);
