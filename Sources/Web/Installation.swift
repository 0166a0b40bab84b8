/// What a page says about the installation that serves it.
package struct Installation: Sendable, Hashable {
    package enum Provider: Sendable, Hashable {
        case sandbox, fal, none
    }

    package let provider: Provider
    /// Whether jobs are worked on in this process; else other processes do.
    package let worksHere: Bool

    package init(provider: Provider = .none, worksHere: Bool = true) {
        self.provider = provider
        self.worksHere = worksHere
    }
}
