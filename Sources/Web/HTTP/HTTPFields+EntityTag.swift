import Foundation
import HTTPTypes

extension HTTPFields {
    /// Whether the client already has what this tag is of (RFC 9110, 13.1.2).
    func hasEntityTag(_ tag: String) -> Bool {
        guard let tags = self[.ifNoneMatch] else { return false }
        return tags.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            .contains { $0 == "*" || $0 == tag || $0 == "W/" + tag }
    }
}
