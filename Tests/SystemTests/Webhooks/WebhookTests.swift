import Core
import Crypto
import Foundation
import SQL
import Testing
import TestSupport

extension OneServer {
    /// What comes to a webhook's address, from the provider and from others.
    struct WebhookTests {
        private let server: RunningServer
        private let sandbox: RunningSandbox

        init() throws {
            server = try OneServer.server()
            sandbox = try OneServer.sandbox()
        }

        @Test
        func `each webhook that cannot be verified is refused with its own status, and changes nothing`() async throws {
            let user = try await server.account()
            let (id, request) = try await submitted("sandbox:never", by: user)
            let signer = try sandbox.signer()
            let body = bytes(of: request, delivering: try await picture(by: user))
            let now = Time.system.now()
            let stranger = FalSigner(userID: signer.userID, key: Curve25519.Signing.PrivateKey())
            func signature(_ signer: FalSigner, of request: String, at now: Instant) throws -> [String: String] {
                Dictionary(
                    uniqueKeysWithValues: try signer.sign(body, requestID: request, at: now).headers.map {
                        ($0.rawValue, $1)
                    })
            }
            let valid = try signature(signer, of: request.id, at: now)
            let other = FalWebhookBody(requestID: "another", status: .ok, payload: ["images": []], error: nil).bytes
            let signedOther = Dictionary(
                uniqueKeysWithValues: try signer.sign(other, requestID: "another", at: now).headers.map {
                    ($0.rawValue, $1)
                })

            let refusals: [(String, String, [String: String], [UInt8], Int, String)] = [
                (
                    "forged", request.webhook, try signature(stranger, of: request.id, at: now), body, 403,
                    "webhook_bad_signature"
                ),
                ("changed on the way", request.webhook, valid, body + [32], 403, "webhook_bad_signature"),
                (
                    "stale", request.webhook, try signature(signer, of: request.id, at: now - .seconds(301)), body, 401,
                    "webhook_stale"
                ),
                (
                    "of the future", request.webhook, try signature(signer, of: request.id, at: now + .seconds(400)),
                    body, 401, "webhook_stale"
                ),
                (
                    "for another account", request.webhook,
                    try signature(signer.named("stranger"), of: request.id, at: now), body, 421, "webhook_wrong_account"
                ),
                ("of another request", request.webhook, signedOther, other, 409, "webhook_wrong_request"),
                ("unsigned", request.webhook, [:], body, 400, "webhook_malformed"),
                (
                    "with a token of nobody's", String(request.webhook.dropLast(4)) + "0000", valid, body, 404,
                    "webhook_unknown_token"
                ),
                (
                    "with no token at all", server.url + "/api/webhooks/sandbox/x", valid, body, 404,
                    "webhook_unknown_token"
                ),
                (
                    "of another provider", request.webhook.replacing("/sandbox/", with: "/fal/"), valid, body, 404,
                    "webhook_unknown_token"
                ),
            ]
            let before = try await story(of: id, user)
            for (what, address, headers, bytes, status, code) in refusals {
                let response = try await server.anybody.send("POST", address, bytes: bytes, headers: headers)
                #expect(
                    response.status == status && response.code == code, "\(what): \(response.status) \(response.text)")
            }

            #expect(try await story(of: id, user) == before)
            #expect(try await user.job(id).status == "processing")
            for code in refusals.map(\.5) {
                #expect(server.log.contains("reason=\(code)"), "\(code) has no line in the log")
            }
            _ = try await user.delete("/api/jobs/\(id)")
        }

        @Test func `a webhook is believed once, and again without effect`() async throws {
            let user = try await server.account()
            let (id, request) = try await submitted("sandbox:never", by: user)
            let body = bytes(of: request, delivering: try await picture(by: user))
            let signer = try sandbox.signer()

            let first = try await deliver(body, request, signer)
            let job = try await user.end(of: id)
            let before = try await story(of: id, user)
            let balance = try await user.balance()
            let again = [try await deliver(body, request, signer), try await deliver(body, request, signer)]

            #expect(first.status == 200 && again.map(\.status) == [200, 200])
            #expect(job.status == "completed" && job.receipt == [3, 3, 0])
            #expect(try await story(of: id, user) == before)
            #expect(try await user.balance() == balance)
        }

        @Test func `twenty deliveries at once have the effect of one`() async throws {
            let user = try await server.account()
            let (id, request) = try await submitted("sandbox:never", by: user)
            let body = bytes(of: request, delivering: try await picture(by: user))
            let signer = try sandbox.signer()

            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 { group.addTask { try await deliver(body, request, signer).status } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            let job = try await user.end(of: id)

            #expect(statuses == [200])
            #expect(job.status == "completed" && job.outputs.count == 1 && job.receipt == [3, 3, 0])
            #expect(try await story(of: id, user).map(\.type) == [.queued, .started, .completed])
        }

        @Test func `a result after a cancel costs nobody anything`() async throws {
            let user = try await server.account(credits: 10)
            let (id, request) = try await submitted("sandbox:never", by: user)
            let body = bytes(of: request, delivering: try await picture(by: server.account()))
            _ = try await user.delete("/api/jobs/\(id)")
            _ = try await user.end(of: id)

            let late = try await deliver(body, request, try sandbox.signer())

            #expect(late.status == 200)
            #expect(try await user.job(id).status == "cancelled")
            #expect(try await user.balance() == [10, 0])
        }

        private struct Request {
            let id: String
            let webhook: String
        }

        /// A job that its provider has, and what the provider knows of it.
        private func submitted(_ prompt: String, by user: APIUser) async throws -> (job: String, Request) {
            let id = try await user.submit(prompt)
            let job = try await user.job(id) { $0.attempts.first?["status"] == "submitted" }
            let requestID = try #require(job.attempts.first?["requestId"]?.string)
            let known = try await sandbox.requests(by: server.client).first { $0["request_id"]?.string == requestID }
            return (id, Request(id: requestID, webhook: try #require(known?["webhook_url"]?.string)))
        }

        /// The sandbox's link to a picture that it has made. Its own job also teaches the server whom webhooks are
        /// signed for.
        private func picture(by user: APIUser) async throws -> String {
            let job = try await user.end(of: user.submit("a picture to deliver"))
            let requestID = try #require(job.attempts.first?["requestId"]?.string)
            let result = try await server.anybody.get(
                "\(sandbox.url)/fal-ai/flux/requests/\(requestID)", headers: ["authorization": "Key any:key"])
            return try #require(result["images"]?.array?.first?["url"]?.string)
        }

        private func bytes(of request: Request, delivering url: String) -> [UInt8] {
            FalWebhookBody(requestID: request.id, status: .ok, payload: ["images": [["url": .string(url)]]], error: nil)
                .bytes
        }

        private func deliver(_ body: [UInt8], _ request: Request, _ signer: FalSigner) async throws -> HTTPResponse {
            let signature = try signer.sign(body, requestID: request.id, at: Time.system.now())
            return try await server.anybody.send(
                "POST", request.webhook, bytes: body,
                headers: Dictionary(uniqueKeysWithValues: signature.headers.map { ($0.rawValue, $1) }))
        }

        private func story(of id: String, _ user: APIUser) async throws -> [JobEvent] {
            guard let account = user.account else { throw Unexpected("the test made this account") }
            return try await server.withDatabase {
                try await $0.read { try $0.jobs.events(of: ID<Job>(rawValue: id), account: account) }
            }
        }
    }
}
