package import SQL

/// The name of a stored file: `uploads/{account}/{file}`, `outputs/{account}/{job}/{file}`,
/// `models/{account}/{model}/{version}/{file}` or `thumbnails/{account}/{asset}/{side}.webp`. Made of ids and numbers
/// only, so that no name from outside can lead anywhere else; what the database or a link says is checked against the
/// same grammar.
package struct StorageKey: Sendable, Hashable, CustomStringConvertible {
    package let bucket: Bucket
    /// The whole of it, bucket included.
    package let description: String

    package static func upload(_ asset: ID<Asset>, of account: ID<Account>, _ type: FileType) -> StorageKey {
        StorageKey(trusting: "uploads/\(account)/\(asset).\(type.fileExtension)")
    }

    /// The same for the same job and index: storing twice is storing once.
    package static func output(_ index: Int, of job: ID<Job>, _ account: ID<Account>, _ type: FileType) -> StorageKey {
        StorageKey(trusting: "outputs/\(account)/\(job)/\(index).\(type.fileExtension)")
    }

    package static func model(_ file: String, version: Int, of model: String, _ account: ID<Account>) -> StorageKey {
        StorageKey(trusting: "models/\(account)/\(model)/\(version)/\(file)")
    }

    /// - Parameter side: The longer one's bound, in pixels.
    package static func thumbnail(_ side: Int, of asset: ID<Asset>, _ account: ID<Account>) -> StorageKey {
        StorageKey(trusting: "thumbnails/\(account)/\(asset)/\(side).webp")
    }

    /// Returns nil unless `text` is a key as this type makes them.
    package init?(checking text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard text.utf8.count <= 255, let bucket = parts.first.flatMap({ Bucket(rawValue: String($0)) }),
            parts.count == Self.depth(of: bucket), let file = parts.last,
            parts.dropLast().allSatisfy({ Self.isWord($0) }), Self.isFile(file)
        else { return nil }
        self.bucket = bucket
        description = String(text)
    }

    var fileExtension: Substring {
        description.split(separator: ".").last ?? ""
    }

    private init(trusting text: String) {
        guard let key = StorageKey(checking: text) else { preconditionFailure("a storage key is made of ids: \(text)") }
        self = key
    }

    private static func depth(of bucket: Bucket) -> Int {
        switch bucket {
        case .uploads: 3
        case .outputs, .thumbnails: 4
        case .models: 5
        }
    }

    /// Lower-case letters, digits and hyphens: neither a dot nor a separator is possible.
    private static func isWord(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { byte in
            (97...122).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "-")
        }
    }

    /// Two words around one dot.
    private static func isFile(_ text: some StringProtocol) -> Bool {
        let halves = text.split(separator: ".", omittingEmptySubsequences: false)
        return halves.count == 2 && halves.allSatisfy { isWord($0) }
    }
}

extension StorageKey: SQLConvertible {
    package var sqlValue: SQLValue { .text(description) }

    package init?(sqlValue: SQLValue) {
        guard case .text(let text) = sqlValue else { return nil }
        self.init(checking: text)
    }
}
