package import Logging
import SQL

/// Marks what models make for this installation: as XMP, and with content credentials that it signs.
package struct MarkOutputs: Sendable {
    package enum Mode: String, Sendable, CaseIterable {
        case on, off
        /// XMP without a signature.
        case marks
    }

    package struct Settings: Sendable {
        package var mode: Mode
        /// Of this program, as files name it.
        package var version: String
        /// The operator's own key and certificates; nil if the installation makes its own.
        package var identity: SigningIdentity?

        package init(mode: Mode = .on, version: String = "0", identity: SigningIdentity? = nil) {
            self.mode = mode
            self.version = version
            self.identity = identity
        }
    }

    private let settings: Settings
    private let own: OwnIdentity
    private let logger: Logger

    package init(_ platform: Platform, _ settings: Settings) {
        self.settings = settings
        own = OwnIdentity(platform)
        logger = platform.logger
    }

    /// Who signs; nil if nothing is signed. The first call on a new installation makes its certificates.
    package func identity() async throws -> SigningIdentity? {
        guard settings.mode == .on else { return nil }
        if let identity = settings.identity { return identity }
        return try await own()
    }

    /// What stands for this installation: its own root, also while another signs, and the operator's own certificate.
    /// Not the authority that issued that one, under which others sign too.
    func anchors() async throws -> TrustAnchors {
        let operators = settings.identity.map { Array($0.chain.prefix(1)) } ?? []
        return try TrustAnchors(der: [try await own().root] + operators)
    }

    /// For the start of a node: makes what is missing, and logs how outputs are marked.
    package func start() async throws {
        let identity = try await identity()
        let signer: String? = identity.map { _ in settings.identity == nil ? "own root" : "operator's certificate" }
        logger.notice("marking outputs", metadata: [
            "provenance": "\(settings.mode.rawValue)", "signedBy": "\(signer ?? "none")",
        ])
    }

    /// Nil if outputs are not marked.
    func mark(_ origin: OutputOrigin) async throws -> OutputMark? {
        guard settings.mode != .off else { return nil }
        var packet = ProvenancePacket(origin.sourceType)
        packet.system = origin.system
        packet.tool = "Darkroom \(settings.version)"
        packet.createdAt = origin.madeAt
        packet.documentID = origin.documentID
        return OutputMark(
            packet: packet, tool: .init(name: "Darkroom", version: settings.version), origin: origin,
            identity: try await identity())
    }

    /// Of a thumbnail: how its picture came to be, and nothing else, so that it is the same each time. Nil if it is not
    /// known, or nothing is marked.
    ///
    /// - Parameter picture: The file of an upload says it itself.
    func packet(ofThumbnailOf asset: Asset, by provider: ProviderName?, _ picture: [UInt8]) -> [UInt8]? {
        guard settings.mode != .off else { return nil }
        let sourceType: SourceType? = if let kind = asset.jobKind, let provider {
            SourceType(of: kind, by: provider)
        } else {
            SourceType(foundIn: picture)
        }
        return sourceType.map { ProvenancePacket($0).bytes }
    }

    func note(_ problem: String, of job: ID<Job>, _ index: Int) {
        logger.warning(
            "output not marked in full", metadata: ["job": "\(job)", "index": "\(index)", "reason": "\(problem)"])
    }
}
