import Core
import TestSupport
import Testing

/// Links over nodes, each a process of its own.
struct RevokedLinkTests {
    @Test(arguments: TestEngine.available)
    func `a link that is revoked on one node is dead on the other with the response`(
        on engine: TestEngine
    ) async throws {
        let sandbox = try await RunningSandbox(["--duration", "0.2", "--fixed-output"])
        let url = engine == .postgres ? try await TestEngine.newPostgres() : nil
        try await RunningNodes.with([.front, .front], databaseURL: url, sandbox: sandbox) { nodes in
            let here = try await nodes.account()
            let there = here.at(nodes.other)
            let asset = try await here.send("POST", "/api/assets", bytes: Sample.png())
            let id = try #require(asset["id"]?.string)
            var link = try #require(asset["url"]?.string)

            for (revoking, other) in [(here, there), (there, here), (here, there)] {
                let path = try path(of: link)
                #expect(try await other.get(path).status == 200)

                let revoked = try await revoking.send("POST", "/api/assets/\(id)/revoke-links")

                #expect(revoked.status == 200)
                for user in [other, revoking] {
                    let response = try await user.get(path)
                    #expect(response.status == 403 && response.code == "link_revoked", "\(response.text)")
                }
                link = try #require(revoked["url"]?.string)
                #expect(try await other.get(self.path(of: link)).status == 200)
            }
        }
        await sandbox.stop()
    }

    /// The same file at any node.
    private func path(of link: String) throws -> String {
        "/files/" + (try #require(link.split(separator: "/files/", maxSplits: 1).last))
    }
}
