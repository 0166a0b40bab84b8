import ArgumentParser
import Core
import SQL

/// `darkroom provenance …`
struct ProvenanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provenance", abstract: "Shows who signs the content credentials of outputs.",
        subcommands: [CertificateCommand.self])
}

/// `darkroom provenance certificate`
struct CertificateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate", abstract: "Prints the root certificate of content credentials, as PEM.",
        discussion: """
            A program that checks content credentials (C2PA) trusts outputs of this installation once it trusts this \
            certificate. It is public: give it to anyone. The installation makes it at the first start of a server; \
            with DARKROOM_PROVENANCE_CERTIFICATES, the last certificate of that file is printed.

            Examples:
              darkroom provenance certificate > darkroom-root.pem
              openssl x509 -in darkroom-root.pem -noout -text
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings.read(flags: common.flags)
        if let identity = settings.provenance.identity { return print(identity) }
        let database = try await App.openExisting(settings)
        do {
            guard let secrets = try await Secrets.find(settings.secretsStore(database, time: .system)) else {
                throw Failure(.failed, """
                    The secrets of this installation are missing. Restore them from a backup, or start a server, which \
                    creates new ones.
                    """)
            }
            print(try await OwnIdentity(database: database, secrets: secrets, time: .system)())
            await database.close()
        } catch {
            await database.close()
            throw error
        }
    }

    private func print(_ identity: SigningIdentity) {
        // Its last line has its end already.
        say(String(identity.rootPEM.dropLast()))
    }
}
