import Core
import HTTPTypes
import Hummingbird
import TestSupport
import Testing
@testable import Web

/// `POST /api/provenance/check`, by anyone.
struct CheckRouteTests {
    private static let credentials: Set<String> = [
        "state", "reason", "signer", "organization", "certificateInTime", "digitalSourceType", "tool", "createdAt",
        "signedParent",
    ]

    @Test(arguments: TestEngine.available)
    func `the response has the same members for every file, and nothing about whose it is`(
        on engine: TestEngine
    ) async throws {
        try await ProvenanceWorld.run(on: engine) { world in
            let made = Sample.png(11, 11)
            try await world.make(made)
            var changed = SignedSample.jpeg
            changed[changed.count - 20] ^= 1
            let cases: [([UInt8], String, Bool)] = [
                (made, "none", true), (Sample.png(12, 12), "none", false), (SignedSample.png, "signed_here", false),
                (SignedSample.other, "signed_elsewhere", false), (changed, "tampered", false),
                (SignedSample.otherBinding, "unreadable", false), (Sample.mp4, "none", false),
            ]
            for (file, state, isMadeHere) in cases {
                let response = try await world.send(.post, "/api/provenance/check", file)
                #expect(response.status == 200, "\(state): \(response.text)")
                #expect(Set(response.json.object?.keys.map { $0 } ?? []) == [
                    "madeHere", "type", "marks", "credentials",
                ])
                #expect(Set(response["marks"]?.object?.keys.map { $0 } ?? []) == [
                    "digitalSourceType", "system", "tool", "createdAt",
                ])
                #expect(Set(response["credentials"]?.object?.keys.map { $0 } ?? []) == Self.credentials)
                #expect(response["credentials"]?["state"] == .string(state))
                #expect(response["madeHere"] == .bool(isMadeHere), "\(state)")
                for word in ["secret", "maker", "account", "job", "prompt"] {
                    #expect(!response.text.contains(word), "\(word) in \(response.text)")
                }
            }
            #expect(try world.storedPaths.isEmpty)
        }
    }

    @Test func `credentials that hold are named, and those that do not have a reason and nothing else`() async throws {
        try await ProvenanceWorld.run { world in
            let known = try await world.send(.post, "/api/provenance/check", SignedSample.withParent)
            #expect(known["type"] == "image/png")
            #expect(known["credentials"]?["signer"] == "Test signer" && known["credentials"]?["signedParent"] == true)
            #expect(known["credentials"]?["certificateInTime"] == true && known["credentials"]?["reason"] == .null)

            let tampered = try await world.send(.post, "/api/provenance/check", SignedSample.png + [0])
            #expect(tampered["credentials"]?["reason"] == "content" && tampered["credentials"]?["signer"] == .null)
            #expect(tampered["credentials"]?["digitalSourceType"] == .null)
        }
    }

    @Test func `a file comes as the body or in a form`() async throws {
        try await ProvenanceWorld.run { world in
            let form = "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n"
            let response = try await world.send(
                .post, "/api/provenance/check",
                Array(form.utf8) + SignedSample.webp + Array("\r\n--b--\r\n".utf8),
                headers: [.contentType: "multipart/form-data; boundary=b"])
            #expect(response["credentials"]?["state"] == "signed_here", "\(response.text)")
        }
    }

    @Test func `what cannot be checked has a code that says why`() async throws {
        try await ProvenanceWorld.run { world in
            let path = "/api/provenance/check"
            let form: HTTPFields = [.contentType: "multipart/form-data; boundary=b"]
            let cases: [(JSONResponse, Int, String)] = [
                (try await world.send(.post, path, Sample.text), 415, "file_type"),
                (try await world.send(.post, path), 422, "file_empty"),
                (try await world.send(.post, path, Array("--b--".utf8), headers: form), 422, "file_missing"),
                (try await world.send(.post, path, nil, headers: [.contentLength: "99999999"]), 413, "file_too_large"),
                (try await world.send(.post, path, headers: [.contentEncoding: "gzip"]), 415,
                    "content_encoding_unsupported"),
                (try await world.send(.post, path + "?keep=true", Sample.png()), 422, "unknown_parameter"),
                (try await world.send(.get, path), 405, "method_not_allowed"),
            ]
            for (response, status, code) in cases {
                #expect(response.status == status && response.code == code, "\(response.text)")
            }
        }
    }

    @Test func `a network that checks too many files has to wait`() async throws {
        try await ProvenanceWorld.run { world in
            var response = try await world.send(.post, "/api/provenance/check", Sample.gif())
            for _ in 0..<60 { response = try await world.send(.post, "/api/provenance/check", Sample.gif()) }
            #expect(response.status == 429 && response.code == "rate_limited")
            #expect(response.header("Retry-After") == "600")
            let page = try await world.submit(Sample.gif())
            #expect(page.status == 429 && page.text.contains("Try again later") && page.header("Retry-After") != nil)
        }
    }
}
