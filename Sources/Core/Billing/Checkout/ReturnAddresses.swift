/// Where Stripe's pages may send people back to: our own origin, or an app's. Anywhere else would make our pay page a
/// way to lead them astray.
package struct ReturnAddresses: Sendable {
    private let publicURL: String
    private let own: Origin?
    private let apps: AppOrigins

    package init(publicURL: String, apps: AppOrigins) {
        self.publicURL = publicURL
        own = Origin(publicURL)
        self.apps = apps
    }

    /// Returns what the caller asks for, or our own page.
    func check(_ wanted: String?, field: String, otherwise path: String) throws(BillingError) -> String {
        guard let wanted else { return publicURL + path }
        guard wanted.utf8.count <= 2000, let origin = Origin(wanted), origin == own || apps.mayReturn(to: origin)
        else { throw .foreignAddress(field: field) }
        return wanted
    }
}
