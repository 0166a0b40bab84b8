import Core
import Hummingbird

/// Supabase's auth server, as far as its clients need it to sign in with an address and a password.
struct SupabaseAuthRoutes {
    let accounts: Accounts
    /// Darkroom's own version, for `/health`.
    let version: String

    func add(to router: some RouterMethods<AppContext>) {
        let keySet = KeySetRoute(accounts.tokens)
        router.get("/.well-known/jwks.json", use: keySet.handle)

        let auth = router.group("/auth/v1").add(middleware: AuthErrorMiddleware())
            .add(middleware: ContentCodingMiddleware())
        auth.get("/.well-known/jwks.json", use: keySet.handle)
        auth.get("/health", use: HealthRoute(version: version).handle)
        auth.get("/settings", use: SettingsRoute(accounts.signUp).handle)
        auth.post("/signup", use: SignUpRoute(accounts).handle)
        auth.post("/token", use: TokenRoute(accounts).handle)
        auth.post("/logout", use: LogoutRoute(accounts.sessions).handle)

        let user = UserRoute(accounts.users)
        auth.get("/user", use: user.show)
        auth.put("/user", use: user.change)

        let users = AdminUsersRoute(accounts)
        auth.get("/admin/users", use: users.list)
        auth.post("/admin/users", use: users.create)
        auth.get("/admin/users/:id", use: users.show)
        auth.delete("/admin/users/:id", use: users.delete)
    }
}
