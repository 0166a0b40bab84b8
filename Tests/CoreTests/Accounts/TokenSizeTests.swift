@testable import Core
import Foundation
import SQL
import TestSupport
import Testing

/// How long an access token gets, as it is sent.
struct TokenSizeTests {
    /// The longest that each setting and each user may choose, of the characters that take the most.
    private static let longestAddress = "https://a" + String(repeating: "/", count: 246)
    private static let longestEmail = String(repeating: "/", count: 64) + "@"
        + [63, 63, 61].map { String(repeating: "a", count: $0) }.joined(separator: ".")

    /// Metadata of one member that takes the whole limit, made of `text`; the rest is filled with letters.
    private static func metadata(of text: String) -> JSON {
        var members = ""
        while User.takes(["u": .string(members + text)]) { members += text }
        while User.takes(["u": .string(members + "a")]) { members += "a" }
        return ["u": .string(members)]
    }

    private func user(_ metadata: JSON) -> User {
        let now = Instant(seconds: 1_780_000_000)
        return User(
            id: .make(at: now), email: Self.longestEmail, role: .admin, metadata: metadata, emailConfirmedAt: now,
            lastSignInAt: now, disabledAt: nil, disabledUntil: nil, createdAt: now, updatedAt: now)
    }

    private func session(of user: User) -> Session {
        Session(
            id: .make(at: user.createdAt), user: user.id, generation: 1, createdAt: user.createdAt,
            refreshedAt: user.createdAt, endReason: nil)
    }

    @Test(arguments: ["/", "a", "\"", "\\", "\u{1}", "\n", "\u{7F}", "é", "\u{2028}", "😀"])
    func `no token is longer than 4 KB, whatever it carries, and it carries all that is taken`(
        text: String
    ) async throws {
        #expect(EmailAddress(Self.longestEmail) != nil && Self.longestAddress.utf8.count == 255)
        let fixture = try await AppFixture(publicURL: Self.longestAddress)
        let user = user(Self.metadata(of: text))
        #expect(!User.takes(.object((user.metadata.object ?? [:]).merging(["v": "a"]) { $1 })), "it is at the limit")

        let token = try await fixture.identity.tokens.issue(for: user, session(of: user), now: user.createdAt).text

        #expect(token.utf8.count <= 4096, "\(token.utf8.count)")
        #expect(try claims(token)["user_metadata"] == user.metadata)
    }

    @Test
    func `metadata that an earlier version took stay out of a token that they would make too long`() async throws {
        let fixture = try await AppFixture()
        let user = user(["u": .string(String(repeating: "/", count: 4080))])

        let token = try await fixture.identity.tokens.issue(for: user, session(of: user), now: user.createdAt).text

        #expect(token.utf8.count <= 4096)
        let claims = try claims(token)
        #expect(claims["user_metadata"] == [:] && claims["email"] == .string(user.email))
        let verified = try await fixture.identity.tokens.verify(token, now: user.createdAt)
        #expect(verified.user == user.id)
    }

    /// A slash counts as two bytes, as the library writes it.
    @Test(arguments: [
        (String(repeating: "a", count: 1528), true), (String(repeating: "a", count: 1529), false),
        (String(repeating: "/", count: 764), true), (String(repeating: "/", count: 765), false),
        (String(repeating: "\"", count: 764), true), (String(repeating: "\"", count: 765), false),
    ])
    func `metadata are measured as a token carries them`(text: String, isTaken: Bool) {
        #expect(User.takes(["u": .string(text)]) == isTaken)
        #expect(!User.takes(.string("u")) && !User.takes([]))
    }

    @Test(arguments: TestEngine.available)
    func `who has more metadata from an earlier version can still change the password`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        let large = JSON.object(["u": .string(String(repeating: "a", count: 4000))])
        let now = world.clock.now
        try await world.database.write(order: .alone) {
            try $0.accounts.setMetadata(large, of: signedIn.user.id, now: now)
        }

        let user = try await world.identity.users.change(
            signedIn.user.id, .init(password: "battery staple"), in: signedIn.session, from: world.client)

        #expect(user.metadata == large)
        await #expect(throws: UserError.invalidMetadata) {
            try await world.identity.users.change(
                signedIn.user.id, .init(metadata: ["v": 1]), in: signedIn.session, from: world.client)
        }
    }

    private func claims(_ token: String) throws -> JSON {
        let parts = token.split(separator: ".")
        let base64 = String(parts[1]).replacing("-", with: "+").replacing("_", with: "/")
        let padded = base64 + String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        let bytes = try #require(Data(base64Encoded: padded))
        return try JSON(parsing: Array(bytes))
    }
}
