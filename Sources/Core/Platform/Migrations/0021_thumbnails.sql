-- Thumbnails have no rows. Their keys are in file_deletions until the asset has its preview, and again from when it is
-- deleted, so that none is left without an owner.
UPDATE assets SET preview_priority = NULL, preview_due_at = NULL WHERE deleted_at IS NOT NULL;
