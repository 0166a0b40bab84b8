/// What pages say about the installation that serves them.
package struct Installation: Sendable, Hashable {
    package enum Provider: Sendable, Hashable {
        case sandbox, fal, none
    }

    package let provider: Provider
    /// Whether this process works on jobs; if not, other processes do.
    package let worksHere: Bool
    /// The address for clients, without a slash at its end.
    package let publicURL: String

    package init(provider: Provider = .none, worksHere: Bool = true, publicURL: String = "http://127.0.0.1:8080") {
        self.publicURL = publicURL
        self.provider = provider
        self.worksHere = worksHere
    }
}
