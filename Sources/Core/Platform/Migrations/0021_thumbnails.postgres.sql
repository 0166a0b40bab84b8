-- What clients delete has its thumbnails removed as well.
DO $$
BEGIN
    PERFORM set_config('search_path', format('%I, %I', current_schema() || '_client', current_schema()), true);
END $$;

CREATE OR REPLACE FUNCTION delete_asset() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
DECLARE
    gone record;
BEGIN
    PERFORM 1 FROM assets WHERE id = OLD.id FOR UPDATE;
    IF EXISTS (
        SELECT 1 FROM job_inputs i JOIN jobs j ON j.id = i.job_id WHERE i.asset_id = OLD.id AND j.ended_at IS NULL)
    THEN
        RAISE EXCEPTION 'a job that has not ended still needs this file' USING ERRCODE = 'object_in_use';
    END IF;
    UPDATE assets SET deleted_at = client_now(), preview_priority = NULL, preview_due_at = NULL
    WHERE id = OLD.id AND deleted_at IS NULL
    RETURNING id, key, size, account_id, deleted_at, thumb_hash INTO gone;
    IF NOT FOUND THEN RETURN NULL; END IF;
    DELETE FROM asset_tags WHERE asset_id = OLD.id;
    UPDATE storage_usage SET files = files - 1, bytes = bytes - gone.size WHERE account_id = gone.account_id;
    INSERT INTO file_deletions (key, due_at) VALUES (gone.key, gone.deleted_at)
    ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at WHERE file_deletions.tries = 0;
    -- What is registered already is just being stored, and stays registered until then.
    IF gone.thumb_hash IS NOT NULL THEN
        INSERT INTO file_deletions (key, due_at)
        SELECT 'thumbnails/' || gone.account_id || '/' || gone.id || '/' || side || '.webp', gone.deleted_at
        FROM unnest(ARRAY[320, 640, 1280]) AS side
        ON CONFLICT (key) DO NOTHING;
    END IF;
    RETURN OLD;
END $$;

-- A replaced function has lost its path: what it names is found in this schema and nowhere else.
DO $$
DECLARE
    client text := current_schema();
    base text := left(client, -length('_client'));
BEGIN
    EXECUTE format('ALTER FUNCTION delete_asset() SET search_path = %I, %I, pg_temp', base, client);
    PERFORM set_config('search_path', format('%I', base), true);
END $$;
