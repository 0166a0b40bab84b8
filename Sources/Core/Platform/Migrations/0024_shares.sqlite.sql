-- A share ends with its asset, whatever deletes that.
CREATE TRIGGER assets_end_share AFTER UPDATE OF deleted_at ON assets
WHEN NEW.deleted_at IS NOT NULL AND NEW.job_id IS NOT NULL BEGIN
    DELETE FROM shares WHERE asset_id = NEW.id;
END;
