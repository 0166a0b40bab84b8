/// A thousand accounts with a million ended jobs among them, and as many rows in each table that grows with jobs.
/// Enough for plans; the ledger is not consistent.
package enum Million {
    package static let tables = ["jobs", "attempts", "job_events", "transactions", "entries", "reservations", "assets"]

    /// For psql, as a superuser: without triggers and foreign keys, and with the indexes rebuilt at the end, which
    /// takes a third of the time.
    package static let script = #"""
        SET session_replication_role = replica;
        SET synchronous_commit = off;
        SET maintenance_work_mem = '256MB';
        SET client_min_messages = warning;
        CREATE TEMPORARY TABLE set_aside AS
            SELECT indexname, indexdef FROM pg_indexes i
            WHERE schemaname = current_schema() AND tablename IN (\#(tables.map { "'\($0)'" }.joined(separator: ", ")))
                AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname);
        DO $$ DECLARE i record; BEGIN FOR i IN SELECT indexname
            FROM set_aside LOOP EXECUTE format('DROP INDEX %I', i.indexname); END LOOP; END $$;
        CREATE FUNCTION pg_temp.id(kind text, n bigint) RETURNS text IMMUTABLE LANGUAGE sql
            RETURN '01900000-' || lpad(to_hex(n / 65536), 4, '0') || '-7' || kind || '-8000-'
                || lpad(to_hex(n), 12, '0');

        INSERT INTO users (id, email, email_key, role, metadata, created_at, updated_at)
            SELECT pg_temp.id('acc', n), n || '@example.com', n || '@example.com', 'user', '{}', 0, 0
            FROM generate_series(1, 1000) n;
        INSERT INTO accounts (id, name, personal_user_id, plan, created_at, event_seq)
            SELECT pg_temp.id('acc', n), 'account', pg_temp.id('acc', n), 'enterprise', 0, 1000
            FROM generate_series(1, 1000) n;
        INSERT INTO balances (account_id, available, reserved, updated_at) SELECT pg_temp.id('acc', n), 1000000, 0, 0
        FROM generate_series(1, 1000) n;
        INSERT INTO lots (id, account_id, source, granted, remaining, created_at)
            SELECT pg_temp.id('107', n), pg_temp.id('acc', n), 'bonus', 2000000, 1000000, 0
            FROM generate_series(1, 1000) n;
        INSERT INTO jobs (id, account_id, kind, kind_version, endpoint, provider, state, parameters, outputs_asked,
            outputs_delivered,
                price, price_version, price_breakdown, event_seq, attempt_count, order_at, run_at, time_limit,
                deadline_at, created_at,
                started_at, ended_at)
            SELECT pg_temp.id('0b0', n), pg_temp.id('acc', 1 + n % 1000), 'text_to_image', 1, 'fal-ai/flux/schnell',
                'fal', 'completed',
                '{}', 1, 1, 600, 1, '{}', 1, 1, 1700000000000 + n, 1700000000000 + n, 3600000, 1700003600000 + n,
                1700000000000 + n, 1700000000000 + n, 1700000001000 + n FROM generate_series(1, 1000000) n;
        INSERT INTO attempts (id, job_id, number, provider, endpoint, state, request_id, response, created_at,
            submitted_at, responded_at, ended_at)
            SELECT pg_temp.id('a77', n), pg_temp.id('0b0', n), 1, 'fal', 'fal-ai/flux/schnell', 'succeeded',
                'request' || n, '{}',
                1700000000000 + n, 1700000000000 + n, 1700000000000 + n, 1700000001000 + n
                    FROM generate_series(1, 1000000) n;
        INSERT INTO job_events (job_id, seq, account_id, account_seq, type, state, data, created_at)
            SELECT pg_temp.id('0b0', n), 1, pg_temp.id('acc', 1 + n % 1000), 1 + n / 1000, 'completed', 'completed',
                '{}', 1700000000000 + n
            FROM generate_series(1, 1000000) n;
        INSERT INTO reservations (job_id, account_id, amount, captured, created_at, ended_at)
            SELECT pg_temp.id('0b0', n), pg_temp.id('acc', 1 + n % 1000), 600, 600, 0, 1
            FROM generate_series(1, 1000000) n;
        INSERT INTO transactions (id, kind, key, account_id, job_id, amount, available_after, reserved_after,
            created_at)
            SELECT pg_temp.id('7a0', n), 'reserve', 'reserve:' || n, pg_temp.id('acc', 1 + n % 1000),
                pg_temp.id('0b0', n), 600, 0, 0, 0
            FROM generate_series(1, 1000000) n;
        INSERT INTO entries (transaction_id, position, book, account_id, lot_id, amount)
            SELECT pg_temp.id('7a0', n), 0, 'available', pg_temp.id('acc', 1 + n % 1000),
                pg_temp.id('107', 1 + n % 1000), 600
            FROM generate_series(1, 1000000) n;
        INSERT INTO assets (id, account_id, job_id, output_index, key, name, content_type, size, sha256, tags,
            created_at)
            SELECT pg_temp.id('a55', n), pg_temp.id('acc', 1 + n % 1000), pg_temp.id('0b0', n), 0, 'outputs/' || n,
                '0.png', 'image/png', 1,
                '', '[]', 0 FROM generate_series(1, 1000000) n;

        DO $$ DECLARE i record; BEGIN FOR i IN SELECT indexdef FROM set_aside LOOP EXECUTE i.indexdef; END LOOP; END $$;
        ANALYZE
        """#
}
