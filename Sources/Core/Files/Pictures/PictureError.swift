import CVips
import Foundation

package enum PictureError: Error, Sendable, Hashable {
    /// The bytes are none of the formats of `PictureFormat`.
    case notAPicture
    /// They begin like one, but cannot be read to the end.
    case broken(String)
    /// More pixels than may be decoded: a few bytes can claim gigabytes.
    case tooLarge(width: Int, height: Int)
    /// Frames of an animation.
    case tooManyFrames(Int)
    /// It took longer than it may.
    case tooSlow
    /// Too many pictures wait for memory.
    case busy
    /// libvips could not do what was asked.
    case failed(String)

    /// libvips' own message, for the log. It may say nothing.
    static func lastMessage() -> String {
        guard let text = darkroom_vips_error() else { return "" }
        defer { free(text) }
        let message = String(cString: text).trimmingCharacters(in: .whitespacesAndNewlines)
        return message.isEmpty ? "libvips gives no reason" : message
    }
}
