import SQL

/// The stand-in's own small database: it plays an outside service, so it shares nothing with the product's. What Stripe
/// has many kinds of is here one table of documents, with columns for what is looked for.
enum Schema {
    static let migrator = Migrator([Migration(1, "objects", Array(objects.utf8))])

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
}
