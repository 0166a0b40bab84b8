import Foundation
import NIOCore
import NIOPosix

/// Whether an address can be listened on, asked before anything is opened or said, so that a taken port is one clear
/// sentence and not a half-started server.
struct PortCheck {
    let host: String
    let port: Int
    /// Who wants to listen there, such as `The server`.
    let who: String
    /// What to do when it cannot, as the rest of a sentence.
    let advice: String

    func callAsFunction() async throws {
        do {
            let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port).get()
            try await channel.close()
        } catch let error as IOError {
            throw Failure(.failed, sentence(for: error.errnoCode))
        } catch {
            // All else is about the name: it could not be looked up.
            throw Failure(
                .failed, "\(who) cannot listen on \(host): the host name has no address. To fix this, \(advice).")
        }
    }

    private func sentence(for code: CInt) -> String {
        switch code {
        case EADDRINUSE: """
            \(who) cannot listen on \(host):\(port): the port is in use. Stop the other program, or \(advice).
            """
        case EACCES: """
            \(who) cannot listen on port \(port): ports below 1024 require root. To fix this, \(advice).
            """
        case EADDRNOTAVAIL: """
            \(who) cannot listen on \(host): this machine does not have that address. To fix this, \(advice).
            """
        default: """
            \(who) cannot listen on \(host):\(port): \(String(cString: strerror(code))). To fix this, \(advice).
            """
        }
    }
}

extension Settings {
    /// Throws a sentence about the first listener that cannot start.
    func checkPorts() async throws {
        try await PortCheck(
            host: host, port: port, who: "The server", advice: "choose another address with --port and --host")()
        if case .stripeEmulator(let port) = payments {
            try await PortCheck(
                host: "127.0.0.1", port: port, who: "The Stripe emulator",
                advice: "choose another port with --stripe-sandbox-port, or turn it off with --no-stripe-sandbox")()
        }
        guard let port = sandbox?.builtInPort else { return }
        try await PortCheck(
            host: "127.0.0.1", port: port, who: "The sandbox",
            advice: "choose another port with --sandbox-port, or use a running sandbox with --sandbox-url")()
    }
}
