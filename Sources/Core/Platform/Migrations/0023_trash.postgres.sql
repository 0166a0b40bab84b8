-- Clients' views show nothing that is in the trash. What reaches these functions between two statements of others changes
-- nothing in the trash either.
DO $$
BEGIN
    PERFORM set_config('search_path', format('%I, %I', current_schema() || '_client', current_schema()), true);
END $$;

CREATE OR REPLACE FUNCTION update_profile() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
BEGIN
    IF length(NEW.name) > 200 THEN
        RAISE EXCEPTION 'a name has at most 200 characters' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.avatar_asset_id IS NOT NULL AND NEW.avatar_asset_id IS DISTINCT FROM OLD.avatar_asset_id AND NOT EXISTS (
        SELECT 1 FROM assets
        WHERE id = NEW.avatar_asset_id AND account_id = OLD.user_id AND deleted_at IS NULL AND trashed_at IS NULL
            AND content_type LIKE 'image/%')
    THEN
        RAISE EXCEPTION 'there is no picture with this id among your assets' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE profiles SET name = NEW.name, avatar_asset_id = NEW.avatar_asset_id, updated_at = client_now()
    WHERE user_id = OLD.user_id;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION update_asset() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
BEGIN
    NEW.name := visible(NEW.name);
    NEW.tags := visible_tags(NEW.tags);
    PERFORM check_asset(NEW.name, NEW.tags);
    UPDATE assets SET name = NEW.name, tags = NEW.tags::text,
        favorite_at = CASE WHEN NEW.favorite THEN COALESCE(favorite_at, client_now()) END
    WHERE id = OLD.id AND deleted_at IS NULL AND trashed_at IS NULL;
    IF NOT FOUND THEN RETURN NULL; END IF;
    PERFORM index_tags(OLD.id, OLD.account_id, NEW.tags);
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION adopt_asset() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
BEGIN
    SELECT id, account_id, account_id, COALESCE(NEW.name, name), COALESCE(NEW.tags, tags::jsonb)
    INTO NEW.id, NEW.account_id, NEW.user_id, NEW.name, NEW.tags FROM assets
    WHERE key = 'uploads/' || NEW.path AND COALESCE(NEW.bucket, 'uploads') = 'uploads' AND account_id = client_account()
        AND job_id IS NULL AND deleted_at IS NULL AND trashed_at IS NULL
    FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no upload of yours at this path; store the file first' USING ERRCODE = 'check_violation';
    END IF;
    NEW.name := visible(NEW.name);
    NEW.tags := visible_tags(NEW.tags);
    PERFORM check_asset(NEW.name, NEW.tags);
    UPDATE assets SET name = NEW.name, tags = NEW.tags::text,
        favorite_at = CASE WHEN COALESCE(NEW.favorite, favorite_at IS NOT NULL) THEN COALESCE(favorite_at, client_now()) END
    WHERE id = NEW.id;
    PERFORM index_tags(NEW.id, NEW.account_id, NEW.tags);
    RETURN NEW;
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
    WHERE id = OLD.id AND deleted_at IS NULL AND trashed_at IS NULL
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
    changed regprocedure;
BEGIN
    FOR changed IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = client::regnamespace
        AND p.proname IN ('update_profile', 'update_asset', 'adopt_asset', 'delete_asset')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, %I, pg_temp', changed, base, client);
    END LOOP;
    PERFORM set_config('search_path', format('%I', base), true);
END $$;
