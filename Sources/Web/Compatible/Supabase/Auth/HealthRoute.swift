import Core
import Hummingbird

/// `GET /auth/v1/health`
struct HealthRoute: Sendable {
    let version: String

    @Sendable func handle(_ request: Request, context: AppContext) -> Response {
        .json([
            "version": .string(version), "name": "Darkroom",
            "description": "Darkroom implements the Supabase Auth API",
        ] as JSON)
    }
}
