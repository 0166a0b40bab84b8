/// A notification from another process that uses the same database. It is a hint: it may be lost, or be sent without a
/// change.
package enum DatabaseNotification: Sendable, Hashable {
    case payloads([String])
    /// Notifications may have been missed: a connection was lost, or the engine reports no details.
    case anything
}
