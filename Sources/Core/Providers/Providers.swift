/// The providers of this installation, as a list. The catalog knows a provider by a name; this list alone says which
/// one does the work under that name. Without a key for fal, the sandbox does its work under its own name, which
/// attempts and people then see.
package struct Providers: Sendable {
    /// One provider, and what the rest of the product has to know about it.
    package struct Entry: Sendable {
        package let provider: any Provider
        /// What the catalog calls the provider whose work this one does.
        package let serves: ProviderName
        /// As pages name it.
        package let title: String
        /// Whether it makes its results without AI and nobody pays for them.
        package let isSimulated: Bool
        /// Our account at the provider, where the operator names it: its webhooks must name the same.
        package let userID: String?
        /// Where its outputs lie, although that is not on the public internet.
        package let trusted: Origin?

        package init(
            _ provider: any Provider, serves: ProviderName, title: String? = nil, isSimulated: Bool = false,
            userID: String? = nil, trusted: Origin? = nil
        ) {
            self.provider = provider
            self.serves = serves
            self.title = title ?? provider.name.rawValue
            self.isSimulated = isSimulated
            self.userID = userID
            self.trusted = trusted
        }
    }

    package let entries: [Entry]

    package init(_ entries: [Entry]) {
        self.entries = entries
    }

    package init(_ platform: Platform, _ settings: Settings) {
        self.init(settings.list.map { $0(platform) })
    }

    /// The provider that an attempt names, or that a webhook is addressed to.
    package func named(_ name: ProviderName) -> (any Provider)? {
        entry(named: name)?.provider
    }

    /// The provider that does the work of what the catalog calls by a name.
    func serving(_ name: ProviderName) -> (any Provider)? {
        entries.first { $0.serves == name }?.provider
    }

    /// Whether some work is simulated, which pages and responses must say.
    package var isAnySimulated: Bool { entries.contains(where: \.isSimulated) }

    func entry(named name: ProviderName) -> Entry? {
        entries.first { $0.provider.name == name }
    }

    /// Origins whose files are fetched although they are not on the public internet.
    var trustedOrigins: Set<Origin> {
        Set(entries.compactMap(\.trusted))
    }
}
