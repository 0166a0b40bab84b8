/// What a page says about the installation that serves it.
package struct Installation: Sendable, Hashable {
    package enum Provider: Sendable, Hashable {
        case sandbox, fal, none
    }

    package let provider: Provider
    /// Whether jobs are worked on in this process; else other processes do.
    package let worksHere: Bool
    /// Where the outside world finds it, without a slash at its end.
    package let publicURL: String

    package init(provider: Provider = .none, worksHere: Bool = true, publicURL: String = "http://127.0.0.1:8080") {
        self.publicURL = publicURL
        self.provider = provider
        self.worksHere = worksHere
    }
}
