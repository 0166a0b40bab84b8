import Core
import SQL

extension Database {
    /// The account of an id, or the personal one of an address.
    func account(named name: String) async throws -> ID<Account> {
        if let id = ID<Account>(checking: name) { return id }
        guard let email = EmailAddress(name),
            let user = try await read({ try $0.accounts.user(withEmail: email) })
        else {
            throw Failure(.failed, "There is no user with the email address '\(name)'.")
        }
        return user.personalAccount
    }
}
