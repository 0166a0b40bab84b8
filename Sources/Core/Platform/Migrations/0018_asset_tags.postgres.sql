INSERT INTO asset_tags (account_id, tag, asset_id)
SELECT DISTINCT assets.account_id, list.tag, assets.id
FROM assets CROSS JOIN LATERAL jsonb_array_elements_text(assets.tags::jsonb) AS list (tag)
WHERE assets.deleted_at IS NULL AND assets.tags <> '[]';

-- The rules for names and tags are those of AssetName.swift, and what clients write through their view is indexed too.
DO $$
BEGIN
    PERFORM set_config('search_path', format('%I, %I', current_schema() || '_client', current_schema()), true);
END $$;

-- Without what shows nothing: marks of direction, soft hyphens, blanks of no width, and tags that are behind no black flag.
CREATE FUNCTION visible(given text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN regexp_replace(
        regexp_replace(
            given, '[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\uFFF9-\uFFFB\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0001]',
            '', 'g'),
        '(?<![\U0001F3F4\U000E0020-\U000E007F])[\U000E0020-\U000E007F]+', '', 'g');
END $$;

CREATE FUNCTION visible_tags(given jsonb) RETURNS jsonb IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    IF given IS NULL OR jsonb_typeof(given) <> 'array' THEN RETURN given; END IF;
    RETURN COALESCE((
        SELECT jsonb_agg(
            CASE WHEN jsonb_typeof(list.tag) = 'string' THEN to_jsonb(visible(list.tag #>> '{}')) ELSE list.tag END
            ORDER BY list.place)
        FROM jsonb_array_elements(given) WITH ORDINALITY AS list (tag, place)), '[]');
END $$;

CREATE OR REPLACE FUNCTION check_asset(name text, tags jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF name IS NULL OR name ~ '^[\s\u200C\u200D]*$' OR octet_length(name) > 255 OR name IN ('.', '..')
        OR name ~ '[\u0001-\u001F\u007F-\u009F\u2028\u2029/\\]'
    THEN
        RAISE EXCEPTION 'a name has 1 to 255 bytes, without control characters and slashes' USING ERRCODE = 'check_violation';
    END IF;
    IF tags IS NULL OR jsonb_typeof(tags) <> 'array' OR jsonb_array_length(tags) > 20 OR EXISTS (
        SELECT 1 FROM jsonb_array_elements(tags) AS tag
        WHERE jsonb_typeof(tag) <> 'string' OR octet_length(tag #>> '{}') > 50
            OR tag #>> '{}' ~ '^[\s\u200C\u200D]*$' OR tag #>> '{}' ~ '[\u0001-\u001F\u007F-\u009F\u2028\u2029]')
    THEN
        RAISE EXCEPTION 'tags are a list of at most 20 words of at most 50 bytes' USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE FUNCTION index_tags(asset text, account text, tags jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM asset_tags WHERE asset_id = asset;
    INSERT INTO asset_tags (account_id, tag, asset_id)
    SELECT DISTINCT account, list.tag, asset FROM jsonb_array_elements_text(tags) AS list (tag);
END $$;

CREATE OR REPLACE FUNCTION update_asset() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
BEGIN
    NEW.name := visible(NEW.name);
    NEW.tags := visible_tags(NEW.tags);
    PERFORM check_asset(NEW.name, NEW.tags);
    UPDATE assets SET name = NEW.name, tags = NEW.tags::text,
        favorite_at = CASE WHEN NEW.favorite THEN COALESCE(favorite_at, client_now()) END
    WHERE id = OLD.id AND deleted_at IS NULL;
    IF FOUND THEN PERFORM index_tags(OLD.id, OLD.account_id, NEW.tags); END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION adopt_asset() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
BEGIN
    SELECT id, account_id, account_id, COALESCE(NEW.name, name), COALESCE(NEW.tags, tags::jsonb)
    INTO NEW.id, NEW.account_id, NEW.user_id, NEW.name, NEW.tags FROM assets
    WHERE key = 'uploads/' || NEW.path AND COALESCE(NEW.bucket, 'uploads') = 'uploads' AND account_id = client_account()
        AND job_id IS NULL AND deleted_at IS NULL
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
    UPDATE assets SET deleted_at = client_now() WHERE id = OLD.id AND deleted_at IS NULL
    RETURNING key, size, account_id, deleted_at INTO gone;
    IF NOT FOUND THEN RETURN NULL; END IF;
    DELETE FROM asset_tags WHERE asset_id = OLD.id;
    UPDATE storage_usage SET files = files - 1, bytes = bytes - gone.size WHERE account_id = gone.account_id;
    INSERT INTO file_deletions (key, due_at) VALUES (gone.key, gone.deleted_at)
    ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at WHERE file_deletions.tries = 0;
    RETURN OLD;
END $$;

-- A replaced function has lost its path: what it names is found in this schema and nowhere else.
DO $$
DECLARE
    client text := current_schema();
    base text := left(client, -length('_client'));
    changed regprocedure;
BEGIN
    FOR changed IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = client::regnamespace AND p.proname IN
        ('visible', 'visible_tags', 'check_asset', 'index_tags', 'update_asset', 'adopt_asset', 'delete_asset')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, %I, pg_temp', changed, base, client);
    END LOOP;
    PERFORM set_config('search_path', format('%I', base), true);
END $$;
