import Core
import HTTPTypes

/// A response without a socket, its body as text and as JSON.
struct JSONResponse: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    subscript(_ name: String) -> JSON? { json[name] }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

    var json: JSON { (try? JSON(parsing: text)) ?? .null }
    var accessToken: String { self["access_token"]?.string ?? "" }
    var refreshToken: String { self["refresh_token"]?.string ?? "" }
    var code: String? { self["code"]?.string ?? self["error"]?["code"]?.string }
}
