import Core
import HTTPTypes
import Hummingbird
import Logging

/// `POST /api/webhooks/{provider}/{token}`: a provider reports the result of an attempt.
struct ProviderWebhook: Sendable {
    private static let bodyLimit = 8 << 20

    private let receive: ReceiveWebhook

    init(receive: ReceiveWebhook) {
        self.receive = receive
    }

    private struct Acknowledgment: Encodable { let received = true }

    @Sendable func handle(_ request: Request, _ context: AppContext) async throws -> Response {
        guard let provider = context.parameters.get("provider"), let token = context.parameters.get("token") else {
            throw WebhookRefusal.unknownToken
        }
        let body = try await request.bytes(limit: ProviderWebhook.bodyLimit)
        var headers: [String: String] = [:]
        for field in request.headers { headers[field.name.canonicalName] = field.value }
        do {
            let webhook = ReceivedWebhook(headers: headers, body: body)
            _ = try await receive(webhook, from: ProviderName(rawValue: provider), token: token)
        } catch let refusal as WebhookRefusal {
            context.logger.warning(
                "webhook refused", metadata: ["reason": "\(refusal.rawValue)", "provider": "\(provider.excerpt)"])
            throw refusal
        }
        return .json(Acknowledgment())
    }
}
