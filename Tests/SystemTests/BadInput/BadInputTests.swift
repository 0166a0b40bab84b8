import Core
import Foundation
import Testing
import TestSupport

extension OneServer {
    struct BadInputTests {
        private let server: RunningServer

        init() throws { server = try OneServer.server() }

        @Test(arguments: BadRequest.all)
        func `a bad request is refused clearly and leaves nothing`(_ bad: BadRequest) async throws {
            let user = try await server.account(credits: 100)

            let response = try await user.send(
                "POST", "/api/generate", bytes: Array(bad.body.utf8), headers: bad.headers)

            #expect(
                response.status == bad.status && response.code == bad.code && response.field == bad.field,
                "\(response.text)")
            #expect(response.message.hasSuffix(".") && response.message.count < 500)
            #expect(response["error"]?["requestId"]?.string == response.headers["x-request-id"])
            #expect(try await Traces(of: user, on: server) == .none)
            #expect(try await user.balance() == [100, 0])
        }

        @Test func `an estimate refuses what a submission refuses`() async throws {
            let user = try await server.account()
            for bad in BadRequest.all where bad.headers.isEmpty {
                let response = try await user.send("POST", "/api/estimate", bytes: Array(bad.body.utf8))
                #expect(
                    response.status == bad.status && response.code == bad.code && response.field == bad.field,
                    "\(bad.what): \(response.text)")
            }
        }

        @Test(arguments: [
            ("a text named .png", Array("#!/bin/sh\nexec evil\n".utf8), 415, "file_type"),
            ("nothing", [], 422, "file_empty"),
            ("a picture of 60,000 × 60,000 pixels", Sample.png(60_000, 60_000), 422, "image_too_large"),
            ("the first bytes of a picture", Array(Sample.png().prefix(20)), 422, "file_damaged"),
            ("11 MB", Sample.png(padding: 11_000_000), 413, "file_too_large"),
        ])
        func `a bad file is refused clearly and leaves nothing`(
            _ what: String, _ bytes: [UInt8], _ status: Int, _ code: String
        ) async throws {
            let user = try await server.account()

            let response = try await user.send(
                "POST", "/api/assets", bytes: bytes, headers: ["content-type": "image/png", "x-file-name": "dress.png"])

            #expect(response.status == status && response.code == code, "\(response.text)")
            #expect(try await Traces(of: user, on: server) == .none)
        }

        @Test(arguments: [
            "../..", "..\\..", "/", "a\u{0}b", "..", "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        ])
        func `a name that leads elsewhere and is no file's is refused and leaves nothing`(_ name: String) async throws {
            let user = try await server.account()
            let escaped = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            let encodedTwice = name.hasPrefix("%")

            let byQuery = try await user.send("POST", "/api/assets?name=\(escaped)", bytes: Sample.png())
            let byHeader = try await user.send(
                "POST", "/api/assets", bytes: Sample.png(), headers: ["x-file-name": escaped])

            // Encoded twice it is a plain name of percent signs, which leads nowhere.
            #expect(
                byQuery.status == (encodedTwice ? 201 : 422) && (encodedTwice || byQuery.field == "name"),
                "\(byQuery.text)")
            #expect(byHeader.status == byQuery.status, "\(byHeader.text)")
            let traces = try await Traces(of: user, on: server)
            #expect(traces.assets == (encodedTwice ? 2 : 0) && traces.files == traces.assets)
        }

        @Test func `a submission that costs too much says what it costs and what there is`() async throws {
            let user = try await server.account(credits: 5)

            let response = try await user.post(
                "/api/generate", ["prompt": "a red dress", "resolution": "256x256", "numImages": 2])

            #expect(response.status == 402 && response.code == "insufficient_credits")
            #expect(response["error"]?["required"]?.number == 6 && response["error"]?["available"]?.number == 5)
            #expect(try await Traces(of: user, on: server) == .none)
        }
    }
}
