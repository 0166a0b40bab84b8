-- Clients see what is not in the trash.
DROP POLICY own ON assets;
CREATE POLICY own ON assets FOR SELECT TO darkroom_client
    USING (account_id = (SELECT client_account()) AND deleted_at IS NULL AND trashed_at IS NULL);
GRANT SELECT (trashed_at) ON assets TO darkroom_client;
