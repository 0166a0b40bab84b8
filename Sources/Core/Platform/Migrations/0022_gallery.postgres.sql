-- Lexemes are the words as they are. New rows go into the index at once: a list of pending ones would be read by every
-- search.
CREATE INDEX asset_words_found ON asset_words USING gin (array_to_tsvector(string_to_array(words, ' ')))
    WITH (fastupdate = off);
CREATE INDEX asset_words_by_account ON asset_words (account_id, number {newest first});

-- The first twelve digits of an id are milliseconds.
CREATE FUNCTION hour_of_id(id text) RETURNS bigint IMMUTABLE LANGUAGE sql
    RETURN CASE WHEN id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-'
        THEN ('x' || substr(id, 1, 8) || substr(id, 10, 4))::bit(48)::bigint / 3600000 ELSE 0 END;

INSERT INTO gallery_hours (account_id, hour, count, changes)
SELECT account_id, hour_of_id(id), count(*), 1 FROM assets
WHERE job_id IS NOT NULL AND deleted_at IS NULL AND trashed_at IS NULL
GROUP BY 1, 2;

CREATE FUNCTION enter_gallery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_queue (priority, asset_id)
    SELECT 0, id FROM added WHERE job_id IS NOT NULL AND deleted_at IS NULL;
    INSERT INTO gallery_hours (account_id, hour, count, changes)
    SELECT account_id, hour_of_id(id), count(*), 1 FROM added
    WHERE job_id IS NOT NULL AND deleted_at IS NULL AND trashed_at IS NULL
    GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (account_id, hour) DO UPDATE
        SET count = gallery_hours.count + excluded.count, changes = gallery_hours.changes + 1, letters = NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER assets_enter_gallery AFTER INSERT ON assets REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION enter_gallery();

CREATE FUNCTION change_gallery() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before int := (OLD.deleted_at IS NULL AND OLD.trashed_at IS NULL)::int;
    after int := (NEW.deleted_at IS NULL AND NEW.trashed_at IS NULL)::int;
BEGIN
    IF before + after > 0 THEN
        INSERT INTO gallery_hours (account_id, hour, count, changes)
        VALUES (NEW.account_id, hour_of_id(NEW.id), GREATEST(after - before, 0), 1)
        ON CONFLICT (account_id, hour) DO UPDATE
            SET count = gallery_hours.count + after - before, changes = gallery_hours.changes + 1, letters = NULL;
    END IF;
    IF NEW.deleted_at IS NOT NULL THEN DELETE FROM asset_words WHERE asset_id = NEW.id; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER assets_change_gallery AFTER UPDATE OF deleted_at, trashed_at, width, height ON assets
    FOR EACH ROW WHEN (NEW.job_id IS NOT NULL) EXECUTE FUNCTION change_gallery();

-- What these functions name is found in this schema and nowhere else, also if a client's query leads to them.
DO $$
DECLARE
    changed regprocedure;
BEGIN
    FOR changed IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
        AND p.proname IN ('enter_gallery', 'change_gallery')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', changed, current_schema());
    END LOOP;
END $$;
