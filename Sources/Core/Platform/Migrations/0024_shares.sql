-- Outputs that their accounts show to everybody who has the link. The link is derived from `id`, which is random, with a
-- secret that is not here.
CREATE TABLE shares (
    id {text} PRIMARY KEY,
    account_id {text} NOT NULL REFERENCES accounts (id),
    asset_id {text} NOT NULL UNIQUE REFERENCES assets (id),
    created_by {text},
    shows_prompt {integer} NOT NULL CHECK (shows_prompt IN (0, 1)),
    is_indexed {integer} NOT NULL CHECK (is_indexed IN (0, 1)),  -- whether search engines may list it
    created_at {integer} NOT NULL,
    expires_at {integer} CHECK (expires_at > created_at)
) {strict};
CREATE INDEX shares_by_account ON shares (account_id, asset_id {newest first});
CREATE INDEX shares_to_end ON shares (expires_at) WHERE expires_at IS NOT NULL;
