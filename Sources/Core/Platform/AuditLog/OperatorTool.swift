/// With what an operator works who does not sign in as a person: the audit log names it in the place of an
/// administrator.
package enum OperatorTool: String, Sendable {
    case commandLine = "command line"
    case serviceRole = "service-role key"

    func entry(
        _ action: AuditLogEntry.Action, of subject: String, _ details: [String: JSON] = [:], at now: Instant
    ) -> AuditLogEntry {
        let details = details.merging(["through": .string(rawValue)]) { given, _ in given }
        return AuditLogEntry(action, of: subject, .object(details), by: nil, at: now)
    }
}
