@testable import Core
import SQL
import Testing

extension Passwords {
    fileprivate func hash(_ password: String) async throws -> PasswordHash {
        try await hash(password, in: .installation)
    }

    fileprivate func verify(_ password: String, against hash: PasswordHash?) async throws -> Bool {
        try await withPlace(in: .installation) { try await $0.verify(password, against: hash) }
    }
}

struct PasswordTests {
    @Test func `a password matches its own hash and no other`() async throws {
        let passwords = try Passwords(cost: .trivial)
        let hash = try await passwords.hash("correct horse")

        #expect(try await passwords.verify("correct horse", against: hash))
        #expect(try await !passwords.verify("correct hors", against: hash))
        #expect(try await !passwords.verify("", against: hash))
    }

    @Test func `two hashes of one password differ by their salt`() async throws {
        let passwords = try Passwords(cost: .trivial)

        #expect(try await passwords.hash("correct horse") != passwords.hash("correct horse"))
    }

    @Test func `a hash is stored as text with its cost and matches after being read again`() async throws {
        let passwords = try Passwords(cost: .trivial)
        let hash = try await passwords.hash("correct horse")
        guard case .text(let text) = hash.sqlValue else { return #expect(Bool(false), "a hash is text") }

        #expect(text.hasPrefix("$scrypt$ln=4,r=1,p=1$"))
        #expect(!text.contains("horse"))
        let read = try #require(PasswordHash(sqlValue: .text(text)))
        #expect(try await passwords.verify("correct horse", against: read))
    }

    @Test func `a hash made at another cost matches and is known to be outdated`() async throws {
        let older = try await Passwords(cost: .trivial).hash("correct horse")
        let passwords = try Passwords(cost: PasswordHash.Cost(rounds: 5, blockSize: 1, parallelism: 1))

        #expect(try await passwords.verify("correct horse", against: older))
        #expect(passwords.isOutdated(older))
    }

    @Test func `the same letters typed as other code points are the same password`() async throws {
        let passwords = try Passwords(cost: .trivial)
        let hash = try await passwords.hash("cafe\u{301} society")

        #expect(try await passwords.verify("caf\u{e9} society", against: hash))
    }

    @Test func `without a hash a password is refused after a derivation like any other`() async throws {
        let passwords = try Passwords(cost: PasswordHash.Cost(rounds: 14, blockSize: 8, parallelism: 1))
        let hash = try await passwords.hash("correct horse")
        let clock = ContinuousClock()

        // The fastest of several, so that a busy machine does not decide.
        var known = Duration.seconds(60)
        for _ in 0..<5 {
            known = min(known, try await clock.measure { _ = try await passwords.verify("wrong", against: hash) })
        }
        let unknown = try await clock.measure { _ = try await passwords.verify("wrong", against: nil) }

        // The derivation takes tens of milliseconds; without one this would be a thousand times faster.
        #expect(unknown > known / 10)
    }

    @Test func `a network has two hashes pending at most, and keeps nobody else from hashing`() async throws {
        let passwords = try Passwords(cost: .trivial)
        let (one, other) = (PasswordLine.network("203.0.113.7"), PasswordLine.network("198.51.100.1"))

        try await passwords.withPlace(in: one) { _ in
            try await passwords.withPlace(in: one) { _ in
                await #expect(throws: Passwords.Busy.self) { try await passwords.hash("correct horse", in: one) }
                _ = try await passwords.hash("correct horse", in: other)
            }
        }
        _ = try await passwords.hash("correct horse", in: one)
        #expect(passwords.hashes == 2)
    }

    @Test func `a hash that fails or is refused leaves its place`() async throws {
        struct Failed: Error {}
        let passwords = try Passwords(cost: .trivial, threads: 1, limit: 1)

        for _ in 0..<3 {
            await #expect(throws: Failed.self) {
                try await passwords.withPlace(in: .installation) { _ in throw Failed() }
            }
        }
        let hash = try await passwords.hash("correct horse")
        #expect(try await passwords.verify("correct horse", against: hash))
    }

    @Test func `as many hashes as there are places end, on one thread as on several`() async throws {
        for threads in [1, 2, 3] {
            let passwords = try Passwords(cost: .trivial, threads: threads)
            let made = try await withThrowingTaskGroup(of: PasswordHash.self) { group in
                for number in 0..<64 {
                    group.addTask { try await passwords.hash("correct horse", in: .network("\(number)")) }
                }
                return try await group.reduce(into: 0) { count, _ in count += 1 }
            }
            #expect(made == 64 && passwords.hashes == 64)
        }
    }

    @Test(arguments: [
        ("correct horse", "correct horse", true), ("cafe\u{301} society", "caf\u{e9} society", true),
        ("\u{fb01}ne horses", "fine horses", true), ("correct horse", "Correct horse", false),
        ("correct horse", "correct horse ", false),
    ])
    func `two texts are one password exactly if one matches the other's hash`(
        one: String, other: String, isSame: Bool
    ) async throws {
        let passwords = try Passwords(cost: .trivial)

        #expect(PasswordHash.isSame(one, other) == isSame)
        let hash = try await passwords.hash(one)
        #expect(try await passwords.verify(other, against: hash) == isSame)
    }

    @Test(arguments: [
        ("seven77", PasswordRules.Problem.tooShort), (String(repeating: "long", count: 19), .tooLong),
        ("aaaaaaaaaa", .guessable), ("Ada@Example.com", .guessable),
        ("password", .common), ("PassWord1", .common), ("12345678", .common), ("1234567890", .common),
        ("0123456789012", .common), ("98765432", .common), ("qwertyuiop", .common), ("iloveyou", .common),
    ])
    func `a weak password is named as such`(password: String, problem: PasswordRules.Problem) throws {
        let email = try #require(EmailAddress("ada@example.com"))

        #expect(throws: problem) { try PasswordRules.check(password, of: email) }
    }

    @Test(arguments: [
        "pw123456", String(repeating: "abcdefgh", count: 9), "dlouhé heslo", "12345679", "12345678x", "password horse",
    ])
    func `from 8 to 72 characters are a password, if it is none that everybody chooses`(password: String) throws {
        try PasswordRules.check(password, of: #require(EmailAddress("ada@example.com")))
    }
}
