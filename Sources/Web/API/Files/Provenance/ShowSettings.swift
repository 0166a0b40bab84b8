import Core
import Foundation
import Hummingbird

/// `GET /api/assets/{id}/settings`: the settings that the file says it was generated with.
struct ShowSettings: Sendable {
    private let read: ReadSettings

    init(read: ReadSettings) {
        self.read = read
    }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        .json(SettingsBody(try await read(context.assetID(), of: context.account)))
    }
}

struct SettingsBody: Encodable {
    let source: String
    let kind: String?
    let endpoint: String?
    let prompt: String?
    let negativePrompt: String?
    let seed: Int64?
    let steps: Int?
    let guidance: Decimal?
    let sampler: String?
    let width: Int?
    let height: Int?
    let model: String?
    let parameters: [String: JSON]?
    let raw: String

    init(_ settings: PictureSettings) {
        source = settings.source.rawValue
        kind = settings.kind
        endpoint = settings.endpoint
        prompt = settings.prompt
        negativePrompt = settings.negativePrompt
        seed = settings.seed
        steps = settings.steps
        guidance = settings.guidance
        sampler = settings.sampler
        width = settings.width
        height = settings.height
        model = settings.model
        parameters = settings.parameters
        raw = settings.raw
    }
}
