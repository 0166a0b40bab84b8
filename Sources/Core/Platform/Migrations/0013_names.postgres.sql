ALTER TABLE attempts RENAME COLUMN answer TO response;
ALTER TABLE attempts RENAME COLUMN answered_at TO responded_at;
ALTER TABLE attempts DROP CONSTRAINT attempts_state_check, DROP CONSTRAINT attempts_check;
UPDATE attempts SET state = CASE state
    WHEN 'answered' THEN 'responded' WHEN 'unanswered' THEN 'no_response' WHEN 'handed_back' THEN 'returned' END
WHERE state IN ('answered', 'unanswered', 'handed_back');
ALTER TABLE attempts
    ADD CONSTRAINT attempts_state_check CHECK (state IN
        ('submitting', 'submitted', 'no_response', 'responded', 'succeeded', 'failed', 'lost', 'cancelled', 'returned')),
    ADD CONSTRAINT attempts_check
        CHECK ((state IN ('succeeded', 'failed', 'lost', 'cancelled', 'returned')) = (ended_at IS NOT NULL));

ALTER TABLE stripe_events DROP CONSTRAINT stripe_events_outcome_check;
UPDATE stripe_events SET outcome = 'abandoned' WHERE outcome = 'given_up';
ALTER TABLE stripe_events
    ADD CONSTRAINT stripe_events_outcome_check CHECK (outcome IN ('applied', 'ignored', 'abandoned'));

-- The clients' view and what writes through it.
DO $$
BEGIN
    PERFORM set_config('search_path', format('%I, %I', current_schema() || '_client', current_schema()), true);
END $$;
ALTER VIEW assets RENAME COLUMN favourite TO favorite;

CREATE OR REPLACE FUNCTION update_asset() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM check_asset(NEW.name, NEW.tags);
    UPDATE assets SET name = NEW.name, tags = NEW.tags::text,
        favorite_at = CASE WHEN NEW.favorite THEN COALESCE(favorite_at, client_now()) END
    WHERE id = OLD.id AND deleted_at IS NULL;
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
    PERFORM check_asset(NEW.name, NEW.tags);
    UPDATE assets SET name = NEW.name, tags = NEW.tags::text,
        favorite_at = CASE WHEN COALESCE(NEW.favorite, favorite_at IS NOT NULL) THEN COALESCE(favorite_at, client_now()) END
    WHERE id = NEW.id;
    RETURN NEW;
END $$;

-- A replaced function has lost its path: what it names is found in this schema and nowhere else.
DO $$
DECLARE
    client text := current_schema();
    base text := left(client, -length('_client'));
BEGIN
    EXECUTE format('ALTER FUNCTION update_asset() SET search_path = %I, %I, pg_temp', base, client);
    EXECUTE format('ALTER FUNCTION adopt_asset() SET search_path = %I, %I, pg_temp', base, client);
    PERFORM set_config('search_path', format('%I', base), true);
END $$;
