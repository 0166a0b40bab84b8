import Core
import Hummingbird

/// Supabase's auth server, as far as its clients need it to sign in with an address and a password.
struct SupabaseAuthRoutes {
    static let path: String = "/auth/v1"

    let accounts: Accounts
    let time: Time
    /// Darkroom's own version, for `/health`.
    let version: String

    func add(to router: some RouterMethods<AppContext>) {
        let keySet = KeySetRoute(accounts.tokens)
        router.get("/.well-known/jwks.json", use: keySet.handle)

        let auth = router.group(RouterPath(Self.path)).add(middleware: ContentCodingMiddleware())
        auth.get("/.well-known/jwks.json", use: keySet.handle)
        auth.get("/health", use: HealthRoute(version: version).handle)
        auth.get("/settings", use: SettingsRoute(accounts.signUp).handle)
        auth.post("/signup", use: SignUpRoute(accounts).handle)
        auth.post("/token", use: TokenRoute(accounts).handle)
        auth.post("/logout", use: LogoutRoute(accounts.sessions).handle)

        let user = UserRoute(accounts.users)
        auth.get("/user", use: user.show)
        auth.put("/user", use: user.change)

        let users = AdminUsersRoute(accounts, time: time)
        auth.get("/admin/users", use: users.list)
        auth.post("/admin/users", use: users.create)
        auth.get("/admin/users/:id", use: users.show)
        auth.put("/admin/users/:id", use: users.change)
        auth.delete("/admin/users/:id", use: users.delete)
    }
}
