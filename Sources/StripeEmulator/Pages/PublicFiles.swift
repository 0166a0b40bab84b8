import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /public/{name}`: the pages' own files, which are part of the program.
enum PublicFiles {
    static let style = "stripe-emulator.css"
    static let icon = "favicon.svg"

    /// What a page writes to name a file.
    static func address(of name: String) -> String { "/public/" + name }

    /// Returns nil if there is no such file.
    static func response(for name: String) -> Response? {
        switch name {
        case style: response("text/css; charset=utf-8", PackageResources.stripe_emulator_css)
        case icon: response("image/svg+xml", PackageResources.favicon_svg)
        default: nil
        }
    }

    private static func response(_ type: String, _ bytes: [UInt8]) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: type, .cacheControl: "public, no-cache", .xContentTypeOptions: "nosniff"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
