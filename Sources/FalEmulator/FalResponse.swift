import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The sandbox's responses: JSON in fal's shapes.
enum FalResponse {
    static func json(_ json: JSON, status: Int = 200, headers: HTTPFields = [:]) -> Response {
        text(json.canonicalText, status: status, headers: headers)
    }

    static func encoded(_ value: some Encodable, status: Int = 200) throws -> Response {
        text(try encode(value), status: status, headers: [:])
    }

    /// An error in the flat shape, its type also as a header.
    static func error(_ status: Int, _ detail: String, type: String? = nil, headers: HTTPFields = [:]) -> Response {
        var (members, headers) = (["detail": JSON.string(detail)], headers)
        if let type {
            members["error_type"] = .string(type)
            headers[FalHeader.errorType.field] = type
        }
        return json(.object(members), status: status, headers: headers)
    }

    static let notFound = json(["status": "NOT_FOUND"], status: 404)

    /// A request's result, as the model would return it.
    static func outcome(_ outcome: Outcome, of id: ID<QueueRequest>) -> Response {
        var headers: HTTPFields = [FalHeader.requestID.field: id.rawValue]
        if let type = outcome.errorType { headers[FalHeader.errorType.field] = type }
        if outcome.isSuccess {
            headers[FalHeader.billableUnits.field] = String(billableUnits(outcome.body))
        } else {
            headers[FalHeader.needsRetry.field] = outcome.status >= 500 ? "1" : "0"
        }
        return json(outcome.body, status: outcome.status, headers: headers)
    }

    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private static func text(_ text: String, status: Int, headers: HTTPFields) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: .init(code: status), headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// Megapixels, each image's rounded up, as fal bills the flux family.
    private static func billableUnits(_ output: JSON) -> Int {
        let files = (output["images"]?.array ?? [output["image"] ?? .null]).compactMap { FalFile($0) }
        return files.reduce(0) { units, file in
            units + max(1, ((file.width ?? 0) * (file.height ?? 0) + 999_999) / 1_000_000)
        }
    }
}
