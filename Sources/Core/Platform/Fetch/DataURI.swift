package import Foundation

/// A file written into its own address, as some providers return it: `data:image/png;base64,…`.
package struct DataURI {
    package let bytes: Data

    /// - Parameter limit: In bytes of the file, checked before anything is decoded.
    package init(_ address: String, limit: Int) throws(FetchError) {
        guard let comma = address.utf8.firstIndex(of: UInt8(ascii: ",")) else { throw .invalidAddress }
        let payload = address[address.index(after: comma)...]
        let isBase64 = address[..<comma].lowercased().hasSuffix(";base64")
        guard payload.utf8.count <= (isBase64 ? limit / 3 * 4 + 8 : limit * 3) else { throw .tooLarge(limit: limit) }
        let decoded = isBase64
            ? Data(base64Encoded: String(payload)) : PercentEncoding.decode(payload).map { Data($0.utf8) }
        guard let decoded else { throw .invalidAddress }
        guard decoded.count <= limit else { throw .tooLarge(limit: limit) }
        bytes = decoded
    }

    package static func matches(_ address: String) -> Bool {
        address.prefix(5).lowercased() == "data:"
    }
}
