import Core
import Crypto
import Foundation
import Testing
@testable import FalEmulator

struct RestartTests {
    private func folder() -> URL {
        FileManager.default.temporaryDirectory.appending(path: "sandbox-\(UUID().uuidString)")
    }

    @Test func `what was accepted before a stop is done after the next start`() async throws {
        let folder = folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var accepted: [FalSubmitResponse] = []
        try await FalWorld.with(folder: folder, { $0.duration = .seconds(600) }) { world in
            for index in 0..<6 {
                accepted.append(
                    try await world.submit(
                        ["prompt": .string("a park \(index)"), "image_size": ["width": 64, "height": 48]]))
            }
        }

        try await FalWorld.with(folder: folder) { world in
            for request in accepted {
                let path = "/fal-ai/flux/requests/\(request.requestID)"
                let again = FalSubmitResponse(
                    requestID: request.requestID, responseURL: world.url + path,
                    statusURL: world.url + path + "/status",
                    cancelURL: world.url + path + "/cancel", status: nil, queuePosition: nil)
                #expect(try await world.end(of: again).error == nil)
            }
            let list = try await world.send(.get, "/sandbox/requests").json()["requests"]?.array
            #expect(list?.count == 6)
        }
    }

    @Test func `a webhook not acknowledged before a stop is sent after the next start, signed alike`() async throws {
        let folder = folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try await WebhookReceiver.with(responding: [503]) { receiver, hook in
            try await FalWorld.with(folder: folder, { $0.webhookPause = .seconds(600) }) { world in
                _ = try await world.submit(
                    ["prompt": "a park", "image_size": ["width": 64, "height": 48]], webhook: hook)
                _ = try await receiver.next()
            }
            let key = try SigningIdentity(folder: folder).signer.keySet.publicKeys

            try await FalWorld.with(folder: folder) { _ in
                let delivery = try await receiver.next()
                try FalSignature(delivery.headers).verify(body: delivery.body, keys: key, now: Time.system.now())
            }
        }
    }

    @Test func `what had ended before a stop is as it was after the next start`() async throws {
        let folder = folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let input: JSON = ["prompt": "a park", "image_size": ["width": 64, "height": 48]]
        var requests: [String] = []
        var before: [JSON] = []
        func results(_ world: FalWorld) async throws -> [JSON] {
            var results: [JSON] = []
            for id in requests {
                let response = try await world.send(.get, "/fal-ai/flux/requests/\(id)")
                results.append(["status": .integer(Int64(response.status)), "body": try response.json()])
            }
            return results
        }
        try await FalWorld.with(folder: folder, { $0.publicURL = "http://sandbox.test" }) { world in
            for prompt: JSON in ["a park", "sandbox:policy", "sandbox:never"] {
                let body = try #require(input.object).merging(["prompt": prompt]) { _, new in new }
                let request = try await world.submit(.object(body))
                requests.append(request.requestID)
                let path = "\(world.url)/fal-ai/flux/requests/\(request.requestID)"
                if prompt == "sandbox:never" { _ = try await world.send(.put, path + "/cancel") }
                _ = try await world.send(.get, path + "/status/stream")
            }
            before = try await results(world)
        }

        try await FalWorld.with(folder: folder, { $0.publicURL = "http://sandbox.test" }) { world in
            #expect(try await results(world) == before)
            #expect(before.map { $0["status"] } == [200, 422, 499])
            let url = before[0]["body"]?["images"]?.array?.first?["url"]?.string
            let name = try #require(url?.split(separator: "/").last)
            #expect(try await world.send(.get, "/files/\(name)").status == 200)
        }
    }

    @Test func `a webhook that was acknowledged before a stop is not sent again`() async throws {
        let folder = folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let input: JSON = ["prompt": "a park", "image_size": ["width": 64, "height": 48]]
        try await WebhookReceiver.with { receiver, hook in
            try await FalWorld.with(folder: folder) { world in
                let request = try await world.submit(input, webhook: hook)
                _ = try await receiver.next()
                while try await world.listed(request)["delivery"] != "acknowledged" { await Task.yield() }
            }
            try await FalWorld.with(folder: folder) { world in
                let request = try await world.submit(input, webhook: hook)
                #expect(try await receiver.next().message()["request_id"]?.string == request.requestID)
            }
        }
    }

    @Test func `only the owner can read the signing key`() throws {
        let folder = folder()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try SigningIdentity(folder: folder).signer
        let second = try SigningIdentity(folder: folder).signer

        let mode = try FileManager.default.attributesOfItem(
            atPath: folder.appending(path: "identity.json").path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        #expect(first.userID == second.userID && first.keySet == second.keySet)
    }
}
