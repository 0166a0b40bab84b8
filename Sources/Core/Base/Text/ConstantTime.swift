import Crypto
import Foundation

/// Whether two secrets are the same. The time it takes says nothing about where they differ or how long they are: their
/// digests are compared, and those in constant time.
package func isSameSecret(_ one: String, _ other: String) -> Bool {
    SHA256.hash(data: Data(one.utf8)) == SHA256.hash(data: Data(other.utf8))
}
