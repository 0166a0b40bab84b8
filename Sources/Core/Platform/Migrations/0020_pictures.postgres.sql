-- Clients see what is not in the trash.
GRANT SELECT (trashed_at) ON assets TO darkroom_client;
DO $$
BEGIN
    EXECUTE format(
        'ALTER POLICY own ON assets USING (account_id = (SELECT %I.client_account()) AND deleted_at IS NULL AND trashed_at IS NULL)',
        current_schema() || '_client');
END $$;
