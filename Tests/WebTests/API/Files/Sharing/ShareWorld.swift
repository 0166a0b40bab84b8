import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
@testable import Web

/// All routes over a real database and folder, with two users who have accounts.
struct ShareWorld: Sendable {
    let fixture: AppFixture
    let client: any TestClientProtocol
    let actor: Actor
    let owner: Sender
    let other: Sender

    enum Sender: Sendable {
        case nobody
        case token(String)
    }

    static func run(_ body: @escaping @Sendable (ShareWorld) async throws -> Void) async throws {
        let fixture = try await AppFixture()
        let (ada, bob) = (try await fixture.signedIn(), try await fixture.signedIn("bob@example.com"))
        let actor = Actor(
            account: ada.user.personalAccount, user: ada.user.id, key: nil, role: .owner, platformRole: .user)
        let router = WebApplication(fixture.app, .init(version: "0.0.0")).router()
        try await Application(router: router).test(.router) {
            try await body(ShareWorld(
                fixture: fixture, client: $0, actor: actor, owner: .token(ada.accessToken),
                other: .token(bob.accessToken)))
        }
    }

    /// As the owner, unless somebody else is named.
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, as sender: Sender? = nil,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        var headers = headers
        if case .token(let token) = sender ?? owner { headers[.authorization] = "Bearer \(token)" }
        return try await client.executeRequest(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
    }

    /// As a visitor.
    func visit(
        _ path: String, _ method: HTTPRequest.Method = .get, headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await send(method, path, as: .nobody, headers: headers)
    }

    func output(
        _ bytes: [UInt8]? = nil, _ type: FileType = .png, size: ImageSize? = nil, prompt: String = "a red dress"
    ) async throws -> Asset {
        try await fixture.app.addOutput(bytes ?? Sample.png(), type, size: size, prompt: prompt, of: actor)
    }

    func upload() async throws -> Asset {
        let outcome = try await fixture.app.files.storeUpload(
            Parts(FilesFixture.picture()), name: nil, announced: nil, for: actor)
        switch outcome {
        case .stored(let asset), .repeated(let asset): return asset
        }
    }

    /// The path of the page of the asset, which is shared with these choices.
    func share(_ asset: Asset, _ choices: ShareChoices = ShareChoices()) async throws -> String {
        let shares = fixture.app.files.shares
        return shares.links.path(of: try await shares.share(asset.id, by: actor, choices).share.id)
    }
}
