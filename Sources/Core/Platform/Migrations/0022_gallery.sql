-- Lists of assets by what made them, without what is in the trash; the words of prompts; how many pictures each hour has.
-- Each index ends with the id, in an order that the primary key does not have: a planner that believes an account to own
-- most of the table would run through that one.
DROP INDEX assets_by_account;
DROP INDEX assets_favorites;
CREATE INDEX assets_favorites ON assets (account_id, id {newest first})
    WHERE favorite_at IS NOT NULL AND deleted_at IS NULL AND trashed_at IS NULL;
CREATE INDEX assets_uploads ON assets (account_id, id {newest first})
    WHERE output_index IS NULL AND deleted_at IS NULL AND trashed_at IS NULL;
-- With the size and with what it is restricted by, so that the gallery's index is computed without the rows.
CREATE INDEX assets_outputs ON assets (account_id, id {newest first}, width, height, output_index, deleted_at, trashed_at)
    WHERE output_index IS NOT NULL AND deleted_at IS NULL AND trashed_at IS NULL;
CREATE INDEX assets_by_kind ON assets (account_id, job_kind, id {newest first})
    WHERE job_kind IS NOT NULL AND deleted_at IS NULL AND trashed_at IS NULL;
CREATE INDEX assets_by_endpoint ON assets (account_id, endpoint, id {newest first})
    WHERE endpoint IS NOT NULL AND deleted_at IS NULL AND trashed_at IS NULL;
CREATE INDEX assets_in_trash ON assets (account_id, id {newest first})
    WHERE deleted_at IS NULL AND trashed_at IS NOT NULL;

-- The words of the prompt that made an output, one row an output that is not deleted. `number` is the beginning of the
-- asset's id, so that its order is theirs; a full-text index calls the rows by it. What is here can be made again from
-- `jobs`: a copy to another engine does so.
CREATE TABLE asset_words (
    number {integer} PRIMARY KEY,
    asset_id {text} NOT NULL UNIQUE,                            -- rows of assets are never deleted
    account_id {text} NOT NULL,
    words {text} NOT NULL                                       -- with blanks between them, each behind the account's prefix
) {strict};

-- Outputs whose words are not yet in `asset_words`.
CREATE TABLE search_queue (
    priority {integer} NOT NULL,                                -- 0: new, 1: older than this table
    asset_id {text} NOT NULL,
    PRIMARY KEY (priority, asset_id)
) {keyed};
INSERT INTO search_queue (priority, asset_id)
SELECT 1, id FROM assets WHERE job_id IS NOT NULL AND deleted_at IS NULL;

-- How many outputs, neither deleted nor in the trash, were made in each hour: by the time in their ids, counted from 1970.
-- Triggers on `assets` keep it, whatever changes them.
CREATE TABLE gallery_hours (
    account_id {text} NOT NULL REFERENCES accounts (id),
    hour {integer} NOT NULL,
    count {integer} NOT NULL CHECK (count >= 0),
    changes {integer} NOT NULL,                                 -- of its pictures so far
    letters {text},                                             -- their proportions, newest first; NULL: to be computed
    PRIMARY KEY (account_id, hour)
) {keyed};
