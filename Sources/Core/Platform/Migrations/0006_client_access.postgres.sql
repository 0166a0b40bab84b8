-- The role `darkroom_client` is what a connection becomes (SET LOCAL ROLE) before it runs a client's own query. It sees the
-- views below and nothing else. Who asks is said by the settings `darkroom.user_id` and `darkroom.account_id` of the transaction.
-- A view shows what its reader may read of the tables beneath it (security_invoker), so the tables' policies and the
-- rights on their columns are the lock, not the views. Nothing is written past the functions here.
DO $$
BEGIN
    CREATE ROLE darkroom_client NOLOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;    -- roles are the cluster's: another database made it
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'The role darkroom_client is missing, and % may not make it. As an administrator of the cluster: CREATE ROLE darkroom_client NOLOGIN; GRANT darkroom_client TO %;', current_user, current_user;
END $$;
DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'darkroom_client', 'MEMBER') THEN
        EXECUTE format('GRANT darkroom_client TO %I', current_user);
    END IF;
END $$;

-- Some views are named as the tables beneath them, so they live in a schema of their own: `public_client` beside `public`.
-- It comes first in the path for the rest of this script; a view that does not exist yet is no candidate for its own name.
DO $$
BEGIN
    EXECUTE format('CREATE SCHEMA %I', current_schema() || '_client');
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO darkroom_client', current_schema() || '_client');
    PERFORM set_config('search_path', format('%I, %I', current_schema() || '_client', current_schema()), true);
END $$;

CREATE FUNCTION client_user() RETURNS text STABLE LANGUAGE sql
    RETURN NULLIF(current_setting('darkroom.user_id', true), '') COLLATE "C";

-- The account that is asked for, or the user's personal one; NULL where the user is no member of it, or either is disabled.
CREATE FUNCTION client_account() RETURNS text STABLE SECURITY DEFINER LANGUAGE sql
BEGIN ATOMIC
    SELECT m.account_id FROM members m
    JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL
    JOIN accounts a ON a.id = m.account_id AND a.disabled_at IS NULL
    WHERE m.user_id = client_user()
        AND m.account_id = COALESCE(NULLIF(current_setting('darkroom.account_id', true), ''), client_user()) COLLATE "C";
END;

CREATE FUNCTION instant(milliseconds bigint) RETURNS timestamptz IMMUTABLE LANGUAGE sql
    RETURN to_timestamp(milliseconds / 1000.0);

-- Own rows only, for whoever is not the tables' owner.
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE balances ENABLE ROW LEVEL SECURITY;
ALTER TABLE transactions ENABLE ROW LEVEL SECURITY;
ALTER TABLE assets ENABLE ROW LEVEL SECURITY;
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE job_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON users FOR SELECT TO darkroom_client USING (id = (SELECT client_user()) AND disabled_at IS NULL);
CREATE POLICY own ON profiles FOR SELECT TO darkroom_client USING (user_id = (SELECT client_user()));
CREATE POLICY own ON balances FOR SELECT TO darkroom_client USING (account_id = (SELECT client_account()));
CREATE POLICY own ON transactions FOR SELECT TO darkroom_client USING (account_id = (SELECT client_account()));
CREATE POLICY own ON assets FOR SELECT TO darkroom_client USING (account_id = (SELECT client_account()) AND deleted_at IS NULL);
CREATE POLICY own ON jobs FOR SELECT TO darkroom_client USING (account_id = (SELECT client_account()));
CREATE POLICY own ON job_events FOR SELECT TO darkroom_client USING (account_id = (SELECT client_account()));

GRANT SELECT (id, email, role, disabled_at, created_at) ON users TO darkroom_client;
GRANT SELECT ON profiles TO darkroom_client;
GRANT SELECT (account_id, available, reserved, owed, updated_at) ON balances TO darkroom_client;
GRANT SELECT (id, kind, account_id, job_id, amount, available_after, reserved_after, created_at) ON transactions TO darkroom_client;
GRANT SELECT (id, account_id, created_by, job_id, output_index, key, name, content_type, size, width, height, tags,
    favourite_at, created_at, expires_at, deleted_at) ON assets TO darkroom_client;
GRANT SELECT (id, account_id, created_by, kind, endpoint, state, parameters, outputs_asked, outputs_delivered, price, retry_of,
    failure_code, failure_message, created_at, started_at, ended_at) ON jobs TO darkroom_client;
GRANT SELECT (job_id, seq, account_id, account_seq, type, state, data, created_at) ON job_events TO darkroom_client;

-- `user_id` is what clients filter by. It is the account's id, which for a personal account is its user's.
CREATE VIEW profiles WITH (security_invoker = true) AS
    SELECT p.user_id AS id, p.user_id, u.email, p.name, p.avatar_asset_id,
        (SELECT b.available / 100.0 FROM balances b WHERE b.account_id = p.user_id) AS credits,
        instant(p.created_at) AS created_at, instant(p.updated_at) AS updated_at
    FROM profiles p JOIN users u ON u.id = p.user_id;

CREATE VIEW user_roles WITH (security_invoker = true) AS
    SELECT id, id AS user_id, role, instant(created_at) AS created_at FROM users;

CREATE VIEW credit_balances WITH (security_invoker = true) AS
    SELECT account_id AS user_id, account_id, available / 100.0 AS balance, reserved / 100.0 AS reserved, owed / 100.0 AS owed,
        instant(updated_at) AS updated_at
    FROM balances;

CREATE VIEW credits_ledger WITH (security_invoker = true) AS
    SELECT id, account_id AS user_id, account_id, kind, job_id, amount / 100.0 AS amount,
        available_after / 100.0 AS balance_after, reserved_after / 100.0 AS reserved_after, instant(created_at) AS created_at
    FROM transactions;

CREATE VIEW assets WITH (security_invoker = true) AS
    SELECT id, account_id AS user_id, account_id, created_by, job_id, split_part(key, '/', 1) AS bucket,
        substr(key, length(split_part(key, '/', 1)) + 2) AS path, name, content_type, size, width, height,
        tags::jsonb AS tags, favourite_at IS NOT NULL AS favourite, instant(created_at) AS created_at,
        instant(expires_at) AS expires_at
    FROM assets;

CREATE VIEW generation_jobs WITH (security_invoker = true) AS
    SELECT id, account_id AS user_id, account_id, created_by, kind AS job_type, endpoint, state AS status,
        parameters::jsonb ->> 'prompt' AS prompt, parameters::jsonb AS parameters, outputs_asked, outputs_delivered,
        price / 100.0 AS credits, retry_of, failure_code, failure_message AS error_message,
        instant(created_at) AS created_at, instant(started_at) AS started_at, instant(ended_at) AS completed_at
    FROM jobs;

CREATE VIEW ai_jobs WITH (security_invoker = true) AS
    SELECT id, user_id, job_type, status, prompt, parameters, error_message, created_at, completed_at FROM generation_jobs;

CREATE VIEW job_events WITH (security_invoker = true) AS
    SELECT job_id || ':' || seq AS id, job_id, account_id AS user_id, seq, type AS event_type, state AS status,
        data::jsonb AS data, instant(created_at) AS created_at
    FROM job_events;

-- `storage_path` is what a link is signed for when a row is read.
CREATE VIEW generated_images WITH (security_invoker = true) AS
    SELECT a.id, a.user_id, a.job_id, j.prompt, a.path AS storage_path, a.content_type, a.created_at
    FROM assets a JOIN generation_jobs j ON j.id = a.job_id;

GRANT SELECT ON profiles, user_roles, credit_balances, credits_ledger, assets, generation_jobs, ai_jobs, job_events, generated_images
    TO darkroom_client;
GRANT UPDATE (name, avatar_asset_id) ON profiles TO darkroom_client;
GRANT INSERT (bucket, path, name, tags, favourite), UPDATE (name, tags, favourite), DELETE ON assets TO darkroom_client;

-- Writing. These functions belong to the tables' owner and do what the product does, with its limits; what a row is to be
-- found by comes from the view, which shows own rows only.
CREATE FUNCTION client_now() RETURNS bigint VOLATILE LANGUAGE sql
    RETURN CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint);

CREATE FUNCTION update_profile() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
BEGIN
    IF length(NEW.name) > 200 THEN
        RAISE EXCEPTION 'a name has at most 200 characters' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.avatar_asset_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM assets
        WHERE id = NEW.avatar_asset_id AND account_id = OLD.user_id AND deleted_at IS NULL AND content_type LIKE 'image/%')
    THEN
        RAISE EXCEPTION 'there is no picture with this id among your assets' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE profiles SET name = NEW.name, avatar_asset_id = NEW.avatar_asset_id, updated_at = client_now()
    WHERE user_id = OLD.user_id;
    RETURN NEW;
END $$;
CREATE TRIGGER update_profile INSTEAD OF UPDATE ON profiles FOR EACH ROW EXECUTE FUNCTION update_profile();

CREATE FUNCTION update_asset() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM check_asset(NEW.name, NEW.tags);
    UPDATE assets SET name = NEW.name, tags = NEW.tags::text,
        favourite_at = CASE WHEN NEW.favourite THEN COALESCE(favourite_at, client_now()) END
    WHERE id = OLD.id AND deleted_at IS NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER update_asset INSTEAD OF UPDATE ON assets FOR EACH ROW EXECUTE FUNCTION update_asset();

-- The bytes come first, through the storage; an insert says more about an upload that is there.
CREATE FUNCTION adopt_asset() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
BEGIN
    SELECT id, account_id, account_id, COALESCE(NEW.name, name), COALESCE(NEW.tags, tags::jsonb)
    INTO NEW.id, NEW.account_id, NEW.user_id, NEW.name, NEW.tags FROM assets
    WHERE key = 'uploads/' || NEW.path AND COALESCE(NEW.bucket, 'uploads') = 'uploads' AND account_id = client_account()
        AND job_id IS NULL AND deleted_at IS NULL
    FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no upload of yours at this path; store the file first' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM check_asset(NEW.name, NEW.tags);
    UPDATE assets SET name = NEW.name, tags = NEW.tags::text,
        favourite_at = CASE WHEN COALESCE(NEW.favourite, favourite_at IS NOT NULL) THEN COALESCE(favourite_at, client_now()) END
    WHERE id = NEW.id;
    RETURN NEW;
END $$;
CREATE TRIGGER adopt_asset INSTEAD OF INSERT ON assets FOR EACH ROW EXECUTE FUNCTION adopt_asset();

-- The row is marked and its bytes are written down for removal.
CREATE FUNCTION delete_asset() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
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
    UPDATE storage_usage SET files = files - 1, bytes = bytes - gone.size WHERE account_id = gone.account_id;
    INSERT INTO file_deletions (key, due_at) VALUES (gone.key, gone.deleted_at)
    ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at WHERE file_deletions.tries = 0;
    RETURN OLD;
END $$;
CREATE TRIGGER delete_asset INSTEAD OF DELETE ON assets FOR EACH ROW EXECUTE FUNCTION delete_asset();

CREATE FUNCTION check_asset(name text, tags jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF name IS NULL OR name = '' OR octet_length(name) > 200 OR name IN ('.', '..') OR name ~ '[[:cntrl:]/\\]' THEN
        RAISE EXCEPTION 'a name has 1 to 200 bytes, without control characters and slashes' USING ERRCODE = 'check_violation';
    END IF;
    IF tags IS NULL OR jsonb_typeof(tags) <> 'array' OR jsonb_array_length(tags) > 20 OR EXISTS (
        SELECT 1 FROM jsonb_array_elements(tags) AS tag
        WHERE jsonb_typeof(tag) <> 'string' OR octet_length(tag #>> '{}') > 50 OR btrim(tag #>> '{}') = '' OR tag #>> '{}' ~ '[[:cntrl:]]')
    THEN
        RAISE EXCEPTION 'tags are a list of at most 20 words of at most 50 bytes' USING ERRCODE = 'check_violation';
    END IF;
END $$;

-- What these functions name is found in this schema and nowhere else, whatever path their caller has set.
DO $$
DECLARE
    client text := current_schema();
    base text := left(client, -length('_client'));
    changed regprocedure;
BEGIN
    FOR changed IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = client::regnamespace AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, %I, pg_temp', changed, base, client);
    END LOOP;
    PERFORM set_config('search_path', format('%I', base), true);
END $$;
