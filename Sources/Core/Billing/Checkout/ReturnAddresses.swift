/// Where Stripe's pages may send people back to: our own origin, or the app's. Anywhere else would make our pay page a
/// way to lead them astray.
package struct ReturnAddresses: Sendable {
    private let publicURL: String
    private let origins: Set<Origin>

    /// - Parameter appOrigin: The origin whose pages may call the API; `*` names none.
    package init(publicURL: String, appOrigin: String?) {
        self.publicURL = publicURL
        origins = Set([publicURL, appOrigin].compactMap { $0.flatMap { Origin($0) } })
    }

    /// Returns what the caller asks for, or our own page.
    func check(_ wanted: String?, field: String, otherwise path: String) throws(BillingError) -> String {
        guard let wanted else { return publicURL + path }
        guard wanted.utf8.count <= 2000, let origin = Origin(wanted), origins.contains(origin)
        else { throw .foreignAddress(field: field) }
        return wanted
    }
}
