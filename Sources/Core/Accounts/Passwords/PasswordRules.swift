/// What a password must satisfy. Length is what counts; rules about letters make people write passwords down.
package enum PasswordRules {
    package static let shortest = 8
    package static let longest = 72

    package enum Problem: Error, Sendable, Hashable {
        case tooShort, tooLong
        /// The address itself, or one letter repeated.
        case guessable
        /// One of those that are guessed first.
        case common
    }

    static func check(_ password: String, of email: EmailAddress) throws(Problem) {
        if password.unicodeScalars.count < shortest { throw .tooShort }
        if password.unicodeScalars.count > longest { throw .tooLong }
        if Set(password).count < 3 || password.lowercased() == email.key { throw .guessable }
        if CommonPasswords.contains(password) { throw .common }
    }
}
