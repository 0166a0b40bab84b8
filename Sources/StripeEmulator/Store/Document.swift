import Core
import Foundation
import SQL

/// A document of the Stripe emulator's database. How callers see it depends on the API's version: see `Renderer`.
protocol Document: Codable, Sendable {
    static var kind: Kind { get }
    var id: String { get }
    /// When it was created, in seconds of its clock.
    var created: Int64 { get }
    /// The object it belongs to, if it is listed by that: of a subscription the customer, of a refund the charge.
    var owner: String? { get }
    /// Its test clock; nil for the Stripe emulator's own clock.
    var clock: String? { get }
    /// When it is due to change by itself.
    var dueAt: Int64? { get }
}

extension Document {
    var owner: String? { nil }
    var clock: String? { nil }
    var dueAt: Int64? { nil }
}

/// A document that is due to change by itself.
struct DueDocument: Sendable {
    let kind: Kind
    let id: String
    let at: Int64
}

extension Transaction {
    func insert(_ object: some Document) throws(DatabaseError) {
        try execute(
            "INSERT INTO documents (id, kind, owner, clock, due_at, body) VALUES ($1, $2, $3, $4, $5, $6)",
            object.id, type(of: object).kind, object.owner, object.clock, object.dueAt, JSON.text(of: object))
    }

    func update(_ object: some Document) throws(DatabaseError) {
        let changes = try execute(
            "UPDATE documents SET owner = $2, clock = $3, due_at = $4, body = $5 WHERE id = $1",
            object.id, object.owner, object.clock, object.dueAt, JSON.text(of: object))
        precondition(changes == 1, "only what is there is changed")
    }

    func remove(_ object: some Document) throws(DatabaseError) {
        try execute("DELETE FROM documents WHERE id = $1", object.id)
    }

    func object<Object: Document>(_ id: String, as type: Object.Type = Object.self) throws(DatabaseError) -> Object? {
        let row = try queryOne("SELECT body FROM documents WHERE id = $1 AND kind = $2", id, Object.kind)
        guard let row else { return nil }
        return try Object(row)
    }

    func kind(of id: String) throws(DatabaseError) -> Kind? {
        try queryOne("SELECT kind FROM documents WHERE id = $1", id)?.get("kind")
    }

    /// The object's place in the order of creation, by which lists are paged.
    func number(of id: String) throws(DatabaseError) -> Int64? {
        try queryOne("SELECT number FROM documents WHERE id = $1", id)?.get("number")
    }

    /// Objects of one kind and, if given, of one owner, with their numbers: the newest below `below`, or the oldest
    /// above `above` if that is given.
    func objects<Object: Document>(
        _ type: Object.Type, of owner: String? = nil, below: Int64 = .max, above: Int64? = nil, limit: Int = 500
    ) throws(DatabaseError) -> [(number: Int64, object: Object)] {
        let rows = switch (owner, above) {
        case (nil, nil):
            try query(
                "SELECT number, body FROM documents WHERE kind = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
                Object.kind, below, limit)
        case (nil, let above?):
            try query(
                "SELECT number, body FROM documents WHERE kind = $1 AND number > $2 ORDER BY number LIMIT $3",
                Object.kind, above, limit)
        case (let owner?, nil):
            try query("""
                SELECT number, body FROM documents WHERE kind = $1 AND owner = $4 AND number < $2
                ORDER BY number DESC LIMIT $3
                """, Object.kind, below, limit, owner)
        case (let owner?, let above?):
            try query("""
                SELECT number, body FROM documents WHERE kind = $1 AND owner = $4 AND number > $2
                ORDER BY number LIMIT $3
                """, Object.kind, above, limit, owner)
        }
        return try rows.map { row throws(DatabaseError) in (try row.get("number"), try Object(row)) }
    }

    /// What is due first by a test clock, or by the Stripe emulator's own.
    func firstDue(by clock: String?, until end: Int64) throws(DatabaseError) -> DueDocument? {
        let row = try queryOne("""
            SELECT kind, id, due_at FROM documents
            WHERE due_at IS NOT NULL AND due_at <= $1 AND COALESCE(clock, '') = $2 ORDER BY due_at, number LIMIT 1
            """, end, clock ?? "")
        guard let row else { return nil }
        return DueDocument(kind: try row.get("kind"), id: try row.get("id"), at: try row.get("due_at"))
    }
}

extension Document {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(row.get("body", as: String.self).utf8))
        } catch {
            throw DatabaseError(.decoding, "a document is not a valid \(Self.kind.rawValue): \(error)")
        }
    }
}
