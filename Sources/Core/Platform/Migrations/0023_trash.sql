-- The trash, and changes of many assets at once.
-- Of all accounts. That the instant is above zero says nothing new, but no list of one account says it, so that none is
-- read by this index.
CREATE INDEX assets_to_empty ON assets (trashed_at) WHERE trashed_at > 0 AND deleted_at IS NULL;

-- A change of all assets of a selection, made in batches. Who makes a batch takes a lease, which moves `due_at` to the
-- lease's end: the work of a dead node is due again by itself.
CREATE TABLE bulk_tasks (
    id {text} PRIMARY KEY,
    account_id {text} NOT NULL REFERENCES accounts (id),
    created_by {text},
    action {text} NOT NULL CHECK (action IN ('favorite', 'unfavorite', 'tag', 'untag', 'trash', 'restore', 'delete')),
    tag {text},
    selection {text} NOT NULL,                                  -- JSON: a filter without exceptions, or ids
    state {text} NOT NULL CHECK (state IN ('queued', 'running', 'completed', 'failed', 'undoing', 'undone')),
    cursor {text} NOT NULL,                                     -- where the next batch begins: behind this id
    matched {integer} CHECK (matched >= 0),                     -- NULL: not counted yet
    done {integer} NOT NULL DEFAULT 0 CHECK (done >= 0),
    changed {integer} NOT NULL DEFAULT 0 CHECK (changed >= 0),  -- of those that are done
    skipped_in_use {integer} NOT NULL DEFAULT 0 CHECK (skipped_in_use >= 0),
    skipped_in_trash {integer} NOT NULL DEFAULT 0 CHECK (skipped_in_trash >= 0),
    skipped_tags {integer} NOT NULL DEFAULT 0 CHECK (skipped_tags >= 0),
    undone {integer} NOT NULL DEFAULT 0 CHECK (undone >= 0),
    undo_skipped {integer} NOT NULL DEFAULT 0 CHECK (undo_skipped >= 0),
    undo_until {integer} NOT NULL,                              -- then the row goes, too
    created_at {integer} NOT NULL,
    ended_at {integer},
    due_at {integer},
    lease {text},                                               -- of the node that makes a batch now
    tries {integer} NOT NULL DEFAULT 0,                         -- that failed since the last batch
    CHECK ((state IN ('queued', 'running', 'undoing')) = (due_at IS NOT NULL)),
    CHECK ((state IN ('completed', 'failed', 'undone')) = (ended_at IS NOT NULL)),
    CHECK ((action IN ('tag', 'untag')) = (tag IS NOT NULL))
) {strict};
CREATE INDEX bulk_tasks_due ON bulk_tasks (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX bulk_tasks_unfinished ON bulk_tasks (account_id) WHERE due_at IS NOT NULL;
CREATE INDEX bulk_tasks_old ON bulk_tasks (undo_until);

-- What a task changed, so that it can be undone: what was there, and what the task wrote.
CREATE TABLE bulk_changes (
    task_id {text} NOT NULL REFERENCES bulk_tasks (id),
    asset_id {text} NOT NULL,                                   -- rows of assets are never deleted
    was {text} NOT NULL,                                        -- JSON
    became {text} NOT NULL,                                     -- JSON
    PRIMARY KEY (task_id, asset_id)
) {keyed};
