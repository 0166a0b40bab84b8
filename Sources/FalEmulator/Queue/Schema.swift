import SQL

/// The sandbox's own small database: it emulates an outside service, so it shares nothing with the product's.
enum Schema {
    static let migrator = Migrator([Migration(1, "requests", Array(requests.utf8))])

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
}
