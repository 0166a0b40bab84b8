import Core
import CVips
import Testing
import TestSupport

/// What libvips says of a picture that it refuses. Other tests draw and decode at the same time, and what it says is
/// shared by all, so a test can only say what is never in a message.
struct PictureMessageTests {
    private func broken() throws -> [UInt8] {
        let pixels = (0..<64 * 64 * 3).map { UInt8(truncatingIfNeeded: $0 * 37) }
        let whole = try Picture(pixels: pixels, width: 64, height: 64, bands: 3).encoded(.jpeg)
        return Array(whole.prefix(whole.count / 2))
    }

    @Test func `a message is about its own picture, and not about an earlier one that nobody asked about`() throws {
        let bytes = try broken()
        for number in 1...20 {
            let mark = "unread\(number)"
            let svg = Array("<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'>&\(mark);</svg>".utf8)
            #expect(darkroom_picture_draw(svg, svg.count) == nil)

            let error = #expect(throws: PictureError.self) { try Picture(decoding: bytes, atMost: 4096) }

            guard case .broken(let message) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(!message.contains("unread"), "\(message)")
        }
    }
}
