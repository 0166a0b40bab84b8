import AsyncHTTPClient
import Foundation
import NIOCore
import NIOSSL

/// A certificate for tests, which nothing trusts, and its key.
enum TLSPair {
    /// As `cert.pem` and `key.pem`.
    static func write(to folder: String) throws {
        try Data(certificate.utf8).write(to: URL(filePath: folder + "/cert.pem"))
        try Data(key.utf8).write(to: URL(filePath: folder + "/key.pem"))
    }

    /// As a client does that knows no later version.
    static func get(_ url: String, upTo version: TLSVersion) async throws -> HTTPClientResponse {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none
        (tls.minimumTLSVersion, tls.maximumTLSVersion) = (.tlsv1, version)
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<HTTPClientResponse, any Error>
        do {
            result = .success(try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(60)))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        return try result.get()
    }

    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgni3t9U86eKfMw1+u
        yEK71w5krBrzgLKTEUtm0EKqlLihRANCAAQm4Jfk/rvQnwHmGxCFKiU5FT3nXshv
        l3lGuVKYD6i/YrUeLHvKymipBSxwWirT8COQFaYIsLc5Efd+nd0reUML
        -----END PRIVATE KEY-----

        """

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBfzCCASWgAwIBAgIUV5oJ7QmL3f5vRqlTpckomdAxNMQwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzIyMjQxNVoYDzIxMjYxMTAz
        MjIyNDE1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAQm4Jfk/rvQnwHmGxCFKiU5FT3nXshvl3lGuVKYD6i/YrUeLHvKymip
        BSxwWirT8COQFaYIsLc5Efd+nd0reUMLo1MwUTAdBgNVHQ4EFgQUIuS0fOCHuxZV
        LTUe3KjXjoEsI3swHwYDVR0jBBgwFoAUIuS0fOCHuxZVLTUe3KjXjoEsI3swDwYD
        VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBWZ3N3vlevrK8eqvzKkApt
        WT0znjwszuNCOQU0dRSdfwIhAKvAQ2mghh4gxwukUww99vV6LfgC56V2o2KV/y9C
        UIFb
        -----END CERTIFICATE-----

        """
}
