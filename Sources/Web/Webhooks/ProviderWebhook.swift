package import Core
import HTTPTypes
package import Hummingbird
import Logging

/// `POST /api/webhooks/{provider}/{token}`: a provider tells what became of an attempt.
package struct ProviderWebhook: Sendable {
    private static let bodyLimit = 8 << 20

    private let receive: ReceiveWebhook

    package init(receive: ReceiveWebhook) {
        self.receive = receive
    }

    private struct Answer: Encodable { let received = true }

    @Sendable package func handle(_ request: Request, _ context: AppContext) async throws -> Response {
        guard let provider = context.parameters.get("provider"), let token = context.parameters.get("token") else {
            throw WebhookRefusal.unknownToken
        }
        let body = try await request.bytes(limit: ProviderWebhook.bodyLimit)
        var headers: [String: String] = [:]
        for field in request.headers { headers[field.name.canonicalName] = field.value }
        do {
            _ = try await receive(ReceivedWebhook(headers: headers, body: body), from: ProviderName(rawValue: provider), token: token)
        } catch let refusal as WebhookRefusal {
            context.logger.warning("webhook refused", metadata: ["reason": "\(refusal.rawValue)", "provider": "\(provider.prefix(32))"])
            throw refusal
        }
        return .json(Answer())
    }
}
