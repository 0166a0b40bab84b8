-- What is known of a file beside its bytes: what made it, how it looks, whether it is in the trash. A picture's look is
-- computed after its job has ended, by a task that takes what is due.
ALTER TABLE assets ADD COLUMN job_kind {text};                          -- of the job that made it, to be found by
ALTER TABLE assets ADD COLUMN endpoint {text};                          -- likewise
ALTER TABLE assets ADD COLUMN duration {integer};                       -- of a film, in milliseconds
ALTER TABLE assets ADD COLUMN color {integer};                          -- its average, 0xRRGGBB
ALTER TABLE assets ADD COLUMN thumb_hash {text};                        -- in base64; not NULL: it has thumbnails
ALTER TABLE assets ADD COLUMN perceptual_hash {text};                   -- 64 bits in hex
ALTER TABLE assets ADD COLUMN preview_priority {integer};               -- 0: new, 1: older than this column; NULL: nothing to do
ALTER TABLE assets ADD COLUMN preview_due_at {integer};
ALTER TABLE assets ADD COLUMN preview_tries {integer} NOT NULL DEFAULT 0;
ALTER TABLE assets ADD COLUMN link_epoch {integer} NOT NULL DEFAULT 0;  -- links of an earlier one are revoked
ALTER TABLE assets ADD COLUMN trashed_at {integer};

UPDATE assets SET
    job_kind = (SELECT kind FROM jobs WHERE jobs.id = assets.job_id),
    endpoint = (SELECT endpoint FROM jobs WHERE jobs.id = assets.job_id)
WHERE job_id IS NOT NULL;
UPDATE assets SET preview_priority = 1, preview_due_at = created_at
WHERE deleted_at IS NULL AND content_type <> 'application/zip';

CREATE INDEX assets_previews_due ON assets (preview_priority, preview_due_at) WHERE preview_priority IS NOT NULL;
