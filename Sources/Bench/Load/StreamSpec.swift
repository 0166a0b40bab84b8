/// What a reader of event streams is to open.
struct StreamSpec: Sendable, Codable {
    var port: Int
    var streams: Int
    /// Of the accounts that the streams belong to, in turn.
    var keys: [String]
    /// How long it reads, once all are open.
    var seconds: Double
}

/// What it received.
struct StreamResult: Sendable, Codable {
    var events: Int
    /// Milliseconds from the time that an event bears to its arrival. An event bears the time at which its change was
    /// requested, which is before its commit: so this is never less than from commit to delivery.
    var p50: Double
    var p99: Double
}
