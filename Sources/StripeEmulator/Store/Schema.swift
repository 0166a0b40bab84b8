import SQL

/// The Stripe emulator's own small database: it emulates an outside service, so it shares nothing with the product's.
/// All kinds of Stripe's objects are in one table of documents, with columns for what is searched.
enum Schema {
    static let migrator = Migrator([
        Migration(1, "objects", Array(objects.utf8)), Migration(2, "plain_names", Array(plainNames.utf8)),
        Migration(3, "abandoned", Array(abandoned.utf8)),
    ])

    private static let objects = """
        CREATE TABLE stand_in_objects (
            number {integer} PRIMARY KEY,
            id {text} NOT NULL UNIQUE,
            kind {text} NOT NULL,
            owner {text},
            clock {text},
            due_at {integer},
            body {text} NOT NULL
        ) {strict};
        CREATE INDEX stand_in_objects_by_kind ON stand_in_objects (kind, number);
        CREATE INDEX stand_in_objects_by_owner ON stand_in_objects (kind, owner, number) WHERE owner IS NOT NULL;
        CREATE INDEX stand_in_objects_due ON stand_in_objects (due_at, number) WHERE due_at IS NOT NULL;
        CREATE TABLE stand_in_deliveries (
            number {integer} PRIMARY KEY,
            event {text} NOT NULL,
            endpoint {text} NOT NULL,
            state {text} NOT NULL CHECK (state IN ('due', 'delivered', 'given_up', 'lost')),
            fault {text},
            due_at {integer} NOT NULL,
            attempts {integer} NOT NULL,
            status {integer},
            error {text}
        ) {strict};
        CREATE INDEX stand_in_deliveries_due ON stand_in_deliveries (due_at, number) WHERE state = 'due';
        CREATE INDEX stand_in_deliveries_by_event ON stand_in_deliveries (event);
        CREATE TABLE stand_in_answers (
            key {text} PRIMARY KEY,
            request {text} NOT NULL,
            status {integer} NOT NULL,
            body {text} NOT NULL,
            kept_at {integer} NOT NULL
        ) {strict};
        CREATE INDEX stand_in_answers_by_age ON stand_in_answers (kept_at);
        CREATE TABLE stand_in_settings (
            only {integer} PRIMARY KEY CHECK (only = 1),
            clock_offset {integer} NOT NULL,
            faults {text} NOT NULL
        ) {strict};
        """

    private static let plainNames = """
        ALTER TABLE stand_in_objects RENAME TO documents;
        DROP INDEX stand_in_objects_by_kind;
        DROP INDEX stand_in_objects_by_owner;
        DROP INDEX stand_in_objects_due;
        CREATE INDEX documents_by_kind ON documents (kind, number);
        CREATE INDEX documents_by_owner ON documents (kind, owner, number) WHERE owner IS NOT NULL;
        CREATE INDEX documents_due ON documents (due_at, number) WHERE due_at IS NOT NULL;
        ALTER TABLE stand_in_deliveries RENAME TO deliveries;
        DROP INDEX stand_in_deliveries_due;
        DROP INDEX stand_in_deliveries_by_event;
        CREATE INDEX deliveries_due ON deliveries (due_at, number) WHERE state = 'due';
        CREATE INDEX deliveries_by_event ON deliveries (event);
        ALTER TABLE stand_in_answers RENAME TO responses;
        ALTER TABLE responses RENAME COLUMN kept_at TO stored_at;
        DROP INDEX stand_in_answers_by_age;
        CREATE INDEX responses_by_age ON responses (stored_at);
        ALTER TABLE stand_in_settings RENAME TO settings;
        """

    /// SQLite cannot change a CHECK, so the table is made again.
    private static let abandoned = """
        CREATE TABLE new_deliveries (
            number {integer} PRIMARY KEY,
            event {text} NOT NULL,
            endpoint {text} NOT NULL,
            state {text} NOT NULL CHECK (state IN ('due', 'delivered', 'abandoned', 'lost')),
            fault {text},
            due_at {integer} NOT NULL,
            attempts {integer} NOT NULL,
            status {integer},
            error {text}
        ) {strict};
        INSERT INTO new_deliveries (number, event, endpoint, state, fault, due_at, attempts, status, error)
        SELECT number, event, endpoint, CASE state WHEN 'given_up' THEN 'abandoned' ELSE state END, fault, due_at,
            attempts, status, error
        FROM deliveries;
        DROP TABLE deliveries;
        ALTER TABLE new_deliveries RENAME TO deliveries;
        CREATE INDEX deliveries_due ON deliveries (due_at, number) WHERE state = 'due';
        CREATE INDEX deliveries_by_event ON deliveries (event);
        """
}
