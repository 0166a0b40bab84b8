-- A user can be disabled for a time. Until a task enables them again, disabled_at alone says that they are disabled.
ALTER TABLE users ADD COLUMN disabled_until {integer}
    CHECK (disabled_until IS NULL OR disabled_at IS NOT NULL);
CREATE INDEX users_by_disabled_until ON users (disabled_until) WHERE disabled_until IS NOT NULL;
