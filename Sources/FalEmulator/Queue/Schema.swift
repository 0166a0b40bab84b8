import SQL

/// The sandbox's own small database: it emulates an outside service, so it shares nothing with the product's.
enum Schema {
    static let migrator = Migrator([
        Migration(1, "requests", Array(requests.utf8)), Migration(2, "abandoned", Array(abandoned.utf8)),
    ])

    private static let requests = """
        CREATE TABLE sandbox_requests (
            id {text} PRIMARY KEY,
            app {text} NOT NULL,
            input {text} NOT NULL,
            script {text} NOT NULL,
            base_url {text} NOT NULL,
            webhook_url {text},
            state {text} NOT NULL CHECK (state IN ('IN_QUEUE', 'IN_PROGRESS', 'COMPLETED')),
            accepted_at {integer} NOT NULL,
            start_at {integer} NOT NULL,
            start_by {integer},
            started_at {integer},
            ended_at {integer},
            http_status {integer},
            result {text},
            error_type {text},
            delivery {text} NOT NULL CHECK (delivery IN ('none', 'due', 'acknowledged', 'given_up')),
            delivery_at {integer},
            delivery_attempts {integer} NOT NULL,
            CHECK ((state = 'COMPLETED') = (ended_at IS NOT NULL)),
            CHECK ((state = 'COMPLETED') = (http_status IS NOT NULL))
        ) {strict};
        CREATE INDEX sandbox_requests_queue ON sandbox_requests (id) WHERE state = 'IN_QUEUE';
        CREATE INDEX sandbox_requests_running ON sandbox_requests (id) WHERE state = 'IN_PROGRESS';
        CREATE INDEX sandbox_requests_due ON sandbox_requests (delivery_at) WHERE delivery = 'due';
        """

    /// SQLite cannot change a CHECK, so the table is made again.
    private static let abandoned = """
        CREATE TABLE new_requests (
            id {text} PRIMARY KEY,
            app {text} NOT NULL,
            input {text} NOT NULL,
            script {text} NOT NULL,
            base_url {text} NOT NULL,
            webhook_url {text},
            state {text} NOT NULL CHECK (state IN ('IN_QUEUE', 'IN_PROGRESS', 'COMPLETED')),
            accepted_at {integer} NOT NULL,
            start_at {integer} NOT NULL,
            start_by {integer},
            started_at {integer},
            ended_at {integer},
            http_status {integer},
            result {text},
            error_type {text},
            delivery {text} NOT NULL CHECK (delivery IN ('none', 'due', 'acknowledged', 'abandoned')),
            delivery_at {integer},
            delivery_attempts {integer} NOT NULL,
            CHECK ((state = 'COMPLETED') = (ended_at IS NOT NULL)),
            CHECK ((state = 'COMPLETED') = (http_status IS NOT NULL))
        ) {strict};
        INSERT INTO new_requests (
            id, app, input, script, base_url, webhook_url, state, accepted_at, start_at, start_by, started_at,
            ended_at, http_status, result, error_type, delivery, delivery_at, delivery_attempts)
        SELECT
            id, app, input, script, base_url, webhook_url, state, accepted_at, start_at, start_by, started_at,
            ended_at, http_status, result, error_type,
            CASE delivery WHEN 'given_up' THEN 'abandoned' ELSE delivery END, delivery_at, delivery_attempts
        FROM sandbox_requests;
        DROP TABLE sandbox_requests;
        ALTER TABLE new_requests RENAME TO sandbox_requests;
        CREATE INDEX sandbox_requests_queue ON sandbox_requests (id) WHERE state = 'IN_QUEUE';
        CREATE INDEX sandbox_requests_running ON sandbox_requests (id) WHERE state = 'IN_PROGRESS';
        CREATE INDEX sandbox_requests_due ON sandbox_requests (delivery_at) WHERE delivery = 'due';
        """
}
