import Core
import SQL
import TestSupport

/// Two people with a job, an output and an upload each, on PostgreSQL, and psql for queries past the product's code.
struct ClientAccess {
    struct Person {
        let actor: Actor
        let job: ID<Job>
        let upload: ID<Asset>

        var id: String { actor.account.rawValue }
    }

    let world: TestWorld
    let psql: Psql
    let ann: Person
    let ben: Person

    init() async throws {
        world = try await TestWorld(.postgres)
        psql = try await Psql(world.database)
        ann = try await ClientAccess.person(in: world)
        ben = try await ClientAccess.person(in: world)
    }

    private static func person(in world: TestWorld) async throws -> Person {
        let actor = try await world.account(credits: 20)
        try await world.database.write(order: .alone) {
            try $0.execute(
                "INSERT INTO profiles (user_id, name, created_at, updated_at) VALUES ($1, 'Somebody', 0, 0)",
                actor.account)
            try $0.execute(
                "INSERT INTO members (account_id, user_id, role, created_at) VALUES ($1, $1, 'owner', 0)",
                actor.account)
        }
        let upload = try await world.upload(for: actor)
        let job = try await world.submit(for: actor)
        try await world.workUntilEnded(actor)
        return Person(actor: actor, job: job.id, upload: upload)
    }

    /// As Ann. The names in braces stand for ids.
    func asAnn(_ statement: String, account: String = "") async throws -> Psql.Outcome {
        try await psql.client(filled(statement), user: ann.id, account: account)
    }

    func filled(_ statement: String) -> String {
        statement.replacing("{ann}", with: ann.id).replacing("{ben}", with: ben.id)
            .replacing("{ann.upload}", with: ann.upload.rawValue).replacing("{ben.upload}", with: ben.upload.rawValue)
            .replacing("{ann.job}", with: ann.job.rawValue).replacing("{ben.job}", with: ben.job.rawValue)
    }
}
