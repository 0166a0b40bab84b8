import Foundation

/// Which server a command talks to, and in whose name.
struct Target: Sendable {
    /// Without a slash at its end.
    let url: String
    /// What the server's links begin with, where that is known to be the same server under another name.
    let publicURL: String?
    /// Called for each request, since an access token does not live for ever.
    let token: @Sendable () async throws -> String
    /// To be called after the last request.
    let leave: @Sendable () async throws -> Void

    /// A server that was named, with a key; or the local data folder's server, as its administrator.
    static func resolve(url: String?, key: String?, data: String?) async throws -> Target {
        let reader = try await SettingsReader(flags: ["url": url, "key": key, "data": data].compactMapValues { $0 })
        return try await resolve(reader)
    }

    private static func resolve(_ given: SettingsReader) async throws -> Target {
        var reader = given
        let url = reader.url("url")
        let key = reader.text("key", isSecret: true)
        let data = reader.text("data") ?? "./data"
        guard reader.problems.isEmpty else { throw Failure(.usage, reader.problems.joined(separator: " ")) }
        switch (url, key) {
        case (let url?, let key?): return Target(url: url, publicURL: nil, token: { key }, leave: {})
        case (nil, let key?): return try local(data, key: key)
        case (_?, nil):
            throw Failure(.usage, """
                --url or DARKROOM_URL requires an API key. Set --key or DARKROOM_KEY. To create a key, run 'darkroom \
                admin create-key' where the server runs, or send POST /api/keys.
                """)
        case (nil, nil): return try await administrator(Settings.read(given))
        }
    }

    private static func server(of data: String) throws -> ServerFile {
        if let refusal = PathState(data).refusalOfDataFolder(data), refusal.code == .usage { throw refusal }
        guard PathState(data) == .missing || FileManager.default.isReadableFile(atPath: data) else {
            throw Failure(.usage, """
                This user cannot read the data folder \(data). Set --url to a server and --key to an API key.
                """)
        }
        guard let file = ServerFile.running(in: data) else {
            throw Failure(.unreachable, """
                No server is running with the data folder \(data). Start one with 'darkroom serve --data \(data)', \
                set --data to the folder of a running server, or use another server with --url and --key.
                """)
        }
        return file
    }

    private static func local(_ data: String, key: String) throws -> Target {
        let server = try server(of: data)
        return Target(url: server.url, publicURL: server.publicURL, token: { key }, leave: {})
    }

    private static func administrator(_ settings: Settings) async throws -> Target {
        let server = try server(of: settings.data)
        let administrator = try await LocalAdministrator(settings, publicURL: server.publicURL)
        return Target(
            url: server.url, publicURL: server.publicURL, token: { try await administrator.token() },
            leave: { try await administrator.leave() })
    }
}
