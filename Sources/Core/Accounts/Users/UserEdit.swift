/// What an operator asks to change about a user, checked against the user as they are: what is so already is left out.
struct UserEdit: Sendable, Equatable {
    var email: EmailAddress?
    var isConfirmed = false
    var setsPassword = false
    var metadata: JSON?
    var role: PlatformRole?
    var access: UserAccess?

    /// - Parameter isLastAdministrator: Whether no other administrator may sign in.
    init(_ change: EditUsers.Change, of user: User, isLastAdministrator: Bool) throws(UserError) {
        guard !user.isDeleted else { throw .notFound }
        if let text = change.email {
            guard let address = EmailAddress(text) else { throw .invalidEmail }
            if address.text != user.email { email = address }
        }
        isConfirmed = change.confirmsEmail && user.emailConfirmedAt == nil
        setsPassword = change.password != nil
        if let changes = change.metadata {
            let merged = user.metadata(merging: changes)
            guard User.takes(merged) else { throw .invalidMetadata }
            if merged != user.metadata { metadata = merged }
        }
        if let role = change.role, role != user.role { self.role = role }
        if let access = change.access, access != UserAccess(of: user) { self.access = access }
        if isLastAdministrator, role == .user || access?.isDisabled == true { throw .lastAdministrator }
    }

    var isEmpty: Bool { actions.isEmpty }

    /// What the audit log says, without what identifies the person: its lines stay when a user is deleted.
    var actions: [(action: AuditLogEntry.Action, details: [String: JSON])] {
        var actions: [(action: AuditLogEntry.Action, details: [String: JSON])] = []
        if email != nil { actions.append(("users.set_email", [:])) }
        if isConfirmed { actions.append(("users.confirm_email", [:])) }
        if setsPassword { actions.append(("users.set_password", [:])) }
        if metadata != nil { actions.append(("users.set_metadata", [:])) }
        switch role {
        case .admin: actions.append(("users.make_admin", [:]))
        case .user: actions.append(("users.remove_admin", [:]))
        case nil: break
        }
        switch access {
        case .enabled: actions.append(("users.enable", [:]))
        case .disabled(let end):
            actions.append(("users.disable", end.map { ["until": JSON.string($0.text)] } ?? [:]))
        case nil: break
        }
        return actions
    }
}

/// Whether a user may sign in.
package enum UserAccess: Sendable, Hashable {
    case enabled
    /// Without an end, until an operator enables the user again.
    case disabled(until: Instant?)

    var isDisabled: Bool { self != .enabled }

    init(of user: User) {
        self = user.disabledAt == nil ? .enabled : .disabled(until: user.disabledUntil)
    }
}
