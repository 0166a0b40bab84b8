import SQL

/// A workspace: the owner of credits, jobs, models and assets.
package struct Account: Sendable, Hashable {
    /// What a member can do in it: a member works, an admin also sees to keys, members and limits, an owner to everything.
    package enum Role: String, Sendable, SQLConvertible, Codable {
        case owner, admin, member

        package var managesKeys: Bool { self != .member }
    }
}
