/// The providers of this installation. The catalog knows one by the protocol that it speaks; without a key for fal, the
/// sandbox serves in its place under its own name, which attempts and people then see.
package struct Providers: Sendable {
    /// Who serves what the catalog calls by a name.
    package let serving: [ProviderName: any Provider]

    package init(serving: [ProviderName: any Provider]) {
        self.serving = serving
    }

    /// The provider that an attempt names, or that a webhook is addressed to.
    package func named(_ name: ProviderName) -> (any Provider)? {
        serving.values.first { $0.name == name }
    }
}
