-- A share ends with its asset, whatever deletes that.
CREATE FUNCTION end_share() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM shares WHERE asset_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER assets_end_share AFTER UPDATE OF deleted_at ON assets
    FOR EACH ROW WHEN (NEW.deleted_at IS NOT NULL AND NEW.job_id IS NOT NULL) EXECUTE FUNCTION end_share();

-- What it names is found in this schema and nowhere else, also if a client's query leads to it.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION end_share() SET search_path = %I, pg_temp', current_schema());
END $$;
