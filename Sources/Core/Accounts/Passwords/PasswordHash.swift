import Crypto
import CryptoExtras
import Foundation
package import SQL

/// A password as it is stored: scrypt's parameters, the salt and the key in one text, so that the parameters can be
/// raised later while older passwords remain valid.
package struct PasswordHash: Sendable, Hashable, SQLConvertible {
    /// What a guess costs: 128 · blockSize · rounds bytes of memory, and time in proportion.
    package struct Cost: Sendable, Hashable {
        /// The logarithm of scrypt's N.
        let rounds: Int
        let blockSize: Int
        let parallelism: Int

        /// 32 MiB and about a tenth of a second.
        package static let standard = Cost(rounds: 15, blockSize: 8, parallelism: 1)
        /// For tests, which hash often and protect nothing.
        package static let trivial = Cost(rounds: 4, blockSize: 1, parallelism: 1)
    }

    let cost: Cost
    private let salt: [UInt8]
    private let key: [UInt8]

    /// Slow on purpose: see `Passwords`.
    init(of password: String, cost: Cost) throws {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        try self.init(cost: cost, salt: salt, key: Self.derive(password, cost, salt))
    }

    private init(cost: Cost, salt: [UInt8], key: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.key = key
    }

    /// Slow on purpose: see `Passwords`.
    func matches(_ password: String) throws -> Bool {
        let derived = try Self.derive(password, cost, salt)
        return zip(derived, key).reduce(UInt8(derived.count == key.count ? 0 : 1)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Normalized first, since two keyboards may send the same letter as different code points (RFC 8265).
    private static func derive(_ password: String, _ cost: Cost, _ salt: [UInt8]) throws -> [UInt8] {
        let bytes = normalized(password)
        return try KDF.Scrypt.deriveKey(
            from: bytes, salt: salt, outputByteCount: 32, rounds: 1 << cost.rounds, blockSize: cost.blockSize,
            parallelism: cost.parallelism
        ).withUnsafeBytes { Array($0) }
    }

    private static func normalized(_ password: String) -> [UInt8] {
        Array(password.precomposedStringWithCompatibilityMapping.utf8)
    }

    /// Whether both are one password to a hash. Computes none.
    static func isSame(_ one: String, _ other: String) -> Bool { normalized(one) == normalized(other) }
}

extension PasswordHash {
    /// `$scrypt$ln=15,r=8,p=1$salt$key`, the format of the Password Hashing Competition.
    package var sqlValue: SQLValue {
        let (salt, key) = (Data(salt).base64EncodedString(), Data(key).base64EncodedString())
        return .text("$scrypt$ln=\(cost.rounds),r=\(cost.blockSize),p=\(cost.parallelism)$\(salt)$\(key)")
    }

    package init?(sqlValue: SQLValue) {
        guard case .text(let text) = sqlValue,
            let match = text.wholeMatch(of: /\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([^$]+)\$([^$]+)/),
            let rounds = Int(match.1), let blockSize = Int(match.2), let parallelism = Int(match.3),
            let salt = Data(base64Encoded: String(match.4)), let key = Data(base64Encoded: String(match.5))
        else { return nil }
        self.init(
            cost: Cost(rounds: rounds, blockSize: blockSize, parallelism: parallelism), salt: Array(salt),
            key: Array(key))
    }
}
