@testable import Core
import Testing

/// What an operator's change does to a user as they are, without a database.
struct UserEditTests {
    static let id = ID<User>(rawValue: "01900000-0000-7000-8000-000000000001")
    static let day = Instant(seconds: 1_800_000_000)

    private func user(
        email: String = "ada@example.com", role: PlatformRole = .user, isConfirmed: Bool = true,
        access: UserAccess = .enabled
    ) -> User {
        var (since, end): (Instant?, Instant?) = (nil, nil)
        if case .disabled(let until) = access { (since, end) = (Self.day, until) }
        return User(
            id: Self.id, email: email, role: role, metadata: ["name": "Ada"],
            emailConfirmedAt: isConfirmed ? Self.day : nil, lastSignInAt: nil, disabledAt: since, disabledUntil: end,
            createdAt: Self.day, updatedAt: Self.day)
    }

    @Test(arguments: [
        (.init(), []),
        (.init(email: "ada@example.com"), []), (.init(email: "ADA@example.com"), ["users.set_email"]),
        (.init(email: "grace@example.com"), ["users.set_email"]), (.init(confirmsEmail: true), []),
        (.init(password: "correct horse"), ["users.set_password"]),
        (.init(metadata: ["name": "Ada", "none": .null]), []),
        (.init(metadata: ["name": .null]), ["users.set_metadata"]),
        (.init(role: .user), []), (.init(role: .admin), ["users.make_admin"]), (.init(access: .enabled), []),
        (.init(access: .disabled(until: nil)), ["users.disable"]),
        (
            .init(
                email: "grace@example.com", password: "correct horse", access: .disabled(until: UserEditTests.day)),
            ["users.set_email", "users.set_password", "users.disable"]
        ),
    ] as [(EditUsers.Change, [AuditLogEntry.Action])])
    func `what is so already is left out of the audit log`(
        change: EditUsers.Change, actions: [AuditLogEntry.Action]
    ) throws {
        let edit = try UserEdit(change, of: user(), isLastAdministrator: false)

        #expect(edit.actions.map(\.action) == actions)
        #expect(edit.isEmpty == actions.isEmpty)
    }

    @Test func `the audit log names no address, since its lines outlive the user`() throws {
        let change = EditUsers.Change(
            email: "grace@example.com", metadata: ["name": "Grace"], access: .disabled(until: Self.day))
        let edit = try UserEdit(change, of: user(), isLastAdministrator: false)

        #expect(edit.actions.map(\.details) == [[:], [:], ["until": .string(Self.day.text)]])
    }

    @Test func `an address is confirmed once, an end of a ban can change, and a ban can end`() throws {
        func actions(_ change: EditUsers.Change, _ user: User) throws -> [AuditLogEntry.Action] {
            try UserEdit(change, of: user, isLastAdministrator: false).actions.map(\.action)
        }
        let (forGood, forDay) = (UserAccess.disabled(until: nil), UserAccess.disabled(until: Self.day))

        #expect(try actions(.init(confirmsEmail: true), user(isConfirmed: false)) == ["users.confirm_email"])
        #expect(try actions(.init(access: forGood), user(access: forGood)) == [])
        #expect(try actions(.init(access: forDay), user(access: forGood)) == ["users.disable"])
        #expect(try actions(.init(access: .enabled), user(access: forDay)) == ["users.enable"])
        #expect(try actions(.init(role: .user), user(role: .admin)) == ["users.remove_admin"])
    }

    @Test(arguments: [
        (.init(role: .user), true, .lastAdministrator),
        (.init(access: .disabled(until: nil)), true, .lastAdministrator),
        (.init(access: .disabled(until: UserEditTests.day)), true, .lastAdministrator),
        (.init(role: .user), false, nil),
        (.init(access: .disabled(until: nil)), false, nil), (.init(password: "correct horse"), true, nil),
        (.init(role: .admin, access: .enabled), true, nil), (.init(email: "nonsense"), false, .invalidEmail),
        (.init(metadata: ["a": .string(String(repeating: "a", count: 4096))]), false, .invalidMetadata),
    ] as [(EditUsers.Change, Bool, UserError?)])
    func `the last administrator stays, and what is invalid is refused`(
        change: EditUsers.Change, isLast: Bool, refusal: UserError?
    ) {
        #expect(error(change, of: user(role: .admin), isLastAdministrator: isLast) == refusal)
    }

    @Test func `a deleted user does not come back`() {
        let deleted = user(email: Self.id.addressWhenDeleted, access: .disabled(until: nil))

        for change in [EditUsers.Change(access: .enabled), .init(password: "correct horse"), .init()] {
            #expect(error(change, of: deleted, isLastAdministrator: false) == .notFound)
        }
        #expect(!user(email: "x@deleted.invalid").isDeleted, "anybody may call themselves so")
    }

    private func error(_ change: EditUsers.Change, of user: User, isLastAdministrator: Bool) -> UserError? {
        do throws(UserError) {
            _ = try UserEdit(change, of: user, isLastAdministrator: isLastAdministrator)
        } catch { return error }
        return nil
    }
}
