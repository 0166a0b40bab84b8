package import SQL

extension SecretsStore {
    /// In the database, so that every node has the same. Read access to the database includes the secrets, as read
    /// access to a data folder includes its file.
    package static func database(_ database: Database, time: Time) -> SecretsStore {
        SecretsStore(
            load: { try await database.read { try $0.installation.fact(.secrets) }.map { Array($0.utf8) } },
            keepFirst: { document in
                let (text, now) = (String(decoding: document, as: UTF8.self), time.now())
                return try await Array(
                    database.write(order: .alone) { try $0.installation.keepFirst(text, as: .secrets, now: now) }.utf8)
            })
    }
}
